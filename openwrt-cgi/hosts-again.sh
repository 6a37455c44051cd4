#!/bin/sh
# Updates the counting of hosts. The firewall sources it (".") whenever it is loaded, because "fw4 flush" deletes every table, and hotplug
# when an interface comes up, because its device may be new. Installed as /usr/lib/wrtmeter/hosts-again.sh, with a link to it from
# /etc/hotplug.d/iface. hotplug sets ACTION; the firewall does not. Never ends the shell that sources it.

case ${ACTION:-ifup} in
  ifup | includes) wrtmeter_said=$("${WRTMETER_LIB:-/usr/lib/wrtmeter}/hosts.sh" reload 2>&1) || logger -t wrtmeter "$wrtmeter_said" ;;
esac
