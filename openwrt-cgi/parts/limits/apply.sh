# Not "-", which nft opens as /dev/stdin: that does not exist everywhere. It holds the lock: the next run must not overtake it.
load() { printf '%s\n' "$1" | bounded_with nft -f /proc/self/fd/0 2>&1; }

# One transaction: the kernel does all of it or nothing. A table that somebody else has changed so much that it cannot be put right is made
# again, in one transaction too.
apply() {
  step apply
  [ "$plan" = '# nothing' ] || said=$(load "$plan") || {
    plan=$(ask plan '') || fail apply 'awk cannot plan a new table'
    again="table inet wrtmeter_limits { }${newline}delete table inet wrtmeter_limits${newline}$plan"
    load "$again" >/dev/null || fail apply "nft refuses the table: $(complaint "$said")"
  }
  step applied
}

# Reads the table back: what it says is what the kernel has.
report() {
  answer=$(ask answer "$table" "$(list_table)") || fail verify 'The table is not as it was made; another program changed it just now'
  say "${answer#*"$newline"}"
  step report
  done_with "${answer%%"$newline"*}"
}
