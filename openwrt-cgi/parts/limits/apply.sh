# Not "-", which nft opens as /dev/stdin: that does not exist everywhere.
load() { printf '%s\n' "$1" | nft -f /proc/self/fd/0 2>&1; }

# One transaction: the kernel does all of it or nothing. A table that somebody else has changed so much that it cannot be put right is made
# again, in one transaction too.
apply() {
  step apply
  [ "$plan" = '# nothing' ] || said=$(load "$plan") || {
    plan=$(ask plan '') || fail apply 'awk cannot plan a new table'
    plan=${plan#*"$newline"}
    again="table inet wrtmeter_limits { }${newline}delete table inet wrtmeter_limits${newline}${plan#*"$newline"}"
    load "$again" >/dev/null || fail apply "nft refuses the table: $(complaint "$said")"
    changed=changed
  }
  step applied
}

# Reads the table back: what it says is what the kernel has.
report() {
  answer=$(ask answer "$(list_table)") || fail verify 'The table is not as it was made; another program changed it just now'
  say "found $found"
  [ -z "$answer" ] || say "$answer"
  step report
  done_with "$changed"
}
