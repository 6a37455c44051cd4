#!/bin/sh
# Made from parts/limits.sh by "npm run scripts": change it there.
# Slows devices, users and peers down or pauses them, in its own nftables table: inet wrtmeter_limits. The wanted state comes whole on
# standard input, and the table is made so in one transaction; docs/run/limits.md has the format and explains how it works.
# Installed as /usr/lib/wrtmeter/limits.sh, where a key that can do nothing else runs it over ssh. To a server that has no copy wrtmeter sends
# this text to `sh -s`, its last line with a here-document behind it. SSH_ORIGINAL_COMMAND is never looked at.
# The answer ends with a line `result ok changed|unchanged` or `result failed STEP REASON`; without it, it is incomplete.
# For busybox ash and awk, dash and mawk alike. For tests, and only if the first argument is "for-tests", which no login can give to a forced
# command: WRTMETER_ROOT is put before the paths of files, WRTMETER_STOP names a step to be killed at, WRTMETER_SECONDS is the time for each call, WRTMETER_NETWORKS="lan=br-lan
# guest=br-guest" overrides the configuration. An ssh server can be told to take variables of a login.
[ "${1:-}" = for-tests ] || unset WRTMETER_ROOT WRTMETER_STOP WRTMETER_SECONDS WRTMETER_NETWORKS
root=${WRTMETER_ROOT:-}
LC_ALL=C PATH=$PATH:$root/usr/local/sbin:$root/usr/sbin:$root/sbin
export LC_ALL PATH
newline='
'

say() { printf '%s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# The first line of what a program complained about.
complaint() { # TEXT
  printf '%s\n' "$1" | tr -d '\000-\011\013-\037\177-\377' | grep . | head -n 1 | cut -c 1-200
}

# Every call ends here or in done_with().
fail() { # STEP REASON
  say "result failed $1 $2"
  exit 0
}

done_with() { # changed|unchanged
  say "result ok $1"
  exit 0
}

step() { # NAME
  [ "${WRTMETER_STOP:-}" != "$1" ] || { read -r self _ </proc/self/stat && kill -9 $$ "$self"; }
}

# One run at a time. The kernel releases the lock when this shell ends, so none is ever left behind. The folder is root's alone: nobody else can
# hold the lock. It is also what tells wrtmeter.cgi that there may be limits since the last boot.
lock() {
  step lock
  [ "$(id -u)" = 0 ] || fail lock 'This needs root'
  has flock || fail lock '"flock" is not installed here: install util-linux or busybox with it'
  place=$root/var/run/wrtmeter-limits tries=0
  [ -d "$place" ] || mkdir -p "$place" 2>/dev/null || fail lock "Cannot create \"$place\""
  exec 9<"$place"
  while flock -n -x 9 2>/dev/null; got=$?; [ "$got" != 0 ]; do
    [ "$got" = 1 ] || fail lock '"flock" does not work here: install util-linux or busybox with it'
    [ "$tries" -lt 10 ] || fail lock 'Another run has been at work for 10 seconds'
    sleep 1
    tries=$((tries + 1))
  done
  # From here on it runs to its end, even if nobody listens any longer.
  trap '' HUP INT TERM PIPE
}

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

# Nothing that is called here may take longer than this, nor the input: half-sent connections must not pile up. Where "read" knows a time, as
# busybox's does, calls are watched; servers with another shell have "timeout".
seconds=${WRTMETER_SECONDS:-20}
begin_bounded() { # FUNCTION
  limit=$seconds
  # shellcheck disable=SC3045
  read -r -t 1 _ </dev/null 2>/dev/null
  case $? in
    1) watched=yes && { "$1" 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 ;;
    *) watched=no && "$1" ;;
  esac
  return 0
}
# It does not hold the lock.
bounded() { bounded_with "$@" 9>&- </dev/null; }
# The same for what reads its input and may hold the lock.
bounded_with() { # COMMAND...
  if [ "$watched" = yes ]; then
    {
      "$@" <&5 3>&- 5<&- &
      echo "$!" >&3
      wait "$!"
      set -- "$?"
      echo >&3
      return "$1"
    } 5<&0
  elif has timeout; then
    timeout -s KILL "$limit" "$@"
  else
    "$@"
  fi
}

home='' uplinks=''

# One awk program for three questions, each with the wanted state on standard input, and behind it the routes and the table as nft lists it:
#   check   what is wrong with the wanted state, if anything is
#   plan    the commands for nft that make it so
#   answer  whether that changed anything, and the lines of the answer, from the table before and the table now; what differs is an error now
about() { # QUESTION [TABLE [TABLE]]
  printf '%s\n' "$wanted"
  [ "$1" = check ] || printf '\001routes4\n%s\n\001routes6\n%s\n\001before\n%s\n\001now\n%s\n' "$routes4" "$routes6" "$2" "${3:-}"
}
ask() { # QUESTION [TABLE [TABLE]]
  about "$@" | awk -v question="$1" -v home="$home" -v uplinks="$uplinks" -v asker="${SSH_CONNECTION%% *}" '
    # An IPv6 address as eight groups of four digits without colons, or "" for what is none.
    function expand6(text,   gap, left, right, before, after, i, long) {
      if (length(text) > 39 || text !~ /^[0-9a-f:]+$/) return ""
      gap = index(text, "::")
      before = split(gap ? substr(text, 1, gap - 1) : text, left, ":")
      after = gap ? split(substr(text, gap + 2), right, ":") : 0
      if (gap ? before + after > 7 : before != 8) return ""
      for (i = 1; i <= before; i++) long = long group(left[i])
      for (i = before + after; gap && i < 8; i++) long = long "0000"
      for (i = 1; i <= after; i++) long = long group(right[i])
      return length(long) == 32 && long !~ /-/ ? long : ""
    }
    function group(digits) { return digits == "" || length(digits) > 4 ? "-" : substr("0000" digits, length(digits) + 1) }
    # The wanted state, line by line. Everything in it is checked: names, numbers and addresses go into commands.
    # limits, id[i], pauses[i], rate["down", i], rate["up", i] ("-" for none), member[set] and members[set, n] by the name of a set; asked
    # addresses, which become members when their interface is known.
    function bad(why) {
      if (problem == "") problem = "Line " NR ": " why
    }
    function wanted(   i) {
      if (/[^ -~]/ || length($0) > 100) bad("it is not plain text of at most 100 characters")
      else if (NR == 1) { if ($0 != "wrtmeter-limits 1") bad("it is not \"wrtmeter-limits 1\"") }
      else if (ended) bad("there is something after \"end\"")
      else if (/^ / || / $/ || /  /) bad("words are separated by one space")
      else if ($0 == "end") { if (expire == "") bad("\"expire\" is missing"); ended = 1 }
      else if ($1 == "expire") {
        if (NF != 2 || expire != "" || !is_count($2) || length($2) > 6 || $2 < 60 || $2 > 604800) bad("expire is a number of seconds from 60 to 604800, given once")
        expire = $2
      } else if ($1 == "while-paused") {
        if (reach != "") bad("while-paused is given once")
        reach = "-"
        for (i = 2; i <= NF; i++) {
          if ($i != "dns" && $i != "router") bad("while-paused is followed by dns and router, or one of them, or nothing")
          may[$i] = 1
        }
      } else if ($1 == "limit") wanted_limit()
      else if ($1 == "mac" || $1 == "ip") wanted_member()
      else bad("it does not begin with expire, while-paused, limit, mac, ip or end")
    }
    function wanted_limit() {
      if ($2 !~ /^[a-z0-9_]+$/ || length($2) > 32) bad("the name of a limit has 1 to 32 of the characters a-z, 0-9 and _")
      else if ($2 in number) bad("the limit " $2 " is given twice")
      else if (++limits > 256) bad("there are more than 256 limits")
      number[$2] = limits
      id[limits] = $2
      if ($3 == "pause" && NF == 3) pauses[limits] = 1
      else if ($3 == "slow" && NF == 5 && is_rate($4) && is_rate($5) && $4 $5 != "--") { rate["down", limits] = $4; rate["up", limits] = $5 }
      else bad("a limit is \"slow DOWN UP\", in bytes a second or \"-\", or \"pause\"")
    }
    function is_count(text) { return text ~ /^[1-9][0-9]*$/ }
    # With its burst, more would not fit into the 64 bits that the kernel computes with.
    function is_rate(text) { return text == "-" || (is_count(text) && length(text) <= 10) }
    function wanted_member() {
      if (NF != 3 && !($1 == "ip" && NF == 4)) bad("a member is \"mac ID MAC\", \"ip ID ADDRESS\" or \"ip ID ADDRESS INTERFACE\"")
      else if (!($2 in number)) bad("no limit of that name is above it")
      else if (++all > 4096) bad("there are more than 4096 members")
      else if ($1 == "mac") { if (is_mac($3)) add("mac_" $2, $3); else bad("it is not a MAC such as 02:00:00:00:00:01") }
      else if (NF == 4 && !is_interface($4)) bad("it is not an interface such as br-lan")
      else if (is_ipv4($3)) ask_for(4, $2, $3)
      else if (expand6($3) != "") ask_for(6, $2, colons(expand6($3)))
      else bad("it is not an IPv4 or IPv6 address")
    }
    function ask_for(family, limit, address) {
      asked_family[++asked] = family
      asked_for[asked] = limit
      asked_address[asked] = address
      asked_as[asked] = $3
      asked_on[asked] = $4
    }
    function is_mac(text,   part, i) {
      if (length(text) != 17 || split(text, part, ":") != 6) return 0
      for (i = 1; i <= 6; i++) if (part[i] !~ /^[0-9a-f][0-9a-f]$/) return 0
      return 1
    }
    function is_ipv4(text,   part, i) {
      if (length(text) > 15 || split(text, part, ".") != 4) return 0
      for (i = 1; i <= 4; i++) if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255) return 0
      return 1
    }
    function colons(long,   i, text) {
      for (i = 1; i <= 29; i += 4) text = text (i > 1 ? ":" : "") substr(long, i, 4)
      return text
    }
    # One more element of a set, once.
    function add(set, text) {
      if ((set, text) in is_member) return
      is_member[set, text] = 1
      members[set, ++member[set]] = text
    }

    # The network that an address is of, by the routes of the kernel as "ip route show table all" lists them. An address counts on the
    # interface that the router reaches it by, and only if that is inside: else who claims an address of the Internet would have it limited for
    # everybody. A route of several ways has each on a line of its own.
    function route(family,   i, n, word, type, device, table, part) {
      n = split($0, word, " ")
      for (i = 2; i < n; i++) {
        if (word[i] == "dev") device = word[i + 1]
        if (word[i] == "table") table = word[i + 1]
      }
      if (word[1] == "nexthop") {
        if (way == "default") outside[device] = 1
        else if (way != "") leads_to[way] = leads_to[way] " " device
        return
      }
      way = ""
      if (table != "" && table != "local") return
      if (word[1] ~ /^[a-z]+$/ && word[1] != "default") type = word[1]
      split(word[type == "" ? 1 : 2], part, "/")
      if (part[1] == "default") {
        if (table == "" && type == "") { way = "default"; outside[device] = 1 }
        return
      }
      part[1] = bits(part[1], family)
      if (part[2] == "") part[2] = length(part[1])
      if (part[1] == "" || part[2] == 0) return
      part[1] = substr(part[1], 1, part[2])
      prefixes[family, part[2] + 0] = 1
      if (table == "local") own[family, part[1]] = 1
      else if (!((family, part[1]) in leads_to)) {
        leads_to[family, part[1]] = type == "" ? device : ""
        if (type == "") way = family SUBSEP part[1]
      }
    }
    # Where the packets of an address come from and go to, with spaces between several; "" where they must not be limited by it.
    function interfaces_of(address, family,   text, i) {
      text = bits(address, family)
      # What is nobody'\''s: 0.0.0.0/8, loopback, link-local, multicast and broadcast; IPv4 within IPv6.
      if (family == 4 ? address ~ /^(0|127|169\.254|22[4-9]|2[345][0-9])\./ : text ~ /^(0000000000000000|1111111010|11111111)/) return ""
      for (i = length(text); i > 0; i--) if (((family, i) in prefixes) && ((family, substr(text, 1, i)) in own)) return ""
      for (i = length(text); i > 0; i--)
        if (((family, i) in prefixes) && ((family, substr(text, 1, i)) in leads_to)) return inside_only(leads_to[family, substr(text, 1, i)])
      return ""
    }
    # The interfaces, if all of them are inside.
    function inside_only(devices,   n, i, device) {
      n = split(devices, device, " ")
      for (i = 1; i <= n; i++) if (!is_interface(device[i]) || device[i] == "lo" || is_outside(device[i])) return ""
      return devices
    }
    function is_interface(text) { return text ~ /^[A-Za-z0-9_.@][A-Za-z0-9_.@-]*$/ && length(text) <= 15 }
    # Whether it is an uplink: it has a default route, or the firewall has it in a zone of uplinks. What is at home never is.
    function is_outside(device) {
      if (index(" " home " ", " " device " ") || (home == "keep" && (("before", "home", device) in has_element))) return 0
      return (device in outside) || index(" " uplinks " ", " " device " ")
    }
    # An address as 32 or 128 binary digits, or "".
    function bits(address, family,   part, i, text) {
      if (family == 6) {
        address = expand6(address)
        for (i = 1; i <= length(address); i++) text = text binary(index("0123456789abcdef", substr(address, i, 1)) - 1, 8)
        return text
      }
      if (!is_ipv4(address)) return ""
      split(address, part, ".")
      for (i = 1; i <= 4; i++) text = text binary(part[i], 128)
      return text
    }
    function binary(value, place,   text) {
      for (; place >= 1; place = int(place / 2)) {
        text = text (value >= place)
        if (value >= place) value -= place
      }
      return text
    }
    # The members that are addresses, each with its interface. A limit of which nothing is left is refused.
    function place_addresses(   i, k, n, device, some) {
      for (i = 1; i <= asked; i++) {
        n = split(interfaces_of(asked_address[i], asked_family[i]), device, " ")
        some = 0
        for (k = 1; k <= n; k++)
          if (asked_on[i] == "" || asked_on[i] == device[k]) { add("ip" asked_family[i] "_" asked_for[i], device[k] " . " asked_address[i]); some = 1 }
        if (some) continue
        if (++left_out <= 3) left = left (left == "" ? "" : ", ") asked_for[i] " " asked_as[i]
        nothing[asked_for[i]] = 1
      }
      for (i = 1; i <= limits; i++)
        if ((id[i] in nothing) && !member["mac_" id[i]] && !member["ip4_" id[i]] && !member["ip6_" id[i]]) refused[i] = 1
    }

    # The table as "nft list table" prints it, at two times: "before" this run, and "now". thing_of[time, n] and body[time, kind " " name] for each
    # chain, set, limit and counter, with what it says but for counts and elements; body[time, "table"] is what it says of itself. For chains their
    # lines; for sets of given things their elements, in one form; what each counter counted.
    function standing(time) {
      if (inside == "") {
        if (!NF || $1 == "table" || /^}/) return
        if (NF == 3 && $3 == "{" && $1 ~ /^(chain|set|limit|counter)$/) {
          inside = $1
          object = $2
          body[time, inside " " object] = ""
          thing_of[time, ++things[time]] = inside " " object
        } else if ($NF == "{") strange[time] = 1
        else body[time, "table"] = body[time, "table"] $0 "\n"
        return
      }
      if ($0 ~ /^\t}$/) { inside = ""; return }
      if (inside == "counter") { if ($1 == "packets") dropped[object] = $4; return }
      if (inside == "set") {
        if (sub(/^.*elements = \{/, "")) { listing = ""; within = 1 }
        if (within) {
          listing = listing $0
          if (sub(/\}.*$/, "", listing)) { have_elements(time, object, listing); within = 0 }
          return
        }
        # Newer versions print how many elements there are.
        sub(/[ \t]*#.*/, "")
      }
      $1 = $1
      if ($0 == "") return
      body[time, inside " " object] = body[time, inside " " object] $0 "\n"
      if (inside != "chain") return
      line_of[time, object, ++lines[time, object]] = $0
      has_line[time, object, $0] = 1
    }
    function have_elements(time, set, text,   n, i, part, word, key) {
      if (set ~ /^(seen|learned)[46]/) return
      n = split(text, part, ",")
      for (i = 1; i <= n; i++) {
        split(part[i], word, " ")
        key = word[1]
        gsub(/"/, "", key)
        if (set ~ /^(ip|given)/) key = key " . " (set ~ /^(ip|given)6/ ? colons(expand6(word[3])) : word[3])
        has_element[time, set, key] = 1
        element_of[time, set, ++elements[time, set]] = key
      }
    }

    # The table that the wanted state makes. Each limit has an object for each direction, whose name has the rate in it: nft keeps the old rate of
    # an object that is added again. What the rules rely on:
    # - Only what is routed comes through "forward"; what a bridge or an access point passes on does not. From home to home nothing is limited.
    # - The chains run after the filter and before hosts are counted (filter + 50): what the filter drops uses up nothing, and what is dropped here
    #   is not counted as somebody'\''s bytes.
    # - An address that was given counts on the interface that the router reaches it by, and nowhere else: anyone who claims an address of the
    #   Internet, of an uplink or of another network gets no packets limited but those of his own network.
    # - In "forward", "ether saddr" is the device on upload, but "ether daddr" is not on download. So a download is recognised by its address: one
    #   that was given, or one that the device has sent from within ten minutes ("seen"). Seen addresses belong to the interface they were seen
    #   on: a made-up sender address from outside the home gets nobody else'\''s packets limited.
    # - When a device without limits sends from an address, the address counts as its own.
    # - If no room is left to remember a new address, nothing is let through from it: else its downloads would be free.
    # - Everything is asked of small sets first; only packets of what is limited pass the rules of each limit, at most once each.
    # - "alive" ends by itself. Without it, no packet gets past the first rule: then there are no limits.
    function build(   i, n, part) {
      owner = 0
      n = split("layout_2 by_mac by_ip to_ip to_seen clear", part, " ")
      for (i = 1; i <= n; i++) want("chain " part[i], "")
      want("set alive", "type nf_proto; flags timeout;")
      want("set asker4", "type ipv4_addr; flags timeout;")
      want("set asker6", "type ipv6_addr; flags timeout;")
      want("set home", "type ifname;")
      want("set macs", "type ether_addr;")
      for (i = 4; i <= 6; i += 2) {
        want("set given" i, "type ifname . ipv" i "_addr;")
        want("set learned" i, seen(i, 131072))
      }
      router_chain()
      n = split(home, part, " ")
      if (home != "keep") for (i = 1; i <= n; i++) add("home", part[i])
      want("chain forward", "type filter hook forward priority filter + 10; policy accept;")
      rule("forward", "meta nfproto != @alive return")
      rule("forward", "iifname @home oifname @home return")
      rule("forward", "ether saddr @macs jump by_mac")
      rule("forward", "iifname . ip saddr @given4 jump by_ip")
      rule("forward", "iifname . ip6 saddr @given6 jump by_ip")
      rule("forward", "oifname . ip daddr @given4 jump to_ip")
      rule("forward", "oifname . ip6 daddr @given6 jump to_ip")
      rule("forward", "oifname . ip daddr @learned4 jump to_seen")
      rule("forward", "oifname . ip6 daddr @learned6 jump to_seen")
      rule("forward", "meta nfproto ipv4 ether saddr != @macs iifname . ip saddr @learned4 jump clear")
      rule("forward", "meta nfproto ipv6 ether saddr != @macs iifname . ip6 saddr @learned6 jump clear")
      want("chain input", "type filter hook input priority filter + 10; policy accept;")
      rule("input", "meta nfproto != @alive return")
      rule("input", "iifname lo return")
      rule("input", "ip saddr @asker4 return")
      rule("input", "ip6 saddr @asker6 return")
      for (i = 4; i <= 6; i += 2) rule("clear", "delete @learned" i " { iifname . " address(i) " saddr }")
      for (i = 1; i <= limits; i++) if (!(i in refused)) build_limit(i)
    }
    function want(thing, spec) {
      if (thing in wants) return
      wants[thing] = spec
      order[++wanted_things] = thing
      owner_of[thing] = owner
    }
    function rule(chain, text) {
      want("chain " chain, "")
      rules[chain, ++ruled[chain]] = text
    }
    function address(family) { return family == 4 ? "ip" : "ip6" }
    function seen(family, size) { return "type ifname . ipv" family "_addr; size " size "; flags dynamic, timeout; timeout 10m;" }

    # What a paused device may still reach of the router itself: always an address and its neighbours, and what is configured.
    function router_chain(   dns) {
      if ("router" in may && "dns" in may) { router = ""; return }
      router = "router_" ("router" in may ? "pages" : "dns" in may ? "dns" : "nothing")
      dns = "meta l4proto { tcp, udp } th dport { 53, 853 } "
      rule(router, "udp sport 68 udp dport 67 return")
      rule(router, "udp dport 547 return")
      rule(router, "icmpv6 type { 130, 131, 132, 133, 135, 136, 143 } return")
      if ("dns" in may) rule(router, dns "return")
      rule(router, ("router" in may ? dns : "") "reject with icmpx admin-prohibited")
    }

    # "-" is not for names.
    function name_of(i,   name) {
      name = id[i] "_" (i in pauses ? "P" : "D" rate["down", i] "_U" rate["up", i])
      gsub(/-/, "N", name)
      return name
    }
    function build_limit(i,   macs, f, n, set, down, up) {
      owner = i
      limit_named["up_" id[i]] = limit_named["down_" id[i]] = limit_named["@mac_" id[i]] = i
      for (f = 4; f <= 6; f += 2) limit_named["@ip" f "_" id[i]] = limit_named["@seen" f "_" id[i]] = i
      macs = member["mac_" id[i]] + 0
      if (macs) want("set mac_" id[i], "type ether_addr;")
      for (n = 1; n <= macs; n++) add("macs", members["mac_" id[i], n])
      for (f = 4; f <= 6; f += 2) {
        set = "ip" f "_" id[i]
        if (member[set]) want("set " set, "type ifname . ipv" f "_addr;")
        for (n = 1; n <= member[set]; n++) add("given" f, members[set, n])
      }
      down = verdict("down", i)
      up = verdict("up", i)
      if (down != "") {
        rule("down_" id[i], down)
        if (macs) for (f = 4; f <= 6; f += 2) learn(i, f, up)
      }
      if (up != "") rule("up_" id[i], up)
      if (macs && ruled["up_" id[i]]) lead("by_mac", "ether saddr @mac_" id[i], "up", i)
      for (f = 4; f <= 6; f += 2) {
        set = "ip" f "_" id[i]
        if (!member[set]) continue
        # With MACs among its members, an address that comes with a MAC says nothing of its own.
        if (up != "") lead("by_ip", (macs ? "meta nfproto ipv" f " meta iiftype != ether " : "") "iifname . " address(f) " saddr @" set, "up", i)
        if (down != "") lead("to_ip", "oifname . " address(f) " daddr @" set, "down", i)
      }
      owner = 0
    }
    function lead(chain, match_, direction, i) {
      rule(chain, match_ " jump " direction "_" id[i])
      if (direction == "up" && i in pauses && router != "") rule("input", match_ " jump " router)
    }
    # What a limit does with a packet in one direction, or "" if it lets all of them pass.
    function verdict(direction, i,   counter, object) {
      if (rate[direction, i] == "-") return ""
      counter = "dropped_" direction "_" name_of(i)
      want("counter " counter, "")
      if (i in pauses) return "counter name " counter (direction == "up" ? " reject with icmpx admin-prohibited" : " drop")
      object = direction "_" name_of(i)
      want("limit " object, "rate over " rate[direction, i] " bytes/second burst " burst(rate[direction, i]) " bytes;")
      return "limit name " object " counter name " counter " drop"
    }
    # What may come at once: a quarter of a second, and never less than the largest packet, which is several that the kernel joined.
    function burst(rate) { return rate / 4 < 131072 ? 131072 : int(rate / 4) }

    # Learns the addresses that the devices of a limit send from.
    function learn(i, f, up,   set, given, chain) {
      set = "seen" f "_" id[i]
      given = member["ip" f "_" id[i]] ? "ifname . " address(f) " addr != @ip" f "_" id[i] " " : ""
      chain = "up_" id[i]
      want("set " set, seen(f, 512))
      rule(chain, "meta nfproto ipv" f " meta iiftype ether update @" set " { iifname . " address(f) " saddr } update @learned" f " { iifname . " address(f) " saddr }")
      sub(/ifname/, "iifname", given)
      sub(/addr/, "saddr", given)
      rule(chain, "meta nfproto ipv" f " meta iiftype ether " given "iifname . " address(f) " saddr != @" set (up == "" ? "" : " counter name dropped_up_" name_of(i)) " drop")
      sub(/iifname/, "oifname", given)
      sub(/saddr/, "daddr", given)
      rule("to_seen", given "oifname . " address(f) " daddr @" set " jump down_" id[i])
      rule("clear", "delete @" set " { iifname . " address(f) " saddr }")
    }

    # Whether the table of that time is what is wanted, as far as that can be known without nft: the form in which it prints a rule is its own.
    function is_right(time,   i) {
      if (body[time, "table"] ~ /dormant/ || elements[time, "alive"] != 2) return 0
      for (i = 1; i <= wanted_things; i++) if (!is_same(time, order[i])) return 0
      for (i = 1; i <= things[time]; i++) if (!(thing_of[time, i] in wants)) return 0
      return 1
    }
    function is_same(time, thing,   word, n, text) {
      if (!((time, thing) in body)) return 0
      split(thing, word, " ")
      text = body[time, thing]
      if (word[1] == "chain") {
        # The first line of a chain with a hook says so.
        if (wants[thing] != "" && text !~ / policy accept;\n/) return 0
        return lines[time, word[2]] + 0 == ruled[word[2]] + (wants[thing] != "")
      }
      return !is_other(time, thing) && (word[1] != "set" || !is_given(word[2]) || same_elements(time, word[2]))
    }
    # Whether a set or limit of that name is another one than what is wanted.
    function is_other(time, thing,   text, i, n, word, number) {
      text = body[time, thing]
      if (thing ~ /^limit /) {
        # "rate over 250 kbytes/second burst 128 kbytes"
        n = split(text, word, " ")
        for (i = 3; i < n; i++) if (word[i + 1] ~ /^[km]?bytes/) number = number " " word[i] * (word[i + 1] ~ /^k/ ? 1024 : word[i + 1] ~ /^m/ ? 1048576 : 1)
        return number != "" && number != wanted_numbers(wants[thing])
      }
      return thing ~ /^set / && plain(text) != plain(wants[thing])
    }
    function wanted_numbers(text,   word) {
      split(text, word, " ")
      return " " word[3] + 0 " " word[6] + 0
    }
    function plain(text) {
      gsub(/[ ;\n]/, "", text)
      return text
    }
    # Whether the elements of a set are those of the wanted state.
    function is_given(set) { return set ~ /^(mac_|ip[46]_|macs$|given[46]$)/ || (set == "home" && home != "keep") }
    function same_elements(time, set,   n) {
      if (elements[time, set] + 0 != member[set] + 0) return 0
      for (n = 1; n <= member[set]; n++) if (!((time, set, members[set, n]) in has_element)) return 0
      return 1
    }

    # What this run has changed, from what nft printed before and prints now: whether anything, and in broken[i] which limits did not stand.
    # What all limits rely on is broken[0].
    function find_changes(   i, k, part, chain, word) {
      split("by_mac by_ip to_ip to_seen clear input", part, " ")
      for (k in part) shared["chain " part[k]] = part[k]
      if (!is_right("before")) changed = 1
      if (body["before", "table"] != body["now", "table"] || elements["before", "alive"] != 2) broken[0] = 1
      for (i = 1; i <= wanted_things; i++) {
        if (order[i] in shared) compare_lines(shared[order[i]])
        else if (body["before", order[i]] != body["now", order[i]] || !(("before", order[i]) in body)) broken[owner_of[order[i]]] = 1
        split(order[i], word, " ")
        if (owner_of[order[i]] && word[1] == "set" && is_given(word[2]) && !same_elements("before", word[2])) broken[owner_of[order[i]]] = 1
      }
      for (i in broken) changed = 1
    }
    # The order of limits means nothing. A rule that belongs to none of them breaks all; in "input" it breaks none.
    function compare_lines(chain,   n) {
      if (lines["before", chain] != lines["now", chain]) changed = 1
      for (n = 1; n <= lines["now", chain]; n++)
        if (!(("before", chain, line_of["now", chain, n]) in has_line)) breaks(chain, line_of["now", chain, n])
      for (n = 1; n <= lines["before", chain]; n++)
        if (!(("now", chain, line_of["before", chain, n]) in has_line)) breaks(chain, line_of["before", chain, n])
    }
    function breaks(chain, line,   n, i, word) {
      changed = 1
      n = split(line, word, " ")
      for (i = 1; i <= n; i++) if (word[i] in limit_named) { broken[limit_named[word[i]]] = 1; return }
      # A limit that is wanted no longer.
      if (line ~ /(jump (up|down)|@(mac|ip[46]|seen[46]))_/) return
      if (chain != "input") broken[0] = 1
    }
    # Whether a limit stood: its own things were right, every rule led to it, and its members passed the first question.
    function stood(i,   n, f, set) {
      if (broken[0] || broken[i] || (i in refused)) return 0
      for (n = 1; n <= member["mac_" id[i]]; n++) if (!(("before", "macs", members["mac_" id[i], n]) in has_element)) return 0
      for (f = 4; f <= 6; f += 2) {
        set = "ip" f "_" id[i]
        for (n = 1; n <= member[set]; n++) if (!(("before", "given" f, members[set, n]) in has_element)) return 0
      }
      return 1
    }

    # What nft must do, as one transaction. Everything is made again in every run, so nothing that somebody changed can stay; but limits, counters
    # and sets that are as wanted stay, with their budgets, with what they counted and with the addresses that were learned.
    function commands(   i, n, word, thing) {
      if (is_outdated()) { print "delete table inet wrtmeter_limits"; things["before"] = 0 }
      for (i = 1; i <= things["before"]; i++) stays[thing_of["before", i]] = 1
      # Without flags, it wakes up a table that is dormant.
      print "table inet wrtmeter_limits { }"
      # Chains first: they hold on to all others.
      for (thing in stays) if (thing ~ /^chain /) print on("flush", thing)
      for (n = 1; n <= 2; n++) for (thing in stays)
        if ((thing ~ /^chain /) == (n == 1) && (!(thing in wants) || is_other("before", thing))) { print on("delete", thing); gone[thing] = 1 }
      for (thing in gone) delete stays[thing]
      for (i = 1; i <= wanted_things; i++) {
        # Adding a chain with a hook again sets its policy.
        if (!(order[i] in stays) || (order[i] ~ /^chain / && wants[order[i]] != "")) print on("add", order[i]) " { " wants[order[i]] " }"
        split(order[i], word, " ")
        if (word[1] == "set" && is_given(word[2])) fill(word[2])
      }
      for (i = 1; i <= limits; i++) if (lost_mac(i)) forget_addresses(i)
      for (i = 1; i <= wanted_things; i++) {
        split(order[i], word, " ")
        if (word[1] == "chain") for (n = 1; n <= ruled[word[2]]; n++) print on("add", "rule " word[2]), rules[word[2], n]
      }
    }
    # A table of an older form, or one with things in it that are not ours.
    function is_outdated() { return table && (strange["before"] || !(("before", "chain layout_2") in body)) }
    function on(verb, thing,   word) {
      split(thing, word, " ")
      return verb " " word[1] " inet wrtmeter_limits " word[2]
    }
    function fill(set,   n, list, text) {
      if (("set " set) in stays) print on("flush", "set " set)
      if (!member[set]) return
      for (n = 1; n <= member[set]; n++) {
        text = members[set, n]
        # The name of an interface can be a word of nft.
        if (set == "home") text = "\"" text "\""
        else if (set ~ /^(ip|given)/) text = "\"" substr(text, 1, index(text, " ") - 1) "\"" substr(text, index(text, " "))
        list = list (n > 1 ? ", " : "") text
      }
      print on("add", "element " set), "{ " list " }"
    }
    # When a device leaves a limit, the limit forgets its addresses.
    function lost_mac(i,   n, set) {
      set = "mac_" id[i]
      for (n = 1; n <= elements["before", set]; n++) if (!((set, element_of["before", set, n]) in is_member)) return 1
      return 0
    }
    function forget_addresses(i,   f) {
      for (f = 4; f <= 6; f += 2) if (("set seen" f "_" id[i]) in stays && ("set seen" f "_" id[i]) in wants) print on("flush", "set seen" f "_" id[i])
    }
    # The time until all of it ends by itself begins again. Who asks can always reach the router, so nobody shuts himself out.
    function refresh(   f, is) {
      print on("flush", "set alive")
      print on("add", "element alive"), "{ ipv4 timeout " expire "s, ipv6 timeout " expire "s }"
      sub(/%.*/, "", asker)
      sub(/^::ffff:/, "", asker)
      for (f = 4; f <= 6; f += 2) {
        print on("flush", "set asker" f)
        is = f == 4 ? is_ipv4(asker) : expand6(asker) != ""
        if (is) print on("add", "element asker" f), "{ " asker " timeout " expire "s }"
      }
    }

    # Only the wanted state is checked in "check", whatever it looks like.
    question != "check" && /^\001/ { part_is = substr($1, 2); next }
    part_is ~ /^routes/ { route(substr(part_is, 7)); next }
    part_is != "" { if (/^table /) { if (part_is == "before") table = 1 } else standing(part_is); next }
    { wanted() }
    END {
      if (!ended) bad("it has no line \"end\": it was cut short")
      if (question == "check") { if (problem != "") print problem; exit }
      if (problem != "") exit 1
      place_addresses()
      build()
      if (question == "plan") plan()
      else answer()
    }
    function plan() {
      if (!limits) { print table ? "delete table inet wrtmeter_limits" : "# nothing"; return }
      commands()
      refresh()
    }
    function answer(   i, found) {
      changed = 0
      if (!limits) {
        if (things["now"]) exit 1
        print table ? "changed" : "unchanged"
        print "found 0"
        return
      }
      if (!is_right("now")) exit 1
      find_changes()
      for (i = 1; i <= limits; i++) found += stood(i)
      print changed ? "changed" : "unchanged"
      print "found " found + 0
      for (i = 1; i <= limits; i++)
        print "limit", id[i], i in refused ? "refused None of its addresses is of a network of this router" : "active " count("down", i) " " count("up", i)
      if (left_out) print "note Nobody is limited by what is of no network of this router, or of another one than where it was seen: " left (left_out > 3 ? " and " left_out - 3 " more" : "")
    }
    function count(direction, i,   name) {
      name = "dropped_" direction "_" name_of(i)
      return name in dropped ? dropped[name] : "0"
    }
  '
}

check_wanted() {
  step check
  case $wanted in *late) fail input "It did not come whole within $seconds seconds" ;; esac
  [ ${#wanted} -le 600000 ] || fail input 'It is longer than 600,000 bytes'
  wrong=$(ask check) || fail input 'awk cannot read it'
  [ -z "$wrong" ] || fail input "$wrong"
}

# In a shell of its own, as all that asks for facts: killed with the lock held by nobody else, it holds up no other run.
list_table() {
  exec 9>&-
  bounded nft list table inet wrtmeter_limits 2>/dev/null
}

# Sets routes4 and routes6: by what interface the router reaches which addresses, and which are its own.
find_routes() {
  routes4=$(exec 9>&- && bounded ip -4 route show table all 2>/dev/null)
  routes6=$(exec 9>&- && bounded ip -6 route show table all 2>/dev/null)
}

# Sets home, the devices between which traffic stays in the home: those of the networks whose hosts are counted. A server has none. Where that
# is not known at the moment, "keep" leaves them as they are. Sets uplinks, the devices of zones that lead out of the home.
find_home() {
  home='' uplinks=''
  { has uci && [ -e "$root/etc/config/network" ]; } || [ -n "${WRTMETER_NETWORKS:-}" ] || return 0
  networks=$(exec 9>&- && limit=4 && counted_networks uplinks)
  uplinks=$(devices_of uplink)
  case $networks in
    network\ *) home=$(devices_of network) ;;
    none\ *) ;;
    *)
      home=keep
      why=${networks#failed }
      say "note Which networks are at home is not known at the moment: ${why%%"$newline"*}"
      ;;
  esac
}

devices_of() { # network|uplink
  printf '%s\n' "$networks" | while read -r kind _ device; do [ "$kind" != "$1" ] || printf '%s ' "$device"; done
}

read_state() {
  step read
  find_home
  find_routes
  table=$(list_table) || [ "$?" != 137 ] || fail read '"nft list table" did not answer in time'
  plan=$(ask plan "$table") || fail read 'awk cannot read the table'
}

# Why no limit can be kept here, or nothing. In a shell of its own, which does not hold the lock.
obstacle() {
  exec 9>&-
  if ! has nft; then
    echo 'nft is not installed here, and limits need nftables (OpenWrt 22.03 or later has it)'
  elif ! bounded nft list tables >/dev/null 2>&1; then
    echo 'nft does not work here: the kernel lacks nftables, or this is a container without the right to change it'
  elif bounded nft list flowtables 2>/dev/null | grep -q flowtable || has_option flow_offloading || has_option flow_offloading_hw; then
    echo 'Flow offloading is on, which moves packets past every limit: switch it off (option flow_offloading in /etc/config/firewall)'
  else
    for module in shortcut_fe fast_classifier ecm mtkhnat; do
      [ ! -d "$root/sys/module/$module" ] || echo "The kernel module $module moves packets past every limit: switch it off"
    done
  fi
}
has_option() { # NAME
  case $(bounded uci -q get "firewall.@defaults[0].$1" 2>/dev/null) in 1 | on | true | yes | enabled) ;; *) return 1 ;; esac
}

# Limits that would not be kept are refused, and none of them is left standing. Wanting none is never refused.
refuse_all() {
  why=$(obstacle | head -n 1)
  [ -n "$why" ] || return 0
  refused=$(printf '%s\n' "$wanted" | awk -v why="$why" '$1 == "limit" { print "limit", $2, "refused", why }')
  say 'found 0'
  [ -z "$refused" ] || say "$refused"
  changed=unchanged
  if has nft && [ -n "$(list_table)" ]; then
    bounded nft delete table inet wrtmeter_limits 2>/dev/null || fail apply 'nft cannot delete the table "inet wrtmeter_limits"'
    changed=changed
  fi
  done_with "$changed"
}

# Not "-", which nft opens as /dev/stdin: that does not exist everywhere. It holds the lock: the next run must not overtake it.
load() { printf '%s\n' "$1" | bounded_with nft -f /proc/self/fd/0 2>&1; }

# One transaction: the kernel does all of it or nothing. A table that somebody else has changed so much that it cannot be put right is made
# again, in one transaction too.
apply() {
  step apply
  [ "$plan" = '# nothing' ] || said=$(load "$plan") || {
    plan=$(ask plan '') || fail apply 'awk cannot plan a new table'
    again="table inet wrtmeter_limits { }${newline}delete table inet wrtmeter_limits${newline}$plan"
    load "$again" >/dev/null || fail apply "nft refuses the table: $(complaint "$said")"
  }
  step applied
}

# Reads the table back: what it says is what the kernel has.
report() {
  answer=$(ask answer "$table" "$(list_table)") || fail verify 'The table is not as it was made; another program changed it just now'
  say "${answer#*"$newline"}"
  step report
  done_with "${answer%%"$newline"*}"
}

make_so() {
  wanted=$({ bounded_with head -c 600001 || echo late; } 2>/dev/null | tr '\000' '\001')
  # The programs run below must not read this text as their input.
  exec </dev/null
  say 'wrtmeter-limits 1'
  check_wanted
  lock
  refuse_all
  read_state
  apply
  report
}
limits() {
  umask 077
  begin_bounded make_so
}

limits
