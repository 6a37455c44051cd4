# "iptables-save -c": "[PACKETS:BYTES] -A CHAIN …". Our rules have -s or -d and one address; the last rule of a chain counts what no rule
# before it did. iptmon's are others: "-d ADDRESS … --comment tx_HOST" is what the host receives.
function iptables(   f, i, kind, direction, address) {
  if (/^\*/) { torn += open; open = 1 }
  if (/^COMMIT/) { open = 0; families = families value["iptables"] }
  if (/^:(wrtmeter_upload|iptmon_tx) /) rules[$1 == ":iptmon_tx" ? "iptmon" : "iptables"] = 1
  if ($2 != "-A" || $3 !~ /^(wrtmeter|wrtmeter_upload|wrtmeter_download|iptmon_tx|iptmon_rx)$/ || $1 !~ /^\[[0-9]+:[0-9]+\]$/) return
  split(substr($1, 2, length($1) - 2), f, ":")
  if ($3 == "wrtmeter") { if ($4 == "-i" && !($5 in filtered)) filtered[$5] = filters[++filterings] = $5; return }
  kind = $3 ~ /^iptmon/ ? "iptmon" : "iptables"
  direction = $3 ~ /_(upload|rx)$/ ? "-s" : "-d"
  for (i = 4; i < NF && $i != "--comment" && address == ""; i++) if ($i == direction) address = $(i + 1)
  if (sub(/\/(32|128)$/, "", address) || address !~ /\//) {
    if (address != "") tally(kind, direction == "-s" ? "up - " address : "down " address, f[2])
    else if (kind == "iptables" && NF == 5) leftover[direction] = sum(leftover[direction], f[2])
  }
}
# The sum of IPv4 and IPv6. With only one of them it stays text, so no digit is lost.
function sum(a, b) { return a == "" || a == "0" ? b : b == "0" ? a : sprintf("%.0f", a + b) }
