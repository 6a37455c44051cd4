#!/bin/sh
# Brings the counting of hosts up to date: the firewall reads it (".") whenever it is loaded, for "fw4 flush" deletes every table, and hotplug
# when an interface comes up, for its device may be a new one. Installed as /usr/lib/wrtmeter/hosts-again.sh, with a link to it from
# /etc/hotplug.d/iface. hotplug sets ACTION; the firewall does not. Never ends the shell that reads it.

case ${ACTION:-ifup} in
  ifup | includes) wrtmeter_said=$("${WRTMETER_LIB:-/usr/lib/wrtmeter}/hosts.sh" reload 2>&1) || logger -t wrtmeter "$wrtmeter_said" ;;
esac
