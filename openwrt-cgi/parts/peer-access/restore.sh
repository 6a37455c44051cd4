restore() {
  of_file=yes
  case $(revoked | peers take "$key" | head -n 1) in "$mark"*' interface-only') of_file=no ;; esac
  block=$(revoked | peers settings "$key")
  if [ "$in_file" != 0 ]; then
    set_where 1
    if [ "$up" = no ] || [ "$live" != 0 ]; then done_with active unchanged; fi
    block=$(configured | peers settings "$key")
  elif [ "$recorded" = 0 ]; then
    set_where 0
    [ "$live" = 0 ] && fail find "The peer is neither on \"$interface\" nor in the record of revoked peers"
    done_with active unchanged
  elif [ "$of_file" = no ]; then
    set_where 0
    [ "$up" = yes ] || fail interface "\"$interface\" is down, and the peer was not in a file: bring the interface up first"
  else
    set_where 1
    [ -e "$file" ] || fail read "The file \"$file\" that the peer was in is missing"
  fi
  refuse_taken
  begin present
  change_configuration
  change_interface
  verify
  [ "$in_file" != 0 ] || change_record
  finish
  report_routes
  done_with active changed
}

# Two peers cannot share an address: the interface would take it from the one that has it now.
refuse_taken() {
  conflict=$({ printf '%s\n' "$block" | peers addresses; echo; configured | peers addresses; printf '%s\n' "$running" | peers addresses; } | taken "$key")
  [ -z "$conflict" ] && return
  other=${conflict#* }
  fail conflict "${conflict%% *} has been given to another peer ($(printf '%.8s' "$other")…) meanwhile: give that one another address first"
}

# wg-quick and netifd create routes when the interface comes up; here a missing one is only reported.
report_routes() {
  [ "$up" = yes ] && has ip || return 0
  printf '%s\n' "$block" | peers addresses | cut -f 3 | while read -r address; do
    case $address in - | */0) continue ;; *:*) family=-6 ;; *) family=-4 ;; esac
    out=$(ip "$family" route show dev "$interface" match "$address" 2>/dev/null </dev/null) || continue
    [ -n "$out" ] || say "note no-route $address"
  done
}
