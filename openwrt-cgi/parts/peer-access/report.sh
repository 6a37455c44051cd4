say() { printf '%s\n' "$*"; }
quiet() { "$@" >/dev/null 2>&1 </dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }
flush() { if has sync; then quiet sync; fi; }
ends_open() { if [ -s "$1" ] && [ -n "$(tail -c 1 "$1" | tr -d '\000')" ]; then echo open; fi; }
text_of() { if [ -e "$1" ]; then cat "$1"; fi; }

# The first line of what a program complained about, without anything that may be a key.
complaint() { # TEXT
  printf '%s\n' "$1" | LC_ALL=C tr -d '\000-\011\013-\037\177' |
    sed -e "s/\`[^']\{16,\}'*/(hidden)/g" -e 's/[A-Za-z0-9+/]\{30,\}=*/(hidden)/g' | grep . | head -n 1 | cut -c 1-160
}

# Every call ends here or in done_with().
fail() { # STEP REASON
  if [ -n "$changing" ]; then
    changing=''
    if put_back; then forget_undo; else set -- "$1" "$2; the previous state could not be restored completely and is kept in \"$undo\""; fi
  fi
  say "result failed $1 $2"
  exit 0
}

done_with() { # STATE changed|unchanged
  say "result ok $1 $2 $where"
  exit 0
}

# A program that writes the file from its own database lets the peer in again at its next write.
warn_of_panel() {
  if [ "$mode" = file ] && [ "$(text_of "$file" | peers warning)" = yes ]; then say "note rewritten $file"; fi
}

step() { # NAME
  case ${WRTMETER_STOP:-} in
    "$1 fail") fail "$1" 'A test stopped it here' ;;
    "$1 kill") kill -9 $$ ;;
  esac
}
