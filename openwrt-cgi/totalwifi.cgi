#!/bin/sh
# Made from parts/totalwifi.cgi by "npm run scripts": change it there.
# Every device on the Wi-Fi of this router, one line each: MAC, bytes received from it, bytes sent to it, since it connected.
# The format of older collectors. For busybox ash and awk: five processes and one per access point.

# The request guard, the same in every script because each can be copied to a router alone. WRTMETER_ROOT is for tests:
# a web server passes a client's headers as HTTP_… variables only, so no client can set it.
root=${WRTMETER_ROOT:-}
refuse() { # STATUS REASON [HEADER]
  printf 'Status: %s\r\nContent-Type: text/plain\r\n%s\r\n\r\n%s\n' "$1" "${3:-Cache-Control: no-store}" "$2"
  exit 0
}
case ${REQUEST_METHOD:-GET} in
  GET | HEAD) ;;
  *) refuse '405 Method Not Allowed' 'Only GET and HEAD are supported' 'Allow: GET, HEAD' ;;
esac
token='' config=$root/etc/config/wrtmeter
if [ -e "$config" ]; then
  # Read by the shell: no process, and the token is in no argument list. If it cannot be read, nobody is let in.
  { while read -r word option value || [ -n "$word" ]; do
      case $word\ $option in option\ token | option\ \'token\' | option\ \"token\") token=$value ;; esac
    done; } 2>/dev/null <"$config" || refuse '500 Internal Server Error' 'Cannot read /etc/config/wrtmeter'
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
# Without a radio, iw fails or is not there, and no station is either.
set -- "$root"/sys/class/ieee80211/*
without() { # REASON
  [ ! -e "$radio" ] || failed "$1"
  answer ''
}
radio=$1
command -v iw >/dev/null 2>&1 || without 'iw is not installed; install it with "opkg install iw" or "apk add iw"'
radios=$(iw dev 2>/dev/null) || without "\"iw dev\" ended with $?"

# Access points only: a station of a mesh, a client or a 4-address interface repeats the bytes of devices behind it.
newline='
'
interface='' interfaces=''
set -f
IFS=$newline
for line in $radios 'Interface '; do
  line=${line#"${line%%[![:space:]]*}"}
  case $line in
    Interface\ * | Unnamed/*)
      interfaces=$interfaces${interface:+$interface$newline}
      interface=''
      case $line in Interface\ *) interface=${line#Interface } ;; esac
      ;;
    type\ AP | type\ AP/VLAN | type\ P2P-GO) ;;
    type\ * | '4addr: on') interface='' ;;
  esac
done

read_all() {
  for interface in $interfaces; do
    iw dev "$interface" station dump 2>/dev/null || printf '\nfailed "iw dev %s station dump" ended with %s\n' "$interface" "$?"
  done
}

# Answers only when everything was read: half a list would look like stations that left. Counters stay text: numbers of busybox
# awk are exact up to 2^53, its %d up to 2^31. The links of a Wi-Fi 7 station repeat its bytes; a station that is not authorised has shown no password
# yet, and its MAC may be anything.
list=$(read_all | awk '
  function show() {
    if (mac != "" && rx ~ /^[0-9]+$/ && tx ~ /^[0-9]+$/) list = list mac " " rx " " tx "\n"
    mac = rx = tx = ""
    link = 0
  }
  $1 == "Station" { show(); mac = tolower($2) }
  $1 == "Link" { link = 1 }
  $1 == "authorized:" && $2 == "no" { mac = "" }
  !link && $1 == "rx" && $2 == "bytes:" { rx = $3 }
  !link && $1 == "tx" && $2 == "bytes:" { tx = $3 }
  $1 == "failed" { failure = substr($0, 8); exit }
  END {
    show()
    printf "%s", failure == "" ? list : failure
    exit failure != ""
  }
') || failed "${list:-awk could not read what iw printed}"
answer "$list"
