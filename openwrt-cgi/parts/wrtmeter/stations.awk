# Stations, from "iw dev" and "iw dev … station dump".
# wanted: the keys of a station that are kept, and up to which of its links. first: the first words of the lines that matter.
BEGIN {
  split("rx bytes:,tx bytes:,authorized:,connected time:,associated at", keys, ",")
  for (i in keys) wanted[keys[i]] = 1
  split("signal:,rx bitrate:,tx bitrate:,inactive time:", keys, ",")
  for (i in keys) wanted[keys[i]] = 2
  split("Station Link rx tx signal: inactive connected associated authorized:", keys, " ")
  for (i in keys) first[keys[i]] = 1
}
# A station ends where the next one begins. One that is not authorised has shown no password yet: it moves no data, and its MAC
# may be anything. The links of a Wi-Fi 7 station repeat its bytes, but the first link has its signal and rates.
function endstation() {
  if (mac != "" && sta["authorized:"] != "no" && isnumber(sta["rx bytes:"]) && isnumber(sta["tx bytes:"]))
    stations[dump, ++stationsof[dump]] = "station " word(dump) " " mac " " sta["rx bytes:"] " " sta["tx bytes:"] " " \
      (sta["signal:"] ~ /^-?[0-9]+$/ ? sta["signal:"] : "-") " " number(sta["rx bitrate:"]) " " number(sta["tx bitrate:"]) " " \
      number(sta["connected time:"]) " " number(sta["inactive time:"]) " " number(sta["associated at"])
  mac = ""
  link = 0
  split("", sta)
}
function station(   key, value) {
  if ($1 == "Station") { endstation(); mac = ismac(tolower($2)) ? tolower($2) : ""; return }
  if ($1 == "Link") { link++; return }
  key = $1 == "authorized:" || $1 == "signal:" ? $1 : $1 " " $2
  if (!(key in wanted) || key in sta || link >= wanted[key]) return
  value = key == $1 ? $2 : $3
  if (key == "associated at") { value = $3 == "[boottime]:" ? $4 : ""; sub(/s$/, "", value) }
  if (value != "") sta[key] = value
}
function radio(   at) {
  if ($1 == "Interface") { radioname[++radios] = $2; return }
  if ($1 == "Unnamed/non-netdev" || $1 ~ /^phy#/) { radioname[++radios] = ""; return }
  if ($1 == "type") { $1 = ""; radiotype[radios] = tolower(substr($0, 2)) }
  if ($1 == "4addr:" && $2 == "on") radio4[radios] = 1
  if ($1 == "channel" && !(radios in radiofreq)) { at = $3; sub(/^\(/, "", at); radiofreq[radios] = at }
  if ($1 == "ssid") { sub(/^[[:space:]]*ssid ?/, ""); radiossid[radios] = $0 }
}
function print_stations(   i, j) {
  if (!block("stations")) return
  for (i = 1; i <= radios; i++) {
    if (radioname[i] == "") continue
    print "radio", word(radioname[i]), word(radiotype[i]), radio4[i] + 0, number(radiofreq[i]), clean(radiossid[i])
    for (j = 1; j <= stationsof[radioname[i]]; j++) print stations[radioname[i], j]
  }
  print "end stations"
}
