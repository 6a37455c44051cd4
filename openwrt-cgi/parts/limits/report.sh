say() { printf '%s\n' "$*"; }
has() { command -v "$1" >/dev/null 2>&1; }

# The first line of what a program complained about.
complaint() { # TEXT
  printf '%s\n' "$1" | tr -d '\000-\011\013-\037\177-\377' | grep . | head -n 1 | cut -c 1-200
}

# Every call ends here or in done_with().
fail() { # STEP REASON
  say "result failed $1 $2"
  exit 0
}

done_with() { # changed|unchanged
  say "result ok $1"
  exit 0
}

step() { # NAME
  [ "${WRTMETER_STOP:-}" != "$1" ] || { read -r self _ </proc/self/stat && kill -9 $$ "$self"; }
}
