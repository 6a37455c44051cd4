#!/bin/sh
# Made from parts/hosts-networks.sh by "npm run scripts": change it there.
# Which networks of this router have their hosts counted: sourced (".") by the scripts that count them, never run by itself.
# For busybox ash and awk. For tests: WRTMETER_NETWORKS="lan=br-lan guest=br-guest" is taken instead of the configuration.

root=${WRTMETER_ROOT:-}
# Limits for calls that can hang: a stuck daemon must not take the other sections with it. OpenWrt's busybox has no "timeout", so one
# process hears of each "call COMMAND" on descriptor 3, and kills one that takes too long with all that it started. Use:
#   { FUNCTION 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1
limit=4
call() {
  "$@" 3>&- &
  echo "$!" >&3
  wait "$!"
  set -- "$?"
  echo >&3
  return "$1"
}
watch_calls() {
  exec >/dev/null 2>&1
  set +f
  IFS=' '
  while read -r called; do
    [ -n "$called" ] || continue
    # shellcheck disable=SC3045 # busybox's knows -t
    read -r -t "$limit" _
    case $? in
      0) ;;
      # It takes too long, or who called was killed. Others that hang have less time: the answer must still be in time.
      1 | 1??) kill_tree "$called" && limit=2 ;;
      *) return ;; # this shell's "read" knows no time
    esac
  done
}
kill_tree() { # PID
  kill -STOP "$1"
  for stat in /proc/[0-9]*/stat; do
    read -r line <"$stat" || continue
    # After the name in parentheses: the state, the parent.
    # shellcheck disable=SC2086
    set -- "$1" ${line##*) }
    [ "$3" != "$1" ] || (kill_tree "${line%% *}")
  done
  kill -KILL "$1"
}
# Prints a configuration as "uci show" does. One that does not exist is as good as an empty one. One that uci cannot read, of which it prints
# nothing, is a failure: what it sets is not known.
uci_show() { # CONFIGURATION
  call uci -q show "$1" || [ ! -e "$root/etc/config/$1" ] || ! command -v uci >/dev/null
}
uci_failed() { # CONFIGURATION
  printf 'uci cannot read /etc/config/%s; "uci show %s" on the router says why' "$1" "$1"
}

# A section that is missing is a failure for uci as well.
networks_facts() {
  call uci -q show wrtmeter.hosts || uci_show wrtmeter >/dev/null || broken wrtmeter
  uci_show firewall || broken firewall
  uci_show network || broken network
  printf '\n\001netifd\n'
  call ubus call network.interface dump
  printf '\n\001end\n'
} 2>/dev/null
broken() { printf '\n\001broken %s %s\n\001\n' "$1" "$(uci_failed "$1")"; }

# Prints one line per network, "network NAME DEVICE", or a single line: "none REASON" if nothing is to be counted here, "failed REASON"
# if that is not known at the moment. With "uplinks", lines "uplink NAME DEVICE" follow.
# The configuration names the networks (config hosts, list network), else they are those of the firewall zones that are not uplinks: the same
# rule as in wrtmeter.cgi. netifd knows their devices; where it does not answer, /etc/config/network is used.
counted_networks() { # [uplinks]
  if [ -n "${WRTMETER_NETWORKS:-}" ]; then
    case $WRTMETER_NETWORKS in
      *[!A-Za-z0-9_.@=\ -]*) echo 'failed WRTMETER_NETWORKS has other characters than those of NAME=DEVICE, separated by spaces' ;;
      *) for pair in $WRTMETER_NETWORKS; do echo "network ${pair%%=*} ${pair#*=}"; done ;;
    esac
    return
  fi
  { networks_facts 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk -v uplinks="${1:-}" '
    # A value as uci writes it, in apostrophes; an apostrophe inside ends them, stands behind a backslash, and begins them again.
    function unquote(text) {
      gsub(/\047\\\047\047/, "\001", text)
      gsub(/\047/, "", text)
      gsub(/\001/, "\047", text)
      return text
    }
    # "uci show": config.section.option=QUOTED, a list as several QUOTED. Keys but public ones are not even kept.
    function uci(line,   at, value, part) {
      at = index(line, "=")
      value = unquote(substr(line, at + 1))
      if (line ~ /^[^=]*_key=/ && line !~ /^[^=]*\.public_key=/) return
      if (split(substr(line, 1, at - 1), part, ".") == 2) { type[part[1] "." part[2]] = value; section[++sections] = part[1] "." part[2] }
      else option[part[1] "." part[2], part[3]] = value
    }
    # netifd prints JSON. Read token by token, it may be indented or not. Interfaces are objects at depth 3, their routes at depth 5; what netifd
    # holds back (option defaultroute 0) is one level further in, below "inactive", and is not in the kernel.
    function json(text,   token) {
      while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+/)) {
        token = substr(text, RSTART, RLENGTH)
        text = substr(text, RSTART + RLENGTH)
        if (token == "{" || token == "[") {
          name[++depth] = key
          key = ""
          if (depth == 3) interfaces++
          if (depth == 5) target = mask = routemetric = ""
        } else if (token == "}" || token == "]") {
          if (depth == 5 && name[4] == "route" && mask == "0") {
            if (target == "0.0.0.0") { field[interfaces, "default"] = field[interfaces, "default4"] = 1; field[interfaces, "metric4"] = routemetric }
            if (target == "::") { field[interfaces, "default"] = field[interfaces, "default6"] = 1; field[interfaces, "metric6"] = routemetric }
          }
          if (--depth == 0) complete = 1
          key = ""
        } else if (token == ":") key = last
        else if (token == ",") key = ""
        else {
          last = token
          gsub(/^"|"$/, "", last)
          if (key == "") continue
          if (depth == 3) field[interfaces, key] = last
          if (depth == 4 && name[4] == "data" && key == "zone") field[interfaces, "zone"] = last
          if (depth == 5 && name[4] == "route") {
            if (key == "target") target = last
            if (key == "mask") mask = last
            if (key == "metric") routemetric = last
          }
        }
      }
    }
    # Protocols of netifd whose bytes are in the uplink below them too.
    function istunnel(proto) { return proto ~ /^(wireguard|amneziawg|openvpn|openconnect|vpnc|tailscale|zerotier|l2tp|pptp|sstp|6in4|6to4|6rd|dslite|map|464xlat|gre|vti|ipip|vxlan|xfrm)/ }
    # An uplink is an interface of a firewall zone that masquerades or is called wan, or one of no zone, with a default route.
    function zones(   i, s, n, list, j, kind) {
      for (i = 1; i <= sections; i++) {
        s = section[i]
        if (type[s] != "zone") continue
        kind = option[s, "name"] != "lan" && (option[s, "masq"] == 1 || option[s, "name"] ~ /^wan/) ? "wan" : "other"
        zonekind[option[s, "name"]] = kind
        list = option[s, "network"]
        if (list == "" && option[s, "device"] == "" && option[s, "subnet"] == "") list = option[s, "name"]
        n = split(list, networks, " ")
        for (j = 1; j <= n; j++) if (zone[networks[j]] != "wan") zone[networks[j]] = kind
      }
    }
    function kindof(i) { return zone[field[i, "interface"]] != "" ? zone[field[i, "interface"]] : zonekind[field[i, "zone"]] }
    function isuplink(i,   logical, kind) {
      logical = field[i, "interface"]
      kind = kindof(i)
      if (field[i, "up"] != "true") return kind == "wan" && (!istunnel(field[i, "proto"]) || logical ~ /^w?wan/)
      if (kind == "wan") return field[i, "default"] || logical ~ /^w?wan/
      return kind == "" && field[i, "default"] && logical != "lan"
    }

    # Without netifd: what /etc/config/network says of interfaces and their devices.
    function configured(   i, s, part, logical, proto, device) {
      interfaces = 0
      split("", field)
      for (i = 1; i <= sections; i++) {
        s = section[i]
        if (type[s] != "interface" || split(s, part, ".") != 2 || part[1] != "network") continue
        logical = part[2]
        proto = option[s, "proto"]
        device = option[s, "device"] != "" ? option[s, "device"] : option[s, "ifname"]
        sub(/ .*/, "", device)
        if (option[s, "type"] == "bridge") device = "br-" logical
        if (proto ~ /^(wireguard|amneziawg)$/) device = logical
        if (proto ~ /^(pppoe|pppoa|pptp|l2tp|3g|6in4|6rd|6to4|dslite|map|464xlat)$/) device = proto "-" logical
        interfaces++
        field[interfaces, "interface"] = logical
        field[interfaces, "device"] = device
        field[interfaces, "proto"] = proto
        if (option[s, "gateway"] != "") field[interfaces, "default"] = field[interfaces, "up"] = option[s, "disabled"] == 1 ? "" : "true"
      }
    }

    # Several networks can share one device (lan and an alias for IPv6): the first one names it.
    # A device name goes into nft and iptables commands, so any with unusual characters is left out.
    function count(network, device) {
      if (device == "lo" || device in counted || network !~ /^[A-Za-z0-9_.-]+$/ || length(network) > 64) return
      if (device !~ /^[A-Za-z0-9_.@-]+$/ || device ~ /^-/ || length(device) > 15) return
      counted[device] = 1
      list = list "network " network " " device "\n"
    }
    # Whatever leads out of the home, with a default route or without. A tunnel of such a zone can be a server for devices of the home.
    function list_uplinks(   i, s, j, n, devices) {
      for (i = 1; i <= interfaces; i++)
        if (isuplink(i) || (kindof(i) == "wan" && !istunnel(field[i, "proto"]))) outward = outward "uplink " field[i, "interface"] " " deviceof(i) "\n"
      for (i = 1; i <= sections; i++) {
        s = section[i]
        if (type[s] != "zone" || zonekind[option[s, "name"]] != "wan") continue
        n = split(option[s, "device"], devices, " ")
        for (j = 1; j <= n; j++) outward = outward "uplink " option[s, "name"] " " devices[j] "\n"
      }
    }
    function deviceof(i) { return field[i, "l3_device"] != "" ? field[i, "l3_device"] : field[i, "device"] ~ /^@/ ? "" : field[i, "device"] }

    /^\001broken / { broken[$2] = substr($0, length($1 " " $2) + 2); next }
    /^\001/ { part = substr($0, 2); next }
    part == "" { uci($0) }
    part == "netifd" { json($0) }
    END {
      if (part != "end") { print "failed awk could not read the configuration"; exit }
      # What cannot be read must not look like what is not set: then what counts now would be removed.
      if ("wrtmeter" in broken) { print "failed " broken["wrtmeter"]; exit }
      if (!complete && "network" in broken) { print "failed " broken["network"]; exit }
      if (!complete) configured()
      if (!interfaces) { print "failed neither netifd nor /etc/config/network says which networks there are"; exit }
      if ("firewall" in broken && option["wrtmeter.hosts", "network"] == "") { print "failed " broken["firewall"]; exit }
      zones()
      if (uplinks != "") list_uplinks()
      named = option["wrtmeter.hosts", "network"]
      if (named != "") {
        n = split(named, wanted, " ")
        for (j = 1; j <= n; j++) for (i = 1; i <= interfaces; i++) if (field[i, "interface"] == wanted[j]) count(wanted[j], deviceof(i))
        if (list == "") list = "failed no network of \"" named "\" has a device; see option network in /etc/config/wrtmeter\n"
        printf "%s", list outward
        exit
      }
      for (i = 1; i <= interfaces; i++) {
        if (kindof(i) == "other") {
          count(field[i, "interface"], deviceof(i))
          if (field[i, "up"] == "true" && field[i, "default"]) behind = 1
        }
        if (isuplink(i)) { uplink = 1; if (field[i, "up"] == "true") up = 1 }
      }
      for (i = 1; i <= sections; i++)
        if (type[section[i]] == "zone" && zonekind[option[section[i], "name"]] == "other") {
          n = split(option[section[i], "device"], devices, " ")
          for (j = 1; j <= n; j++) count(option[section[i], "name"], devices[j])
        }
      # An access point often keeps a wan that nothing is plugged into: its own default route leads through the LAN.
      if (!uplink || (!up && behind)) printf "%s", "none this router has no uplink of its own\n" outward
      else if (list == "") printf "%s", "none only firewall zones of uplinks have networks; name some in /etc/config/wrtmeter (list network)\n" outward
      else printf "%s", list outward
    }
  '
}
