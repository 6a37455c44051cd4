#!/bin/sh
# Made from parts/hosts-iptables.sh by "npm run scripts": change it there.
# Counts what each host of the LAN moves to and from the Internet, with iptables: for firewall3 (OpenWrt 19.07 to 21.02).
#   hosts-iptables.sh start | stop | reload | add ADDRESS | status
# Installed as /usr/lib/wrtmeter/hosts-iptables.sh, beside hosts-networks.sh and host-event.sh. /etc/init.d/wrtmeter, the firewall's include
# and hotplug call it; host-event.sh calls "add". Each may be called at any time, twice, or at once: existing rules continue to count.
# For busybox ash and awk. For tests: WRTMETER_LIB is the folder with hosts-networks.sh, WRTMETER_ROOT is put before the paths of files;
# WRTMETER_NETWORKS="lan=br-lan guest=br-guest" and WRTMETER_SIZE=64 override the configuration.
#
# In table mangle, IPv4 and IPv6 alike; bytes are those of layer 3:
#   FORWARD             -j wrtmeter                     (one rule; the chains after it only count and return)
#   wrtmeter            -i DEVICE -g wrtmeter_from_home for each counted device, then -o DEVICE -g wrtmeter_download
#   wrtmeter_from_home  -o DEVICE -j RETURN             (traffic between two counted networks stays at home), then -g wrtmeter_upload
#   wrtmeter_upload     -s ADDRESS -j RETURN            for each host; the last rule, without an address, counts what no rule above did
#   wrtmeter_download   -d ADDRESS -j RETURN            the same
# What the filter drops afterwards is counted too: no later table of iptables sees both devices of a packet.
# The last rules also keep the chains from being empty: "fw3 reload" deletes every empty chain and the rules that lead to it, and leaves
# all others alone. "fw3 restart" and "fw3 stop" delete every chain of every table: then everything counts from zero.

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

root=${WRTMETER_ROOT:-}
memory=$root/var/run/wrtmeter

# Packets pass the rules one by one, so there are fewer of them than elements in a set of nftables.
default_size=512
# Deleting a rule loses the bytes that were not read yet. An address without a lease, a neighbour or a name in the configuration loses its
# rules a day after they last counted something; where no room is left, the one that has been silent longest is dropped first, but not
# within an hour. A lease that ends changes nothing.
day=86400
hour=3600

tool() { # FAMILY [SUFFIX]
  case $1 in 4) echo "iptables${2:-}" ;; 6) echo "ip6tables${2:-}" ;; esac
}

# All rules of the table, or nothing where this router has no such table.
rules() { $(tool "$1" -save) -c -t mangle 2>/dev/null; }

mark() { printf '\n\001%s\n' "$1"; }

# Everything a plan needs. Some of it was written by strangers: those lines are indented, so that none is a mark, and awk passes on nothing but
# valid addresses.
facts() { # FAMILY WHOLE NETWORKS ADDRESS
  mark rules
  rules "$1"
  mark wanted
  printf '%s\n' "$3"
  mark asked
  printf '%s\n' "$4"
  mark neighbours
  ip "-$1" neigh show
  [ "$2" = 0 ] || {
    mark routes
    ip "-$1" route show
    mark peers
    for wg in wg awg; do ! command -v "$wg" >/dev/null || "$wg" show all allowed-ips; done
  }
  # Without it, who has a lease or a name is not known, and no rule may end.
  dhcp=$(uci -q show dhcp) || [ ! -e "$root/etc/config/dhcp" ] || mark unsure
  mark leases
  leasefiles=$(printf '%s\n' "$dhcp" | sed -n "s/^dhcp\..*\.leasefile='\(.*\)'$/\1/p")
  printf '%s\n' "${leasefiles:-/tmp/dhcp.leases}" | while read -r file; do cat "$root$file"; done | sed 's/^/ /'
  mark configured
  printf '%s\n' "$dhcp" | sed -n "s/'//g; s/^dhcp\..*\.ip=//p"
  mark remembered
  sed 's/^/ /' "$memory/hosts$1"
  mark static
  # Advertisement blockers keep hosts files of 100,000 lines; no machine at home is in them.
  for file in "$root"/etc/hosts "$root"/tmp/hosts/*; do head -n 5000 "$file"; done | sed 's/^/ /'
  mark end
} 2>/dev/null

# Prints what "iptables-restore --noflush" should do (nothing if all is well) and writes what to remember about each address beside the old
# memory: address, seconds after boot when it was last seen to count, its counters then.
# Counters and addresses stay text; one address has one key, however it is written.
plan() { # FAMILY WHOLE SIZE
  awk -v family="$1" -v whole="$2" -v size="$3" -v day="$day" -v hour="$hour" -v memory="$memory/hosts$1.new" -v uptime="$root/proc/uptime" '
    function key(text) { return family == 4 ? key4(text) : key6(tolower(text)) }
    function key4(text,   part, i) {
      if (length(text) > 15 || split(text, part, ".") != 4) return ""
      for (i = 1; i <= 4; i++) if (part[i] !~ /^(0|[1-9][0-9]?[0-9]?)$/ || part[i] > 255) return ""
      if (part[1] == 0 || part[1] == 127 || part[1] >= 224 || (part[1] == 169 && part[2] == 254)) return ""
      return text
    }
    # An IPv6 address as eight groups of four digits without colons, or "" for what is none.
    function expand6(text,   gap, left, right, before, after, i, long) {
      if (length(text) > 39 || text !~ /^[0-9a-f:]+$/) return ""
      gap = index(text, "::")
      before = split(gap ? substr(text, 1, gap - 1) : text, left, ":")
      after = gap ? split(substr(text, gap + 2), right, ":") : 0
      if (gap ? before + after > 7 : before != 8) return ""
      for (i = 1; i <= before; i++) long = long group(left[i])
      for (i = before + after; gap && i < 8; i++) long = long "0000"
      for (i = 1; i <= after; i++) long = long group(right[i])
      return length(long) == 32 && long !~ /-/ ? long : ""
    }
    function group(digits) { return digits == "" || length(digits) > 4 ? "-" : substr("0000" digits, length(digits) + 1) }
    function key6(text,   long) {
      long = expand6(text)
      # Not ::, loopback, IPv4 in IPv6, link-local, multicast.
      return long ~ /^(0000|fe[89ab]|ff)/ ? "" : long
    }

    # An address is a host here if the route to it leads through a counted device. TEXT is an address, so it is safe in a command.
    function routed(address,   command, line, part, n, i) {
      command = "ip -" family " route get " address " 2>/dev/null"
      command | getline line
      close(command)
      n = split(line, part, " ")
      if (part[1] ~ /^[a-z]+$/) return 0 # local, broadcast, unreachable …
      for (i = 2; i < n; i++) if (part[i] == "dev") return part[i + 1] in counted
      return 0
    }

    # "sure": it is known to be on a counted device. "present": it still exists, though it may not be counting at the moment.
    function candidate(text, sure, present,   k) {
      k = key(text)
      if (k == "" || (!(k in textof) && listed >= 2 * size)) return
      if (!(k in textof)) textof[k] = family == 4 ? text : tolower(text)
      if (present) standing[k] = 1
      if (k in listed_as) {
        if (sure) certain[k] = 1
        return
      }
      list[++listed] = k
      listed_as[k] = listed
      certain[k] = sure
    }
    # Merely naming an element would create it.
    function count(counters, k) { return k in counters ? counters[k] : "0" }
    function rule(chain, k) { return chain " " (chain == "wrtmeter_upload" ? "-s " : "-d ") textof[k] " -j RETURN" }
    function drop(k) {
      if (k in up) todo = todo "-D " rule("wrtmeter_upload", k) "\n"
      if (k in down) todo = todo "-D " rule("wrtmeter_download", k) "\n"
      delete up[k]
      delete down[k]
      delete last[k]
      hosts--
    }
    function make_room(   k, silent) {
      if (unsure) return 0
      silent = ""
      for (k in last)
        if (((k in up) || (k in down)) && !(k in standing) && now - last[k] >= hour && (silent == "" || last[k] < last[silent])) silent = k
      if (silent == "") return 0
      drop(silent)
      return 1
    }

    BEGIN { getline line < uptime; split(line, part, "."); now = part[1] + 0; hosts = listed = 0 }
    /^\001/ {
      part_is = substr($0, 2)
      if (part_is == "unsure") unsure = 1
      if (part_is == "asked" && !whole) for (device in standing_devices) counted[device] = 1
      next
    }

    part_is == "rules" && $1 ~ /^:/ { chain[substr($1, 2)] = 1; torn = 1; next }
    part_is == "rules" && $1 == "COMMIT" { torn = 0; whole_table = 1 }
    part_is == "rules" && $2 == "-A" {
      text = substr($0, length($1) + 2)
      split(substr($1, 2, length($1) - 2), counter, ":")
      if (text == "-A FORWARD -j wrtmeter") jumps++
      else if ($3 == "wrtmeter" || $3 == "wrtmeter_from_home") { have[$3] = have[$3] text "\n"; if ($4 == "-i") standing_devices[$5] = 1 }
      else if ($3 == "wrtmeter_upload" || $3 == "wrtmeter_download") {
        if (NF == 5 && $5 == "RETURN") { tail[$3] = 1; next }
        sub(/\/(32|128)$/, "", $5)
        k = key($5)
        if (NF != 7 || $7 != "RETURN" || k == "") next
        textof[k] = $5
        if (!(k in up) && !(k in down)) hosts++
        if ($3 == "wrtmeter_upload" && $4 == "-s" && !(k in up)) up[k] = counter[2]
        if ($3 == "wrtmeter_download" && $4 == "-d" && !(k in down)) down[k] = counter[2]
      }
      next
    }
    part_is == "wanted" && $1 == "network" { devices[++device_count] = $3; counted[$3] = 1; next }
    part_is == "asked" { candidate($1, 0, 1); next }
    part_is == "neighbours" && / lladdr / && !/ (FAILED|INCOMPLETE|NOARP)/ {
      for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) in counted) candidate($1, 1, 1)
      next
    }
    # A route to a single address: a peer of a tunnel.
    part_is == "routes" && !/ via / { for (i = 2; i < NF; i++) if ($i == "dev" && $(i + 1) in counted) candidate($1, 1, 1); next }
    part_is == "peers" { for (i = 3; i <= NF; i++) if (sub(/\/(32|128)$/, "", $i)) candidate($i, 0, 1); next }
    # When only one address is added, these only show who is present; the whole pass asks where they are.
    part_is == "leases" { if (whole || key($3) in textof) candidate($3, 0, 1); next }
    part_is == "configured" { for (i = 1; i <= NF; i++) if (whole || key($i) in textof) candidate($i, 0, 1); next }
    part_is == "static" && $1 != same { same = $1; if (whole || key($1) in textof) candidate($1, 0, 1); next }
    part_is == "remembered" {
      k = key($1)
      if (k == "" || $2 !~ /^[0-9]+$/) next
      then[k] = $2
      before[k] = $3 " " $4
      if (whole && now - $2 < day) candidate($1, 0, 0)
    }

    END {
      if (part_is != "end" || torn || (whole && !whole_table)) exit 1
      if (whole) {
        for (i = 1; i <= device_count; i++) {
          in_rules = in_rules "-A wrtmeter -i " devices[i] " -g wrtmeter_from_home\n"
          out_rules = out_rules "-A wrtmeter -o " devices[i] " -g wrtmeter_download\n"
          from_home = from_home "-A wrtmeter_from_home -o " devices[i] " -j RETURN\n"
        }
        from_home = from_home "-A wrtmeter_from_home -g wrtmeter_upload\n"
        # These are never emptied, and creating one that exists would fail everything.
        if (!("wrtmeter_upload" in chain)) head = head "-N wrtmeter_upload\n"
        if (!("wrtmeter_download" in chain)) head = head "-N wrtmeter_download\n"
        # A chain written in this form is emptied if it exists.
        if (have["wrtmeter"] have["wrtmeter_from_home"] != in_rules out_rules from_home) {
          head = head ":wrtmeter - [0:0]\n:wrtmeter_from_home - [0:0]\n"
          todo = in_rules out_rules from_home
        }
        if (!jumps) todo = todo "-I FORWARD 1 -j wrtmeter\n"
        for (; jumps > 1; jumps--) todo = todo "-D FORWARD -j wrtmeter\n"
        if (!tail["wrtmeter_upload"]) todo = todo "-A wrtmeter_upload -j RETURN\n"
        if (!tail["wrtmeter_download"]) todo = todo "-A wrtmeter_download -j RETURN\n"
      } else if (!jumps || !tail["wrtmeter_upload"] || !tail["wrtmeter_download"]) exit # nothing is counted just now

      for (k in textof)
        if (k in up || k in down) last[k] = !(k in then) || then[k] > now || before[k] != count(up, k) " " count(down, k) ? now : then[k]
      if (!unsure) for (k in last) if (!(k in standing) && now - last[k] >= day) drop(k)
      for (i = 1; i <= listed; i++) {
        k = list[i]
        if (k in up && k in down) continue
        if (!(k in last)) {
          if (!certain[k] && !routed(textof[k])) continue
          if (hosts >= size && !make_room()) continue
          hosts++
        }
        if (!(k in up)) todo = todo "-I " rule("wrtmeter_upload", k) "\n"
        if (!(k in down)) todo = todo "-I " rule("wrtmeter_download", k) "\n"
        last[k] = now
      }
      if (head todo != "") printf "*mangle\n%s%sCOMMIT\n", head, todo
      printf "" >memory
      for (k in last) print textof[k], last[k], count(up, k), count(down, k) >memory
    }
  '
}

# Only one process at a time plans and acts. Something else may still change the table meanwhile; then the plan is made once more.
lock() {
  mkdir -p "$memory" || fail "Cannot write $memory"
  exec 9>"$memory/lock"
  flock 9 || fail 'Cannot take the lock: flock does not work'
}

bring_about() { # FAMILY WHOLE NETWORKS ADDRESS
  said=''
  for _ in 1 2; do
    steps=$(facts "$@" | plan "$1" "$2" "$size") || { said="$(tool "$1" -save) was cut short" && continue; }
    if [ -z "$steps" ] || said=$(printf '%s\n' "$steps" | $(tool "$1" -restore) -w --noflush 2>&1); then
      [ ! -e "$memory/hosts$1.new" ] || mv -f "$memory/hosts$1.new" "$memory/hosts$1"
      return
    fi
  done
  fail "The rules of the hosts could not be created: $(printf '%s' "$said" | head -n 1)"
}

families() {
  rules 4 | grep -q '^:FORWARD' ||
    fail 'iptables does not work here; does this router have firewall3 (iptables and kmod-ipt-core)?'
  if rules 6 | grep -q '^:FORWARD'; then echo 4 6; else echo 4; fi
}

start() {
  find_networks || return 0
  find_size "$default_size"
  among=$(families) || exit
  lock
  for family in $among; do bring_about "$family" 1 "$networks" ''; done
}

add() {
  case $1 in
    '' | *[!0-9A-Fa-f.:]*) fail 'This is not an address' ;;
    *:*) family=6 ;;
    *) family=4 ;;
  esac
  find_size "$default_size"
  lock
  bring_about "$family" 0 '' "$1"
}

stop() {
  lock
  for family in 4 6; do
    steps=$(rules "$family" | awk '
      $2 == "-A" && $0 ~ /-j wrtmeter$/ { $1 = ""; sub(/^ -A/, "-D"); jumps = jumps $0 "\n" }
      /^:wrtmeter(_from_home|_upload|_download)? / { name = substr($1, 2); empty = empty "-F " name "\n"; gone = gone "-X " name "\n" }
      END { if (jumps empty != "") printf "*mangle\n%s%s%sCOMMIT\n", jumps, empty, gone }')
    [ -z "$steps" ] || printf '%s\n' "$steps" | $(tool "$family" -restore) -w --noflush || fail 'Cannot remove the rules of the hosts'
    rm -f "$memory/hosts$family" "$memory/hosts$family.new"
  done
}

status() {
  find_size "$default_size"
  among=$(families) || exit
  for family in $among; do
    rules "$family" | awk -v family="$family" -v size="$size" '
      $2 $3 == "-Awrtmeter" && $4 == "-i" { devices = devices " " $5 }
      $2 == "-A" && $3 == "wrtmeter_upload" && $4 == "-s" { hosts++ }
      $2 == "-A" && $3 ~ /^wrtmeter_(up|down)load$/ && NF == 5 { split($1, part, /[]:]/); without[$3] = part[2] }
      END {
        if (devices == "") exit 1
        printf "Counting %d of at most %d IPv%d addresses on%s; bytes without a rule: %s received, %s sent\n", hosts, size, family, devices,
          without["wrtmeter_download"], without["wrtmeter_upload"]
      }' || fail "No IPv$family hosts are counted: the rules are missing; create them with \"/etc/init.d/wrtmeter start\""
  done
  case $among in *6*) ;; *) echo 'IPv6 is not counted: ip6tables does not work here' ;; esac
}

case ${1:-}:$# in
  start:1 | reload:1) start ;;
  stop:1) stop ;;
  add:2) add "$2" ;;
  status:1) status ;;
  *) fail 'Usage: hosts-iptables.sh start | stop | reload | add ADDRESS | status' ;;
esac
