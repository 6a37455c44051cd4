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
# The period that nlbwmon holds, which its client does not say, and not what the calendar says: if a new one were reported too early, the
# bytes of the one before would count twice. nlbwmon begins a period when it starts, or once it has saved the one before; so what it
# saved last, in a period before the present one, shows it. If that fails, it holds the old period as long as it runs.
function running_period(ticks,   s, i, interval, present, from, since, file, name, last, written) {
  for (i = 1; i <= sections; i++) if (section[i] ~ /^nlbwmon\./ && s == "") s = section[i]
  interval = option[s, "database_interval"]
  present = period(value["time"], interval)
  from = begins
  # If its start time is not known, it was started after the boot.
  since = value["time"] - uptime[1] + (ticks == "-" ? 0 : ticks / 100)
  if (ticks != "-" && since >= from) return present
  file = option[s, "database_directory"]
  if (file == "") file = "/var/lib/nlbwmon"
  file = root file
  if (file !~ /^[A-Za-z0-9_.\/-]+$/) return ""
  name = present
  gsub(/-/, "", name)
  while (("ls " file " 2>/dev/null" | getline i) > 0) if (i ~ /^[0-9]+\.db(\.gz)?$/ && i + 0 < name + 0 && i + 0 > last + 0) last = i
  if (last != "") "date -r " file "/" last " +%s 2>/dev/null" | getline written
  return period(written + 0 > since ? written + 0 : since, interval)
}
# Field 22 of stat. The second field, the name in parentheses, may be anything.
function started(pid,   line, f) {
  line = firstline("/proc/" pid "/stat")
  sub(/.*\) /, "", line)
  return split(line, f, " ") > 19 ? number(f[20]) : "-"
}
