# nlbw -c json: the names of the columns, then a row a line.
function nlbwmon(   f, i, n) {
  if (/[^[:space:]]/) lastline = $0
  if (/"mac"/ && /"rx_bytes"/) {
    sub(/\].*/, "")
    n = split($0, f, ",")
    for (i = 1; i <= n; i++) { gsub(/"/, "", f[i]); column[f[i]] = i }
  } else if ("ip" in column && /^[0-9]+,/) {
    sub(/\].*/, "")
    gsub(/"/, "")
    split($0, f, ",")
    i = f[column["mac"]]
    tally("nlbwmon", "both " (i == "00:00:00:00:00:00" ? "-" : i) " " f[column["ip"]], f[column["rx_bytes"]] " " f[column["tx_bytes"]])
  }
}
# The first day of the accounting period at some time, and its first second. nlbwmon begins one on a day of the month (from its end, if
# below 1), or every so many days of UTC.
function period(time, interval,   f, y, m, d, next_month) {
  if (interval ~ /^[0-9]+-[0-9]+-[0-9]+\/[0-9]+$/) {
    split(interval, f, /[-\/]/)
    d = mktime(f[1] " " f[2] " " f[3] " 0 0 0")
    time -= time % 86400
    begins = time - (time - (d - d % 86400)) % (f[4] * 86400)
    return strftime("%Y-%m-%d", begins)
  }
  y = strftime("%Y", time) + 0
  m = strftime("%m", time) + 0
  d = interval == "" ? 1 : interval + 0
  if (strftime("%d", time) + 0 < (d > 0 ? d : d + days(y, m))) if (--m == 0) { m = 12; y-- }
  if (d < 1) { d += days(y, m); if (d < 1) d = 1 }
  begins = mktime(y " " m " " d " 0 0 0")
  # A day that the month lacks: the next month begins a period then.
  next_month = mktime(y " " m + 1 " 1 0 0 0")
  if (begins > next_month) begins = next_month
  return sprintf("%04d-%02d-%02d", y, m, d)
}
function days(y, m) { return m == 2 ? 28 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) : 30 + (m + (m > 7)) % 2 }
# The period that nlbwmon itself is in. Its client does not say; a period that is named too early would make the bytes of the one before
# count twice. When it goes over to a new one it writes the old one away, so the date of that file tells; or it started later than that.
function running_period(ticks,   s, i, time, first, last, from, file, written, text) {
  for (i = 1; i <= sections; i++) if (section[i] ~ /^nlbwmon\./ && s == "") s = section[i]
  time = value["time"]
  first = period(time, option[s, "database_interval"])
  from = begins
  if (ticks != "-" && time - uptime[1] + ticks / 100 >= from) return first
  last = period(from - 43200, option[s, "database_interval"])
  file = option[s, "database_directory"]
  if (file == "") file = "/var/lib/nlbwmon"
  text = last
  gsub(/-/, "", text)
  file = root file "/" text ".db"
  if (file !~ /^[A-Za-z0-9_.\/-]+$/) return ""
  "date -r " file " +%s 2>/dev/null || date -r " file ".gz +%s 2>/dev/null" | getline written
  return written + 0 >= from ? first : last
}
# Field 22 of stat; the second, the name in parentheses, may be anything.
function started(pid,   line, f) {
  line = firstline("/proc/" pid "/stat")
  sub(/.*\) /, "", line)
  return split(line, f, " ") > 19 ? number(f[20]) : "-"
}
