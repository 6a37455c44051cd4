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

failed() { refuse '500 Internal Server Error' "$1"; }

# Lines for awk: netifd's answer, or the kernel's routes where there is no netifd, then the counters. An answer may end without a line end,
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
  printf '\ndevices\n'
  cat "$root/proc/net/dev" 2>/dev/null
}

counters=$({ read_all 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk '
  # Protocols of netifd whose bytes are in the uplink below them too.
  function istunnel(proto) { return proto ~ /^(wireguard|amneziawg|openvpn|openconnect|vpnc|tailscale|zerotier|l2tp|pptp|sstp|6in4|6to4|6rd|dslite|map|464xlat|gre|vti|ipip|vxlan|xfrm)/ }

  # Candidates are ranked: tunnels last (their bytes are in the uplink below them too), IPv4 before IPv6, then by the lowest metric.
  function candidate(device, tunnel, v6, metric,   rank) {
    rank = tunnel * 2e10 + v6 * 1e10 + metric
    if (device != "" && (best == "" || rank < bestrank)) { best = device; bestrank = rank }
  }
  function unquote(text) { gsub(/^"|"$/, "", text); return text }

  # netifd prints JSON. Read token by token, it may be indented or not.
  function json(text,   token) {
    while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+/)) {
      token = substr(text, RSTART, RLENGTH)
      text = substr(text, RSTART + RLENGTH)
      if (token == "{" || token == "[") {
        name[++depth] = key
        key = ""
        if (depth == 3) { up = tunnel = default4 = default6 = metric = 0; device = logical = "" }
        if (depth == 5) { target = mask = routemetric = "" }
      } else if (token == "}" || token == "]") {
        if (depth == 5 && name[4] == "route" && mask == "0") {
          if (target == "0.0.0.0") { default4 = 1; metric4 = routemetric }
          if (target == "::") { default6 = 1; metric6 = routemetric }
        }
        if (depth == 3 && up && logical != "lan") {
          if (default4) candidate(device, tunnel, 0, metric4 == "" ? metric : metric4)
          else if (default6) candidate(device, tunnel, 1, metric6 == "" ? metric : metric6)
        }
        if (--depth == 0) complete = 1
        key = ""
      } else if (token == ":") key = last
      else if (token == ",") key = ""
      else {
        last = unquote(token)
        if (key == "") continue
        if (depth == 5 && name[4] == "route") {
          if (key == "target") target = last
          if (key == "mask") mask = last
          if (key == "metric") routemetric = last
        }
        if (depth == 3) {
          if (key == "interface") logical = last
          if (key == "up") up = last == "true"
          if (key == "l3_device") device = last
          if (key == "metric") metric = last
          if (key == "proto") tunnel = istunnel(last)
        }
      }
    }
  }

  /^(netifd|routes4|routes6|devices|failed)$/ { part = $1; if (part == "netifd" || part == "failed") netifd = part; next }
  part == "netifd" { json($0) }
  part == "routes4" && $2 == "00000000" && $8 == "00000000" { candidate($1, 0, 0, $7) }
  part == "routes6" && $1 ~ /^0+$/ && $2 == "00" && $10 != "lo" { candidate($10, 0, 1, 0) }
  part == "devices" { sub(/:/, " "); rx[$1] = $2; tx[$1] = $10 }
  END {
    if (netifd == "failed" || (netifd && !complete)) { print "netifd did not answer \"ubus call network.interface dump\""; exit 1 }
    if (best == "" && !netifd && "wan" in rx) best = "wan"
    if (best == "") { print "no uplink is up: no interface has a default route"; exit 1 }
    if (rx[best] !~ /^[0-9]+$/ || tx[best] !~ /^[0-9]+$/) { print "the uplink " best " is not in /proc/net/dev"; exit 1 }
    print "wan: " rx[best] " " tx[best]
  }
') || failed "${counters:-awk could not read the uplink}"
answer "$counters"
