#!/bin/sh
# The DHCP leases of this router as dnsmasq keeps them: expiry, MAC, address, host name, client id.
# The format of older collectors. For busybox ash: three processes.

#include shared/request-guard.sh

leasefile=$(uci -q get 'dhcp.@dnsmasq[0].leasefile' 2>/dev/null) || leasefile=''
leasefile=${leasefile:-/tmp/dhcp.leases}
[ -e "$root$leasefile" ] || refuse '500 Internal Server Error' "$leasefile does not exist: dnsmasq hands out no addresses on this router"
leases=$(cat "$root$leasefile" 2>/dev/null) || refuse '500 Internal Server Error' "Cannot read $leasefile"
answer "$leases"
