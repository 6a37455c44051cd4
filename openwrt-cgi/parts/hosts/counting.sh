lib=${WRTMETER_LIB:-/usr/lib/wrtmeter}

fail() {
  printf 'wrtmeter: %s\n' "$1" >&2
  exit 1
}

# Sets networks, as hosts-networks.sh prints them. Where nothing is to be counted, stops the counting and returns 1.
find_networks() {
  # shellcheck source=/dev/null
  . "$lib/hosts-networks.sh" || fail "Cannot read $lib/hosts-networks.sh"
  networks=$(counted_networks)
  case $networks in
    network\ *) ;;
    none\ *)
      stop
      printf 'No hosts are counted: %s\n' "${networks#none }"
      return 1
      ;;
    *) fail "Cannot determine the networks whose hosts to count: ${networks#failed }" ;;
  esac
}

# Sets size: how many addresses there is room for.
find_size() { # DEFAULT
  size=${WRTMETER_SIZE:-$(uci -q get wrtmeter.hosts.size 2>/dev/null)}
  case $size in
    '') size=$1 ;;
    *[!0-9]* | 0* | ??????*) fail "The size of the host sets is a number from 1 to 99999, not \"$size\" (/etc/config/wrtmeter)" ;;
  esac
}
