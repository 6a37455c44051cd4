# Addresses of peers, so that one address has one form.
function hex(text,   i, value, digit) {
  value = 0
  if (text == "" || length(text) > 4) return -1
  for (i = 1; i <= length(text); i++) {
    digit = index("0123456789abcdef", substr(text, i, 1)) - 1
    if (digit < 0) return -1
    value = value * 16 + digit
  }
  return value
}
# An address as the interface keeps it, without the bits behind its prefix. Anything that is not an address stays as it is.
function canonical(text,   slash, bits, n, i, part, groups, size, gap, want, tail, out, keep, ip) {
  text = tolower(text)
  sub(/^\+/, "", text)
  slash = index(text, "/")
  ip = slash ? substr(text, 1, slash - 1) : text
  bits = slash ? substr(text, slash + 1) : ""
  if (slash && bits !~ /^[0-9]+$/) return text
  if (index(ip, ":") == 0) {
    n = split(ip, part, ".")
    size = 8
    if (n != 4) return text
    for (i = 1; i <= 4; i++) if (part[i] !~ /^[0-9]+$/ || part[i] + 0 > 255) return text
  } else {
    size = 16
    if (match(ip, /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/)) {
      tail = substr(ip, RSTART)
      split(tail, part, ".")
      ip = substr(ip, 1, RSTART - 1) sprintf("%x:%x", part[1] * 256 + part[2], part[3] * 256 + part[4])
    }
    gap = index(ip, "::")
    want = 0
    if (gap) {
      n = 0
      if (gap > 1) n += split(substr(ip, 1, gap - 1), groups, ":")
      if (gap + 2 <= length(ip)) n += split(substr(ip, gap + 2), groups, ":")
      tail = ""
      for (want = 8 - n; want > 0; want--) tail = tail ":0"
      ip = substr(ip, 1, gap - 1) tail ":" substr(ip, gap + 2)
      sub(/^:/, "", ip)
      sub(/:$/, "", ip)
    }
    n = split(ip, part, ":")
    if (n != 8) return text
    for (i = 1; i <= 8; i++) if ((part[i] = hex(part[i])) < 0) return text
  }
  if (bits == "") bits = n * size
  if (bits + 0 > n * size) return text
  out = ""
  for (i = 1; i <= n; i++) {
    keep = bits - (i - 1) * size
    if (keep < 0) keep = 0
    # Not every busybox has powers.
    for (tail = 1; keep < size; keep++) tail *= 2
    part[i] = part[i] - part[i] % tail
    out = out (i > 1 ? "." : "") (part[i] + 0)
  }
  return out "/" (bits + 0)
}
