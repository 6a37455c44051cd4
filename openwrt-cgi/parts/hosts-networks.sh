#!/bin/sh
# Which networks of this router have their hosts counted: sourced (".") by the scripts that count them, never run by itself.
# For busybox ash and awk. For tests: WRTMETER_NETWORKS="lan=br-lan guest=br-guest" is taken instead of the configuration.

# Prints one line per network, "network NAME DEVICE", or a single line: "none REASON" where nothing is to be counted here, "failed REASON"
# where that is not known at the moment.
# The configuration names the networks (config hosts, list network), else they are those of the firewall zones that are not uplinks: the same
# rule as in wrtmeter.cgi. netifd knows their devices; where it does not answer, /etc/config/network is used.
counted_networks() {
  if [ -n "${WRTMETER_NETWORKS:-}" ]; then
    for pair in $WRTMETER_NETWORKS; do echo "network ${pair%%=*} ${pair#*=}"; done
    return
  fi
  {
    uci -q show wrtmeter.hosts
    uci -q show firewall
    uci -q show network
    printf '\n\001netifd\n'
    ubus call network.interface dump
    printf '\n\001end\n'
  } 2>/dev/null | awk '
    #include shared/uci-unquote.awk
    #include shared/uci-show.awk
    #include shared/netifd.awk
    #include shared/tunnels.awk
    #include shared/zones.awk

    #include hosts/networks.awk
  '
}
