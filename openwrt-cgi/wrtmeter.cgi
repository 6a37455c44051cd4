#!/bin/sh
# Made from parts/wrtmeter.cgi by "npm run scripts": change it there.
# Everything about this router in one answer, raw as its kernel and daemons show it. Format: docs/formats/wrtmeter-cgi.md.
# For busybox ash and awk: fourteen processes and one per radio interface, however many stations and leases there are, and a few more
# where hosts are counted or WireGuard runs.

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

# The request guard, the same in every script because each can be copied to a router alone. WRTMETER_ROOT is for tests:
# a web server passes a client's headers as HTTP_… variables only, so no client can set it.
root=${WRTMETER_ROOT:-}
refuse() { # STATUS REASON [HEADER]
  printf 'Status: %s\r\nContent-Type: text/plain\r\n%s\r\n\r\n%s\n' "$1" "${3:-Cache-Control: no-store}" "$2"
  exit 0
}
# Has the same script answer as root, where the web server does not run as root and so cannot read the token, the radios or netifd:
# /etc/init.d/wrtmeter-root then runs a second web server that only this machine reaches. Only root can listen on its port, so the token goes to
# nobody else. WRTMETER_ROOT_PORT is for tests.
ask_root() {
  script=${SCRIPT_NAME:-$0} script=${script##*/}
  case $script in *[!a-z.]*) return ;; esac
  # A request with a body that never comes: uhttpd drops one that seems to be over before its answer, and nc closes its half at once.
  printf '%s /cgi-bin/%s?as_root HTTP/1.0\r\n%sContent-Length: 1\r\n\r\n' "${REQUEST_METHOD:-GET}" "$script" \
    "${HTTP_AUTHORIZATION:+Authorization: $HTTP_AUTHORIZATION$carriage_return$newline}" |
    {
      # As "call" does, but that has no input.
      nc 127.0.0.1 "${WRTMETER_ROOT_PORT:-979}" <&5 2>/dev/null 3>&- &
      echo "$!" >&3
      wait "$!"
      echo >&3
    } 5<&0
}
# Takes an answer of HTTP and prints one of CGI. False if there is none.
as_cgi() {
  read -r _ status && case $status in [1-5][0-9][0-9]\ *) ;; *) false ;; esac || return
  printf 'Status: %s\n' "$status"
  while read -r line; do
    case $line in
      '' | ?) break ;;
      [Cc]ontent-[Tt]ype:* | [Cc]ache-[Cc]ontrol:* | [Aa]llow:* | [Ww][Ww][Ww]-[Aa]uthenticate:*) printf '%s\n' "$line" ;;
    esac
  done
  printf '\r\n'
  cat
}
answer_as_root() {
  newline='
'
  carriage_return=$(printf '\r')
  # It has limits of its own.
  limit=15
  [ "${QUERY_STRING:-}" = as_root ] || ! command -v nc >/dev/null ||
    case ${HTTP_AUTHORIZATION:-} in *[!\ -~]*) ;; *) { ask_root 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | as_cgi && exit 0 ;; esac
  refuse '500 Internal Server Error' 'Cannot read /etc/config/wrtmeter: the web server does not run as root, and no server of wrtmeter answers in its place; "/etc/init.d/wrtmeter-root start" on the router starts one'
}
case ${REQUEST_METHOD:-GET} in
  GET | HEAD) ;;
  *) refuse '405 Method Not Allowed' 'Only GET and HEAD are supported' 'Allow: GET, HEAD' ;;
esac
token='' config=$root/etc/config/wrtmeter
if [ -e "$config" ]; then
  # Read by the shell: no process, and the token is in no argument list. If it cannot be read, only root can answer.
  { while read -r word option value || [ -n "$word" ]; do
      case $word\ $option in option\ token | option\ \'token\' | option\ \"token\") token=$value ;; esac
    done; } 2>/dev/null <"$config" || answer_as_root
fi
token=${token#[\'\"]} token=${token%[\'\"]}
case $token in
  *[!A-Za-z0-9._~+/=-]*) refuse '500 Internal Server Error' 'The token in /etc/config/wrtmeter may hold letters, digits and ._~+/=- only' ;;
  ?*)
    case ${HTTP_AUTHORIZATION:-} in
      [Bb]earer\ "$token") ;;
      *) refuse '401 Unauthorized' 'The token of this router is missing or wrong' 'WWW-Authenticate: Bearer' ;;
    esac
    ;;
esac
answer() { # TEXT
  printf 'Content-Type: text/plain\r\nCache-Control: no-store\r\n\r\n'
  [ "${REQUEST_METHOD:-GET}" = HEAD ] || [ -z "$1" ] || printf '%s\n' "$1"
  exit 0
}
# End of the request guard.

# Prints a configuration as "uci show" does. One that does not exist is as good as an empty one. One that uci cannot read, of which it prints
# nothing, is a failure: what it sets is not known.
uci_show() { # CONFIGURATION
  call uci -q show "$1" || [ ! -e "$root/etc/config/$1" ] || ! command -v uci >/dev/null
}
uci_failed() { # CONFIGURATION
  printf 'uci cannot read /etc/config/%s; "uci show %s" on the router says why' "$1" "$1"
}

version=0.1.0
# hosts.cgi reads this script for one section.
only=${wrtmeter_only:-}

# What /etc/config/wrtmeter says about counting hosts, read by the shell like the token.
counting='' method=auto networks=''
if [ -e "$config" ]; then
  section=''
  while read -r word option value || [ -n "$word" ]; do
    option=${option#[\'\"]}
    option=${option%[\'\"]}
    # A comment may follow.
    case $value in
      \'*) value=${value#\'} value=${value%%\'*} ;;
      \"*) value=${value#\"} value=${value%%\"*} ;;
      *) value=${value%%[[:space:]]*} ;;
    esac
    case $word\ $section\ $option in
      config\ *) section=$option ;;
      option\ hosts\ enabled) counting=$value ;;
      option\ hosts\ method) method=$value ;;
      list\ hosts\ network | option\ hosts\ network) networks="$networks $value" ;;
    esac
  done 2>/dev/null <"$config"
fi
case $counting in '') ;; 0 | no | off | false | disabled) counting=0 ;; *) counting=1 ;; esac

# The kernel's links between devices that lie on each other, one path per line, without a process.
device_layers() {
  set +f
  for link in "$root"/sys/class/net/*/lower_* "$root"/sys/class/net/*/upper_* "$root"/sys/class/net/*/brif/*; do printf '%s\n' "$link"; done
  set -f
}

# One awk reads what all tools print. A mark begins each part: \001, which no tool prints at the start of a line, then words. It begins with a
# line end, because the output before it may lack one.
mark() { printf '\n\001%s %s\n' "$1" "${2:-}"; }
# Why a call failed.
why() { # STATUS COMMAND
  case $1 in
    137) printf '"%s" did not answer in time' "$2" ;;
    *) printf '"%s" ended with %s' "$2" "$1" ;;
  esac
}
mark_failed() { mark failed "$1 $(why "$2" "$3")"; } # SECTION STATUS COMMAND

# The number of each device before its counters are read, without a process.
device_ifindexes() {
  set +f
  for path in "$root"/sys/class/net/*/ifindex; do
    read -r ifindex <"$path" || continue
    path=${path%/ifindex}
    printf '%s %s\n' "${path##*/}" "$ifindex"
  done
  set -f
}

collect() {
  mark time "$(date +%s)"
  mark machine "$(uname -m)"

  mark uci
  uci_show firewall || {
    mark failed "zones $(uci_failed firewall)"
    mark failed "wan $(uci_failed firewall)"
  }
  [ -n "$only" ] || {
    mark uci
    uci_show dhcp || mark failed "leases $(uci_failed dhcp)"
  }

  if command -v ubus >/dev/null; then
    mark netifd
    call ubus call network.interface dump || mark_failed wan "$?" 'ubus call network.interface dump'
  fi

  [ -n "$only" ] || { mark layers; device_layers; }
  [ -n "$only" ] || { mark ifindexes; device_ifindexes; }
  [ -n "$only" ] || collect_devices
  [ -n "$only" ] || collect_peers
  collect_hosts
  [ -n "$only" ] || collect_limits

  mark end
} 2>/dev/null

# Stations, neighbours and hosts files.
collect_devices() {
  mark radios
  set +f
  set -- "$root"/sys/class/ieee80211/*
  set -f
  if command -v iw >/dev/null; then
    radios=$(call iw dev)
    status=$?
    # It also fails on a router without radios, which has no stations.
    [ "$status" = 0 ] || [ ! -e "$1" ] || mark_failed stations "$status" 'iw dev'
    printf '%s\n' "$radios"
    IFS=$newline
    for line in $radios; do
      line=${line#"${line%%[![:space:]]*}"}
      case $line in Interface\ *) ;; *) continue ;; esac
      mark dump "${line#Interface }"
      call iw dev "${line#Interface }" station dump || {
        mark_failed stations "$?" "iw dev ${line#Interface } station dump"
        break
      }
    done
    IFS=$blanks
  elif [ -e "$1" ]; then
    mark failed 'stations iw is not installed; install it with "opkg install iw" or "apk add iw"'
  fi

  mark neighbours
  call ip neigh show || mark_failed neighbours "$?" 'ip neigh show'

  set +f
  for file in "$root"/etc/hosts "$root"/tmp/hosts/*; do
    mark hosts "$file"
  done
  set -f
}

# awk drops private and preshared keys: they are never printed.
collect_peers() {
  found=''
  for tool in wg awg; do
    command -v $tool >/dev/null || continue
    mark peers $tool
    call $tool show all dump || mark_failed peers "$?" "$tool show all dump"
    found=yes
  done
  [ -n "$found" ] || return
  mark uci
  uci_show network || mark failed "peers $(uci_failed network)"
}

# What may count hosts: nlbwmon where it runs, else our nftables table, else iptables rules. nft and nlbw answer in one line each, which is
# too long for busybox awk, so it is broken up.
collect_hosts() {
  [ "$counting" != 0 ] || return
  if [ "$method" = auto ] || [ "$method" = nlbwmon ]; then
    if ! command -v nlbw >/dev/null; then
      :
    elif pid=$(pidof nlbwmon); then
      mark uci
      uci_show nlbwmon || mark failed "hosts $(uci_failed nlbwmon)"
      mark nlbwmon "${pid%% *}"
      call nlbw -c json -g family,mac,ip | tr '[' '\n'
      return
    elif is_enabled nlbwmon; then
      mark failed 'hosts nlbwmon is not running; start it with "/etc/init.d/nlbwmon start"'
      return
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = nftables ]; then
    if command -v nft >/dev/null; then
      mark nftables
      # It ends with 1 if the table is missing.
      {
        call nft -j list table inet wrtmeter
        status=$?
        case $status in 0 | 1) ;; *) mark_failed hosts "$status" 'nft -j list table inet wrtmeter' ;; esac
      } | tr '{' '\n'
    fi
  fi
  if [ "$method" = auto ] || [ "$method" = iptables ]; then
    for family in 4 6; do
      case $family in 4) tool=iptables-save used=ip_tables_names ;; *) tool=ip6tables-save used=ip6_tables_names ;; esac
      if command -v $tool >/dev/null && is_used mangle "$root/proc/net/$used"; then
        mark iptables $family
        call $tool -c -t mangle || [ "$?" != 137 ] || mark_failed hosts 137 "$tool -c -t mangle"
      fi
    done
  fi
}
# Whether a service starts at boot.
is_enabled() {
  set +f
  for link in "$root/etc/rc.d/S"??"$1"; do [ -L "$link" ] && break; done
  set -f
  [ -L "$link" ]
}
# The kernel lists the tables of iptables here, but not those of iptables-nft.
is_used() { # TABLE FILE
  [ -e "$2" ] || return 0
  while read -r table; do [ "$table" != "$1" ] || return 0; done <"$2"
  return 1
}

# The folder is there once limits.sh has run since the last boot: before that there are no limits, and a router without them takes no time for it.
collect_limits() {
  [ -d "$root/var/run/wrtmeter-limits" ] || return 0
  command -v nft >/dev/null || return 0
  mark limits
  # It ends with 1 if the table is missing.
  call nft list table inet wrtmeter_limits
  status=$?
  case $status in 0 | 1) ;; *) mark_failed limits "$status" 'nft list table inet wrtmeter_limits' ;; esac
}

newline='
'
blanks=$IFS
set -f

# Counters stay text from the kernel to the answer: numbers of busybox awk are exact up to 2^53, its %d up to 2^31.
text=$({ collect 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk -v root="$root" -v version="$version" -v only="$only" -v counting="$counting" -v method="$method" -v named="$networks" '
  # One field, or with spaces allowed the last one of a line: whatever a stranger wrote into it, it stays on one line, of bounded length.
  function clean(text) { gsub(/[[:cntrl:]]/, "", text); sub(/ +$/, "", text); text = substr(text, 1, 255); return text == "" ? "-" : text }
  function word(text) { gsub(/[[:space:]]/, "_", text); return clean(text) }
  function isnumber(text) { return length(text) <= 20 && text ~ /^[0-9]+(\.[0-9]+)?$/ }
  function number(text) { return isnumber(text) ? text : "-" }
  function firstline(file,   line) { line = ""; getline line < (root file); close(root file); return line }
  function isaddress(text) { return length(text) > 45 ? 0 : text ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/ || text ~ /^[0-9a-f:.]*:[0-9a-f:.]*$/ }
  function ismac(text) { return text ~ /^[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]$/ }
  # Starts the block of a section; where the section failed, prints why instead and returns 0.
  function block(name) { if (name in failed) print "failed", name, failed[name]; else print "begin", name; return !(name in failed) }

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
  # What a device lies on: a VLAN on its port, a bridge on its ports, PPP on the port below it. What passes the upper one is in the counter of
  # the lower one too. The kernel says it (kernel_layer), and netifd, which alone knows the port of PPP (netifd_layers).
  function put_on(upper, lower) {
    if (upper == "" || lower == "" || upper == lower || (upper, lower) in layer) return
    layer[upper, lower] = 1
    lowers[upper] = lowers[upper] " " lower
  }
  # A path of the shell: /sys/class/net/UPPER/lower_LOWER, LOWER/upper_UPPER or BRIDGE/brif/PORT.
  function kernel_layer(path,   part, n) {
    n = split(path, part, "/")
    if (part[n] ~ /\*$/) return
    if (part[n - 1] == "brif") put_on(part[n - 2], part[n])
    else if (part[n] ~ /^lower_/) put_on(part[n - 1], substr(part[n], 7))
    else if (part[n] ~ /^upper_/) put_on(substr(part[n], 7), part[n - 1])
  }
  # Also of VLANs, where the kernel shows no links: "eth0.2 | 2 | eth0".
  function netifd_layers(   i, j, lower, line, f) {
    for (i = 1; i <= interfaces; i++) {
      lower = field[i, "device"]
      if (lower ~ /^@/) {
        for (j = interfaces; j > 0 && field[j, "interface"] != substr(lower, 2); j--);
        lower = field[j, "l3_device"] != "" ? field[j, "l3_device"] : field[j, "device"]
      }
      if (lower !~ /^@/) put_on(field[i, "l3_device"], lower)
    }
    while ((getline line < (root "/proc/net/vlan/config")) > 0) if (split(line, f, /[[:space:]]*\|[[:space:]]*/) == 3) put_on(f[1], f[3])
  }
  # Everything below a device, the nearest first, each after a space. A VLAN that nothing else is known of has its port in its name.
  function beneath(device,   todo, n, i, part, j, m, below, known) {
    todo[n = 1] = device
    known[device] = 1
    for (i = 1; i <= n && n < 50; i++) {
      m = split(lowers[todo[i]], part, " ")
      if (!m && match(todo[i], /\.[0-9]+$/) && RSTART > 1) { m = 1; part[1] = substr(todo[i], 1, RSTART - 1) }
      for (j = 1; j <= m; j++) if (!(part[j] in known)) { known[part[j]] = 1; todo[++n] = part[j]; below = below " " part[j] }
    }
    return below
  }
  function lies_on(upper, lower) { return index(beneath(upper) " ", " " lower " ") > 0 }

  # What the router itself is.
  function print_system() {
    print "boot_id", word(boot)
    print "uptime", number(uptime[1])
    print "time", number(value["time"])
    print "hostname", word(firstline("/proc/sys/kernel/hostname"))
    print "model", clean(model())
    print "release", clean(release())
    print "counter_bits", (value["machine"] == "" ? "-" : value["machine"] ~ /64|^armv8l$/ ? 64 : 32)
    print "flow_offload software", offload("flow_offloading")
    print "flow_offload hardware", offload("flow_offloading_hw")
  }
  function model(   line, text) {
    text = firstline("/tmp/sysinfo/model")
    return text != "" ? text : firstline("/proc/device-tree/model")
  }
  function release(   line, text) {
    while (text == "" && (getline line < (root "/etc/openwrt_release")) > 0) if (sub(/^DISTRIB_DESCRIPTION=/, "", line)) text = line
    while (text == "" && (getline line < (root "/etc/os-release")) > 0) if (sub(/^PRETTY_NAME=/, "", line)) text = line
    gsub(/^[\047"]|[\047"]$/, "", text)
    return text
  }
  function offload(name,   i) {
    for (i = 1; i <= sections; i++) if (type[section[i]] == "defaults") return option[section[i], name] == 1
    return "-"
  }
  # The kernel'\''s number of a device, if it is the same as before the counters were read: of one that was recreated meanwhile, they may be those of
  # the one before.
  function ifindex(device,   now) {
    now = number(firstline("/sys/class/net/" device "/ifindex"))
    return device in numbered && now == numbered[device] ? now : "-"
  }

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

  # Uplinks. wan and wan6 on one device are one uplink, and so is a modem interface with those that netifd makes for it (wwan: wwan_4, wwan_6).
  function uplinks(   pass, i, g, owner, device, l3, base, up) {
    zones()
    netifd_layers()
    for (i = 1; i <= interfaces; i++) index_of[field[i, "interface"]] = i
    for (i = 1; i <= interfaces; i++) {
      owner = field[i, "interface"]
      if (field[i, "dynamic"] == "true" && sub(/_[^_]*$/, "", owner) && owner in index_of) {
        owner = index_of[owner]
        child[i] = 1
        if (isuplink(i) && field[i, "up"] == "true" && field[owner, "up"] == "true") field[owner, "default"] = 1
        if (zone[field[owner, "interface"]] == "" && field[owner, "zone"] == "") field[owner, "zone"] = field[i, "zone"]
      }
    }
    for (i = 1; i <= interfaces; i++) if (!child[i] && routed(i)) carrier[++carriers] = field[i, "l3_device"]
    for (pass = 1; pass <= 2; pass++)
      for (i = 1; i <= interfaces; i++) {
        if (child[i] || !isuplink(i) || (field[i, "proto"] ~ /^(dhcpv6|6)/) != (pass == 2)) continue
        device = field[i, "device"]
        up = field[i, "up"] == "true"
        l3 = up ? field[i, "l3_device"] : ""
        base = field[i, "interface"]
        sub(/_?v?6$/, "", base)
        if (up && !routed(i) && carried(l3)) continue
        for (g = 1; g <= groups; g++) {
          if (l3 != "" && l3 == grouplink[g]) break
          if (l3 == "" && pass == 2 && base == groupname[g]) break
          # One of the two is up: on the port below the PPP of the other, it is not the same uplink.
          if (up != groupup[g] + 0 && makes_device(up ? groupproto[g] : field[i, "proto"])) continue
          if ((l3 == "" || grouplink[g] == "") && device != "" && (device == groupdevice[g] || device == grouplink[g] || device == "@" groupname[g])) break
        }
        if (g > groups) {
          if (up && !routed(i) && repeats(l3)) continue
          groups = g
          groupname[g] = field[i, "interface"]
          groupdevice[g] = device
          groupproto[g] = field[i, "proto"]
        }
        if (up) groupup[g] = 1
        if (grouplink[g] == "") grouplink[g] = l3
      }
  }
  # An uplink by its default route, and not by its name alone.
  function routed(i) { return isuplink(i) && field[i, "up"] == "true" && field[i, "default"] && !istunnel(field[i, "proto"]) }
  function makes_device(proto) { return proto ~ /^(ppp|3g)/ || istunnel(proto) }
  # What is an uplink by its name alone, as the stock wan6 on the port below PPPoE, is none on the wire of another one.
  function carried(device,   i) {
    for (i = 1; i <= carriers; i++) if (lies_on(device, carrier[i]) || lies_on(carrier[i], device)) return 1
    return 0
  }
  function repeats(device,   g) {
    for (g = 1; g <= groups; g++) {
      if (istunnel(groupproto[g])) continue
      if (grouplink[g] != "" && (lies_on(device, grouplink[g]) || lies_on(grouplink[g], device))) return 1
      if (grouplink[g] == "" && groupdevice[g] != "" && (device == groupdevice[g] || lies_on(groupdevice[g], device))) return 1
    }
    return 0
  }
  # Without netifd: the device of the kernel'\''s default route.
  function defaultdevice(   line, f, best, metric) {
    while ((getline line < (root "/proc/net/route")) > 0)
      if (split(line, f, /[[:space:]]+/) > 7 && f[2] == "00000000" && f[8] == "00000000" && (best == "" || f[7] + 0 < metric)) { best = f[1]; metric = f[7] + 0 }
    while (best == "" && (getline line < (root "/proc/net/ipv6_route")) > 0)
      if (split(line, f, " ") > 9 && f[1] ~ /^0+$/ && f[2] == "00" && f[10] != "lo") best = f[10]
    return best != "" ? best : "wan" in rx ? "wan" : ""
  }
  function uplink(logical, up, device, proto) {
    print "uplink", word(logical), (up ? "up" : "down"), word(device), \
      (device == "" ? "-" : ifindex(device)), word(proto), number(rx[device]), number(tx[device])
  }
  # rx and tx of every device, as the kernel counts them.
  function read_counters(   line, f, counters) {
    while ((getline line < (root "/proc/net/dev")) > 0) {
      sub(/:/, " ", line)
      if (split(line, f, " ") > 10 && f[2] ~ /^[0-9]+$/) { rx[f[1]] = f[2]; tx[f[1]] = f[10]; counters = 1 }
    }
    if ("netifd" in value && !complete && !("wan" in failed)) failed["wan"] = "netifd'\''s answer was cut short"
    if (!counters && !("wan" in failed)) failed["wan"] = "Cannot read /proc/net/dev"
  }
  function print_wan(   g, device) {
    if (!block("wan")) return
    if ("netifd" in value) uplinks()
    else if ((device = defaultdevice()) != "") { uplink("wan", 1, device, ""); grouplink[0] = device }
    for (g = 1; g <= groups; g++) uplink(groupname[g], groupup[g], grouplink[g], groupproto[g])
    print "end wan"
    print "begin layers"
    for (g = 0; g <= groups; g++) if (grouplink[g] != "" && beneath(grouplink[g]) != "") print clean("layer " word(grouplink[g]) beneath(grouplink[g]))
    print "end layers"
  }

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
  # dnsmasq lists its IPv6 leases below a line "duid …", with the client'\''s DUID last.
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

  # Neighbours, from "ip neigh show".
  function neighbour(   i, device, lladdr, state) {
    for (i = 2; i <= NF; i++) {
      if ($i == "dev") device = $(i + 1)
      if ($i == "lladdr") lladdr = tolower($(i + 1))
      if ($i ~ /^[A-Z]+$/) state = $i
    }
    if (isaddress($1) && ismac(lladdr) && state != "NOARP") neighbours[++neighbourcount] = "neighbour " $1 " " word(device) " " lladdr " " word(state)
  }
  function print_neighbours(   i) {
    if (!block("neighbours")) return
    for (i = 1; i <= neighbourcount; i++) print neighbours[i]
    print "end neighbours"
  }

  # Hosts, whatever counts them.
  function networkline(network, device) { counted[++countedof] = "network " word(network) " " word(device) }
  # One counter of a host. Where the same counter comes twice, the first one is used.
  function tally(kind, key, bytes,   f, n) {
    n = split(key, f, " ")
    if (n != (f[1] == "down" ? 2 : 3) || !isaddress(f[n]) || (n == 3 && f[2] != "-" && !ismac(f[2])) || bytes !~ /^[0-9]+( [0-9]+)?$/ || length(bytes) > 41 || (kind, key) in hostseen) return
    hostseen[kind, key] = 1
    hostline[kind, ++hostlines[kind]] = key " " bytes
  }

  # Prints no block if hosts are not counted and are not configured to be.
  function print_hosts(   i, kind, running, down, up, ticks) {
    down = up = "-"
    if ("nlbwmon" in value) {
      kind = "nlbwmon"
      ticks = started(value["nlbwmon"])
      running = running_period(ticks)
      if (running == "") failed["hosts"] = "option database_directory of nlbwmon has unusual characters, so its period is not known"
      running = "nlbwmon " running " " ticks
      if (lastline !~ /\]\}$/) failed["hosts"] = "nlbwmon runs but does not answer \"nlbw -c json\""
    } else if (handle != "") {
      kind = "nftables"
      running = "nftables " handle " -"
      down = uncounted["uncounted_down"]
      up = uncounted["uncounted_up"]
      if (unclosed) failed["hosts"] = "nft was cut short"
    } else if ("iptables" in rules || "iptmon" in rules) {
      kind = "iptables" in rules ? "iptables" : "iptmon"
      running = "iptables " families " -"
      if (kind == "iptables") { down = leftover["-d"]; up = leftover["-s"] }
      if (torn + open) failed["hosts"] = "iptables-save was cut short"
    } else if (counting == 1 && !("hosts" in failed)) {
      if ("zones" in failed && named == "") failed["hosts"] = failed["zones"]
      else if ("netifd" in value && !complete) failed["hosts"] = "netifd did not answer, so it is not known whether hosts should be counted here"
      else if (countable()) failed["hosts"] = missing()
    }
    if (kind == "" && !("hosts" in failed)) return
    if (!block("hosts")) return
    if (kind == "iptables") for (i = 1; i <= filterings; i++) networkline(networkof(filters[i]), filters[i])
    if (kind == "iptmon" || kind == "nlbwmon") { countedof = 0; countable() }
    print "counting", running
    for (i = 1; i <= countedof; i++) print counted[i]
    for (i = 1; i <= hostlines[kind]; i++) print hostline[kind, i]
    print "uncounted", number(down), number(up)
    print "end hosts"
  }
  function missing() {
    if (method == "nlbwmon") return "nlbwmon is not running; start it with \"/etc/init.d/nlbwmon start\", or choose another method in /etc/config/wrtmeter"
    if ("nftables" in value) return "the nftables table \"inet wrtmeter\" is missing; make it with \"/etc/init.d/wrtmeter start\""
    if ("iptables" in value) return "the iptables chain \"wrtmeter_upload\" is missing; make it with \"/etc/init.d/wrtmeter start\""
    return "neither nftables nor iptables is installed; install one with \"opkg install nftables-json\" or \"apk add nftables-json\""
  }
  function networkof(device,   i) {
    for (i = 1; i <= interfaces; i++) if (device == field[i, "l3_device"] || device == field[i, "device"]) return field[i, "interface"]
    return "-"
  }
  # The networks whose hosts should be counted, as hosts-networks.sh finds them: those that are named, else those of the zones that are not
  # uplinks. An access point often keeps a wan that nothing is plugged into: its own default route leads through the LAN.
  function countable(   i, j, n, f, up, outside, behind, logical, device, known, asked) {
    zones()
    n = split(named, f, " ")
    for (j = 1; j <= n; j++) asked[f[j]] = 1
    for (i = 1; i <= interfaces; i++) {
      logical = field[i, "interface"]
      device = field[i, "l3_device"] != "" ? field[i, "l3_device"] : field[i, "device"]
      if (isuplink(i)) { outside = 1; if (field[i, "up"] == "true") up = 1 }
      if (n ? !(logical in asked) : kindof(i) != "other") continue
      if (field[i, "up"] == "true" && field[i, "default"]) behind = 1
      if (device == "" || device == "lo" || device ~ /^@/ || device in known) continue
      known[device] = 1
      networkline(logical, device)
    }
    if (!n) for (i = 1; i <= sections; i++)
      if (type[section[i]] == "zone" && zonekind[option[section[i], "name"]] == "other") {
        j = split(option[section[i], "device"], f, " ")
        for (; j > 0; j--) if (!(f[j] in known)) { known[f[j]] = 1; networkline(option[section[i], "name"], f[j]) }
      }
    return countedof && (n || (outside && (up || !behind)))
  }

  # "nft -j", one object per line: tables, counters and sets begin with their family; an element is its value, then its counter.
  function nftables(   f, text) {
    if (/^"family"/) {
      match($0, /"name": "[^"]*"/)
      set = substr($0, RSTART + 9, RLENGTH - 10)
      text = $0
      if (object == "table" && sub(/.*"handle": /, "", text) && sub(/[^0-9].*/, "", text)) handle = text
      if (object == "counter") { sub(/.*"bytes": /, "", text); sub(/[^0-9].*/, "", text); uncounted[set] = text }
      element = ""
    }
    else if (match($0, /^"(val": |concat": \[)"[^]]*/)) {
      split(substr($0, RSTART, RLENGTH), f, "\"")
      element = f[4]
      second = /^"concat/ ? f[6] : ""
      if (set == "counted" && /"comment": "/) { text = $0; sub(/.*"comment": "/, "", text); sub(/".*/, "", text); networkline(text, element) }
    }
    else if (/^"packets"/ && element != "") {
      text = $0
      sub(/.*"bytes": /, "", text)
      sub(/[^0-9].*/, "", text)
      if (set ~ /^up[46]$/) tally("nftables", "up " element " " second, text)
      else if (set ~ /^up[46]_l3$/) tally("nftables", "up - " element, text)
      else if (set ~ /^down[46]$/) tally("nftables", "down " element, text)
      element = ""
    }
    object = /"[a-z]+": $/ ? substr($0, 1, length($0) - 3) : ""
    sub(/.*"/, "", object)
    # An opening brace was replaced by the line end before every line but the first: whatever was opened must be closed.
    if (/[^[:space:]]/) unclosed++
    text = $0
    unclosed += gsub(/\[/, "", text) - gsub(/[]}]/, "", text)
  }

  # "iptables-save -c": "[PACKETS:BYTES] -A CHAIN …". Our rules have -s or -d and one address; the last rule of a chain counts what no rule
  # before it did. iptmon'\''s are others: "-d ADDRESS … --comment tx_HOST" is what the host receives.
  function iptables(   f, i, kind, direction, address) {
    if (/^\*/) { torn += open; open = 1 }
    if (/^COMMIT/) { open = 0; families = families value["iptables"] }
    if (/^:(wrtmeter_upload|iptmon_tx) /) rules[$1 == ":iptmon_tx" ? "iptmon" : "iptables"] = 1
    if ($2 != "-A" || $3 !~ /^(wrtmeter|wrtmeter_upload|wrtmeter_download|iptmon_tx|iptmon_rx)$/ || $1 !~ /^\[[0-9]+:[0-9]+\]$/) return
    split(substr($1, 2, length($1) - 2), f, ":")
    if ($3 == "wrtmeter") { if ($4 == "-i" && !($5 in filtered)) filtered[$5] = filters[++filterings] = $5; return }
    kind = $3 ~ /^iptmon/ ? "iptmon" : "iptables"
    direction = $3 ~ /_(upload|rx)$/ ? "-s" : "-d"
    for (i = 4; i < NF && $i != "--comment" && address == ""; i++) if ($i == direction) address = $(i + 1)
    if (sub(/\/(32|128)$/, "", address) || address !~ /\//) {
      if (address != "") tally(kind, direction == "-s" ? "up - " address : "down " address, f[2])
      else if (kind == "iptables" && NF == 5) leftover[direction] = sum(leftover[direction], f[2])
    }
  }
  # The sum of IPv4 and IPv6. With only one of them it stays text, so no digit is lost.
  function sum(a, b) { return a == "" || a == "0" ? b : b == "0" ? a : sprintf("%.0f", a + b) }

  # "nlbw -c json": the names of the columns, then one row per line.
  function nlbwmon(   f, i, n) {
    if (/[^[:space:]]/) lastline = $0
    if (/"mac"/ && /"rx_bytes"/) {
      sub(/\].*/, "")
      n = split($0, f, ",")
      for (i = 1; i <= n; i++) { gsub(/"/, "", f[i]); column[f[i]] = i }
    } else if ("ip" in column && /^[0-9]+,/) {
      sub(/\].*/, "")
      gsub(/"/, "")
      split($0, f, ",")
      i = f[column["mac"]]
      tally("nlbwmon", "both " (i == "00:00:00:00:00:00" ? "-" : i) " " f[column["ip"]], f[column["rx_bytes"]] " " f[column["tx_bytes"]])
    }
  }
  # The first day of the accounting period at a time, and (in "begins") its first second. A period of nlbwmon begins on a day of the month
  # (counted from its end if below 1), or every so many days of UTC.
  function period(time, interval,   f, y, m, d, next_month) {
    if (interval ~ /^[0-9]+-[0-9]+-[0-9]+\/[0-9]+$/) {
      split(interval, f, /[-\/]/)
      d = mktime(f[1] " " f[2] " " f[3] " 0 0 0")
      time -= time % 86400
      begins = time - (time - (d - d % 86400)) % (f[4] * 86400)
      return strftime("%Y-%m-%d", begins)
    }
    y = strftime("%Y", time) + 0
    m = strftime("%m", time) + 0
    d = interval == "" ? 1 : interval + 0
    if (strftime("%d", time) + 0 < (d > 0 ? d : d + days(y, m))) if (--m == 0) { m = 12; y-- }
    if (d < 1) { d += days(y, m); if (d < 1) d = 1 }
    begins = mktime(y " " m " " d " 0 0 0")
    # If the month lacks that day, a period begins with the next month.
    next_month = mktime(y " " m + 1 " 1 0 0 0")
    if (begins > next_month) begins = next_month
    return sprintf("%04d-%02d-%02d", y, m, d)
  }
  function days(y, m) { return m == 2 ? 28 + (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)) : 30 + (m + (m > 7)) % 2 }
  # The period that nlbwmon holds, which its client does not say, and not what the calendar says: if a new one were reported too early, the
  # bytes of the one before would count twice. nlbwmon begins a period when it starts, or once it has saved the one before; so what it
  # saved last, in a period before the present one, shows it. If that fails, it holds the old period as long as it runs.
  function running_period(ticks,   s, i, interval, present, from, since, file, name, last, written) {
    for (i = 1; i <= sections; i++) if (section[i] ~ /^nlbwmon\./ && s == "") s = section[i]
    interval = option[s, "database_interval"]
    present = period(value["time"], interval)
    from = begins
    # If its start time is not known, it was started after the boot.
    since = value["time"] - uptime[1] + (ticks == "-" ? 0 : ticks / 100)
    if (ticks != "-" && since >= from) return present
    file = option[s, "database_directory"]
    if (file == "") file = "/var/lib/nlbwmon"
    file = root file
    if (file !~ /^[A-Za-z0-9_.\/-]+$/) return ""
    name = present
    gsub(/-/, "", name)
    while (("ls " file " 2>/dev/null" | getline i) > 0) if (i ~ /^[0-9]+\.db(\.gz)?$/ && i + 0 < name + 0 && i + 0 > last + 0) last = i
    if (last != "") "date -r " file "/" last " +%s 2>/dev/null" | getline written
    return period(written + 0 > since ? written + 0 : since, interval)
  }
  # Field 22 of stat. The second field, the name in parentheses, may be anything.
  function started(pid,   line, f) {
    line = firstline("/proc/" pid "/stat")
    sub(/.*\) /, "", line)
    return split(line, f, " ") > 19 ? number(f[20]) : "-"
  }

  # The interface whose peer a uci section of this type is, or "": "wireguard_wg0" is a peer of wg0. PROTOCOL: the only one that counts, if any.
  function uci_interface(type, protocol) {
    return sub(protocol == "" ? "^(wireguard|amneziawg)_" : "^" protocol "_", "", type) ? type : ""
  }
  # Whether an option of uci is switched on, as netifd takes it.
  function uci_is_on(value) {
    return value ~ /^(1|on|true|yes|enabled)$/
  }
  # Peers, from "wg show all dump": one line each, and before them one for the interface with its private key, of which only the name is used.
  # Only what can be a peer is taken for one, so that a line in the wrong place shows no key.
  function peer(   f, n) {
    n = split($0, f, "\t")
    if (n < 2 || f[1] !~ /^[A-Za-z0-9_.@-]+$/ || length(f[1]) > 15) return
    if (!(f[1] in wgtool)) {
      wgtool[f[1]] = tool
      peerline[++peerlines] = "interface " f[1]
      return
    }
    # Both tools may be one program under two names.
    if (wgtool[f[1]] != tool || (f[1], f[2]) in present) return
    if (n < 9 || !iskey(f[2]) || f[4] !~ /^(\(none\)|[0-9.]+:[0-9]+|\[[0-9a-f:.]+(%[A-Za-z0-9_.@-]+)?\]:[0-9]+)$/) return
    if (f[6] !~ /^[0-9]+$/ || !isnumber(f[7]) || !isnumber(f[8])) return
    present[f[1], f[2]] = 1
    peerline[++peerlines] = "peer " f[1] " " f[2] " " (f[4] == "(none)" ? "-" : f[4]) " " prefixes(f[5]) " " f[6] " " f[7] " " f[8]
  }
  function iskey(text) { return length(text) == 44 && text ~ /^[A-Za-z0-9+\/]+[AEIMQUYcgkosw048]=$/ }
  function prefixes(text,   f, i, n, list) {
    n = split(text, f, /[, ]+/)
    for (i = 1; i <= n && length(list) < 1000; i++) if (length(f[i]) < 50 && f[i] ~ /^[0-9a-f:.]+(\/[0-9]+)?$/) list = list (list == "" ? "" : ",") f[i]
    return list == "" ? "-" : list
  }

  function print_peers(   i, s, j, n, f, key, device, name, gone, gones) {
    if (!peerlines && !("peers" in failed)) return
    if (!block("peers")) return
    for (i = 1; i <= sections; i++) {
      s = section[i]
      device = uci_interface(type[s], "")
      key = option[s, "public_key"]
      if (!iskey(key) || !(device in wgtool)) continue
      name[device, key] = clean(option[s, "description"])
      if (uci_is_on(option[s, "disabled"]) && !((device, key) in present)) gone[++gones] = "disabled " device " " key " " prefixes(option[s, "allowed_ips"]) " " name[device, key]
    }
    for (i = 1; i <= peerlines; i++) {
      split(peerline[i], f, " ")
      if (f[1] == "interface") print "interface", f[2], (wgtool[f[2]] == "awg" ? "amneziawg" : "wireguard"), ifindex(f[2])
      else print peerline[i], ((f[2], f[3]) in name ? name[f[2], f[3]] : "-")
    }
    for (i = 1; i <= gones; i++) print gone[i]
    print "end peers"
  }

  # The limits that stand, from "nft list table": their names and rates are in the names of the counters of what was dropped, and all of them
  # end when the element of the set "alive" does.
  function limit(   name, direction) {
    if (/^}/) limits_whole = 1
    if (NF == 3 && $3 == "{") { limits_object = $1 " " $2; return }
    # Such a table is there, but its chains are asked nothing.
    if (limits_object == "" && $1 == "flags" && /dormant/) limits_dormant = 1
    if (limits_object == "set alive" && match($0, /expires [0-9a-z]+/)) limits_end = substr($0, RSTART + 8, RLENGTH - 8)
    if ($1 != "packets" || limits_object !~ /^counter dropped_(down|up)_[a-z0-9_]+_(P|D[0-9N]+_U[0-9N]+)$/) return
    name = substr(limits_object, length("counter dropped_") + 1)
    direction = name ~ /^down_/ ? "down" : "up"
    name = substr(name, length(direction) + 2)
    if (!(name in limit_number)) { limit_number[name] = ++limit_count; limit_name[limit_count] = name }
    limit_dropped[direction, name] = $4
  }
  # "1d2h3m4s5ms" in whole seconds.
  function seconds_in(text,   sum, unit) {
    while (match(text, /^[0-9]+[a-z]+/)) {
      unit = substr(text, 1, RLENGTH)
      gsub(/[0-9]/, "", unit)
      sum += substr(text, 1, RLENGTH) * (unit == "d" ? 86400 : unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s")
      sub(/^[0-9]+[a-z]+/, "", text)
    }
    return sum + 0
  }
  function print_limits(   i, name, rates) {
    if ("limits" in value && limits_object != "" && !limits_whole && !("limits" in failed)) failed["limits"] = "nft was cut short"
    if (!("limits" in failed) && (limits_end == "" || !limit_count || limits_dormant)) return
    if (!block("limits")) return
    for (i = 1; i <= limit_count; i++) {
      name = limit_name[i]
      rates = "pause - -"
      if (match(name, /_D[0-9N]+_U[0-9N]+$/)) {
        rates = substr(name, RSTART + 2)
        sub(/_U/, " ", rates)
        gsub(/N/, "-", rates)
        rates = "slow " rates
        name = substr(name, 1, RSTART - 1)
      } else name = substr(name, 1, length(name) - 2)
      print "limit", name, rates, seconds_in(limits_end), limit_bytes("down", i), limit_bytes("up", i)
    }
    print "end limits"
  }
  function limit_bytes(direction, i) { return (direction, limit_name[i]) in limit_dropped ? number(limit_dropped[direction, limit_name[i]]) : "0" }

  # Sorts the lines of collect() by their marks, then prints the answer, section by section.
  BEGIN {
    groups = interfaces = sections = radios = 0
    boot = firstline("/proc/sys/kernel/random/boot_id")
    split(firstline("/proc/uptime"), uptime, " ")
  }
  # Most lines belong to stations, and most of those are not needed: the first word decides, before anything else.
  dumping && !($1 in first) && !/^\001/ { next }
  /^\001/ {
    endstation()
    part = substr($1, 2)
    rest = substr($0, length($1) + 2)
    if (part == "failed") { reason = substr(rest, length($2) + 2); if (!($2 in failed)) failed[$2] = clean(reason) }
    else if (part == "hosts") hosts[++hostfiles] = rest
    else value[part] = rest
    if (part == "peers") tool = rest
    # Without waiting for a tool that still holds the pipe.
    if (part == "end") exit
    dumping = part == "dump"
    if (dumping) dump = rest
    next
  }
  dumping { station(); next }
  part == "uci" { uci($0) }
  part == "netifd" { json($0) }
  part == "layers" { kernel_layer($0) }
  part == "ifindexes" && NF == 2 { numbered[$1] = $2 }
  part == "radios" { radio() }
  part == "neighbours" { neighbour() }
  part == "nftables" { nftables() }
  part == "iptables" { iptables() }
  part == "nlbwmon" { nlbwmon() }
  part == "peers" { peer() }
  part == "limits" { limit() }

  END {
    if (part != "end") exit 1
    print "wrtmeter 1"
    print "script", version
    print_system()
    read_counters()
    if (!only) {
      print_wan()
      print_stations()
      print_leases()
      print_names()
      print_neighbours()
    }
    print_hosts()
    if (!only) print_peers()
    if (!only) print_limits()
    print "end wrtmeter"
  }
')
case $text in
  *"${newline}end wrtmeter") answer "$text" ;;
  *) refuse '500 Internal Server Error' 'awk could not assemble the answer' ;;
esac
