#!/bin/sh
# Counts what each host of the LAN moves to and from the Internet, in its own nftables table: inet wrtmeter.
#   hosts-nftables.sh start | stop | reload | status
# Installed as /usr/lib/wrtmeter/hosts-nftables.sh, beside hosts-networks.sh; /etc/init.d/wrtmeter, the firewall and hotplug call it.
# For busybox ash and awk. For tests: WRTMETER_LIB is the folder with hosts-networks.sh; WRTMETER_NETWORKS="lan=br-lan guest=br-guest" and
# WRTMETER_SIZE=64 override the configuration, and neither uci nor ubus is asked for the networks then.

#include hosts/counting.sh

# Marks the table as the name of an empty chain, followed by the size of the sets: a table of another form or size is created again.
# Change the number whenever the form changes.
layout=layout_1

# Bytes are those of layer 3. What the rules rely on:
# - "forward" has LAN addresses even under NAT; there "ether saddr" is the host on upload, but "ether daddr" is not on download. So uploads
#   are counted by MAC and address, downloads by address. Layer-3 devices (WireGuard, PPP) have no MAC.
# - The chain runs after the filter: what the firewall drops is not counted. It never drops anything itself.
# - A packet counts if one of its two devices is counted and the other is not: traffic between two counted networks stays at home.
# - A full set ends its rule without "return", and the next line counts what had no room.
# - For IPv6, downloads are counted only for addresses that have sent something: else anyone outside could fill the sets with made-up
#   addresses. Replies in a connection are for such an address too, even if seen6 had no room for it.
# - Never "update" a set and look it up for the same packet: that counts twice. Hence seen6 beside up6. It is twice as large, to have room
#   for every address of both upload sets.
# - "update" extends an element by a day; an element without traffic expires after a day, long after it was read.
table() { # SIZE
  set_of() { printf '  set %s { type %s; size %s; flags dynamic, timeout; timeout 1d; }\n' "$1" "$2" "$3"; }
  echo 'table inet wrtmeter {'
  echo "  chain ${layout}_$1 { }"
  echo '  counter uncounted_up { }'
  echo '  counter uncounted_down { }'
  echo '  set counted { type ifname; }'
  set_of up4 'ether_addr . ipv4_addr' "$1"
  set_of up6 'ether_addr . ipv6_addr' "$1"
  set_of up4_l3 ipv4_addr "$1"
  set_of up6_l3 ipv6_addr "$1"
  set_of down4 ipv4_addr "$1"
  set_of down6 ipv6_addr "$1"
  set_of seen6 ipv6_addr "$(($1 * 2))"
  cat <<'END'
  chain upload {
    ip saddr 169.254.0.0/16 return
    ip6 saddr fe80::/10 return
    meta nfproto ipv6 update @seen6 { ip6 saddr }
    meta iiftype ether meta nfproto ipv4 update @up4 { ether saddr . ip saddr counter } return
    meta iiftype ether meta nfproto ipv6 update @up6 { ether saddr . ip6 saddr counter } return
    meta iiftype != ether meta nfproto ipv4 update @up4_l3 { ip saddr counter } return
    meta iiftype != ether meta nfproto ipv6 update @up6_l3 { ip6 saddr counter } return
    counter name uncounted_up
  }
  chain download {
    ip daddr { 169.254.0.0/16, 224.0.0.0/4 } return
    ip6 daddr { fe80::/10, ff00::/8 } return
    meta nfproto ipv4 update @down4 { ip daddr counter } return
    ct state != { established, related } ip6 daddr != @seen6 return
    meta nfproto ipv6 update @down6 { ip6 daddr counter } return
    counter name uncounted_down
  }
  chain forward {
    type filter hook forward priority filter + 50; policy accept;
    iifname @counted oifname != @counted jump upload
    iifname != @counted oifname @counted jump download
  }
}
END
}

# The devices of networks, "network NAME DEVICE" per line, as elements of a set, each with the name of its network.
elements() {
  printf 'add element inet wrtmeter counted { '
  printf '%s\n' "$1" | while read -r _ network device; do printf '"%s" comment "%s", ' "$device" "$network"; done
  printf '}\n'
}

# Not "-", which nft opens as /dev/stdin: that does not exist everywhere.
apply() { nft -f /proc/self/fd/0; }

# Terse, because the sets can be long.
list_table() { nft -t list table inet wrtmeter 2>/dev/null; }

start() {
  command -v nft >/dev/null || fail 'nft is not installed; install it with "opkg install nftables-json" or "apk add nftables-json"'
  find_networks || return 0
  find_size 4096
  made=$(list_table)
  case $made in
    *"chain ${layout}_$size "*)
      # The counters continue: only the devices are set, all or none of them.
      { echo 'flush set inet wrtmeter counted' && elements "$networks"; } | apply 2>/dev/null && return
      ;;
  esac
  nft -j list tables >/dev/null 2>&1 ||
    fail 'nft cannot show its counters in JSON; install nftables-json instead of nftables-nojson ("opkg install nftables-json" or "apk add nftables-json")'
  # One transaction, whether there was a table or not.
  { echo 'table inet wrtmeter { }' && echo 'delete table inet wrtmeter' && table "$size" && elements "$networks"; } | apply ||
    fail 'nft could not create the table "inet wrtmeter"; does the kernel have nftables (kmod-nft-core)?'
}

stop() {
  [ -z "$(list_table)" ] || nft delete table inet wrtmeter
}

status() {
  [ -n "$(list_table)" ] || fail 'Nothing is counted, because the table "inet wrtmeter" is missing: create it with "/etc/init.d/wrtmeter start"'
  nft list table inet wrtmeter | awk '
    $1 == "set" || $1 == "counter" || $1 == "chain" { object = $2 }
    object == "counted" {
      while (match($0, /"[^"]*" comment "[^"]*"/)) {
        split(substr($0, RSTART, RLENGTH), f, "\"")
        print "Counting the hosts of " f[4] " (" f[2] ")"
        $0 = substr($0, RSTART + RLENGTH)
      }
    }
    object ~ /^uncounted/ && $1 == "packets" { without[object] = $4 }
    object ~ /^up[46]/ { if ($1 == "size") size = $2; sent[object ~ /^up4/ ? 4 : 6] += gsub(/counter packets/, "") }
    END {
      printf "Sent within a day: %d IPv4 and %d IPv6 addresses; there is room for %d of each kind\n", sent[4], sent[6], size
      printf "Bytes without room: %s received, %s sent\n", without["uncounted_down"], without["uncounted_up"]
    }'
}

case ${1:-} in
  start | reload) start ;;
  stop) stop ;;
  status) status ;;
  *) fail 'Usage: hosts-nftables.sh start | stop | reload | status' ;;
esac
