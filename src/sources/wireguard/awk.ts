/**
 * Programs for any awk (mawk, gawk, busybox), each one argument of a command: what they leave out never leaves the server. The first
 * argument after a program names the interfaces, joined by commas; without it they are those of /proc/net/dev.
 */
const INTERFACES = `
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}
function trim(text) {
  sub(/^[ \\t\\r]+/, "", text)
  sub(/[ \\t\\r]+$/, "", text)
  return text
}`;

/** Prints what tells one boot and one life of an interface from the next: lines of a word and its value. */
export const FACTS_PROGRAM = `${INTERFACES}
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
}`;

/**
 * Prints what may be told of the interfaces' files: names, public keys and addresses, never another key. The arguments after the
 * interfaces are paths, in which %i stands for the interface: the first that can be read is its file. Beside it may be the record of
 * revoked peers (.revoked), also where there is no file, and AmneziaVPN's table of clients. OpenWrt's /etc/config/network is the file of
 * the interfaces whose peers it has; those that are switched off there are the revoked ones.
 */
export const FILES_PROGRAM = `${INTERFACES}
function value(line) {
  sub(/^[^=]*=/, "", line)
  return substr(trim(line), 1, 2000)
}
function setting(line) {
  sub(/#.*/, "", line)
  return value(line)
}
function tell(line,   small) {
  line = trim(line)
  small = tolower(line)
  if (line == "") print "blank"
  else if (small ~ /^\\[peer\\]/) print "peer"
  else if (small ~ /^\\[/) print "section"
  else if (small ~ /^#+[ \\t]*(friendly_)?name[ \\t]*=/) print "name " value(line)
  else if (small ~ /^### client /) print "name " substr(line, 12, 300)
  else if (small ~ /^#/) print "comment"
  else if (small ~ /^publickey[ \\t]*=/) print "key " setting(line)
  else if (small ~ /^allowedips[ \\t]*=/) print "allowed " setting(line)
  else print "setting"
}
function settings(kind, name, path,   line, got, n) {
  n = 0
  while ((got = (getline line < path)) > 0 && n < 100000) {
    if (n++ == 0) print kind " " name
    tell(line)
  }
  close(path)
  if (n == 0 && got == 0) print kind " " name
  return got >= 0
}
function clients(name, path,   line, n) {
  n = 0
  while ((getline line < path) > 0 && n < 100000)
    if (line ~ /"(clientId|clientName)"[ ]*:/) {
      if (n++ == 0) print "clients " name
      print "client " substr(trim(line), 1, 600)
    }
  close(path)
}
function unquoted(text) {
  gsub(/\\047\\\\\\047\\047/, "\\001", text)
  gsub(/[\\047"]/, "", text)
  gsub(/\\001/, "\\047", text)
  return substr(text, 1, 2000)
}
function noted(   entry) {
  if (key == "") return
  entry = "peer\\n" (title == "" ? "" : "name " title "\\n") "key " key "\\n" (addresses == "" ? "" : "allowed " addresses "\\n")
  if (off) out = out entry
  else present = present entry
  key = ""
}
function uci(name, path,   line, word, mine) {
  key = present = out = ""
  mine = 0
  while ((getline line < path) > 0) {
    line = trim(line)
    word = line
    sub(/[ \\t].*/, "", word)
    sub(/^[^ \\t]+[ \\t]+/, "", line)
    if (word == "config") {
      noted()
      sub(/[ \\t].*/, "", line)
      line = unquoted(line)
      mine = line == "wireguard_" name || line == "amneziawg_" name
      title = addresses = ""
      off = 0
    } else if (mine && (word == "option" || word == "list")) {
      word = line
      sub(/[ \\t].*/, "", word)
      sub(/^[^ \\t]+[ \\t]+/, "", line)
      word = unquoted(word)
      if (word == "public_key") key = unquoted(line)
      else if (word == "description") title = unquoted(line)
      else if (word == "disabled") off = unquoted(line) ~ /^(1|on|true|yes|enabled)$/
      else if (word == "allowed_ips") addresses = addresses (addresses == "" ? "" : ",") unquoted(line)
    }
  }
  noted()
  close(path)
  if (present out == "") return 0
  printf "file %s\\n%srevoked %s\\n%s", name, present, name, out
  return 1
}
function pathFor(name, pattern,   parts, n, i, path) {
  n = split(pattern, parts, "%i")
  path = parts[1]
  for (i = 2; i <= n; i++) path = path name parts[i]
  return path
}
BEGIN {
  n = interfaces()
  for (i = 1; i <= n; i++) {
    for (a = 2; a < ARGC; a++) {
      path = pathFor(names[i], ARGV[a])
      if (path ~ /\\/etc\\/config\\/network$/) {
        if (uci(names[i], path)) break
        continue
      }
      if (!settings("file", names[i], path)) continue
      settings("revoked", names[i], path ".revoked")
      if (sub("^/opt/amnezia/.*/", "&", path) && sub("[^/]*$", "clientsTable", path)) clients(names[i], path)
      break
    }
    if (a == ARGC) for (a = 2; a < ARGC; a++) if (settings("revoked", names[i], pathFor(names[i], ARGV[a]) ".revoked")) break
  }
  print "end"
}`;
