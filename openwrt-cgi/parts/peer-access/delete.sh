delete() {
  tell_where "$in_file"
  [ "$in_file$live$recorded" = 000 ] && fail find "There is no such peer on \"$interface\", and none in the record of revoked ones"
  [ "$in_file" = 0 ] && [ "$live" = 0 ] && where='record'
  block=''
  begin absent
  change_configuration
  change_interface
  verify
  change_record
  finish
  done_with deleted changed
}
