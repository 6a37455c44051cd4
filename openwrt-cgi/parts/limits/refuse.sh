# Why no limit can be kept here, or nothing. In a shell of its own, which does not hold the lock.
obstacle() {
  exec 9>&-
  if ! has nft; then
    echo 'nft is not installed here, and limits need nftables (OpenWrt 22.03 or later has it)'
  elif ! bounded nft list tables >/dev/null 2>&1; then
    echo 'nft does not work here: the kernel lacks nftables, or this is a container without the right to change it'
  elif bounded nft list flowtables 2>/dev/null | grep -q flowtable || has_option flow_offloading || has_option flow_offloading_hw; then
    echo 'Flow offloading is on, which moves packets past every limit: switch it off (option flow_offloading in /etc/config/firewall)'
  else
    for module in shortcut_fe fast_classifier ecm mtkhnat; do
      [ ! -d "$root/sys/module/$module" ] || echo "The kernel module $module moves packets past every limit: switch it off"
    done
  fi
}
has_option() { # NAME
  case $(bounded uci -q get "firewall.@defaults[0].$1" 2>/dev/null) in 1 | on | true | yes | enabled) ;; *) return 1 ;; esac
}

# Limits that would not be kept are refused, and none of them is left standing. Wanting none is never refused.
refuse_all() {
  why=$(obstacle | head -n 1)
  [ -n "$why" ] || return 0
  refused=$(printf '%s\n' "$wanted" | awk -v why="$why" '$1 == "limit" { print "limit", $2, "refused", why }')
  say 'found 0'
  [ -z "$refused" ] || say "$refused"
  changed=unchanged
  if has nft && [ -n "$(list_table)" ]; then
    bounded nft delete table inet wrtmeter_limits 2>/dev/null || fail apply 'nft cannot delete the table "inet wrtmeter_limits"'
    changed=changed
  fi
  done_with "$changed"
}
