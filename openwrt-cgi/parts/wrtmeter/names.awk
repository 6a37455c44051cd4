# Names, from the static hosts in the configuration and from hosts files.
function print_names(   i, j, n, s, macs, addresses, line, f, lines, count) {
  print "begin names"
  for (i = 1; i <= sections; i++) {
    s = section[i]
    if (type[s] == "host" && option[s, "name"] != "") {
      n = split(tolower(option[s, "mac"]), macs, " ")
      for (j = 1; j <= n; j++) if (ismac(macs[j])) print "host", macs[j], (isaddress(option[s, "ip"]) ? option[s, "ip"] : "-"), clean(option[s, "name"])
    }
    # Either may be a list: the first name is the name of each address.
    if (type[s] == "domain" && split(option[s, "name"], f, " ")) {
      n = split(tolower(option[s, "ip"]), addresses, " ")
      for (j = 1; j <= n; j++) if (isaddress(addresses[j])) print "name", addresses[j], clean(f[1])
    }
  }
  # Advertisement blockers keep hosts files of 100,000 lines; those names lead nowhere, and the rest is bounded.
  for (i = 1; i <= hostfiles; i++) {
    while (++lines <= 5000 && count < 1000 && (getline line < hosts[i]) > 0) {
      if (line ~ /^[[:space:]]*#/ || split(line, f, " ") < 2 || !isaddress(tolower(f[1]))) continue
      if (f[1] ~ /^(127\.|0\.0\.0\.0$|255\.|::1?$|f[ef]0)/) continue
      print "name", tolower(f[1]), clean(f[2])
      count++
    }
    close(hosts[i])
  }
  print "end names"
}
