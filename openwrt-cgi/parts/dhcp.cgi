#!/bin/sh
# The DHCP leases of this router as dnsmasq keeps them: expiry, MAC, address, host name, client id.
# The older collectors' format. For busybox ash: three processes.

#include shared/request-guard.sh

leasefile=$(uci -q get 'dhcp.@dnsmasq[0].leasefile' 2>/dev/null) || leasefile=''
leasefile=${leasefile:-/tmp/dhcp.leases}
[ -e "$root$leasefile" ] || refuse '500 Internal Server Error' "$leasefile is not there: this router hands out no addresses by dnsmasq"
leases=$(cat "$root$leasefile" 2>/dev/null) || refuse '500 Internal Server Error' "Cannot read $leasefile"
answer "$leases"
