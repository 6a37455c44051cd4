# awk drops private and preshared keys: they are never printed.
collect_peers() {
  found=''
  for tool in wg awg; do
    command -v $tool >/dev/null || continue
    mark peers $tool
    call $tool show all dump || mark_failed peers "$?" "$tool show all dump"
    found=yes
  done
  [ -n "$found" ] || return
  mark uci
  uci_show network || mark failed "peers $(uci_failed network)"
}
