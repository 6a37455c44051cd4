#!/bin/sh
# Reports an address that has come into use to hosts-iptables.sh. Installed as /usr/lib/wrtmeter/host-event.sh, with links to it from
# /etc/hotplug.d/dhcp and /etc/hotplug.d/neigh; dnsmasq may also call it itself (--dhcp-script, --script-arp). dnsmasq looks for hotplug's
# scripts only when it starts.
#   dnsmasq calls it with: add | old | del | arp-add | arp-old | arp-del, the MAC (or DUID), the address, for a lease the host's name
#   hotplug reads it with: dhcp | neigh as its own argument; ACTION=add | update | remove and IPADDR in the environment
# Only the address matters: it is one argument, and hosts-iptables.sh takes nothing that is not an address. An address that goes away is
# ignored: its counters have yet to be read.

wrtmeter_address=''
case ${1:-} in
  add | old | arp-add | arp-old) wrtmeter_address=${3:-} ;;
  dhcp | neigh) case ${ACTION:-} in add | update) wrtmeter_address=${IPADDR:-} ;; esac ;;
esac
case $wrtmeter_address in
  '' | [Ff][Ee]80:*) ;;
  *)
    wrtmeter_said=$("${WRTMETER_LIB:-/usr/lib/wrtmeter}/hosts-iptables.sh" add "$wrtmeter_address" 2>&1) || logger -t wrtmeter "$wrtmeter_said"
    ;;
esac
