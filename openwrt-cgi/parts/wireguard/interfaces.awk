# Fills names with the interfaces in the first argument, joined by commas, or where it is empty with those of /proc/net/dev; returns how many.
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}
