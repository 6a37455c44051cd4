home='' uplinks=''

# One awk program for three questions, each with the wanted state on standard input, and behind it the routes and the table as nft lists it:
#   check   what is wrong with the wanted state, if anything is
#   plan    the commands for nft that make it so
#   answer  whether that changed anything, and the lines of the answer, from the table before and the table now; what differs is an error now
about() { # QUESTION [TABLE [TABLE]]
  printf '%s\n' "$wanted"
  [ "$1" = check ] || printf '\001routes4\n%s\n\001routes6\n%s\n\001before\n%s\n\001now\n%s\n' "$routes4" "$routes6" "$2" "${3:-}"
}
ask() { # QUESTION [TABLE [TABLE]]
  about "$@" | awk -v question="$1" -v home="$home" -v uplinks="$uplinks" -v asker="${SSH_CONNECTION%% *}" '
    #include shared/expand6.awk
    #include limits/wanted.awk

    #include limits/routes.awk

    #include limits/standing.awk

    #include limits/model.awk

    #include limits/compare.awk

    #include limits/commands.awk

    #include limits/main.awk
  '
}

check_wanted() {
  step check
  case $wanted in *late) fail input "It did not come whole within $seconds seconds" ;; esac
  [ ${#wanted} -le 600000 ] || fail input 'It is longer than 600,000 bytes'
  wrong=$(ask check) || fail input 'awk cannot read it'
  [ -z "$wrong" ] || fail input "$wrong"
}

# In a shell of its own, as all that asks for facts: killed with the lock held by nobody else, it holds up no other run.
list_table() {
  exec 9>&-
  bounded nft list table inet wrtmeter_limits 2>/dev/null
}

# Sets routes4 and routes6: by what interface the router reaches which addresses, and which are its own.
find_routes() {
  routes4=$(exec 9>&- && bounded ip -4 route show table all 2>/dev/null)
  routes6=$(exec 9>&- && bounded ip -6 route show table all 2>/dev/null)
}

# Sets home, the devices between which traffic stays in the home: those of the networks whose hosts are counted. A server has none. Where that
# is not known at the moment, "keep" leaves them as they are. Sets uplinks, the devices of zones that lead out of the home.
find_home() {
  home='' uplinks=''
  { has uci && [ -e "$root/etc/config/network" ]; } || [ -n "${WRTMETER_NETWORKS:-}" ] || return 0
  networks=$(exec 9>&- && limit=4 && counted_networks uplinks)
  uplinks=$(devices_of uplink)
  case $networks in
    network\ *) home=$(devices_of network) ;;
    none\ *) ;;
    *)
      home=keep
      why=${networks#failed }
      say "note Which networks are at home is not known at the moment: ${why%%"$newline"*}"
      ;;
  esac
}

devices_of() { # network|uplink
  printf '%s\n' "$networks" | while read -r kind _ device; do [ "$kind" != "$1" ] || printf '%s ' "$device"; done
}

read_state() {
  step read
  find_home
  find_routes
  table=$(list_table) || [ "$?" != 137 ] || fail read '"nft list table" did not answer in time'
  plan=$(ask plan "$table") || fail read 'awk cannot read the table'
}
