# An IPv6 address as eight groups of four digits without colons, or "" for what is none.
function expand6(text,   gap, left, right, before, after, i, long) {
  if (length(text) > 39 || text !~ /^[0-9a-f:]+$/) return ""
  gap = index(text, "::")
  before = split(gap ? substr(text, 1, gap - 1) : text, left, ":")
  after = gap ? split(substr(text, gap + 2), right, ":") : 0
  if (gap ? before + after > 7 : before != 8) return ""
  for (i = 1; i <= before; i++) long = long group(left[i])
  for (i = before + after; gap && i < 8; i++) long = long "0000"
  for (i = 1; i <= after; i++) long = long group(right[i])
  return length(long) == 32 && long !~ /-/ ? long : ""
}
function group(digits) { return digits == "" || length(digits) > 4 ? "-" : substr("0000" digits, length(digits) + 1) }
