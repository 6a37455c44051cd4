# The folder is there once limits.sh has run since the last boot: before that there are no limits, and a router without them takes no time for it.
collect_limits() {
  [ -d "$root/var/run/wrtmeter-limits" ] || return 0
  command -v nft >/dev/null || return 0
  mark limits
  # It ends with 1 if the table is missing.
  call nft list table inet wrtmeter_limits
  status=$?
  case $status in 0 | 1) ;; *) mark_failed limits "$status" 'nft list table inet wrtmeter_limits' ;; esac
}
