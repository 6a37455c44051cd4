# What is in a configuration on standard input. MODE: keep (all but this key's peer, byte for byte), take (this key's peer alone), count
# (how often it is there), preshared (its preshared key, for a comparison inside this shell alone), addresses (KEY, address as wg compares
# it, address as written), list (KEY, addresses).
peers() { # MODE [KEY [open: the last line has no end]]
  LC_ALL=C awk -v mode="$1" -v key="${2:-}" -v open="${3:-}" '
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
