#!/bin/sh
# The hosts alone: the answer of wrtmeter.cgi without its other sections. wrtmeter.cgi, which must be in the same folder, does all the work,
# the request guard included. WRTMETER_ROOT is for tests, as there.

# A web server passes the path of the script, or runs it by its path, or in its folder; no client can set this variable.
for beside in "${SCRIPT_FILENAME:-}" "$0" ./hosts.cgi; do
  [ -e "${beside%/*}/wrtmeter.cgi" ] || continue
  # shellcheck disable=SC1090,SC2034 # wrtmeter.cgi reads the variable
  wrtmeter_only=hosts
  # shellcheck source=/dev/null
  . "${beside%/*}/wrtmeter.cgi"
done
printf 'Status: 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\n%s\n' 'wrtmeter.cgi is not beside hosts.cgi: install it there'
