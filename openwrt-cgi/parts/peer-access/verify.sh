# Reads back: the file is as intended, this peer is there or not as intended, and every other peer is as before.
verify() {
  step verify
  if [ "$mode" = file ] && [ -e "$undo/config.new" ]; then
    cmp -s "$undo/config.new" "$file" || fail verify "\"$file\" is not what was written"
  fi
  if [ "$mode" = uci ]; then
    case $action$(uci_peers 0 | peers count "$key")$(uci_peers 1 | peers count "$key") in
      revoke0[1-9]* | restore[1-9]0 | delete00) ;;
      *) fail verify 'The configuration of network is not what was committed' ;;
    esac
  fi
  if [ "$up" = yes ]; then
    now=$("$tool" showconf "$interface" 2>/dev/null </dev/null) || fail verify "\"$interface\" has gone down meanwhile"
    after=$(printf '%s\n' "$now" | peers addresses | sort)
    [ "$(others "$before")" = "$(others "$after")" ] || fail verify "Another peer of \"$interface\" was changed too"
    have=$(printf '%s\n' "$now" | peers count "$key")
    case $wanted in
      absent) [ "$have" = 0 ] || fail verify "The peer is still on \"$interface\"" ;;
      present)
        [ "$have" = 1 ] || fail verify "The peer is not on \"$interface\""
        [ "$(own "$after")" = "$(own "$(printf '%s\n' "$block" | peers addresses | sort)")" ] ||
          fail verify "The peer has other addresses on \"$interface\" than before"
        [ "$(printf '%s\n' "$now" | peers preshared "$key")" = "$(printf '%s\n' "$block" | peers preshared "$key")" ] ||
          fail verify "The peer has another preshared key on \"$interface\" than before" ;;
    esac
  fi
  step verified
}

others() { printf '%s\n' "$1" | LC_ALL=C awk -F '\t' -v key="$key" '$1 != "" && $1 != key { print $1, $2 }'; }
own() { printf '%s\n' "$1" | LC_ALL=C awk -F '\t' -v key="$key" '$1 == key { print $2 }' | sort -u; }
