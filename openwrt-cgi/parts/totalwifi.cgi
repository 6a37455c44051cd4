#!/bin/sh
# Every device on the Wi-Fi of this router, one line each: MAC, bytes received from it, bytes sent to it, since it connected.
# The format of older collectors. For busybox ash and awk: ten processes and one per access point.

#include shared/calls.sh

#include shared/request-guard.sh

failed() { refuse '500 Internal Server Error' "$1"; }
# Without a radio, iw fails or is not there, and no station is either.
set -- "$root"/sys/class/ieee80211/*
without() { # REASON
  [ ! -e "$radio" ] || failed "$1"
  answer ''
}
radio=$1
command -v iw >/dev/null 2>&1 || without 'iw is not installed; install it with "opkg install iw" or "apk add iw"'
#include shared/why.sh
list_radios() { call iw dev 2>/dev/null || printf '\nfailed %s' "$(why "$?" 'iw dev')"; }
newline='
'
radios=$newline$({ list_radios 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1)
case ${radios##*"$newline"} in failed\ *) without "${radios##*"$newline"failed }" ;; esac

# Access points only: a station of a mesh, a client or a 4-address interface repeats the bytes of devices behind it.
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
    call iw dev "$interface" station dump 2>/dev/null || {
      printf '\nfailed %s\n' "$(why "$?" "iw dev $interface station dump")"
      break
    }
  done
}

# Answers only when everything was read: half a list would look like stations that left. Counters stay text: numbers of busybox
# awk are exact up to 2^53, its %d up to 2^31. The links of a Wi-Fi 7 station repeat its bytes; a station that is not authorised has shown no password
# yet, and its MAC may be anything.
list=$({ read_all 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | awk '
  #include classic/totalwifi.awk
') || failed "${list:-awk could not read what iw printed}"
answer "$list"
