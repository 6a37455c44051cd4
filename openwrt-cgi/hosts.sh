#!/bin/sh
# Chooses what counts the hosts of this router, and starts or stops it: hosts.sh start | stop | reload | status | method
# Installed as /usr/lib/wrtmeter/hosts.sh; /etc/init.d/wrtmeter, the firewall and hotplug call it. Calling it again is harmless.
# For busybox ash. For tests: WRTMETER_ROOT is put before the paths of files, WRTMETER_LIB is the folder with the scripts it calls.

root=${WRTMETER_ROOT:-}
lib=${WRTMETER_LIB:-/usr/lib/wrtmeter}

fail() {
  printf 'wrtmeter: %s\n' "$1" >&2
  exit 1
}
have() { command -v "$1" >/dev/null; }
option() { uci -q get "wrtmeter.hosts.$1" 2>/dev/null; }

# nlbwmon also counts offloaded traffic, so it comes first, even if it is only enabled and not running at the moment.
has_nlbwmon() {
  have nlbw || return 1
  [ -z "$(pidof nlbwmon)" ] || return 0
  for link in "$root"/etc/rc.d/S??nlbwmon; do [ -L "$link" ] && return 0; done
  return 1
}

# off, nlbwmon, nftables, iptables, or nothing where this router has none of them. A configuration that uci cannot read is not an empty one:
# what counts now stays as it is.
method() {
  [ ! -e "$root/etc/config/wrtmeter" ] || ! have uci || uci -q show wrtmeter >/dev/null 2>&1 ||
    fail 'uci cannot read /etc/config/wrtmeter; "uci show wrtmeter" on the router says why'
  case $(option enabled) in 0 | no | off | false | disabled) echo off && return ;; esac
  method=$(option method)
  case ${method:-auto} in
    nftables | iptables | nlbwmon) echo "$method" ;;
    auto)
      if has_nlbwmon; then echo nlbwmon
      elif have nft && have fw4; then echo nftables
      elif have iptables; then echo iptables
      elif have nft; then echo nftables
      fi
      ;;
    *) fail "The method of counting hosts is auto, nftables, iptables or nlbwmon, not \"$method\" (/etc/config/wrtmeter)" ;;
  esac
}

# What another method left behind would continue to count, and nothing would read it.
stop_but() { # METHOD
  [ "$1" = nftables ] || ! have nft || "$lib/hosts-nftables.sh" stop
  [ "$1" = iptables ] || ! have iptables-save || "$lib/hosts-iptables.sh" stop
}

start() {
  chosen=$(method) || exit 1
  stop_but "$chosen"
  case $chosen in
    nftables | iptables) "$lib/hosts-$chosen.sh" start ;;
    nlbwmon) have nlbw || fail 'nlbwmon is not installed; install it with "opkg install nlbwmon" or "apk add nlbwmon", or choose another method' ;;
    off) ;;
    *) fail 'Nothing here can count hosts: install nftables ("opkg install nftables-json" or "apk add nftables-json")' ;;
  esac
}

status() {
  chosen=$(method) || exit 1
  case $chosen in
    nftables | iptables) "$lib/hosts-$chosen.sh" status ;;
    nlbwmon)
      [ -n "$(pidof nlbwmon)" ] || fail 'nlbwmon is not running; start it with "/etc/init.d/nlbwmon start"'
      echo 'nlbwmon counts the hosts'
      ;;
    off) echo 'No hosts are counted: it is switched off (option enabled in /etc/config/wrtmeter)' ;;
    *) fail 'Nothing here can count hosts: install nftables ("opkg install nftables-json" or "apk add nftables-json")' ;;
  esac
}

case ${1:-}:$# in
  start:1 | reload:1) start ;;
  stop:1) stop_but none ;;
  status:1) status ;;
  method:1) method ;;
  *) fail 'Usage: hosts.sh start | stop | reload | status | method' ;;
esac
