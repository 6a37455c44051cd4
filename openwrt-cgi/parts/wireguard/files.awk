# Prints what may be known of the files of interfaces: names, public keys and addresses, and never another key. ARGV[1] lists the
# interfaces; the arguments after it are paths in which %i stands for the interface, and the first that can be read is its file.
#include wireguard/trim.awk
#include wireguard/interfaces.awk
#include wireguard/grammar.awk
#include shared/uci-unquote.awk
#include wireguard/uci.awk

# One line of a file, as a word and its value.
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
# A configuration file or a record of revoked peers; 0 where it cannot be read.
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
# AmneziaVPN's table of clients: JSON, of which only these lines matter.
function clients(name, path,   line, n) {
  n = 0
  while ((getline line < path) > 0 && n < 100000)
    if (line ~ /"(clientId|clientName)"[ ]*:/) {
      if (n++ == 0) print "clients " name
      print "client " substr(trim(line), 1, 600)
    }
  close(path)
}
# A value in /etc/config/network, in apostrophes, in quotation marks or in none.
function plain(text) {
  text = unquote(text)
  gsub(/"/, "", text)
  return substr(text, 1, 2000)
}
# The section that has ended, if it was a peer.
function keep(   entry) {
  if (key == "") return
  entry = "peer\n" (title == "" ? "" : "name " title "\n") "key " key "\n" (addresses == "" ? "" : "allowed " addresses "\n")
  if (off) out = out entry
  else present = present entry
  key = ""
}
# OpenWrt configures the peers of an interface in /etc/config/network; those that are switched off there are the revoked ones.
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
}
