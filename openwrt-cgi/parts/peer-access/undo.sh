# The change is done at the moment its undo folder is renamed.
finish() {
  step finish
  flush
  forget_undo || fail finish "Cannot write in \"$directory\""
  changing=''
}

forget_undo() {
  mv "$undo" "$undo.done" 2>/dev/null || return
  rm -rf "$undo.done"
  return 0
}

# Restores the previous state: the file, the record, and this peer on the interface. A file that somebody else has changed since stays, and
# the interface follows it.
put_back() {
  whole=yes left=''
  # Drops what was set and not committed yet: begin() made sure that nobody else had changes there.
  [ "$mode" = file ] || quiet uci -q revert network
  back config "$file" || whole=no
  if [ -z "$left" ] && [ -e "$undo/up" ]; then was=$(cat "$undo/running"); else was=$(configured | peers take "$key"); fi
  [ -z "$record" ] || back record "$record" || whole=no
  tool_sees "$tool" || { [ "$whole" = yes ]; return; }
  is=$(running_text | peers take "$key")
  if [ -z "$was" ]; then
    [ -z "$is" ] || quiet "$tool" set "$interface" peer "$key" remove || whole=no
    give_back || whole=no
  elif [ "$(own "$(printf '%s\n' "$is" | peers addresses)")" != "$(own "$(printf '%s\n' "$was" | peers addresses)")" ] ||
    [ "$(printf '%s\n' "$is" | peers preshared "$key")" != "$(printf '%s\n' "$was" | peers preshared "$key")" ]; then
    printf '%s\n' "$was" >"$undo/was" && add_peer "$undo/was" >/dev/null 2>&1 || whole=no
  fi
  [ "$whole" = yes ]
}

back() { # NAME FILE
  if is_new "$1" "$2"; then
    # A rename needs no space on a full disk.
    if [ -e "$undo/$1" ]; then mv -f "$undo/$1" "$2" 2>/dev/null; elif [ -e "$undo/no-$1" ]; then rm -f "$2"; fi
  else
    is_old "$1" "$2" || leave "$2"
  fi
}

# Whether a file is what the change made of it; if there is none, a record was removed. What uci wrote may not have been saved here yet.
is_new() { # NAME FILE
  if [ ! -e "$undo/$1.new" ]; then
    [ "$mode" = uci ] && [ "$1" = config ] && ! is_old "$1" "$2"
  elif [ -e "$2" ]; then
    cmp -s "$undo/$1.new" "$2"
  else
    [ ! -s "$undo/$1.new" ]
  fi
}

# Whether a file is what it was before.
is_old() { # NAME FILE
  if [ -e "$undo/$1" ]; then cmp -s "$undo/$1" "$2"; else [ ! -e "$2" ]; fi
}

leave() { # FILE
  left=yes
  say "note changed-since $1"
}

# Gives addresses that this peer took over from another peer back to it.
give_back() {
  [ -n "${before:-}" ] || return 0
  after=$(running_text | peers addresses | sort)
  [ "$(others "$before")" = "$(others "$after")" ] && return 0
  given=yes
  for other in $(printf '%s\n' "$before" | cut -f 1 | sort -u); do
    [ "$other" = "$key" ] && continue
    had=$(printf '%s\n' "$before" | addresses_of "$other") have=$(printf '%s\n' "$after" | addresses_of "$other")
    [ "$had" = "$have" ] || [ -z "$have" ] || quiet "$tool" set "$interface" peer "$other" allowed-ips "$had" || given=no
  done
  [ "$given" = yes ]
}

addresses_of() { # KEY
  LC_ALL=C awk -F '\t' -v key="$1" '$1 == key { out = out (out == "" ? "" : ",") ($3 == "-" ? "" : $3); there = 1 } END { if (there) print out }'
}

# Settles a change whose shell died, before anything else is done. A revoke or delete is finished, so that nobody is let in again by accident;
# a restore is undone.
settle() {
  rm -rf "$undo.new" "$undo.done" 2>/dev/null
  [ -z "$record" ] || rm -f "$record.new" 2>/dev/null
  [ -d "$undo" ] || return 0
  # An empty one says nothing and holds nothing.
  if rmdir "$undo" 2>/dev/null; then return; fi
  wanted="$key $interface $tool $action $protocol"
  key=$(text_of "$undo/key") interface=$(text_of "$undo/interface") tool=$(text_of "$undo/tool") action=$(text_of "$undo/action")
  protocol=$(text_of "$undo/protocol")
  case $action,$tool in revoke,wg | revoke,awg | restore,wg | restore,awg | delete,wg | delete,awg) ;; *) action='' ;; esac
  if [ -z "$action" ] || [ ${#key} != 44 ] || [ -z "$interface" ]; then
    fail settle "\"$undo\", the state before an interrupted change, is not complete: compare \"$file\" with what is in it, then remove it"
  fi
  if ! { [ "$action" != restore ] && go_on; } && ! put_back || ! forget_undo; then
    fail settle "An interrupted change could neither be finished nor undone: the previous state is kept in \"$undo\""
  fi
  say "note settled $action"
  # shellcheck disable=SC2086 # words without blanks, the last of which may be missing
  set -- $wanted
  key=$1 interface=$2 tool=$3 action=$4 protocol=${5:-}
}

# The record first: it must hold what a restore needs before that is removed elsewhere.
go_on() {
  if [ "$mode" = uci ]; then
    quiet uci -q revert network
    if [ "$action$(uci_peers 0 | peers count "$key")$(uci_peers 1 | peers count "$key")" != delete00 ]; then change_uci; fi
  else
    forth record "$record" || return
    if [ "$action" = revoke ] && [ "$(revoked | peers count "$key")" = 0 ]; then return 1; fi
    if [ -e "$undo/config.new" ]; then forth config "$file" || return; fi
  fi
  tool_sees "$tool" || return 0
  # Somebody else may have put it into the file again.
  if [ "$(configured | peers count "$key")" != 0 ] || [ "$(running_text | peers count "$key")" = 0 ]; then return 0; fi
  quiet "$tool" set "$interface" peer "$key" remove
}

forth() { # NAME FILE
  if is_new "$1" "$2"; then return; fi
  if ! is_old "$1" "$2"; then
    leave "$2"
  elif [ -s "$undo/$1.new" ] || [ "$1" = config ]; then
    replace "$2" "$undo/$1.new" 2>/dev/null && { [ "$1" = config ] || chmod 600 "$2"; }
  else
    rm -f "$2"
  fi
}
