# awk drops private and preshared keys: they are never printed.
collect_peers() {
  found=''
  for tool in wg awg; do
    command -v $tool >/dev/null || continue
    mark peers $tool
    $tool show all dump || mark failed "peers \"$tool show all dump\" ended with $?"
    found=yes
  done
  [ -z "$found" ] || { mark uci; uci -q show network; }
}
