# The peers of the interface as configuration text, each after the name of its section: those switched off (1), or the others (0).
uci_peers() { # 0|1
  uci -q -X show network 2>/dev/null </dev/null | LC_ALL=C awk -v interface="$interface" -v protocol="$protocol" -v off="$1" '
    #include wireguard/uci-peers.awk
  '
}

uci_sections() { # 0|1
  uci_peers "$1" | peers take "$key" | sed -n 's/^# section \([A-Za-z0-9_]\{1,\}\)$/\1/p'
}
