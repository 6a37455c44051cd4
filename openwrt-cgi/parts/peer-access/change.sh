# Writes a text beside a file, with the same owner and mode, and moves it over the file. Until then a configuration is in the undo folder:
# a kill leaves no copy of it outside.
replace() { # FILE TEXT
  case $1 in "$file") draft=$undo/draft ;; *) draft=$1.new ;; esac
  rm -f "$draft"
  if [ -e "$1" ]; then cp -p "$1" "$draft"; else : >"$draft"; fi &&
    cat "$2" >"$draft" && cmp -s "$2" "$draft" && flush && mv -f "$draft" "$1" && return
  rm -f "$draft"
  return 1
}

change_record() {
  [ -n "$record" ] || return 0
  step record
  if [ ! -s "$undo/record.new" ]; then
    rm -f "$record" || fail record "Cannot remove \"$record\""
  elif ! cmp -s "$undo/record.new" "$record"; then
    said=$(replace "$record" "$undo/record.new" 2>&1 && chmod 600 "$record" 2>&1) || fail record "Cannot write \"$record\": $(complaint "$said")"
  fi
  step recorded
}

change_configuration() {
  step config
  if [ "$mode" = uci ]; then
    change_uci
  elif [ -e "$undo/config.new" ] && ! cmp -s "$undo/config.new" "$file"; then
    cmp -s "$undo/config" "$file" || fail config "\"$file\" was changed by somebody else just now: try again"
    said=$(replace "$file" "$undo/config.new" 2>&1) || fail config "Cannot write \"$file\": $(complaint "$said")"
  fi
  step configured
}

change_uci() {
  case $action in
    revoke) for section in $(uci_sections 0); do quiet uci -q set "network.$section.disabled=1" || uci_fail; done ;;
    restore) for section in $(uci_sections 1); do quiet uci -q delete "network.$section.disabled" || uci_fail; done ;;
    delete) for section in $(uci_sections 0) $(uci_sections 1); do quiet uci -q delete "network.$section" || uci_fail; done ;;
  esac
  quiet uci -q commit network || uci_fail
  cp "$file" "$undo/config.new" || uci_fail
}

uci_fail() {
  quiet uci -q revert network
  fail config 'uci could not change the configuration of network'
}

change_interface() {
  step interface
  if [ "$up" = yes ]; then
    case $wanted in
      absent) [ "$live" = 0 ] || said=$("$tool" set "$interface" peer "$key" remove 2>&1 </dev/null) ||
        fail interface "\"$tool\" could not take the peer off \"$interface\": $(complaint "$said")" ;;
      present) said=$(add_peer "$undo/block" 2>&1) ||
        fail interface "\"$tool\" could not put the peer on \"$interface\": $(complaint "$said")" ;;
    esac
  fi
  step applied
}

# A [Peer] block in a file: addconf adds it and touches no other peer, and no key is in an argument.
add_peer() { # FILE
  WG_ENDPOINT_RESOLUTION_RETRIES=2 "$tool" addconf "$interface" "$1" </dev/null
}
