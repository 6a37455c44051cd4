# Prints what identifies one boot of a server and one life of each interface: lines of a word and its value.
#include wireguard/trim.awk
#include wireguard/interfaces.awk

function fact(word, path,   line) {
  if ((getline line < path) > 0) print word " " substr(line, 1, 300)
  close(path)
}
BEGIN {
  fact("boot_id", "/proc/sys/kernel/random/boot_id")
  fact("uptime", "/proc/uptime")
  while ((getline line < "/proc/stat") > 0) if (line ~ /^btime /) print line
  fact("hostname", "/proc/sys/kernel/hostname")
  while ((getline line < "/etc/os-release") > 0) if (line ~ /^PRETTY_NAME=/) print "release " substr(line, 13, 200)
  n = interfaces()
  for (i = 1; i <= n; i++) fact("ifindex " names[i], "/sys/class/net/" names[i] "/ifindex")
  print "end"
}
