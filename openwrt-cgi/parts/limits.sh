#!/bin/sh
# Slows devices, users and peers down or pauses them, in its own nftables table: inet wrtmeter_limits. The wanted state comes whole on
# standard input, and the table is made so in one transaction; docs/run/limits.md has the format and explains how it works.
# Installed as /usr/lib/wrtmeter/limits.sh, where a key that can do nothing else runs it over ssh. To a server that has no copy wrtmeter sends
# this text to `sh -s`, its last line with a here-document behind it. SSH_ORIGINAL_COMMAND is never looked at.
# The answer ends with a line `result ok changed|unchanged` or `result failed STEP REASON`; without it, it is incomplete.
# For busybox ash and awk, dash and mawk alike. For tests, and only if the first argument is "for-tests", which no login can give to a forced
# command: WRTMETER_ROOT is put before the paths of files, WRTMETER_STOP names a step to be killed at, WRTMETER_SECONDS is the time for each call, WRTMETER_NETWORKS="lan=br-lan
# guest=br-guest" overrides the configuration. An ssh server can be told to take variables of a login.
[ "${1:-}" = for-tests ] || unset WRTMETER_ROOT WRTMETER_STOP WRTMETER_SECONDS WRTMETER_NETWORKS
root=${WRTMETER_ROOT:-}
LC_ALL=C PATH=$PATH:$root/usr/local/sbin:$root/usr/sbin:$root/sbin
export LC_ALL PATH
newline='
'

#include limits/report.sh

#include limits/lock.sh

#include hosts/networks.sh

#include limits/bounded.sh

#include limits/state.sh

#include limits/refuse.sh

#include limits/apply.sh

make_so() {
  wanted=$({ bounded_with head -c 600001 || echo late; } 2>/dev/null | tr '\000' '\001')
  # The programs run below must not read this text as their input.
  exec </dev/null
  say 'wrtmeter-limits 1'
  check_wanted
  lock
  refuse_all
  read_state
  apply
  report
}
limits() {
  umask 077
  begin_bounded make_so
}

limits
