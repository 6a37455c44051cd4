#!/bin/sh
# Made from parts/wan.cgi by "npm run scripts": change it there.
# The bytes of this router's uplink, "wan: RECEIVED SENT", whatever its device is called.
# The format of older collectors, which has one line: of several uplinks it shows the one that holds the default route,
# never their sum, which would look like a reset when one of them restarts. wrtmeter.cgi shows them all.
# For busybox ash and awk: eight processes.

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

# The kernel's links between devices that lie on each other, one path per line, without a process.
device_layers() {
  set +f
  for link in "$root"/sys/class/net/*/lower_* "$root"/sys/class/net/*/upper_* "$root"/sys/class/net/*/brif/*; do printf '%s\n' "$link"; done
  set -f
}

failed() { refuse '500 Internal Server Error' "$1"; }

# Lines for awk: netifd's answer, or the kernel's routes if netifd is missing, then the counters. An answer may end without a line end,
# so an empty line follows it.
read_all() {
  if command -v ubus >/dev/null 2>&1; then
    echo netifd
    call ubus call network.interface dump 2>/dev/null || printf '\nfailed\n'
  else
    echo routes4
    cat "$root/proc/net/route"
    echo routes6
    cat "$root/proc/net/ipv6_route"
  fi 2>/dev/null
  printf '\nlayers\n'
  device_layers
  printf '\ndevices\n'
  cat "$root/proc/net/dev" 2>/dev/null
}

counters=$({ read_all 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk -v root="$root" '
  # Protocols of netifd whose bytes are in the uplink below them too.
  function istunnel(proto) { return proto ~ /^(wireguard|amneziawg|openvpn|openconnect|vpnc|tailscale|zerotier|l2tp|pptp|sstp|6in4|6to4|6rd|dslite|map|464xlat|gre|vti|ipip|vxlan|xfrm)/ }
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

  # Candidates are ranked: tunnels last (their bytes are in the uplink below them too), IPv4 before IPv6, then by the lowest metric.
  function candidate(device, order, metric,   rank) {
    rank = order * 1e10 + metric
    if (device == "") return
    if (order < 2) routed[device] = 1
    if (best == "" || rank < bestrank) { best = device; bestrank = rank }
  }
  # Where only a tunnel has a default route, the wan that it runs over is the uplink: what it carries is counted outside the tunnel.
  function choose(   i, logical, proto, device, lower) {
    for (i = 1; i <= interfaces; i++) {
      logical = field[i, "interface"]
      proto = field[i, "proto"]
      device = field[i, "l3_device"]
      if (field[i, "up"] != "true" || logical == "lan") continue
      if (istunnel(proto)) {
        if (!field[i, "default"]) continue
        tunnels = 1
        candidate(device, field[i, "default4"] ? 4 : 5, metric_of(i))
      } else if (field[i, "default"]) candidate(device, field[i, "default4"] ? 0 : 1, metric_of(i))
      else if (logical ~ /^w?wan/) named[proto ~ /^(dhcpv6|6)/ ? 3 : 2] = device
    }
    if (tunnels) for (i = 3; i >= 2; i--) if (i in named) candidate(named[i], i, 0)
    # An uplink that lies on another one is inside it: the lower one has the bytes of both.
    netifd_layers()
    for (i = 1; i <= 50; i++) {
      lower = ""
      for (device in routed) if (best in routed && lies_on(best, device)) lower = device
      if (lower == "") break
      best = lower
    }
  }
  function metric_of(i,   metric) {
    metric = field[i, "default4"] ? field[i, "metric4"] : field[i, "metric6"]
    return metric == "" ? field[i, "metric"] : metric
  }

  /^(netifd|routes4|routes6|layers|devices|failed)$/ { part = $1; if (part == "netifd" || part == "failed") netifd = part; next }
  part == "netifd" { json($0) }
  part == "routes4" && $2 == "00000000" && $8 == "00000000" { candidate($1, 0, $7) }
  part == "routes6" && $1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { candidate($10, 1, 0) }
  part == "layers" { kernel_layer($0) }
  part == "devices" { sub(/:/, " "); rx[$1] = $2; tx[$1] = $10 }
  END {
    if (netifd == "failed" || (netifd && !complete)) { print "netifd did not answer \"ubus call network.interface dump\""; exit 1 }
    if (netifd) choose()
    if (best == "" && !netifd && "wan" in rx) best = "wan"
    if (best == "") { print "no uplink is up: no interface has a default route"; exit 1 }
    if (rx[best] !~ /^[0-9]+$/ || tx[best] !~ /^[0-9]+$/) { print "the uplink " best " is not in /proc/net/dev"; exit 1 }
    print "wan: " rx[best] " " tx[best]
  }
') || failed "${counters:-awk could not read the uplink}"
answer "$counters"
