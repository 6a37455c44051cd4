#include shared/calls.sh
#include shared/uci-config.sh

# A section that is missing is a failure for uci as well.
networks_facts() {
  call uci -q show wrtmeter.hosts || uci_show wrtmeter >/dev/null || broken wrtmeter
  uci_show firewall || broken firewall
  uci_show network || broken network
  printf '\n\001netifd\n'
  call ubus call network.interface dump
  printf '\n\001end\n'
} 2>/dev/null
broken() { printf '\n\001broken %s %s\n\001\n' "$1" "$(uci_failed "$1")"; }

# Prints one line per network, "network NAME DEVICE", or a single line: "none REASON" if nothing is to be counted here, "failed REASON"
# if that is not known at the moment. With "uplinks", lines "uplink NAME DEVICE" follow.
# The configuration names the networks (config hosts, list network), else they are those of the firewall zones that are not uplinks: the same
# rule as in wrtmeter.cgi. netifd knows their devices; where it does not answer, /etc/config/network is used.
counted_networks() { # [uplinks]
  if [ -n "${WRTMETER_NETWORKS:-}" ]; then
    case $WRTMETER_NETWORKS in
      *[!A-Za-z0-9_.@=\ -]*) echo 'failed WRTMETER_NETWORKS has other characters than those of NAME=DEVICE, separated by spaces' ;;
      *) for pair in $WRTMETER_NETWORKS; do echo "network ${pair%%=*} ${pair#*=}"; done ;;
    esac
    return
  fi
  { networks_facts 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk -v uplinks="${1:-}" '
    #include shared/uci-unquote.awk
    #include shared/uci-show.awk
    #include shared/netifd.awk
    #include shared/tunnels.awk
    #include shared/zones.awk

    #include hosts/networks.awk
  '
}
