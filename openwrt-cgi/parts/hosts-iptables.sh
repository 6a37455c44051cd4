#!/bin/sh
# Counts what each host of the LAN moves to and from the Internet, with iptables: for firewall3 (OpenWrt 19.07 to 21.02).
#   hosts-iptables.sh start | stop | reload | add ADDRESS | status
# Installed as /usr/lib/wrtmeter/hosts-iptables.sh, beside hosts-networks.sh and host-event.sh. /etc/init.d/wrtmeter, the firewall's include
# and hotplug call it; host-event.sh calls "add". Each may be called at any time, twice, or at once: existing rules continue to count.
# For busybox ash and awk. For tests: WRTMETER_LIB is the folder with hosts-networks.sh, WRTMETER_ROOT is put before the paths of files;
# WRTMETER_NETWORKS="lan=br-lan guest=br-guest" and WRTMETER_SIZE=64 override the configuration.
#
# In table mangle, IPv4 and IPv6 alike; bytes are those of layer 3:
#   FORWARD             -j wrtmeter                     (one rule; the chains after it only count and return)
#   wrtmeter            -i DEVICE -g wrtmeter_from_home for each counted device, then -o DEVICE -g wrtmeter_download
#   wrtmeter_from_home  -o DEVICE -j RETURN             (traffic between two counted networks stays at home), then -g wrtmeter_upload
#   wrtmeter_upload     -s ADDRESS -j RETURN            for each host; the last rule, without an address, counts what no rule above did
#   wrtmeter_download   -d ADDRESS -j RETURN            the same
# What the filter drops afterwards is counted too: no later table of iptables sees both devices of a packet.
# The last rules also keep the chains from being empty: "fw3 reload" deletes every empty chain and the rules that lead to it, and leaves
# all others alone. "fw3 restart" and "fw3 stop" delete every chain of every table: then everything counts from zero.

#include hosts/counting.sh

root=${WRTMETER_ROOT:-}
memory=$root/var/run/wrtmeter

# Packets pass the rules one by one, so there are fewer of them than elements in a set of nftables.
default_size=512
# Deleting a rule loses the bytes that were not read yet. An address without a lease, a neighbour or a name in the configuration loses its
# rules a day after they last counted something; where no room is left, the one that has been silent longest is dropped first, but not
# within an hour. A lease that ends changes nothing.
day=86400
hour=3600

tool() { # FAMILY [SUFFIX]
  case $1 in 4) echo "iptables${2:-}" ;; 6) echo "ip6tables${2:-}" ;; esac
}

# All rules of the table, or nothing where this router has no such table.
rules() { $(tool "$1" -save) -c -t mangle 2>/dev/null; }

mark() { printf '\n\001%s\n' "$1"; }

# Everything a plan needs. Some of it was written by strangers: those lines are indented, so that none is a mark, and awk passes on nothing but
# valid addresses.
facts() { # FAMILY WHOLE NETWORKS ADDRESS
  mark rules
  rules "$1"
  mark wanted
  printf '%s\n' "$3"
  mark asked
  printf '%s\n' "$4"
  mark neighbours
  ip "-$1" neigh show
  [ "$2" = 0 ] || {
    mark routes
    ip "-$1" route show
    mark peers
    for wg in wg awg; do ! command -v "$wg" >/dev/null || "$wg" show all allowed-ips; done
  }
  # Without it, who has a lease or a name is not known, and no rule may end.
  dhcp=$(uci -q show dhcp) || [ ! -e "$root/etc/config/dhcp" ] || mark unsure
  mark leases
  leasefiles=$(printf '%s\n' "$dhcp" | sed -n "s/^dhcp\..*\.leasefile='\(.*\)'$/\1/p")
  printf '%s\n' "${leasefiles:-/tmp/dhcp.leases}" | while read -r file; do cat "$root$file"; done | sed 's/^/ /'
  mark configured
  printf '%s\n' "$dhcp" | sed -n "s/'//g; s/^dhcp\..*\.ip=//p"
  mark remembered
  sed 's/^/ /' "$memory/hosts$1"
  mark static
  # Advertisement blockers keep hosts files of 100,000 lines; no machine at home is in them.
  for file in "$root"/etc/hosts "$root"/tmp/hosts/*; do head -n 5000 "$file"; done | sed 's/^/ /'
  mark end
} 2>/dev/null

# Prints what "iptables-restore --noflush" should do (nothing if all is well) and writes what to remember about each address beside the old
# memory: address, seconds after boot when it was last seen to count, its counters then.
# Counters and addresses stay text; one address has one key, however it is written.
plan() { # FAMILY WHOLE SIZE
  awk -v family="$1" -v whole="$2" -v size="$3" -v day="$day" -v hour="$hour" -v memory="$memory/hosts$1.new" -v uptime="$root/proc/uptime" '
    #include hosts/iptables-plan.awk
  '
}

# Only one process at a time plans and acts. Something else may still change the table meanwhile; then the plan is made once more.
lock() {
  mkdir -p "$memory" || fail "Cannot write $memory"
  exec 9>"$memory/lock"
  flock 9 || fail 'Cannot take the lock: flock does not work'
}

bring_about() { # FAMILY WHOLE NETWORKS ADDRESS
  said=''
  for _ in 1 2; do
    steps=$(facts "$@" | plan "$1" "$2" "$size") || { said="$(tool "$1" -save) was cut short" && continue; }
    if [ -z "$steps" ] || said=$(printf '%s\n' "$steps" | $(tool "$1" -restore) -w --noflush 2>&1); then
      [ ! -e "$memory/hosts$1.new" ] || mv -f "$memory/hosts$1.new" "$memory/hosts$1"
      return
    fi
  done
  fail "The rules of the hosts could not be created: $(printf '%s' "$said" | head -n 1)"
}

families() {
  rules 4 | grep -q '^:FORWARD' ||
    fail 'iptables does not work here; does this router have firewall3 (iptables and kmod-ipt-core)?'
  if rules 6 | grep -q '^:FORWARD'; then echo 4 6; else echo 4; fi
}

start() {
  find_networks || return 0
  find_size "$default_size"
  among=$(families) || exit
  lock
  for family in $among; do bring_about "$family" 1 "$networks" ''; done
}

add() {
  case $1 in
    '' | *[!0-9A-Fa-f.:]*) fail 'This is not an address' ;;
    *:*) family=6 ;;
    *) family=4 ;;
  esac
  find_size "$default_size"
  lock
  bring_about "$family" 0 '' "$1"
}

stop() {
  lock
  for family in 4 6; do
    steps=$(rules "$family" | awk '
      $2 == "-A" && $0 ~ /-j wrtmeter$/ { $1 = ""; sub(/^ -A/, "-D"); jumps = jumps $0 "\n" }
      /^:wrtmeter(_from_home|_upload|_download)? / { name = substr($1, 2); empty = empty "-F " name "\n"; gone = gone "-X " name "\n" }
      END { if (jumps empty != "") printf "*mangle\n%s%s%sCOMMIT\n", jumps, empty, gone }')
    [ -z "$steps" ] || printf '%s\n' "$steps" | $(tool "$family" -restore) -w --noflush || fail 'Cannot remove the rules of the hosts'
    rm -f "$memory/hosts$family" "$memory/hosts$family.new"
  done
}

status() {
  find_size "$default_size"
  among=$(families) || exit
  for family in $among; do
    rules "$family" | awk -v family="$family" -v size="$size" '
      $2 $3 == "-Awrtmeter" && $4 == "-i" { devices = devices " " $5 }
      $2 == "-A" && $3 == "wrtmeter_upload" && $4 == "-s" { hosts++ }
      $2 == "-A" && $3 ~ /^wrtmeter_(up|down)load$/ && NF == 5 { split($1, part, /[]:]/); without[$3] = part[2] }
      END {
        if (devices == "") exit 1
        printf "Counting %d of at most %d IPv%d addresses on%s; bytes without a rule: %s received, %s sent\n", hosts, size, family, devices,
          without["wrtmeter_download"], without["wrtmeter_upload"]
      }' || fail "No IPv$family hosts are counted: the rules are missing; create them with \"/etc/init.d/wrtmeter start\""
  done
  case $among in *6*) ;; *) echo 'IPv6 is not counted: ip6tables does not work here' ;; esac
}

case ${1:-}:$# in
  start:1 | reload:1) start ;;
  stop:1) stop ;;
  add:2) add "$2" ;;
  status:1) status ;;
  *) fail 'Usage: hosts-iptables.sh start | stop | reload | add ADDRESS | status' ;;
esac
