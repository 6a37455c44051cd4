// Made from openwrt-cgi/parts/wireguard/ by "npm run scripts": change it there.

/*
 * Programs for any awk (mawk, gawk, busybox), each one argument of a command: what they leave out never leaves the server. The first
 * argument after a program lists the interfaces, joined by commas; if it is empty, they are those of /proc/net/dev.
 */

/**
 * Prints what identifies one boot of a server and one life of each interface: lines of a word and its value.
 */
export const FACTS_PROGRAM = String.raw`function trim(text) {
  sub(/^[ \t\r]+/, "", text)
  sub(/[ \t\r]+$/, "", text)
  return text
}
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}

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
 * Prints what may be known of the files of interfaces: names, public keys and addresses, and never another key. ARGV[1] lists the
 * interfaces; the arguments after it are paths in which %i stands for the interface, and the first that can be read is its file.
 */
export const FILES_PROGRAM = String.raw`function trim(text) {
  sub(/^[ \t\r]+/, "", text)
  sub(/[ \t\r]+$/, "", text)
  return text
}
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}

function bare(line) {
  sub(/#.*/, "", line)
  if (strict) gsub(/[ \t\r\v\f]/, "", line)
  return trim(line)
}
function kind_of(line) {
  line = trim(line)
  if (strict) sub(/^[ \t\r\v\f]+/, "", line)
  if (line == "") return "blank"
  if (substr(line, 1, 1) == "#") return "comment"
  return substr(line, 1, 1) == "[" ? "head" : "option"
}
function is_peer(text) {
  return strict ? tolower(text) == "[peer]" : tolower(text) ~ /^\[peer\]/
}
function is_option(text, name) {
  return tolower(text) ~ ("^" name "[ \t]*=")
}
function value_of(text) {
  sub(/^[^=]*=/, "", text)
  return trim(text)
}
function is_name(line) {
  line = tolower(line)
  if (strict) return line ~ /^[ \t]*#+[ \t]*((friendly_?)?name[ \t]*=|client[ \t])/
  return trim(line) ~ /^(#+[ \t]*(friendly_)?name[ \t]*=|### client )/
}
function name_of(line) {
  line = trim(line)
  return tolower(line) ~ /^### client / ? substr(line, 12, 300) : substr(value_of(line), 1, 2000)
}
function unquote(text) {
  gsub(/\047\\\047\047/, "\001", text)
  gsub(/\047/, "", text)
  gsub(/\001/, "\047", text)
  return text
}
function uci_interface(type, protocol) {
  return sub(protocol == "" ? "^(wireguard|amneziawg)_" : "^" protocol "_", "", type) ? type : ""
}
function uci_is_on(value) {
  return value ~ /^(1|on|true|yes|enabled)$/
}

function report(line,   kind, text) {
  kind = kind_of(line)
  text = bare(line)
  if (kind == "blank") print "blank"
  else if (kind == "comment") print (is_name(line) ? "name " name_of(line) : "comment")
  else if (kind == "head") print (is_peer(text) ? "peer" : "section")
  else if (is_option(text, "publickey")) print "key " substr(value_of(text), 1, 2000)
  else if (is_option(text, "allowedips")) print "allowed " substr(value_of(text), 1, 2000)
  else print "setting"
}
function settings(kind, name, path,   line, got, n) {
  n = 0
  while ((got = (getline line < path)) > 0 && n < 100000) {
    if (n++ == 0) print kind " " name
    report(line)
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
function plain(text) {
  text = unquote(text)
  gsub(/"/, "", text)
  return substr(text, 1, 2000)
}
function keep(   entry) {
  if (key == "") return
  entry = "peer\n" (title == "" ? "" : "name " title "\n") "key " key "\n" (addresses == "" ? "" : "allowed " addresses "\n")
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
    sub(/[ \t].*/, "", word)
    sub(/^[^ \t]+[ \t]+/, "", line)
    if (word == "config") {
      keep()
      sub(/[ \t].*/, "", line)
      line = plain(line)
      mine = uci_interface(line, "") == name
      title = addresses = ""
      off = 0
    } else if (mine && (word == "option" || word == "list")) {
      word = line
      sub(/[ \t].*/, "", word)
      sub(/^[^ \t]+[ \t]+/, "", line)
      word = plain(word)
      if (word == "public_key") key = plain(line)
      else if (word == "description") title = plain(line)
      else if (word == "disabled") off = uci_is_on(plain(line))
      else if (word == "allowed_ips") addresses = addresses (addresses == "" ? "" : ",") plain(line)
    }
  }
  keep()
  close(path)
  if (present out == "") return 0
  printf "file %s\n%srevoked %s\n%s", name, present, name, out
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
      if (path ~ /\/etc\/config\/network$/) {
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
