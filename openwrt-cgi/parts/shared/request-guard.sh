# The request guard, the same in every script because each can be copied to a router alone. WRTMETER_ROOT is for tests:
# a web server passes a client's headers as HTTP_… variables only, so no client can set it.
root=${WRTMETER_ROOT:-}
refuse() { # STATUS REASON [HEADER]
  printf 'Status: %s\r\nContent-Type: text/plain\r\n%s\r\n\r\n%s\n' "$1" "${3:-Cache-Control: no-store}" "$2"
  exit 0
}
#include shared/as-root.sh
case ${REQUEST_METHOD:-GET} in
  GET | HEAD) ;;
  *) refuse '405 Method Not Allowed' 'Only GET and HEAD are supported' 'Allow: GET, HEAD' ;;
esac
token='' config=$root/etc/config/wrtmeter
if [ -e "$config" ]; then
  # Read by the shell: no process, and the token is in no argument list. If it cannot be read, only root can answer.
  { while read -r word option value || [ -n "$word" ]; do
      case $word\ $option in option\ token | option\ \'token\' | option\ \"token\") token=$value ;; esac
    done; } 2>/dev/null <"$config" || answer_as_root
fi
token=${token#[\'\"]} token=${token%[\'\"]}
case $token in
  *[!A-Za-z0-9._~+/=-]*) refuse '500 Internal Server Error' 'The token in /etc/config/wrtmeter may hold letters, digits and ._~+/=- only' ;;
  ?*)
    case ${HTTP_AUTHORIZATION:-} in
      [Bb]earer\ "$token") ;;
      *) refuse '401 Unauthorized' 'The token of this router is missing or wrong' 'WWW-Authenticate: Bearer' ;;
    esac
    ;;
esac
answer() { # TEXT
  printf 'Content-Type: text/plain\r\nCache-Control: no-store\r\n\r\n'
  [ "${REQUEST_METHOD:-GET}" = HEAD ] || [ -z "$1" ] || printf '%s\n' "$1"
  exit 0
}
# End of the request guard.
