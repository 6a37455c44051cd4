# Every peer once, from the three lists one after the other: "file", "interface" or "record", then KEY and ADDRESSES.
!($2 in seen) { seen[$2] = 1; order[++n] = $2 }
{ in_[$1, $2] = 1; if (!($2 in of) || $1 == "interface") of[$2] = $3 }
END {
  for (i = 1; i <= n; i++) {
    k = order[i]
    if (k !~ /^[A-Za-z0-9+\/]+=$/ || length(k) != 44) continue
    file = (("file", k) in in_); live = (("interface", k) in in_)
    state = (file || live) ? "active" : "revoked"
    place = file && live ? "both" : file ? "file" : live ? "interface" : "record"
    print "peer " k " " state " " place " " of[k]
  }
}
