#!/bin/sh
# The DHCP leases of this router as dnsmasq keeps them: expiry, MAC, address, host name, client id.
# The format of older collectors. For busybox ash: seven processes.

#include shared/calls.sh

#include shared/request-guard.sh

# Nothing but a failure is in the last line if uci cannot read the configuration: the usual file may then be an old one.
find_leasefile() {
  call uci -q get 'dhcp.@dnsmasq[0].leasefile' || [ ! -e "$root/etc/config/dhcp" ] || ! command -v uci >/dev/null ||
    call uci -q show dhcp >/dev/null || echo failed
} 2>/dev/null
leasefile=$({ find_leasefile 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1)
[ "$leasefile" != failed ] || refuse '500 Internal Server Error' 'uci cannot read /etc/config/dhcp; "uci show dhcp" on the router says why'
leasefile=${leasefile:-/tmp/dhcp.leases}
[ -e "$root$leasefile" ] || refuse '500 Internal Server Error' "$leasefile does not exist: dnsmasq hands out no addresses on this router"
leases=$(cat "$root$leasefile" 2>/dev/null) || refuse '500 Internal Server Error' "Cannot read $leasefile"
answer "$leases"
