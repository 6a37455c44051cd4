# What may count hosts: nlbwmon where it runs, else our nftables table, else iptables rules. nft and nlbw answer in one line each, which is
# too long for busybox awk, so it is broken up.
collect_hosts() {
  [ "$counting" != 0 ] || return
  if [ "$method" = auto ] || [ "$method" = nlbwmon ]; then
    if ! command -v nlbw >/dev/null; then
      :
    elif pid=$(pidof nlbwmon); then
      mark uci
      uci_show nlbwmon || mark failed "hosts $(uci_failed nlbwmon)"
      mark nlbwmon "${pid%% *}"
      call nlbw -c json -g family,mac,ip | tr '[' '\n'
      return
    elif is_enabled nlbwmon; then
      mark failed 'hosts nlbwmon is not running; start it with "/etc/init.d/nlbwmon start"'
      return
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = nftables ]; then
    if command -v nft >/dev/null; then
      mark nftables
      # It ends with 1 if the table is missing.
      {
        call nft -j list table inet wrtmeter
        status=$?
        case $status in 0 | 1) ;; *) mark_failed hosts "$status" 'nft -j list table inet wrtmeter' ;; esac
      } | tr '{' '\n'
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = iptables ]; then
    for family in 4 6; do
      case $family in 4) tool=iptables-save used=ip_tables_names ;; *) tool=ip6tables-save used=ip6_tables_names ;; esac
      if command -v $tool >/dev/null && is_used mangle "$root/proc/net/$used"; then
        mark iptables $family
        call $tool -c -t mangle || [ "$?" != 137 ] || mark_failed hosts 137 "$tool -c -t mangle"
      fi
    done
  fi
}
# Whether a service starts at boot.
is_enabled() {
  set +f
  for link in "$root/etc/rc.d/S"??"$1"; do [ -L "$link" ] && break; done
  set -f
  [ -L "$link" ]
}
# The kernel lists the tables of iptables here, but not those of iptables-nft.
is_used() { # TABLE FILE
  [ -e "$2" ] || return 0
  while read -r table; do [ "$table" != "$1" ] || return 0; done <"$2"
  return 1
}
