# "nft -j", one object per line: tables, counters and sets begin with their family; an element is its value, then its counter.
function nftables(   f, text) {
  if (/^"family"/) {
    match($0, /"name": "[^"]*"/)
    set = substr($0, RSTART + 9, RLENGTH - 10)
    text = $0
    if (object == "table" && sub(/.*"handle": /, "", text) && sub(/[^0-9].*/, "", text)) handle = text
    if (object == "counter") { sub(/.*"bytes": /, "", text); sub(/[^0-9].*/, "", text); uncounted[set] = text }
    element = ""
  }
  else if (match($0, /^"(val": |concat": \[)"[^]]*/)) {
    split(substr($0, RSTART, RLENGTH), f, "\"")
    element = f[4]
    second = /^"concat/ ? f[6] : ""
    if (set == "counted" && /"comment": "/) { text = $0; sub(/.*"comment": "/, "", text); sub(/".*/, "", text); networkline(text, element) }
  }
  else if (/^"packets"/ && element != "") {
    text = $0
    sub(/.*"bytes": /, "", text)
    sub(/[^0-9].*/, "", text)
    if (set ~ /^up[46]$/) tally("nftables", "up " element " " second, text)
    else if (set ~ /^up[46]_l3$/) tally("nftables", "up - " element, text)
    else if (set ~ /^down[46]$/) tally("nftables", "down " element, text)
    element = ""
  }
  object = /"[a-z]+": $/ ? substr($0, 1, length($0) - 3) : ""
  sub(/.*"/, "", object)
  # An opening brace was replaced by the line end before every line but the first: whatever was opened must be closed.
  if (/[^[:space:]]/) unclosed++
  text = $0
  unclosed += gsub(/\[/, "", text) - gsub(/[]}]/, "", text)
}
