# "nlbw -c json": the names of the columns, then one row per line.
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
# The first day of the accounting period at a time, and (in "begins") its first second. A period of nlbwmon begins on a day of the month
# (counted from its end if below 1), or every so many days of UTC.
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
  # If the month lacks that day, a period begins with the next month.
  next_month = mktime(y " " m + 1 " 1 0 0 0")
  if (begins > next_month) begins = next_month
  return sprintf("%04d-%02d-%02d", y, m, d)
}
function days(y, m) { return m == 2 ? 28 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) : 30 + (m + (m > 7)) % 2 }
# The period that nlbwmon itself is in, which its client does not say. If a new period were reported too early, the bytes of the one before
# would count twice. nlbwmon saves the old period when it begins a new one, so the date of that file shows it, unless nlbwmon started later.
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
# Field 22 of stat. The second field, the name in parentheses, may be anything.
function started(pid,   line, f) {
  line = firstline("/proc/" pid "/stat")
  sub(/.*\) /, "", line)
  return split(line, f, " ") > 19 ? number(f[20]) : "-"
}
