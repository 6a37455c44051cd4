#!/bin/sh
# The half of install.sh that runs on the router, as root, in busybox ash. install.sh sends it over ssh with the files behind it
# and calls its functions once all has arrived; nothing here is kept on the router.
# It answers in lines for install.sh: a word (fail, warn, note, cgi, url, name, token) and its text.

want=${want:-keep} token=${token:-} www=${www:-}
config=/etc/config/wrtmeter
keep=/lib/upgrade/keep.d/wrtmeter
# Every script of ours names it: what does not is somebody else's and is not touched.
ours=WRTMETER_ROOT
installed=''

say() { printf '%s %s\n' "$1" "$2"; }
fail() {
  say fail "$1"
  exit 1
}

# Where the web server looks for scripts.
find_cgi() {
  prefix=$(uci -q get uhttpd.main.cgi_prefix 2>/dev/null) || prefix=''
  home=$(uci -q get uhttpd.main.home 2>/dev/null) || home=''
  home=${www:-${home:-/www}} prefix=${prefix:-/cgi-bin}
  cgi=$home$prefix
}

begin_install() {
  umask 022
  [ "$(id -u)" = 0 ] || fail 'Log in as root: only root may read the counters of the kernel'
  command -v awk >/dev/null 2>&1 || fail 'This router has no awk; wrtmeter needs it'
  if [ -z "$www" ] && ! command -v uhttpd >/dev/null 2>&1; then
    fail 'uhttpd is not installed on this router: "opkg update && opkg install uhttpd" (or "apk add uhttpd"), or give --www DIR if another web server runs scripts in DIR/cgi-bin'
  fi
  find_cgi
  mkdir -p "$cgi" || fail "Cannot make $cgi"
}

# receive NAME <TEXT: written beside and moved over, so that a request never meets half a script.
receive() {
  new=$cgi/.$1.new
  cat >"$new" || {
    rm -f "$new"
    fail "Cannot write $cgi/$1: is the flash full? (df -h)"
  }
  if [ -e "$cgi/$1" ] && ! grep -q "$ours" "$cgi/$1"; then
    rm -f "$new"
    say note "$cgi/$1 is not from wrtmeter and was left as it is"
    return
  fi
  chmod 755 "$new"
  if cmp -s "$new" "$cgi/$1" && [ -x "$cgi/$1" ]; then rm -f "$new"; else mv -f "$new" "$cgi/$1"; fi
  installed="$installed $cgi/$1"
}

current_token() {
  [ -e "$config" ] || return 0
  awk '$1 == "option" && $2 ~ /^["\047]?token["\047]?$/ { gsub(/["\047]/, "", $3); token = $3 } END { print token }' "$config"
}

# Writes the configuration with another token (none if empty); the rest of the file stays. The token is in no argument list.
write_token() {
  umask 077
  [ -e "$config" ] || printf "\nconfig wrtmeter 'main'\n" >"$config"
  if ! WRTMETER_TOKEN=$1 awk '
    BEGIN { token = ENVIRON["WRTMETER_TOKEN"] }
    $1 == "option" && $2 ~ /^["\047]?token["\047]?$/ { next }
    { print }
    $1 == "config" && !done { if (token != "") print "\toption token \047" token "\047"; done = 1 }
  ' "$config" >"$config.new" || ! mv -f "$config.new" "$config"; then fail "Cannot write $config"; fi
  umask 022
}

configure() {
  now=$(current_token)
  [ -e "$config" ] || write_token ''
  case $want in
    auto) [ -n "$now" ] || write_token "$token" ;;
    set) [ "$now" = "$token" ] || write_token "$token" ;;
    none) [ -z "$now" ] || write_token '' ;;
  esac
  chmod 600 "$config"
  now=$(current_token)
}

# What is not below /etc/config is lost at sysupgrade unless it is listed here, this list included.
survive_sysupgrade() {
  [ -d /lib/upgrade ] || {
    say note 'There is no sysupgrade here: install again after a firmware upgrade'
    return
  }
  mkdir -p /lib/upgrade/keep.d
  list=$(
    echo "$keep"
    echo "$config"
    # shellcheck disable=SC2086 # a list of paths without blanks
    printf '%s\n' $installed
  )
  [ "$(cat "$keep" 2>/dev/null)" = "$list" ] || printf '%s\n' "$list" >"$keep" || fail "Cannot write $keep"
}

# Asks the script itself, as the web server will.
try_out() {
  answer=$(REQUEST_METHOD=GET HTTP_AUTHORIZATION="Bearer $now" "$cgi/wrtmeter.cgi" 2>&1) || answer=''
  case $answer in
    *'end wrtmeter'*) ;;
    *) fail "$cgi/wrtmeter.cgi does not work here: $(printf '%s' "$answer" | tail -n 1)" ;;
  esac
  printf '%s\n' "$answer" | awk '
    $1 == "hostname" { print "name", $2 }
    $1 == "failed" { $1 = ""; section = $2; $2 = ""; print "warn", "It cannot read the " section " yet: " substr($0, 3) }'
}

# The address that the ssh client used, and the port uhttpd listens on; https where http only redirects there.
tell_url() {
  http=$(uci -q get uhttpd.main.listen_http 2>/dev/null) || http=''
  https=$(uci -q get uhttpd.main.listen_https 2>/dev/null) || https=''
  redirect=$(uci -q get uhttpd.main.redirect_https 2>/dev/null) || redirect=''
  scheme=http listen=${http%% *} port=80
  case $redirect in 1 | on | yes | true | enabled) [ -z "$https" ] || redirect=1 ;; *) redirect='' ;; esac
  if [ -n "$https" ] && { [ "$redirect" = 1 ] || [ -z "$http" ]; }; then scheme=https listen=${https%% *} port=443; fi
  [ -n "$www" ] || [ -z "$listen" ] || port=${listen##*:}
  # shellcheck disable=SC2086 # four words: client, its port, server, its port
  set -- ${SSH_CONNECTION:-- - - -}
  address=$3
  case $address in *:*) address="[$address]" ;; esac
  case $scheme$port in http80 | https443) port='' ;; esac
  say url "$scheme $address${port:+:$port} $prefix"
}

finish_install() {
  configure
  survive_sysupgrade
  [ -x "$cgi/wrtmeter.cgi" ] || fail "$cgi/wrtmeter.cgi is not from wrtmeter: move it away and install again"
  try_out
  say cgi "${installed# }"
  [ "$want" != auto ] || say token "$now"
  [ -z "$now" ] || say guarded yes
  tell_url
}

remove() {
  [ "$(id -u)" = 0 ] || fail 'Log in as root'
  find_cgi
  gone=''
  for name in wrtmeter.cgi totalwifi.cgi wan.cgi dhcp.cgi; do
    [ -e "$cgi/$name" ] || continue
    if grep -q "$ours" "$cgi/$name"; then
      rm -f "$cgi/$name" && gone="$gone $cgi/$name"
    else
      say note "$cgi/$name is not from wrtmeter and was left as it is"
    fi
  done
  for file in "$config" "$keep"; do
    [ ! -e "$file" ] || { rm -f "$file" && gone="$gone $file"; }
  done
  say gone "${gone# }"
}
