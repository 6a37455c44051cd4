#!/bin/sh
# The half of install.sh that runs on the router, as root, in busybox ash. install.sh sends it over ssh, followed by the files, and calls its
# functions once everything has arrived. The package for routers has it too (setup/release/openwrt/package.sh).
# It answers in lines for install.sh: a word (fail, warn, note, cgi, hosts, limits, url, name, token) and its text.

want=${want:-keep} token=${token:-} www=${www:-} counting=${counting:-keep} control=${control:-keep} key=${key:-}
config=/etc/config/wrtmeter
firewall=/etc/config/firewall
keep=/lib/upgrade/keep.d/wrtmeter
lib=/usr/lib/wrtmeter
init=/etc/init.d/wrtmeter
# What answers where the web server does not run as root: a service, and the folder of links that it serves.
root_init=/etc/init.d/wrtmeter-root root_web=/usr/share/wrtmeter
# hotplug's own names for the scripts in $lib.
hook_iface=/etc/hotplug.d/iface/30-wrtmeter hook_dhcp=/etc/hotplug.d/dhcp/90-wrtmeter hook_neigh=/etc/hotplug.d/neigh/90-wrtmeter
# Every script of ours contains one of these: one that does not is somebody else's and is not touched.
ours='WRTMETER_ROOT\|/usr/lib/wrtmeter\|/usr/share/wrtmeter'
# What a key for limits may run, and nothing else. Its line is known by that.
limits=$lib/limits.sh
only="command=\"$limits\""
installed='' parts='' roots=''

say() { printf '%s %s\n' "$1" "$2"; }
fail() {
  say fail "$1"
  exit 1
}

# Where the web server looks for scripts.
find_cgi() {
  if [ "$1" = known ] && [ -z "$www" ] && [ -e /etc/config/uhttpd ] && ! uci -q show uhttpd >/dev/null 2>&1; then
    fail 'uci cannot read /etc/config/uhttpd; "uci show uhttpd" on the router says why'
  fi
  prefix=$(uci -q get uhttpd.main.cgi_prefix 2>/dev/null) || prefix=''
  home=$(uci -q get uhttpd.main.home 2>/dev/null) || home=''
  home=${www:-${home:-/www}} prefix=${prefix:-/cgi-bin}
  home=${home%/} prefix=${prefix%/}
  cgi=$home$prefix
}

begin_install() {
  umask 022
  [ "$(id -u)" = 0 ] || fail 'Log in as root: only root may read the counters of the kernel'
  command -v awk >/dev/null 2>&1 || fail 'This router has no awk; wrtmeter needs it'
  if [ -z "$www" ] && ! command -v uhttpd >/dev/null 2>&1; then
    fail 'uhttpd is not installed on this router: "opkg update && opkg install uhttpd" (or "apk add uhttpd"), or give --www DIR if another web server runs scripts in DIR/cgi-bin'
  fi
  find_cgi known
  mkdir -p "$cgi" || fail "Cannot create $cgi"
}

is_ours() {
  case $1 in "$lib"/*) ;; *) grep -q "$ours" "$1" ;; esac
}

# put FILE <TEXT: written beside the file and moved over it, so that nobody runs half a script. False where somebody else's file is there.
put() {
  new=${1%/*}/.${1##*/}.new
  mkdir -p "${1%/*}" || fail "Cannot create ${1%/*}"
  cat >"$new" || {
    rm -f "$new"
    fail "Cannot write $1: is the flash full? (df -h)"
  }
  if [ -e "$1" ] && ! is_ours "$1"; then
    rm -f "$new"
    say note "$1 is not from wrtmeter and was left as it is"
    return 1
  fi
  chmod 755 "$new"
  if cmp -s "$new" "$1" && [ -x "$1" ]; then rm -f "$new"; else mv -f "$new" "$1"; fi
}

# receive NAME <TEXT, one call for each file that install.sh sends.
receive() {
  case $1 in
    *.cgi) put "$cgi/$1" && installed="$installed $cgi/$1" ;;
    limits.sh) if wants_control; then put "$limits" && parts="$parts $limits"; else cat >/dev/null; fi ;;
    *) if counts_hosts; then put "$lib/$1" && parts="$parts $lib/$1"; else cat >/dev/null; fi ;;
  esac
  return 0
}
receive_root_init() {
  put "$root_init" && roots="$roots $root_init"
  return 0
}
receive_init() {
  if counts_hosts; then put "$init" && parts="$parts $init"; else cat >/dev/null; fi
  return 0
}

# Whether to count hosts: as requested now, else as configured, else yes.
counts_hosts() {
  case $counting in
    yes) ;;
    no) return 1 ;;
    *) case $(hosts_option enabled) in 0 | no | off | false | disabled) return 1 ;; esac ;;
  esac
}

# Whether a key may set limits: as requested now, else as it is.
wants_control() {
  case $control in
    yes) ;;
    no) return 1 ;;
    *) [ -e "$limits" ] ;;
  esac
}

# hosts_option NAME: an option of the section "config hosts".
hosts_option() {
  [ -e "$config" ] || return 0
  awk -v name="$1" '
    { gsub(/["\047]/, "") }
    $1 == "config" { section = $2 }
    $1 == "option" && section == "hosts" && $2 == name { value = $3 }
    END { print value }' "$config"
}

current_token() {
  [ -e "$config" ] || return 0
  awk '$1 == "option" && $2 ~ /^["\047]?token["\047]?$/ { gsub(/["\047]/, "", $3); token = $3 } END { print token }' "$config"
}

# Writes the configuration with another token (none if empty). The rest of the file stays. The token is in no argument list.
write_token() {
  umask 077
  [ -e "$config" ] || printf "\nconfig wrtmeter 'main'\n" >"$config"
  if ! WRTMETER_TOKEN=$1 awk '
    BEGIN { token = ENVIRON["WRTMETER_TOKEN"] }
    $1 == "option" && $2 ~ /^["\047]?token["\047]?$/ { next }
    { print }
    $1 == "config" && $2 ~ /^["\047]?wrtmeter["\047]?$/ && !done { if (token != "") print "\toption token \047" token "\047"; done = 1 }
    END { if (!done && token != "") print "\nconfig wrtmeter \047main\047\n\toption token \047" token "\047" }
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
  if counts_hosts; then on=1; else on=0; fi
  case $on$(hosts_option enabled) in 11 | 1yes | 1on | 1true | 1enabled | 00 | 0no | 0off | 0false | 0disabled) ;; *) write_counting "$on" ;; esac
  chmod 600 "$config"
  now=$(current_token)
}

# Writes "option enabled" of the section "config hosts", and the section if there is none; the rest of the file stays.
write_counting() { # 0 OR 1
  umask 077
  if ! awk -v on="$1" '
    { line = $0; gsub(/["\047]/, "") }
    $1 == "config" { section = $2 }
    section == "hosts" && $1 == "option" && $2 == "enabled" { next }
    { print line }
    section == "hosts" && $1 == "config" { print "\toption enabled \047" on "\047"; done = 1 }
    END { if (!done) print "\nconfig hosts \047hosts\047\n\toption enabled \047" on "\047" }
  ' "$config" >"$config.new" || ! mv -f "$config.new" "$config"; then fail "Cannot write $config"; fi
  umask 022
}

# link LINK SCRIPT: hotplug runs what it finds in its folders.
link() {
  if [ -e "$1" ] && ! is_ours "$1"; then
    say note "$1 is not from wrtmeter and was left as it is"
    return
  fi
  mkdir -p "${1%/*}" && ln -sf "$lib/$2" "$1" && parts="$parts $1"
}

# The firewall's configuration without the section that calls us. uci would drop comments and write changes that somebody has not committed
# yet.
without_include() { awk '
  { plain = $0; gsub(/["\047]/, "", plain); n = split(plain, word, " ") }
  word[1] == "config" { ours = n > 2 && word[2] == "include" && word[3] == "wrtmeter" }
  # The blank line before the section is removed with it.
  ours { blank = ""; next }
  NF == 0 { printf "%s", blank; blank = $0 "\n"; next }
  { printf "%s", blank; blank = ""; print }
  END { printf "%s", blank }' "$firewall"; }
include_us() { # fw3 warns of an option that only fw4 knows, and vice versa
  [ -e "$firewall" ] || return 0
  if command -v fw4 >/dev/null 2>&1; then knows=fw4_compatible; else knows=reload; fi
  new=$firewall.wrtmeter
  {
    without_include
    printf "\nconfig include 'wrtmeter'\n\toption type 'script'\n\toption path '%s'\n\toption %s '1'\n" "$lib/hosts-again.sh" "$knows"
  } >"$new" || fail "Cannot write $new"
  replace_firewall
}
exclude_us() {
  [ -e "$firewall" ] && grep -q "$lib" "$firewall" || return 0
  new=$firewall.wrtmeter
  without_include >"$new" || fail "Cannot write $new"
  replace_firewall
}
replace_firewall() {
  if cmp -s "$new" "$firewall"; then rm -f "$new"; return; fi
  # Written into the existing file, which keeps its owner and mode.
  cat "$new" >"$firewall" || fail "Cannot write $firewall: is the flash full? The old text may be lost, the new one is in $new"
  rm -f "$new"
}

# Starts the counting of hosts, now and at every boot, and reports what counts them.
count_hosts() {
  method=$("$lib/hosts.sh" method 2>&1) || {
    say hosts "not counted: ${method#wrtmeter: }"
    return
  }
  link "$hook_iface" hosts-again.sh
  include_us
  if [ "$method" = iptables ]; then
    [ -e "$hook_dhcp" ] || news=yes
    link "$hook_dhcp" host-event.sh
    link "$hook_neigh" host-event.sh
    # dnsmasq looks for hotplug's scripts only when it starts.
    [ -z "${news:-}" ] || [ ! -x /etc/init.d/dnsmasq ] || /etc/init.d/dnsmasq restart >/dev/null 2>&1
  fi
  [ ! -x "$init" ] || ! is_ours "$init" || "$init" enable >/dev/null 2>&1
  for link in /etc/rc.d/S??wrtmeter; do [ ! -L "$link" ] || parts="$parts $link"; done
  answer=$("$lib/hosts.sh" start 2>&1) || {
    say hosts "not counted: $(printf '%s' "${answer#wrtmeter: }" | tail -n 1)"
    return
  }
  case $method:$answer in
    off:*) say hosts 'not counted: switched off in /etc/config/wrtmeter' ;;
    *'No hosts are counted: '*) say hosts "not counted: ${answer#*No hosts are counted: }" ;;
    *)
      say hosts "counted by $method"
      [ "$method" = nlbwmon ] || [ "$(uci -q get 'firewall.@defaults[0].flow_offloading' 2>/dev/null)" != 1 ] ||
        say warn 'Flow offloading is on, which hides most traffic of hosts from the firewall: switch it off, or install nlbwmon'
      ;;
  esac
}

# Where each ssh server of this router looks for root's keys, and what its line for ours begins with. Dropbear before 2022 knows no "restrict".
key_files() {
  ! command -v dropbear >/dev/null 2>&1 || echo "/etc/dropbear/authorized_keys no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-pty"
  [ ! -x /usr/sbin/sshd ] || echo "/root/.ssh/authorized_keys restrict"
}

# Puts the key's line into the file in the place of an earlier one of ours, or only takes ours away. All other lines stay, and at no time is the
# file without them.
write_key() { # FILE [LINE]
  [ -e "$1" ] || [ -n "${2:-}" ] || return 0
  mkdir -p "${1%/*}" || fail "Cannot create ${1%/*}"
  file=$1
  [ ! -L "$file" ] || file=$(readlink -f "$file")
  [ -e "$file" ] || (umask 077 && : >"$file") || fail "Cannot write $file"
  (
    umask 077
    { awk -v only="$only" 'index($0, only) == 0' "$file" && { [ -z "${2:-}" ] || printf '%s\n' "$2"; } } >"$file.new"
  ) || {
    rm -f "$file.new"
    fail "Cannot write $file: is the flash full? (df -h)"
  }
  if cmp -s "$file.new" "$file"; then rm -f "$file.new"; else mv -f "$file.new" "$file"; fi
}

# A line that is commented out opens nothing.
keys_in() { grep -v '^[[:space:]]*#' "$1" 2>/dev/null; } # FILE

# Lets the key set limits.
allow_control() {
  if [ "$control" = yes ]; then
    [ -n "$(key_files)" ] || fail 'This router has neither Dropbear nor OpenSSH, so no key can set limits'
    key_files | while read -r file options; do
      # The first line with a key is the one that counts.
      ! keys_in "$file" | grep -F "$key" | grep -qvF "$only" ||
        fail "The key already opens this router by another line of $file: make a key for limits alone"
      write_key "$file" "$options,$only ssh-ed25519 $key wrtmeter-limits"
    done || exit 1
  fi
  found=''
  for file in $(key_files | cut -d ' ' -f 1); do ! keys_in "$file" | grep -qF "$only" || found="$found $file"; done
  parts="$parts$found"
  say limits "set by the key in${found:- no file: give it again with --control}"
  command -v nft >/dev/null 2>&1 || say warn 'nft is not installed, so every limit will be refused'
  [ "$(uci -q get 'firewall.@defaults[0].flow_offloading' 2>/dev/null)" != 1 ] ||
    say warn 'Flow offloading is on, so every limit will be refused: switch it off'
}

# Removes the key, the script and the limits.
remove_control() {
  for file in /etc/dropbear/authorized_keys /root/.ssh/authorized_keys; do ! grep -qF "$only" "$file" 2>/dev/null || write_key "$file"; done
  rm -rf /var/run/wrtmeter-limits
  [ -e "$limits" ] || return 0
  ! command -v nft >/dev/null 2>&1 || nft delete table inet wrtmeter_limits 2>/dev/null
  rm -f "$limits" && gone="$gone $limits"
}

# Removes everything that counts hosts, and its figures on the router.
remove_hosts() {
  [ ! -x "$lib/hosts.sh" ] || "$lib/hosts.sh" stop >/dev/null 2>&1
  if [ -x "$init" ] && is_ours "$init"; then "$init" disable >/dev/null 2>&1; fi
  exclude_us
  for file in "$hook_iface" "$hook_dhcp" "$hook_neigh" "$init"; do
    [ -e "$file" ] || [ -L "$file" ] || continue
    # A link whose script is gone is recognised by its target.
    if is_ours "$file" 2>/dev/null || case $(readlink "$file") in "$lib"/*) ;; *) false ;; esac; then
      rm -f "$file" && gone="$gone $file"
    else
      say note "$file is not from wrtmeter and was left as it is"
    fi
  done
  # State of the iptables rules, kept until the next boot.
  rm -rf /var/run/wrtmeter
  [ -d "$lib" ] || return 0
  rm -f "$lib/hosts.sh" "$lib"/hosts-*.sh "$lib/host-event.sh"
  [ ! -e "$limits" ] && [ ! -e "$lib/package.sh" ] || return 0
  if rmdir "$lib" 2>/dev/null; then gone="$gone $lib"; else say note "$lib holds files that are not from wrtmeter and were left as they are"; fi
}

# Files outside /etc/config are lost at sysupgrade unless they are listed here, this list included.
survive_sysupgrade() {
  [ -d /lib/upgrade ] || {
    say note 'sysupgrade is missing here, so nothing keeps the scripts: install them again after each firmware upgrade'
    return
  }
  mkdir -p /lib/upgrade/keep.d
  list=$(
    echo "$keep"
    echo "$config"
    # shellcheck disable=SC2086 # lists of paths without blanks
    printf '%s\n' $installed $parts $roots
  )
  [ "$(cat "$keep" 2>/dev/null)" = "$list" ] || printf '%s\n' "$list" >"$keep" || fail "Cannot write $keep"
}

# Links the scripts for the server that answers where the web server does not run as root, and starts it if that is so.
prepare_root() {
  case " $roots " in *" $root_init "*) ;; *) return ;; esac
  mkdir -p "$root_web/cgi-bin" || fail "Cannot create $root_web/cgi-bin"
  for file in $installed; do ln -sf "$file" "$root_web/cgi-bin/${file##*/}" && roots="$roots $root_web/cgi-bin/${file##*/}"; done
  "$root_init" enable >/dev/null 2>&1
  "$root_init" start >/dev/null 2>&1
  for link in /etc/rc.d/S??wrtmeter-root; do [ ! -L "$link" ] || roots="$roots $link"; done
}
remove_root() {
  if [ -x "$root_init" ] && is_ours "$root_init"; then
    "$root_init" stop >/dev/null 2>&1
    "$root_init" disable >/dev/null 2>&1
    rm -f "$root_init" && gone="$gone $root_init"
  elif [ -e "$root_init" ]; then
    say note "$root_init is not from wrtmeter and was left as it is"
  fi
  [ -d "$root_web" ] || return 0
  rm -f "$root_web"/cgi-bin/*.cgi
  if rmdir "$root_web/cgi-bin" "$root_web" 2>/dev/null; then gone="$gone $root_web"; else say note "$root_web holds files that are not from wrtmeter and were left as they are"; fi
}

# Asks the web server on this router, whatever user it runs as. It may have no http, or only where it sends everyone to https: then
# nothing is known here, and install.sh asks from outside.
try_server() {
  command -v nc >/dev/null 2>&1 || return 0
  http=$(uci -q get uhttpd.main.listen_http 2>/dev/null) || [ -n "$www" ] || return 0
  server=${http%% *} server=${server%:*} http=${http%% *} port=${http##*:}
  case $server in '' | 0.0.0.0 | *::* | "$port") server=127.0.0.1 ;; esac
  # A body that never comes keeps uhttpd from ending before its answer.
  tries=0
  while :; do
    said=$(printf 'GET %s/wrtmeter.cgi HTTP/1.0\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Length: 1\r\n\r\n' "$prefix" "$server" "$now" |
      nc "$server" "${port:-80}" 2>/dev/null) || said=''
    case $said in
      HTTP/1.?\ 5??*) ;;
      *) return 0 ;;
    esac
    # The server that answers as root may still be starting.
    tries=$((tries + 1))
    [ "$tries" -lt 3 ] || fail "The web server cannot run $cgi/wrtmeter.cgi: $(printf '%s' "$said" | tail -n 1)"
    sleep 1
  done
}

# Runs the script as root, which shows what the router itself lacks.
try_out() {
  answer=$(REQUEST_METHOD=GET HTTP_AUTHORIZATION="Bearer $now" "$cgi/wrtmeter.cgi" 2>&1) || answer=''
  case $answer in
    *'end wrtmeter'*) ;;
    *) fail "$cgi/wrtmeter.cgi does not work here: $(printf '%s' "$answer" | tail -n 1)" ;;
  esac
  printf '%s\n' "$answer" | awk '
    $1 == "hostname" { print "name", $2 }
    $1 == "failed" { $1 = ""; section = $2; $2 = ""; print "warn", "It cannot read the " section " yet: " substr($0, 3) }' |
    while read -r word text; do say "$word" "$text"; done
}

# The address that the ssh client used, and the port uhttpd listens on; https where http only redirects there.
report_url() {
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
  case " $installed " in *" $cgi/wrtmeter.cgi "*) ;; *) fail "$cgi/wrtmeter.cgi is not from wrtmeter: move it away and install again" ;; esac
  configure
  gone=''
  if wants_control; then allow_control; else remove_control; fi
  if counts_hosts; then
    count_hosts
  else
    remove_hosts
    say hosts 'not counted: switched off; --hosts switches it on'
  fi
  prepare_root
  survive_sysupgrade
  try_out
  try_server
  say cgi "${installed# }"
  [ "$want" != auto ] || say token "$now"
  [ -z "$now" ] || say guarded yes
  report_url
}

# A package of these scripts is the package manager's to remove. It may leave the configuration.
remove_package() {
  package=wrtmeter-openwrt
  if [ -e "/usr/lib/opkg/info/$package.control" ]; then
    opkg remove "$package" >/dev/null 2>&1 || fail "Cannot remove the package: \"opkg remove $package\" on the router says why"
  elif command -v apk >/dev/null 2>&1 && apk info -e "$package" >/dev/null 2>&1; then
    apk del "$package" >/dev/null 2>&1 || fail "Cannot remove the package: \"apk del $package\" on the router says why"
  else
    return 0
  fi
  gone="$gone $package"
}

remove() {
  [ "$(id -u)" = 0 ] || fail 'Log in as root'
  find_cgi any
  gone=''
  remove_package
  remove_control
  remove_hosts
  remove_root
  for name in wrtmeter.cgi hosts.cgi totalwifi.cgi wan.cgi dhcp.cgi; do
    [ -e "$cgi/$name" ] || continue
    if is_ours "$cgi/$name"; then
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
