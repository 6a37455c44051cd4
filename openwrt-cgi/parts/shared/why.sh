# Why a call failed.
why() { # STATUS COMMAND
  case $1 in
    137) printf '"%s" did not answer in time' "$2" ;;
    *) printf '"%s" ended with %s' "$2" "$1" ;;
  esac
}
