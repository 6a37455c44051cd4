#!/bin/sh
# Made from parts/dhcp.cgi by "npm run scripts": change it there.
# The DHCP leases of this router as dnsmasq keeps them: expiry, MAC, address, host name, client id.
# The format of older collectors. For busybox ash: seven processes.

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

# Nothing but a failure is in the last line if uci cannot read the configuration: the usual file may then be an old one.
find_leasefile() {
  call uci -q get 'dhcp.@dnsmasq[0].leasefile' || [ ! -e "$root/etc/config/dhcp" ] || ! command -v uci >/dev/null ||
    call uci -q show dhcp >/dev/null || echo failed
} 2>/dev/null
leasefile=$({ find_leasefile 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1)
[ "$leasefile" != failed ] || refuse '500 Internal Server Error' 'uci cannot read /etc/config/dhcp; "uci show dhcp" on the router says why'
leasefile=${leasefile:-/tmp/dhcp.leases}
[ -e "$root$leasefile" ] || refuse '500 Internal Server Error' "$leasefile does not exist: dnsmasq hands out no addresses on this router"
leases=$(cat "$root$leasefile" 2>/dev/null) || refuse '500 Internal Server Error' "Cannot read $leasefile"
answer "$leases"
