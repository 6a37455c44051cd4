# What may count: nlbwmon where it runs, else our table, else rules of iptables. The answers of nft and nlbw are one line each, which is
# more than busybox awk bears.
collect_hosts() {
  [ "$counting" != 0 ] || return
  if [ "$method" = auto ] || [ "$method" = nlbwmon ]; then
    if ! command -v nlbw >/dev/null; then
      :
    elif pid=$(pidof nlbwmon); then
      mark uci
      uci -q show nlbwmon
      mark nlbwmon "${pid%% *}"
      nlbw -c json -g family,mac,ip | tr '[' '\n'
      return
    elif is_enabled nlbwmon; then
      mark failed 'hosts nlbwmon does not run; start it with "/etc/init.d/nlbwmon start"'
      return
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = nftables ]; then
    if command -v nft >/dev/null; then
      mark nftables
      nft -j list table inet wrtmeter | tr '{' '\n'
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = iptables ]; then
    for family in 4 6; do
      case $family in 4) tool=iptables-save used=ip_tables_names ;; *) tool=ip6tables-save used=ip6_tables_names ;; esac
      if command -v $tool >/dev/null && is_used mangle "$root/proc/net/$used"; then
        mark iptables $family
        $tool -c -t mangle
      fi
    done
  fi
}
# Whether a service starts with the router.
is_enabled() {
  set +f
  for link in "$root/etc/rc.d/S"??"$1"; do [ -L "$link" ] && break; done
  set -f
  [ -L "$link" ]
}
# The kernel lists the tables it has for iptables, but not those for iptables in nftables' clothes.
is_used() { # TABLE FILE
  [ -e "$2" ] || return 0
  while read -r table; do [ "$table" != "$1" ] || return 0; done <"$2"
  return 1
}
