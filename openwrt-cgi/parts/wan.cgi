#!/bin/sh
# The bytes of this router's uplink, "wan: RECEIVED SENT", whatever its device is called.
# The format of older collectors, which has one line: of several uplinks it shows the one that holds the default route,
# never their sum, which would look like a reset when one of them restarts. wrtmeter.cgi shows them all.
# For busybox ash and awk: eight processes.

#include shared/calls.sh

#include shared/request-guard.sh

#include shared/layers.sh

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
  #include classic/wan.awk
') || failed "${counters:-awk could not read the uplink}"
answer "$counters"
