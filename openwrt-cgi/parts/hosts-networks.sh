#!/bin/sh
# Which networks of this router have their hosts counted: read (".") by what counts them, never run by itself.
# For busybox ash and awk. For tests: WRTMETER_NETWORKS="lan=br-lan guest=br-guest" is taken instead of the configuration.

# Prints a line for each network, "network NAME DEVICE", or one line: "none REASON" where nothing is to be counted here, "failed REASON"
# where that cannot be told just now.
# The configuration names them (config hosts, list network), else they are those of the firewall zones that are no uplink: the same
# judgement as that of wrtmeter.cgi. netifd knows their devices; where it does not answer, /etc/config/network has to do.
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
