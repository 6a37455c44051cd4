#!/bin/sh
# Sets this router up once the files of the package are there, or takes that back: package.sh installed | booted | removed
# Installed as /usr/lib/wrtmeter/package.sh. The scripts of the package call it, and an image that has the package at its first boot.

# shellcheck disable=SC2034 # read by on-router.sh
want=keep token='' www='' counting=keep control=keep key=''
# shellcheck source=openwrt-cgi/on-router.sh
. /usr/lib/wrtmeter/on-router.sh

# For a person at the router, instead of install.sh.
say() {
  case $1 in
    hosts) printf 'wrtmeter: Hosts are %s\n' "$2" ;;
    limits) printf 'wrtmeter: Limits are %s\n' "$2" ;;
    fail | warn | note) printf 'wrtmeter: %s\n' "$2" >&2 ;;
    url)
      # shellcheck disable=SC2086 # three words: scheme, host and port, prefix
      set -- $2
      printf 'wrtmeter: It answers at %s://%s%s/wrtmeter.cgi%s\n' "$1" "$(host "$2")" "$3" "${now:+ and asks for its token}"
      ;;
  esac
}

# The package manager may not say where its user logged in: then it is the address in the LAN.
host() {
  case $1 in -*) ;; *) echo "$1" && return ;; esac
  lan=$(uci -q get network.lan.ipaddr 2>/dev/null) || lan=''
  lan=${lan%% *} lan=${lan%%/*}
  echo "${lan:-ROUTER}${1#-}"
}

# What install.sh would have sent.
list_files() {
  cgi=/www/cgi-bin
  for name in wrtmeter hosts totalwifi wan dhcp; do installed="$installed $cgi/$name.cgi"; done
  for file in "$lib"/hosts*.sh "$lib/host-event.sh" "$init"; do parts="$parts $file"; done
  # From install.sh --control.
  ! wants_control || parts="$parts $limits"
  roots=" $root_init"
}

set_up() {
  umask 022
  configure
  ! wants_control || allow_control
  count_hosts
  prepare_root
}

installed() {
  find_cgi known
  [ "$cgi" = /www/cgi-bin ] ||
    fail "uhttpd runs scripts in $cgi, but those of the package are in /www/cgi-bin: remove the package and use install.sh instead"
  list_files
  # apk puts a service beside an earlier one that install.sh has brought.
  for file in "$init" "$root_init"; do [ ! -e "$file.apk-new" ] || mv -f "$file.apk-new" "$file"; done
  set_up
  survive_sysupgrade
  try_out
  try_server
  report_url
}

# sysupgrade may have kept the files of an earlier installation, which lie over the newer ones of an image. The next image has its own too.
booted() {
  rm -f "$keep"
  list_files
  for file in $installed $parts $roots; do
    [ ! -f "/rom$file" ] || cmp -s "/rom$file" "$file" || cp -p "/rom$file" "$file"
  done
  set_up
  # No image has what install.sh --control brought.
  wants_control || return 0
  installed='' parts=" $limits$found" roots=''
  survive_sysupgrade
}

removed() {
  say() { :; }
  gone=''
  remove_control
  remove_hosts
  remove_root
  # opkg leaves folders, and both leave the configuration of a package beside a changed one.
  rm -f "$keep" "$config-opkg" "$config.apk-new" "$lib/on-router.sh" "$lib/package.sh"
  # Somebody's own files stay there; opkg removes nothing where this fails.
  rmdir "$lib" 2>/dev/null || :
}

case ${1:-}:$# in
  installed:1) installed ;;
  booted:1) booted >/dev/null 2>&1 ;;
  removed:1) removed ;;
  *)
    echo 'Usage: package.sh installed | booted | removed' >&2
    exit 1
    ;;
esac
