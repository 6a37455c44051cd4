# "uci show": config.section.option=QUOTED, a list as several QUOTED. Keys but public ones are not even kept.
function uci(line,   at, value, part) {
  at = index(line, "=")
  value = unquote(substr(line, at + 1))
  if (line ~ /^[^=]*_key=/ && line !~ /^[^=]*\.public_key=/) return
  if (split(substr(line, 1, at - 1), part, ".") == 2) { type[part[1] "." part[2]] = value; section[++sections] = part[1] "." part[2] }
  else option[part[1] "." part[2], part[3]] = value
}
