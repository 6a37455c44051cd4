#!/bin/sh
# Removes everything of wrtmeter from a router, its configuration included: openwrt-cgi/uninstall.sh root@192.168.1.1
exec "$(dirname -- "$0")/install.sh" --remove "$@"
