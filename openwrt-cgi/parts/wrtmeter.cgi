#!/bin/sh
# Everything about this router in one answer, raw as its kernel and daemons show it. Format: docs/formats/wrtmeter-cgi.md.
# For busybox ash and awk: fourteen processes and one per radio interface, however many stations and leases there are, and a few more
# where hosts are counted or WireGuard runs.

#include shared/calls.sh

#include shared/request-guard.sh

#include shared/uci-config.sh

version=0.1.0
# hosts.cgi reads this script for one section.
only=${wrtmeter_only:-}

#include wrtmeter/settings.sh

#include shared/layers.sh

#include wrtmeter/collect.sh

#include wrtmeter/collect-devices.sh

#include wrtmeter/collect-peers.sh

#include wrtmeter/collect-hosts.sh

#include wrtmeter/collect-limits.sh

newline='
'
blanks=$IFS
set -f

# Counters stay text from the kernel to the answer: numbers of busybox awk are exact up to 2^53, its %d up to 2^31.
text=$({ collect 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk -v root="$root" -v version="$version" -v only="$only" -v counting="$counting" -v method="$method" -v named="$networks" '
  #include wrtmeter/fields.awk

  #include shared/uci-unquote.awk
  #include shared/uci-show.awk
  #include shared/netifd.awk
  #include shared/tunnels.awk
  #include shared/zones.awk
  #include shared/layers.awk

  #include wrtmeter/system.awk

  #include wrtmeter/stations.awk

  #include wrtmeter/wan.awk

  #include wrtmeter/leases.awk

  #include wrtmeter/names.awk

  #include wrtmeter/neighbours.awk

  #include wrtmeter/hosts.awk

  #include wrtmeter/hosts-nftables.awk

  #include wrtmeter/hosts-iptables.awk

  #include wrtmeter/hosts-nlbwmon.awk

  #include wireguard/uci.awk
  #include wrtmeter/peers.awk

  #include wrtmeter/limits.awk

  #include wrtmeter/main.awk
')
case $text in
  *"${newline}end wrtmeter") answer "$text" ;;
  *) refuse '500 Internal Server Error' 'awk could not assemble the answer' ;;
esac
