# Where the change is made.
set_where() {
  where=both
  if [ "$up" = no ]; then where='file'; elif [ "$1" = 0 ]; then where='interface'; fi
}

revoke() {
  set_where "$in_file"
  if [ "$in_file" = 0 ] && [ "$live" = 0 ]; then
    [ "$recorded" = 0 ] && fail find "The peer is not on \"$interface\""
    where='record'
    warn_of_panel
    done_with revoked unchanged
  fi
  origin=''
  if [ "$in_file" = 0 ]; then
    [ "$mode" = file ] || fail find "The peer is on \"$interface\" but not in the configuration of network: delete it to remove it permanently"
    origin=' interface-only'
    block=$(printf '%s\n' "$running" | peers settings "$key")
  else
    [ "$mode" = file ] || can_disable
    block=$(configured | peers settings "$key")
  fi
  begin absent
  change_record
  change_configuration
  change_interface
  verify
  finish
  warn_of_panel
  done_with revoked changed
}

# Before OpenWrt 21.02, netifd lets a disabled peer in again at its next start.
can_disable() {
  for handler in "$root/lib/netifd/proto/$protocol.sh" "$root/lib/netifd/proto/$protocol.uc" "$root/usr/share/netifd/proto/$protocol.uc"; do
    [ -e "$handler" ] || continue
    grep -q disabled "$handler" && return
    fail config 'This release of OpenWrt does not support disabled peers: update it, or delete the peer'
  done
}
