delete() {
  set_where "$in_file"
  [ "$in_file$live$recorded" = 000 ] && fail find "The peer is neither on \"$interface\" nor in the record of revoked peers"
  [ "$in_file" = 0 ] && [ "$live" = 0 ] && where='record'
  block=''
  begin absent
  change_configuration
  change_interface
  verify
  change_record
  finish
  warn_of_panel
  done_with deleted changed
}
