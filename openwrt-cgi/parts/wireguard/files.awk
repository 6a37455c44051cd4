# Prints what may be known of the files of interfaces: names, public keys and addresses, and never another key. ARGV[1] lists the
# interfaces; the arguments after it are paths in which %i stands for the interface, and the first that can be read is its file.
#include wireguard/trim.awk
#include wireguard/interfaces.awk
#include wireguard/grammar.awk
#include wireguard/names.awk
#include wireguard/structure.awk
#include wireguard/clients-table.awk
#include shared/uci-unquote.awk
#include wireguard/uci.awk

# A configuration file or a record of revoked peers; 0 where it cannot be read.
function settings(what, interface, path,   line, got, n, s) {
  split("", row)
  n = 0
  while ((got = (getline line < path)) > 0 && n < 100000) row[++n] = line
  close(path)
  if (n == 0 && got < 0) return 0
  print what " " interface
  structure(n)
  for (s = 1; s <= sections; s++) {
    if (!peer[s] || hidden[s] || !is_key(public[s])) continue
    print "peer " public[s]
    if (name[s] != "") print "name " substr(name[s], 1, 2000)
    if (allowed[s] != "") print "allowed " substr(allowed[s], 1, 2000)
  }
  return 1
}
# A value in /etc/config/network, in apostrophes, in quotation marks or in none.
function plain(text) {
  text = unquote(text)
  gsub(/"/, "", text)
  return substr(text, 1, 2000)
}
# The section that has ended, if it was a peer.
function keep(   entry) {
  if (!is_key(key)) return
  entry = "peer " key "\n" (called == "" ? "" : "name " called "\n") (addresses == "" ? "" : "allowed " addresses "\n")
  if (off) out = out entry
  else present = present entry
  key = ""
}
# OpenWrt configures the peers of an interface in /etc/config/network; those that are switched off there are the revoked ones.
function uci(interface, path,   line, word, mine) {
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
      mine = uci_interface(line, "") == interface
      called = addresses = ""
      off = 0
    } else if (mine && (word == "option" || word == "list")) {
      word = line
      sub(/[ \t].*/, "", word)
      sub(/^[^ \t]+[ \t]+/, "", line)
      word = plain(word)
      if (word == "public_key") key = plain(line)
      else if (word == "description") called = plain(line)
      else if (word == "disabled") off = uci_is_on(plain(line))
      else if (word == "allowed_ips") addresses = addresses (addresses == "" ? "" : ",") plain(line)
    }
  }
  keep()
  close(path)
  if (present out == "") return 0
  printf "file %s\n%srevoked %s\n%s", interface, present, interface, out
  return 1
}
function path_for(interface, pattern,   parts, n, i, path) {
  n = split(pattern, parts, "%i")
  path = parts[1]
  for (i = 2; i <= n; i++) path = path interface parts[i]
  return path
}
BEGIN {
  n = interfaces()
  for (i = 1; i <= n; i++) {
    for (a = 2; a < ARGC; a++) {
      path = path_for(names[i], ARGV[a])
      if (path ~ /\/etc\/config\/network$/) {
        if (uci(names[i], path)) break
        continue
      }
      if (!settings("file", names[i], path)) continue
      settings("revoked", names[i], path ".revoked")
      if (sub("^/opt/amnezia/.*/", "&", path) && sub("[^/]*$", "clientsTable", path)) clients(names[i], path)
      break
    }
    if (a == ARGC) for (a = 2; a < ARGC; a++) if (settings("revoked", names[i], path_for(names[i], ARGV[a]) ".revoked")) break
  }
  print "end"
}
