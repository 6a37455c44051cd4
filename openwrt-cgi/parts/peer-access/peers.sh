# What is in a configuration on standard input. MODE:
#   keep, take       all but this key's peer, byte for byte; this key's peer alone
#   settings         the same without comments
#   entry            this key's peer as the record keeps it, with its place
#   exact, near      the configuration with the peer of the record in it: where it was; beside a neighbour of then
#   count, list      how often it is there; KEY, addresses
#   preshared        its preshared key, for a comparison inside this shell alone
#   addresses        KEY, address as wg compares it, address as written
#   warning          "yes" where the file says that a program writes it
peers() { # MODE [KEY [open: the last line has no end [RECORD]]]
  LC_ALL=C awk -v mode="$1" -v key="${2:-}" -v open="${3:-}" -v record="${4:-/dev/null}" '
    #include wireguard/peers.awk
  '
}

# Which of the addresses on standard input (a peer's; an empty line; all others') belong to two peers: `ADDRESS KEY`, the first of them.
taken() { # KEY
  LC_ALL=C awk -F '\t' -v key="$1" '
    $0 == "" { others = 1; next }
    !others { if ($1 == key && $2 != "-") wanted[$2] = $3; next }
    $1 != key && $2 in wanted { print wanted[$2] " " $1; exit }'
}
