# Leases, from the files of dnsmasq and odhcpd.
function lease(expiry, mac, address, host, client) {
  mac = tolower(mac)
  if (isnumber(expiry) && isaddress(address) && (ismac(mac) || (length(mac) <= 64 && mac ~ /^[0-9a-f][0-9a-f]-[0-9a-f:]+$/)))
    print "lease", expiry, mac, address, (host == "" ? "*" : clean(host)), (client == "" ? "*" : clean(client))
}
function lease6(expiry, duid, address, host) {
  duid = tolower(duid)
  gsub(/:/, "", duid)
  if (isnumber(expiry) && duid ~ /^[0-9a-f]+$/ && address ~ /:/ && isaddress(address))
    print "lease6", expiry, clean(duid), address, (host == "*" ? "-" : clean(host))
}
# dnsmasq lists its IPv6 leases below a line "duid …", with the client's DUID last.
function dnsmasq(file,   line, f, n, v6) {
  while ((getline line < (root file)) > 0) {
    n = split(line, f, " ")
    if (f[1] == "duid") v6 = 1
    else if (v6 && n > 4) lease6(f[1], f[5], f[3], f[4])
    else if (!v6 && n > 2) lease(f[1], f[2], f[3], f[4], f[5])
  }
  close(root file)
}
# odhcpd: "# interface DUID iaid host expiry id length address/128…", or for IPv4 "# interface MAC ipv4 host expiry id 32 address/32".
function odhcpd(file,   line, f, n, i, host) {
  while ((getline line < (root file)) > 0) {
    n = split(line, f, " ")
    if (f[1] != "#" || n < 9 || f[6] == "0") continue
    host = f[5] == "-" || f[5] ~ /\\/ ? "" : f[5]
    if (f[6] == "-1") f[6] = "0"
    for (i = 9; i <= n; i++) {
      if (f[4] == "ipv4" && sub(/\/32$/, "", f[i])) lease(f[6], hexmac(f[3]), f[i], host, "")
      else if (sub(/\/128$/, "", f[i])) lease6(f[6], f[3], f[i], host)
    }
  }
  close(root file)
}
# 020000000001 and 2:0:0:0:0:1 are both 02:00:00:00:00:01.
function hexmac(text,   f, i, n) {
  if (text ~ /^[0-9A-Fa-f]+$/ && length(text) == 12) { gsub(/../, "&:", text); return substr(text, 1, 17) }
  n = split(text, f, ":")
  text = ""
  for (i = 1; i <= n; i++) text = text (i > 1 ? ":" : "") (length(f[i]) == 1 ? "0" : "") f[i]
  return text
}
function print_leases(   i, s, file, files, found) {
  if (!block("leases")) return
  for (i = 1; i <= sections; i++) {
    s = section[i]
    if (type[s] != "dnsmasq" && type[s] != "odhcpd") continue
    file = option[s, "leasefile"]
    if (file == "") file = type[s] == "odhcpd" ? "/tmp/hosts/odhcpd" : "/tmp/dhcp.leases"
    if (file in files) continue
    files[file] = 1
    if (type[s] == "odhcpd") odhcpd(file)
    else dnsmasq(file)
    if (type[s] == "dnsmasq") found = 1
  }
  if (!found && !("/tmp/dhcp.leases" in files)) dnsmasq("/tmp/dhcp.leases")
  print "end leases"
}
