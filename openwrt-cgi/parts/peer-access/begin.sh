# Saves the previous state, whole or not at all, until the change is done: if this shell dies, the next call settles it.
# Beside each text is the one that will replace it, so that a file that somebody else has changed since is left alone.
begin() { # WANTED: present|absent on the interface
  step begin
  wanted=$1
  # A commit would save them too, and undoing would lose them.
  if [ "$mode" = uci ] && [ -n "$(uci -q changes network 2>/dev/null </dev/null)" ]; then
    fail begin 'Other changes of network are not committed: run "uci commit network" or "uci revert network" first'
  fi
  rm -rf "$undo.new" "$undo.done"
  if ! { mkdir -p "$directory" && mkdir "$undo.new"; } 2>/dev/null; then fail begin "Cannot write in \"$directory\""; fi
  if ! keep_old 2>/dev/null; then
    rm -rf "$undo.new"
    fail begin "Cannot write in \"$directory\": is the disk full?"
  fi
  wrong=$(check_new_texts)
  if [ -n "$wrong" ]; then
    rm -rf "$undo.new"
    fail begin "$(complaint "$wrong"): look for unusual lines in it"
  fi
  before=$(printf '%s\n' "$running" | peers addresses | sort)
  flush
  mv "$undo.new" "$undo" || fail begin "Cannot write in \"$directory\""
  changing=yes
  step begun
}

# The texts before and after the change, each read back: on a full disk they are cut short.
keep_old() {
  printf '%s\n' "$key" >"$undo.new/key" && printf '%s\n' "$interface" >"$undo.new/interface" && printf '%s\n' "$tool" >"$undo.new/tool" &&
    printf '%s\n' "$action" >"$undo.new/action" && printf '%s\n' "$protocol" >"$undo.new/protocol" || return
  printf '%s\n' "$running" | peers take "$key" >"$undo.new/running" && printf '%s\n' "$block" >"$undo.new/block" || return
  if [ "$up" = yes ]; then : >"$undo.new/up" || return; fi
  if [ -e "$file" ]; then cp -p "$file" "$undo.new/config" && cmp -s "$file" "$undo.new/config" || return; fi
  if [ "$mode" = file ] && [ -e "$file" ]; then
    new_config >"$undo.new/config.new" && new_config | cmp -s - "$undo.new/config.new" || return
  fi
  [ -n "$record" ] || return 0
  if [ -e "$record" ]; then cp -p "$record" "$undo.new/record" && cmp -s "$record" "$undo.new/record"; else : >"$undo.new/no-record"; fi || return
  new_record >"$undo.new/record.new"
}

# Checks the new texts: the record must hold the whole block that was taken out and its place, and no other peer may be missing. Prints what
# is wrong.
check_new_texts() {
  if [ -n "$record" ]; then
    case $action in revoke) kept=$block ;; *) kept='' ;; esac
    [ "$(peers settings "$key" <"$undo.new/record.new")" = "$kept" ] || say "\"$record\" would not hold the whole peer"
    same_others "$record" "$undo.new/record.new" || say "\"$record\" would lose another peer"
    if [ "$action" = revoke ] && [ -e "$undo.new/config.new" ] && [ "$in_file" != 0 ]; then
      with_peer exact "$undo.new/config.new" "$undo.new/record.new" | cmp -s - "$file" || say "\"$record\" would not hold the place of the peer"
    fi
  fi
  if [ -e "$undo.new/config.new" ]; then same_others "$file" "$undo.new/config.new" || say "\"$file\" would lose another peer"; fi
}
same_others() { [ "$(others "$(text_of "$1" | peers list)")" = "$(others "$(peers list <"$2")")" ]; }

new_config() {
  case $action in
    restore)
      if [ "$in_file" = 0 ] && [ "$of_file" = yes ]; then restored; else cat "$file"; fi ;;
    *)
      open=$(ends_open "$file")
      peers keep "$key" "$open" <"$file" ;;
  esac
}

new_record() {
  case $action in
    revoke)
      left=$(text_of "$record" | peers keep "$key"; echo .)
      left=${left%.}
      printf '%s' "$left"
      case $left in '' | *"$newline$newline") ;; *"$newline") echo ;; *) printf '\n\n' ;; esac
      printf '%s\n' "$mark $(date -u +%Y-%m-%dT%H:%M:%SZ)$origin"
      if [ -n "$origin" ]; then printf '%s\n' "$block"; else text_of "$file" | peers entry "$key" "$(ends_open "$file")" "$record"; fi ;;
    *) text_of "$record" | peers keep "$key" ;;
  esac
}
newline='
'

# The file with the peer in it again: where it was, or beside a neighbour of then, or at the end.
restored() {
  for way in exact near; do
    text=$(with_peer "$way" "$file" "$record" && echo .) && text=${text%.} && fits "$text" && printf '%s' "$text" && return
  done
  appended "$file" "$(peers take "$key" <"$record" | grep -v "^$note")"
}

with_peer() { # exact|near FILE RECORD
  open=$(ends_open "$2")
  peers "$1" "$key" "$open" "$3" <"$2"
}

# Whether a text is the file and the block, each whole: what the next revoke would take is the block, and nothing else.
fits() { # TEXT
  [ "$(printf '%s' "$1" | peers settings "$key")" = "$block" ] &&
    [ "$(printf '%s' "$1" | peers keep "$key" | grep '[^[:space:]]')" = "$(grep '[^[:space:]]' "$file")" ]
}

# A file followed by a block, with an empty line between.
appended() { # FILE BLOCK
  cat "$1"
  [ -z "$(ends_open "$1")" ] || echo
  [ ! -s "$1" ] || [ -z "$(tail -n 1 "$1" | tr -d ' \t\r')" ] || echo
  printf '%s\n' "$2"
}
