# Prints a configuration as "uci show" does. One that does not exist is as good as an empty one. One that uci cannot read, of which it prints
# nothing, is a failure: what it sets is not known.
uci_show() { # CONFIGURATION
  call uci -q show "$1" || [ ! -e "$root/etc/config/$1" ] || ! command -v uci >/dev/null
}
uci_failed() { # CONFIGURATION
  printf 'uci cannot read /etc/config/%s; "uci show %s" on the router says why' "$1" "$1"
}
