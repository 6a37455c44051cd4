#!/bin/sh
# Lets one WireGuard or AmneziaWG peer in or out, on the server itself: only its public key ever leaves the server. wrtmeter sends this
# text to `sh -s -- ACTION INTERFACE PUBLIC-KEY FILE TOOL`, here, over ssh or into a container; nothing of it stays there.
# ACTION: revoke, restore, delete, or list (with - for the key). FILE: the interface's configuration, or - for the usual place.
# TOOL: wg, awg, or auto. The last line of the answer is `result ok …` or `result failed STEP REASON`; docs/run/access.md explains how it works.
# For busybox ash and awk, dash and mawk alike. WRTMETER_ROOT and WRTMETER_STOP are for tests: a root for paths, a step to fail at.
root=${WRTMETER_ROOT:-}
note='# wrtmeter: ' mark='# wrtmeter: revoked'
undo='' changing=''
LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

#include peer-access/peers.sh

#include peer-access/report.sh

#include peer-access/find.sh

#include peer-access/lock.sh

#include peer-access/state.sh

#include peer-access/uci.sh

#include peer-access/begin.sh

#include peer-access/change.sh

#include peer-access/verify.sh

#include peer-access/undo.sh

#include peer-access/revoke.sh

#include peer-access/restore.sh

#include peer-access/delete.sh

#include peer-access/list.sh

main() {
  umask 077
  action=${1:-} interface=${2:-} key=${3:-} file=${4:-} tool=${5:-}
  # The programs run below must not read this text as their input.
  exec </dev/null
  check_arguments
  find_tool
  find_configuration
  lock
  settle
  read_state
  "$action"
}

main "$@"
