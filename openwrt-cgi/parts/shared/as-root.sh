# Has the same script answer as root, where the web server does not run as root and so cannot read the token, the radios or netifd:
# /etc/init.d/wrtmeter-root then runs a second web server that only this machine reaches. Only root can listen on its port, so the token goes to
# nobody else. WRTMETER_ROOT_PORT is for tests.
ask_root() {
  script=${SCRIPT_NAME:-$0} script=${script##*/}
  case $script in *[!a-z.]*) return ;; esac
  # A request with a body that never comes: uhttpd drops one that seems to be over before its answer, and nc closes its half at once.
  printf '%s /cgi-bin/%s?as_root HTTP/1.0\r\n%sContent-Length: 1\r\n\r\n' "${REQUEST_METHOD:-GET}" "$script" \
    "${HTTP_AUTHORIZATION:+Authorization: $HTTP_AUTHORIZATION$carriage_return$newline}" |
    {
      # As "call" does, but that has no input.
      nc 127.0.0.1 "${WRTMETER_ROOT_PORT:-979}" <&5 2>/dev/null 3>&- &
      echo "$!" >&3
      wait "$!"
      echo >&3
    } 5<&0
}
# Takes an answer of HTTP and prints one of CGI. False if there is none.
as_cgi() {
  read -r _ status && case $status in [1-5][0-9][0-9]\ *) ;; *) false ;; esac || return
  printf 'Status: %s\n' "$status"
  while read -r line; do
    case $line in
      '' | ?) break ;;
      [Cc]ontent-[Tt]ype:* | [Cc]ache-[Cc]ontrol:* | [Aa]llow:* | [Ww][Ww][Ww]-[Aa]uthenticate:*) printf '%s\n' "$line" ;;
    esac
  done
  printf '\r\n'
  cat
}
answer_as_root() {
  newline='
'
  carriage_return=$(printf '\r')
  # It has limits of its own.
  limit=15
  [ "${QUERY_STRING:-}" = as_root ] || ! command -v nc >/dev/null ||
    case ${HTTP_AUTHORIZATION:-} in *[!\ -~]*) ;; *) { ask_root 3>&1 >&4 4>&- | watch_calls 4>&-; } 4>&1 | as_cgi && exit 0 ;; esac
  refuse '500 Internal Server Error' 'Cannot read /etc/config/wrtmeter: the web server does not run as root, and no server of wrtmeter answers in its place; "/etc/init.d/wrtmeter-root start" on the router starts one'
}
