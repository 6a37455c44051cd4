#!/bin/sh
# Made from parts/peer-access.sh by "npm run scripts": change it there.
# Lets one WireGuard or AmneziaWG peer in or out, on the server itself: only its public key ever leaves the server. wrtmeter sends this
# text to `sh -s -- ACTION INTERFACE PUBLIC-KEY FILE TOOL`, here, over ssh or into a container; nothing of it stays there.
# ACTION: revoke, restore, delete, or list (with - for the key). FILE: the interface's configuration, or - for the usual place.
# TOOL: wg, awg, or auto. The last line of the answer is `result ok …` or `result failed STEP REASON`; docs/access.md explains how it works.
# For busybox ash and awk, dash and mawk alike. WRTMETER_ROOT and WRTMETER_STOP are for tests: a root for paths, a step to fail at.
root=${WRTMETER_ROOT:-}
mark='# wrtmeter: revoked'
undo='' changing=''
LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

# What is in a configuration on standard input. MODE: keep (all but this key's peer, byte for byte), take (this key's peer alone), count
# (how often it is there), preshared (its preshared key, for a comparison inside this shell alone), addresses (KEY, address as wg compares
# it, address as written), list (KEY, addresses).
peers() { # MODE [KEY [open: the last line has no end]]
  LC_ALL=C awk -v mode="$1" -v key="${2:-}" -v open="${3:-}" '
    # The peers of a configuration on standard input, whose text a change relies on. Variables: mode, key, open (see peers() in peer-access.sh).
    function trim(text) {
      sub(/^[ \t\r]+/, "", text)
      sub(/[ \t\r]+$/, "", text)
      return text
    }
    # The grammar of WireGuard'\''s configuration files, for reading names (files.awk) and for changing peers (peers.awk): heads such as [Peer],
    # options NAME = VALUE in any letter case, comments from # on. The variable "strict" is set by a program that changes files: it takes a
    # line exactly as wg does. A program that only reads takes it more loosely:
    #   blanks  strict: \v and \f too, and they do not count inside a line either. Else: they do not count at the ends and before "="
    #   [Peer]  strict: only a comment may follow on its line. Else: anything may
    #   names   strict: also "friendlyname =", and "client" after any number of #. Else: "### Client NAME" as it is usually written

    # A line without its comment and without the blanks that do not count.
    function bare(line) {
      sub(/#.*/, "", line)
      if (strict) gsub(/[ \t\r\v\f]/, "", line)
      return trim(line)
    }
    # What a line is: blank, comment, head or option.
    function kind_of(line) {
      line = trim(line)
      if (strict) sub(/^[ \t\r\v\f]+/, "", line)
      if (line == "") return "blank"
      if (substr(line, 1, 1) == "#") return "comment"
      return substr(line, 1, 1) == "[" ? "head" : "option"
    }
    # Whether a bare head begins a peer.
    function is_peer(text) {
      return strict ? tolower(text) == "[peer]" : tolower(text) ~ /^\[peer\]/
    }
    # Whether a bare option is the one of that name, in small letters.
    function is_option(text, name) {
      return tolower(text) ~ ("^" name "[ \t]*=")
    }
    # The value of a bare option.
    function value_of(text) {
      sub(/^[^=]*=/, "", text)
      return trim(text)
    }
    # Whether a comment is a name.
    function is_name(line) {
      line = tolower(line)
      if (strict) return line ~ /^[ \t]*#+[ \t]*((friendly_?)?name[ \t]*=|client[ \t])/
      return trim(line) ~ /^(#+[ \t]*(friendly_)?name[ \t]*=|### client )/
    }
    function name_of(line) {
      line = trim(line)
      return tolower(line) ~ /^### client / ? substr(line, 12, 300) : substr(value_of(line), 1, 2000)
    }
    # Addresses of peers, so that one address has one form.
    function hex(text,   i, value, digit) {
      value = 0
      if (text == "" || length(text) > 4) return -1
      for (i = 1; i <= length(text); i++) {
        digit = index("0123456789abcdef", substr(text, i, 1)) - 1
        if (digit < 0) return -1
        value = value * 16 + digit
      }
      return value
    }
    # An address as the interface keeps it, without the bits behind its prefix. Anything that is not an address stays as it is.
    function canonical(text,   slash, bits, n, i, part, groups, size, gap, want, tail, out, keep, ip) {
      text = tolower(text)
      sub(/^\+/, "", text)
      slash = index(text, "/")
      ip = slash ? substr(text, 1, slash - 1) : text
      bits = slash ? substr(text, slash + 1) : ""
      if (slash && bits !~ /^[0-9]+$/) return text
      if (index(ip, ":") == 0) {
        n = split(ip, part, ".")
        size = 8
        if (n != 4) return text
        for (i = 1; i <= 4; i++) if (part[i] !~ /^[0-9]+$/ || part[i] + 0 > 255) return text
      } else {
        size = 16
        if (match(ip, /[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/)) {
          tail = substr(ip, RSTART)
          split(tail, part, ".")
          ip = substr(ip, 1, RSTART - 1) sprintf("%x:%x", part[1] * 256 + part[2], part[3] * 256 + part[4])
        }
        gap = index(ip, "::")
        want = 0
        if (gap) {
          n = 0
          if (gap > 1) n += split(substr(ip, 1, gap - 1), groups, ":")
          if (gap + 2 <= length(ip)) n += split(substr(ip, gap + 2), groups, ":")
          tail = ""
          for (want = 8 - n; want > 0; want--) tail = tail ":0"
          ip = substr(ip, 1, gap - 1) tail ":" substr(ip, gap + 2)
          sub(/^:/, "", ip)
          sub(/:$/, "", ip)
        }
        n = split(ip, part, ":")
        if (n != 8) return text
        for (i = 1; i <= 8; i++) if ((part[i] = hex(part[i])) < 0) return text
      }
      if (bits == "") bits = n * size
      if (bits + 0 > n * size) return text
      out = ""
      for (i = 1; i <= n; i++) {
        keep = bits - (i - 1) * size
        if (keep < 0) keep = 0
        # Not every busybox has powers.
        for (tail = 1; keep < size; keep++) tail *= 2
        part[i] = part[i] - part[i] % tail
        out = out (i > 1 ? "." : "") (part[i] + 0)
      }
      return out "/" (bits + 0)
    }

    # The first comment that is a name, in lines a to b; 0 where there is none.
    function name_in(a, b,   i) {
      for (i = a; i <= b; i++) if (kind[i] == "comment" && is_name(line[i])) return i
      return 0
    }
    # The lines of a block. Comments right above a head belong to its block where a blank line separates them from what is before. Where they are
    # between two blocks, a name belongs to the first if that has none yet, else to the second; any other comment stays where it is.
    function bounds(s,   h, t, e, n) {
      h = head[s]
      first[s] = h
      for (t = h; kind[t - 1] == "comment"; t--) continue
      if (t == 1 || kind[t - 1] == "blank") first[s] = t
      else if ((n = name_in(end[s - 1] + 1 > t ? end[s - 1] + 1 : t, h - 1)) > 0) first[s] = n
      for (e = last[s]; kind[e + 1] == "comment"; e++) continue
      if (kind[e + 1] == "head") {
        n = name_in(last[s] + 1, e)
        e = n == 0 ? last[s] : name_in(first[s], last[s]) ? n - 1 : n
      }
      # The empty lines behind it go with it, unless they separate its neighbours.
      if (first[s] == 1 || kind[first[s] - 1] == "blank") while (kind[e + 1] == "blank") e++
      end[s] = e
    }
    function show(i) {
      printf "%s%s", line[i], (i == NR && open != "" && mode != "take") ? "" : "\n"
    }
    BEGIN { strict = 1 }
    {
      line[NR] = $0
      kind[NR] = kind_of($0)
      text = bare($0)
      if (kind[NR] == "head") {
        sections++
        head[sections] = last[sections] = NR
        ispeer[sections] = is_peer(text)
      } else if (kind[NR] == "option" && sections) {
        last[sections] = NR
        if (!ispeer[sections]) next
        value = value_of(text)
        if (is_option(text, "publickey")) {
          if (public[sections] != "" && public[sections] != value) mixed[sections] = 1
          if (value == key) found[sections] = 1
          public[sections] = value
        } else if (is_option(text, "allowedips")) {
          allowed[sections] = allowed[sections] (allowed[sections] == "" || value == "" ? "" : ",") value
        } else if (is_option(text, "presharedkey")) preshared[sections] = value
      }
    }
    END {
      for (s = 1; s <= sections; s++) {
        if (!ispeer[s]) continue
        bounds(s)
        if (found[s] && mixed[s]) exit 3
        if (found[s]) count++
        if (found[s] && s in preshared) shared = preshared[s]
        # Of a peer that is there twice, wg keeps the addresses of the last block.
        if (public[s] != "") { if (!(public[s] in of)) order[++known] = public[s]; of[public[s]] = allowed[s] }
        if (found[s]) for (i = first[s]; i <= end[s]; i++) mine[i] = 1
      }
      if (mode == "count") print count + 0
      else if (mode == "preshared") print shared
      else if (mode == "keep") { for (i = 1; i <= NR; i++) if (!mine[i]) show(i) }
      else if (mode == "take") {
        for (s = 1; s <= sections; s++) {
          if (!ispeer[s] || !found[s]) continue
          if (shown++) print ""
          for (e = end[s]; kind[e] == "blank"; e--) continue
          for (i = first[s]; i <= e; i++) show(i)
        }
      } else if (mode == "list" || mode == "addresses") {
        for (i = 1; i <= known; i++) {
          n = split(of[order[i]], list, ",")
          written = ""
          for (j = 1; j <= n; j++) {
            if (list[j] !~ /^[+]?[0-9A-Fa-f:.]+(\/[0-9]+)?$/) continue
            if (mode == "addresses") print order[i] "\t" canonical(list[j]) "\t" list[j]
            written = written (written == "" ? "" : ",") list[j]
          }
          if (mode == "list") print order[i] "\t" (written == "" ? "-" : written)
          else if (written == "") print order[i] "\t-\t-"
        }
      }
    }
  '
}

# Which of the addresses on standard input (a peer's; an empty line; all others') belong to two peers: `ADDRESS KEY`, the first of them.
taken() { # KEY
  LC_ALL=C awk -F '\t' -v key="$1" '
    $0 == "" { others = 1; next }
    !others { if ($1 == key && $2 != "-") wanted[$2] = $3; next }
    $1 != key && $2 in wanted { print wanted[$2] " " $1; exit }'
}

say() { printf '%s\n' "$*"; }
quiet() { "$@" >/dev/null 2>&1 </dev/null; }
has() { command -v "$1" >/dev/null 2>&1; }
flush() { if has sync; then quiet sync; fi; }
ends_open() { if [ -s "$1" ] && [ -n "$(tail -c 1 "$1" | tr -d '\000')" ]; then echo open; fi; }
text_of() { if [ -e "$1" ]; then cat "$1"; fi; }

# The first line of what a program complained about, without anything that may be a key.
complaint() { # TEXT
  printf '%s\n' "$1" | LC_ALL=C tr -d '\000-\011\013-\037\177' |
    sed -e "s/\`[^']\{16,\}'*/(hidden)/g" -e 's/[A-Za-z0-9+/]\{30,\}=*/(hidden)/g' | grep . | head -n 1 | cut -c 1-160
}

# Every call ends here or in done_with().
fail() { # STEP REASON
  if [ -n "$changing" ]; then
    changing=''
    if put_back; then forget_undo; else set -- "$1" "$2; the previous state could not be restored completely and is kept in \"$undo\""; fi
  fi
  say "result failed $1 $2"
  exit 0
}

done_with() { # STATE changed|unchanged
  say "result ok $1 $2 $where"
  exit 0
}

step() { # NAME
  case ${WRTMETER_STOP:-} in
    "$1 fail") fail "$1" 'A test stopped it here' ;;
    "$1 kill") kill -9 $$ ;;
  esac
}

check_arguments() {
  case $action in revoke | restore | delete | list) ;; *) fail arguments 'There is no such action' ;; esac
  case $interface in
    '' | -* | . | .. | *[!A-Za-z0-9_@=+.-]* | ????????????????*) fail arguments 'That is not a name of an interface' ;;
  esac
  case $tool in wg | awg | auto) ;; *) fail arguments 'The tool is wg, awg or auto' ;; esac
  case $file in - | /*) ;; *) fail arguments 'The path of the configuration file must begin with /' ;; esac
  [ "$action" = list ] && return
  case ${#key}$key in *[!A-Za-z0-9+/=]* | 44*=?) fail arguments 'That is not a public key' ;; 44*[AEIMQUYcgkosw048]=) ;; *) fail arguments 'That is not a public key' ;; esac
}

# The tool that knows the interface, else the one that is installed.
find_tool() {
  if [ "$tool" = auto ]; then
    for candidate in wg awg; do
      has "$candidate" || continue
      [ "$tool" = auto ] && tool=$candidate
      tool_sees "$candidate" && tool=$candidate && break
    done
    [ "$tool" = auto ] && fail read 'Neither "wg" nor "awg" is installed on this server'
  fi
  has "$tool" || fail read "\"$tool\" is not installed on this server"
}

tool_sees() { # TOOL
  case " $("$1" show interfaces 2>/dev/null </dev/null | tr '\n\t' '  ') " in *" $interface "*) return 0 ;; esac
  return 1
}

# Where the peers of the interface are configured: a file, or the uci of OpenWrt.
find_configuration() {
  mode=file protocol=''
  if [ "$file" = - ] && has uci; then
    case $interface in *[!A-Za-z0-9_]*) ;; *) protocol=$(uci -q get "network.$interface.proto" 2>/dev/null </dev/null) || protocol='' ;; esac
    case $protocol in wireguard | amneziawg) mode=uci file=$root/etc/config/network ;; esac
  fi
  if [ "$file" = - ]; then
    for candidate in /etc/wireguard /etc/amnezia/amneziawg /opt/amnezia/awg /opt/amnezia/wireguard; do
      [ -e "$root$candidate/$interface.conf" ] && file=$root$candidate/$interface.conf && break
    done
    if [ "$file" = - ]; then
      case $tool in awg) file=$root/etc/amnezia/amneziawg/$interface.conf ;; *) file=$root/etc/wireguard/$interface.conf ;; esac
    fi
  fi
  # Where the reading side looks for it: beside the path of the configuration, even if that is a link.
  record=$file.revoked
  # A link stays a link: the file it points to is changed.
  if [ -L "$file" ]; then file=$(readlink -f "$file") || fail read "Cannot follow the link \"$file\""; fi
  undo=$file.undo
  [ "$mode" = uci ] && record='' undo=$root/etc/wrtmeter-network.undo
  directory=${file%/*}
}

# One change at a time. The kernel releases the lock when this shell ends, so none is ever left behind.
lock() {
  has flock || fail lock '"flock" is not installed on this server: install util-linux or busybox with it'
  place=${directory:-/} tries=0
  while [ ! -d "$place" ]; do place=${place%/*} place=${place:-/}; done
  [ -r "$place" ] || fail lock "Cannot read \"$place\": this needs root there"
  exec 9<"$place"
  while flock -n -x 9 2>/dev/null; got=$?; [ "$got" != 0 ]; do
    [ "$got" = 1 ] || fail lock '"flock" does not work on this server: install util-linux or busybox with it'
    [ "$tries" -lt 75 ] || fail lock 'Another change has been running for 15 seconds'
    # Not every busybox can sleep for less than a second.
    if quiet sleep 0.2; then tries=$((tries + 1)); else sleep 1 && tries=$((tries + 5)); fi
    # A caller that gave up has reported that nothing was done: the closed pipe then ends this shell.
    say waiting
  done
  say begin
  # From here on it runs to its end, even if nobody listens any longer.
  trap '' HUP INT TERM PIPE
}

# Reads the server: the texts of the configuration and of the record, and the running interface.
read_state() {
  if [ -e "$file" ]; then
    [ -f "$file" ] || fail read "\"$file\" is not a file"
    [ -r "$file" ] || fail read "Cannot read \"$file\": this needs root there"
    [ "$(wc -c <"$file")" -le 4194304 ] || fail read "\"$file\" is larger than 4 MiB"
    [ "$(tr -d '\000' <"$file" | wc -c)" -eq "$(wc -c <"$file")" ] || fail read "\"$file\" holds NUL bytes: it is not a configuration"
  fi
  up=no running=''
  if tool_sees "$tool"; then
    running=$("$tool" showconf "$interface" 2>&1 </dev/null) || fail read "\"$tool\" cannot read \"$interface\": $(complaint "$running")"
    up=yes
  elif [ ! -e "$file" ] && [ ! -e "${record:-$file}" ]; then
    fail read "There is no interface \"$interface\" here, and no file \"$file\""
  fi
  in_file=$(configured | peers count "$key") || fail read "A [Peer] block of \"$file\" has two public keys: keep one of them"
  recorded=$(revoked | peers count "$key") || fail read "A [Peer] block of \"$record\" has two public keys: keep one of them"
  live=$(printf '%s\n' "$running" | peers count "$key")
}

# The peers that are let in and those that are not, as configuration text.
configured() { if [ "$mode" = uci ]; then uci_peers 0; else text_of "$file"; fi; }
revoked() { if [ "$mode" = uci ]; then uci_peers 1; else text_of "$record"; fi; }
running_text() { if tool_sees "$tool"; then "$tool" showconf "$interface" 2>/dev/null </dev/null; fi; }

# The peers of the interface as configuration text, each after the name of its section: those switched off (1), or the others (0).
uci_peers() { # 0|1
  uci -q -X show network 2>/dev/null </dev/null | LC_ALL=C awk -v interface="$interface" -v protocol="$protocol" -v off="$1" '
    # The peers in "uci -X show network" as configuration text, each after the name of its section. Variables: interface, protocol; off: 1 for
    # the peers that are switched off, 0 for the others.
    # A value as uci writes it, in apostrophes; an apostrophe inside ends them, stands behind a backslash, and begins them again.
    function unquote(text) {
      gsub(/\047\\\047\047/, "\001", text)
      gsub(/\047/, "", text)
      gsub(/\001/, "\047", text)
      return text
    }
    # The interface whose peer a uci section of this type is, or "": "wireguard_wg0" is a peer of wg0. PROTOCOL: the only one that counts, if any.
    function uci_interface(type, protocol) {
      return sub(protocol == "" ? "^(wireguard|amneziawg)_" : "^" protocol "_", "", type) ? type : ""
    }
    # Whether an option of uci is switched on, as netifd takes it.
    function uci_is_on(value) {
      return value ~ /^(1|on|true|yes|enabled)$/
    }

    function value(line) {
      sub(/^[^=]*=/, "", line)
      return unquote(line)
    }
    {
      name = $0
      sub(/=.*/, "", name)
      if (split(name, part, ".") == 2 && part[1] == "network") { if (uci_interface(value($0), protocol) == interface) order[++n] = part[2]; next }
      if (part[1] == "network" && !((part[2], part[3]) in option)) option[part[2], part[3]] = value($0)
    }
    END {
      for (i = 1; i <= n; i++) {
        s = order[i]
        if (uci_is_on(option[s, "disabled"]) != off || option[s, "public_key"] == "") continue
        print "# section " s "\n[Peer]\nPublicKey = " option[s, "public_key"]
        if (option[s, "preshared_key"] != "") print "PresharedKey = " option[s, "preshared_key"]
        addresses = option[s, "allowed_ips"]
        gsub(/[ ,]+/, ", ", addresses)
        if (addresses != "") print "AllowedIPs = " addresses
        host = option[s, "endpoint_host"]
        if (host ~ /:/ && host !~ /^\[/) host = "[" host "]"
        if (host != "") print "Endpoint = " host ":" (option[s, "endpoint_port"] == "" ? 51820 : option[s, "endpoint_port"])
        if (option[s, "persistent_keepalive"] != "") print "PersistentKeepalive = " option[s, "persistent_keepalive"]
        print ""
      }
    }
  '
}

uci_sections() { # 0|1
  uci_peers "$1" | peers take "$key" | sed -n 's/^# section \([A-Za-z0-9_]\{1,\}\)$/\1/p'
}

# Saves the previous state, whole or not at all, until the change is done: if this shell dies, the next call settles it.
# Beside each text is the one that will replace it, so that a file that somebody else has changed since is left alone.
begin() { # WANTED: present|absent on the interface
  step begin
  wanted=$1
  # A commit would save them too, and undoing would lose them.
  if [ "$mode" = uci ] && [ -n "$(uci -q changes network 2>/dev/null </dev/null)" ]; then
    fail begin 'Other changes of network are not committed: run "uci commit network" or "uci revert network" first'
  fi
  rm -rf "$undo.new" "$undo.done"
  if ! { mkdir -p "$directory" && mkdir "$undo.new"; } 2>/dev/null; then fail begin "Cannot write in \"$directory\""; fi
  if ! keep_old 2>/dev/null; then
    rm -rf "$undo.new"
    fail begin "Cannot write in \"$directory\": is the disk full?"
  fi
  wrong=$(check_new_texts)
  if [ -n "$wrong" ]; then
    rm -rf "$undo.new"
    fail begin "$(complaint "$wrong"): look for unusual lines in it"
  fi
  before=$(printf '%s\n' "$running" | peers addresses | sort)
  flush
  mv "$undo.new" "$undo" || fail begin "Cannot write in \"$directory\""
  changing=yes
  step begun
}

# The texts before and after the change, each read back: on a full disk they are cut short.
keep_old() {
  printf '%s\n' "$key" >"$undo.new/key" && printf '%s\n' "$interface" >"$undo.new/interface" && printf '%s\n' "$tool" >"$undo.new/tool" &&
    printf '%s\n' "$action" >"$undo.new/action" && printf '%s\n' "$protocol" >"$undo.new/protocol" || return
  printf '%s\n' "$running" | peers take "$key" >"$undo.new/running" && printf '%s\n' "$block" >"$undo.new/block" || return
  if [ "$up" = yes ]; then : >"$undo.new/up" || return; fi
  if [ -e "$file" ]; then cp -p "$file" "$undo.new/config" && cmp -s "$file" "$undo.new/config" || return; fi
  if [ "$mode" = file ] && [ -e "$file" ]; then
    new_config >"$undo.new/config.new" && new_config | cmp -s - "$undo.new/config.new" || return
  fi
  [ -n "$record" ] || return 0
  if [ -e "$record" ]; then cp -p "$record" "$undo.new/record" && cmp -s "$record" "$undo.new/record"; else : >"$undo.new/no-record"; fi || return
  new_record >"$undo.new/record.new"
}

# Checks the new texts: the record must hold the whole block that was taken out, and no other peer may be missing. Prints what is wrong.
check_new_texts() {
  if [ -n "$record" ]; then
    case $action in revoke) kept=$block ;; *) kept='' ;; esac
    [ "$(peers take "$key" <"$undo.new/record.new" | grep -v "^$mark")" = "$kept" ] || say "\"$record\" would not hold the whole peer"
    same_others "$record" "$undo.new/record.new" || say "\"$record\" would lose another peer"
  fi
  if [ -e "$undo.new/config.new" ]; then same_others "$file" "$undo.new/config.new" || say "\"$file\" would lose another peer"; fi
}
same_others() { [ "$(others "$(text_of "$1" | peers list)")" = "$(others "$(peers list <"$2")")" ]; }

new_config() {
  case $action in
    restore)
      if [ "$in_file" = 0 ] && [ "$of_file" = yes ]; then appended "$file" "$block"; else cat "$file"; fi ;;
    *)
      open=$(ends_open "$file")
      peers keep "$key" "$open" <"$file" ;;
  esac
}

new_record() {
  case $action in
    revoke)
      left=$(text_of "$record" | peers keep "$key"; echo .)
      left=${left%.}
      printf '%s' "$left"
      case $left in '' | *"$newline$newline") ;; *"$newline") echo ;; *) printf '\n\n' ;; esac
      printf '%s\n%s\n' "$mark $(date -u +%Y-%m-%dT%H:%M:%SZ)$origin" "$block" ;;
    *) text_of "$record" | peers keep "$key" ;;
  esac
}
newline='
'

# A file followed by a block, with an empty line between.
appended() { # FILE BLOCK
  cat "$1"
  [ -z "$(ends_open "$1")" ] || echo
  [ ! -s "$1" ] || [ -z "$(tail -n 1 "$1" | tr -d ' \t\r')" ] || echo
  printf '%s\n' "$2"
}

# Writes a text beside a file, with the same owner and mode, and moves it over the file. Until then a configuration is in the undo folder:
# a kill leaves no copy of it outside.
replace() { # FILE TEXT
  case $1 in "$file") draft=$undo/draft ;; *) draft=$1.new ;; esac
  rm -f "$draft"
  if [ -e "$1" ]; then cp -p "$1" "$draft"; else : >"$draft"; fi &&
    cat "$2" >"$draft" && cmp -s "$2" "$draft" && flush && mv -f "$draft" "$1" && return
  rm -f "$draft"
  return 1
}

change_record() {
  [ -n "$record" ] || return 0
  step record
  if [ ! -s "$undo/record.new" ]; then
    rm -f "$record" || fail record "Cannot remove \"$record\""
  elif ! cmp -s "$undo/record.new" "$record"; then
    said=$(replace "$record" "$undo/record.new" 2>&1 && chmod 600 "$record" 2>&1) || fail record "Cannot write \"$record\": $(complaint "$said")"
  fi
  step recorded
}

change_configuration() {
  step config
  if [ "$mode" = uci ]; then
    change_uci
  elif [ -e "$undo/config.new" ] && ! cmp -s "$undo/config.new" "$file"; then
    cmp -s "$undo/config" "$file" || fail config "\"$file\" was changed by somebody else just now: try again"
    said=$(replace "$file" "$undo/config.new" 2>&1) || fail config "Cannot write \"$file\": $(complaint "$said")"
  fi
  step configured
}

change_uci() {
  case $action in
    revoke) for section in $(uci_sections 0); do quiet uci -q set "network.$section.disabled=1" || uci_fail; done ;;
    restore) for section in $(uci_sections 1); do quiet uci -q delete "network.$section.disabled" || uci_fail; done ;;
    delete) for section in $(uci_sections 0) $(uci_sections 1); do quiet uci -q delete "network.$section" || uci_fail; done ;;
  esac
  quiet uci -q commit network || uci_fail
  cp "$file" "$undo/config.new" || uci_fail
}

uci_fail() {
  quiet uci -q revert network
  fail config 'uci could not change the configuration of network'
}

change_interface() {
  step interface
  if [ "$up" = yes ]; then
    case $wanted in
      absent) [ "$live" = 0 ] || said=$("$tool" set "$interface" peer "$key" remove 2>&1 </dev/null) ||
        fail interface "\"$tool\" could not take the peer off \"$interface\": $(complaint "$said")" ;;
      present) said=$(add_peer "$undo/block" 2>&1) ||
        fail interface "\"$tool\" could not put the peer on \"$interface\": $(complaint "$said")" ;;
    esac
  fi
  step applied
}

# A [Peer] block in a file: addconf adds it and touches no other peer, and no key is in an argument.
add_peer() { # FILE
  WG_ENDPOINT_RESOLUTION_RETRIES=2 "$tool" addconf "$interface" "$1" </dev/null
}

# Reads back: the file is as intended, this peer is there or not as intended, and every other peer is as before.
verify() {
  step verify
  if [ "$mode" = file ] && [ -e "$undo/config.new" ]; then
    cmp -s "$undo/config.new" "$file" || fail verify "\"$file\" is not what was written"
  fi
  if [ "$mode" = uci ]; then
    case $action$(uci_peers 0 | peers count "$key")$(uci_peers 1 | peers count "$key") in
      revoke0[1-9]* | restore[1-9]0 | delete00) ;;
      *) fail verify 'The configuration of network is not what was committed' ;;
    esac
  fi
  if [ "$up" = yes ]; then
    now=$("$tool" showconf "$interface" 2>/dev/null </dev/null) || fail verify "\"$interface\" has gone down meanwhile"
    after=$(printf '%s\n' "$now" | peers addresses | sort)
    [ "$(others "$before")" = "$(others "$after")" ] || fail verify "Another peer of \"$interface\" was changed too"
    have=$(printf '%s\n' "$now" | peers count "$key")
    case $wanted in
      absent) [ "$have" = 0 ] || fail verify "The peer is still on \"$interface\"" ;;
      present)
        [ "$have" = 1 ] || fail verify "The peer is not on \"$interface\""
        [ "$(own "$after")" = "$(own "$(printf '%s\n' "$block" | peers addresses | sort)")" ] ||
          fail verify "The peer has other addresses on \"$interface\" than before"
        [ "$(printf '%s\n' "$now" | peers preshared "$key")" = "$(printf '%s\n' "$block" | peers preshared "$key")" ] ||
          fail verify "The peer has another preshared key on \"$interface\" than before" ;;
    esac
  fi
  step verified
}

others() { printf '%s\n' "$1" | LC_ALL=C awk -F '\t' -v key="$key" '$1 != "" && $1 != key { print $1, $2 }'; }
own() { printf '%s\n' "$1" | LC_ALL=C awk -F '\t' -v key="$key" '$1 == key { print $2 }' | sort -u; }

# The change is done at the moment its undo folder is renamed.
finish() {
  step finish
  flush
  forget_undo || fail finish "Cannot write in \"$directory\""
  changing=''
}

forget_undo() {
  mv "$undo" "$undo.done" 2>/dev/null || return
  rm -rf "$undo.done"
  return 0
}

# Restores the previous state: the file, the record, and this peer on the interface. A file that somebody else has changed since stays, and
# the interface follows it.
put_back() {
  whole=yes left=''
  # Drops what was set and not committed yet: begin() made sure that nobody else had changes there.
  [ "$mode" = file ] || quiet uci -q revert network
  back config "$file" || whole=no
  if [ -z "$left" ] && [ -e "$undo/up" ]; then was=$(cat "$undo/running"); else was=$(configured | peers take "$key"); fi
  [ -z "$record" ] || back record "$record" || whole=no
  tool_sees "$tool" || { [ "$whole" = yes ]; return; }
  is=$(running_text | peers take "$key")
  if [ -z "$was" ]; then
    [ -z "$is" ] || quiet "$tool" set "$interface" peer "$key" remove || whole=no
    give_back || whole=no
  elif [ "$(own "$(printf '%s\n' "$is" | peers addresses)")" != "$(own "$(printf '%s\n' "$was" | peers addresses)")" ] ||
    [ "$(printf '%s\n' "$is" | peers preshared "$key")" != "$(printf '%s\n' "$was" | peers preshared "$key")" ]; then
    printf '%s\n' "$was" >"$undo/was" && add_peer "$undo/was" >/dev/null 2>&1 || whole=no
  fi
  [ "$whole" = yes ]
}

back() { # NAME FILE
  if is_new "$1" "$2"; then
    # A rename needs no space on a full disk.
    if [ -e "$undo/$1" ]; then mv -f "$undo/$1" "$2" 2>/dev/null; elif [ -e "$undo/no-$1" ]; then rm -f "$2"; fi
  else
    is_old "$1" "$2" || leave "$2"
  fi
}

# Whether a file is what the change made of it; if there is none, a record was removed. What uci wrote may not have been saved here yet.
is_new() { # NAME FILE
  if [ ! -e "$undo/$1.new" ]; then
    [ "$mode" = uci ] && [ "$1" = config ] && ! is_old "$1" "$2"
  elif [ -e "$2" ]; then
    cmp -s "$undo/$1.new" "$2"
  else
    [ ! -s "$undo/$1.new" ]
  fi
}

# Whether a file is what it was before.
is_old() { # NAME FILE
  if [ -e "$undo/$1" ]; then cmp -s "$undo/$1" "$2"; else [ ! -e "$2" ]; fi
}

leave() { # FILE
  left=yes
  say "note changed-since $1"
}

# Gives addresses that this peer took over from another peer back to it.
give_back() {
  [ -n "${before:-}" ] || return 0
  after=$(running_text | peers addresses | sort)
  [ "$(others "$before")" = "$(others "$after")" ] && return 0
  given=yes
  for other in $(printf '%s\n' "$before" | cut -f 1 | sort -u); do
    [ "$other" = "$key" ] && continue
    had=$(printf '%s\n' "$before" | addresses_of "$other") have=$(printf '%s\n' "$after" | addresses_of "$other")
    [ "$had" = "$have" ] || [ -z "$have" ] || quiet "$tool" set "$interface" peer "$other" allowed-ips "$had" || given=no
  done
  [ "$given" = yes ]
}

addresses_of() { # KEY
  LC_ALL=C awk -F '\t' -v key="$1" '$1 == key { out = out (out == "" ? "" : ",") ($3 == "-" ? "" : $3); there = 1 } END { if (there) print out }'
}

# Settles a change whose shell died, before anything else is done. A revoke or delete is finished, so that nobody is let in again by accident;
# a restore is undone.
settle() {
  rm -rf "$undo.new" "$undo.done" 2>/dev/null
  [ -z "$record" ] || rm -f "$record.new" 2>/dev/null
  [ -d "$undo" ] || return 0
  # An empty one says nothing and holds nothing.
  if rmdir "$undo" 2>/dev/null; then return; fi
  wanted="$key $interface $tool $action $protocol"
  key=$(text_of "$undo/key") interface=$(text_of "$undo/interface") tool=$(text_of "$undo/tool") action=$(text_of "$undo/action")
  protocol=$(text_of "$undo/protocol")
  case $action,$tool in revoke,wg | revoke,awg | restore,wg | restore,awg | delete,wg | delete,awg) ;; *) action='' ;; esac
  if [ -z "$action" ] || [ ${#key} != 44 ] || [ -z "$interface" ]; then
    fail settle "\"$undo\", the state before an interrupted change, is not complete: compare \"$file\" with what is in it, then remove it"
  fi
  if ! { [ "$action" != restore ] && go_on; } && ! put_back || ! forget_undo; then
    fail settle "An interrupted change could neither be finished nor undone: the previous state is kept in \"$undo\""
  fi
  say "note settled $action"
  # shellcheck disable=SC2086 # words without blanks, the last of which may be missing
  set -- $wanted
  key=$1 interface=$2 tool=$3 action=$4 protocol=${5:-}
}

# The record first: it must hold what a restore needs before that is removed elsewhere.
go_on() {
  if [ "$mode" = uci ]; then
    quiet uci -q revert network
    if [ "$action$(uci_peers 0 | peers count "$key")$(uci_peers 1 | peers count "$key")" != delete00 ]; then change_uci; fi
  else
    forth record "$record" || return
    if [ "$action" = revoke ] && [ "$(revoked | peers count "$key")" = 0 ]; then return 1; fi
    if [ -e "$undo/config.new" ]; then forth config "$file" || return; fi
  fi
  tool_sees "$tool" || return 0
  # Somebody else may have put it into the file again.
  if [ "$(configured | peers count "$key")" != 0 ] || [ "$(running_text | peers count "$key")" = 0 ]; then return 0; fi
  quiet "$tool" set "$interface" peer "$key" remove
}

forth() { # NAME FILE
  if is_new "$1" "$2"; then return; fi
  if ! is_old "$1" "$2"; then
    leave "$2"
  elif [ -s "$undo/$1.new" ] || [ "$1" = config ]; then
    replace "$2" "$undo/$1.new" 2>/dev/null && { [ "$1" = config ] || chmod 600 "$2"; }
  else
    rm -f "$2"
  fi
}

# Where the change is made.
set_where() {
  where=both
  if [ "$up" = no ]; then where='file'; elif [ "$1" = 0 ]; then where='interface'; fi
}

revoke() {
  set_where "$in_file"
  if [ "$in_file" = 0 ] && [ "$live" = 0 ]; then
    [ "$recorded" = 0 ] && fail find "There is no such peer on \"$interface\""
    where='record'
    done_with revoked unchanged
  fi
  origin=''
  if [ "$in_file" = 0 ]; then
    [ "$mode" = file ] || fail find "The peer is on \"$interface\" but not in the configuration of network: delete it to remove it permanently"
    origin=' interface-only'
    block=$(printf '%s\n' "$running" | peers take "$key")
  else
    [ "$mode" = file ] || can_disable
    block=$(configured | peers take "$key" | grep -v "^$mark")
  fi
  begin absent
  change_record
  change_configuration
  change_interface
  verify
  finish
  done_with revoked changed
}

# Before OpenWrt 21.02, netifd lets a disabled peer in again at its next start.
can_disable() {
  for handler in "$root/lib/netifd/proto/$protocol.sh" "$root/lib/netifd/proto/$protocol.uc" "$root/usr/share/netifd/proto/$protocol.uc"; do
    [ -e "$handler" ] || continue
    grep -q disabled "$handler" && return
    fail config 'This release of OpenWrt does not support disabled peers: update it, or delete the peer'
  done
}

restore() {
  entry=$(revoked | peers take "$key")
  of_file=yes
  case $entry in "$mark"*' interface-only'*) of_file=no ;; esac
  block=$(printf '%s\n' "$entry" | grep -v "^$mark")
  if [ "$in_file" != 0 ]; then
    set_where 1
    if [ "$up" = no ] || [ "$live" != 0 ]; then done_with active unchanged; fi
    block=$(configured | peers take "$key")
  elif [ "$recorded" = 0 ]; then
    set_where 0
    [ "$live" = 0 ] && fail find "There is no such peer on \"$interface\", nor in the record of revoked peers"
    done_with active unchanged
  elif [ "$of_file" = no ]; then
    set_where 0
    [ "$up" = yes ] || fail interface "\"$interface\" is down, and the peer was not in a file: bring the interface up first"
  else
    set_where 1
    [ -e "$file" ] || fail read "There is no file \"$file\" to put the peer back into"
  fi
  refuse_taken
  begin present
  change_configuration
  change_interface
  verify
  [ "$in_file" != 0 ] || change_record
  finish
  report_routes
  done_with active changed
}

# Two peers cannot share an address: the interface would take it from the one that has it now.
refuse_taken() {
  conflict=$({ printf '%s\n' "$block" | peers addresses; echo; configured | peers addresses; printf '%s\n' "$running" | peers addresses; } | taken "$key")
  [ -z "$conflict" ] && return
  other=${conflict#* }
  fail conflict "${conflict%% *} has been given to another peer ($(printf '%.8s' "$other")…) meanwhile: give that one another address first"
}

# wg-quick and netifd create routes when the interface comes up; here a missing one is only reported.
report_routes() {
  [ "$up" = yes ] && has ip || return 0
  printf '%s\n' "$block" | peers addresses | cut -f 3 | while read -r address; do
    case $address in - | */0) continue ;; *:*) family=-6 ;; *) family=-4 ;; esac
    out=$(ip "$family" route show dev "$interface" match "$address" 2>/dev/null </dev/null) || continue
    [ -n "$out" ] || say "note no-route $address"
  done
}

delete() {
  set_where "$in_file"
  [ "$in_file$live$recorded" = 000 ] && fail find "There is no such peer on \"$interface\", nor in the record of revoked peers"
  [ "$in_file" = 0 ] && [ "$live" = 0 ] && where='record'
  block=''
  begin absent
  change_configuration
  change_interface
  verify
  change_record
  finish
  done_with deleted changed
}

# Prints every peer once: `peer KEY STATE WHERE ADDRESSES`.
list() {
  where=$up
  {
    configured | peers list | sed "s/^/file	/"
    printf '%s\n' "$running" | peers list | sed "s/^/interface	/"
    revoked | peers list | sed "s/^/record	/"
  } | LC_ALL=C awk -F '\t' '
    # Every peer once, from the three lists one after the other: "file", "interface" or "record", then KEY and ADDRESSES.
    !($2 in seen) { seen[$2] = 1; order[++n] = $2 }
    { in_[$1, $2] = 1; if (!($2 in of) || $1 == "interface") of[$2] = $3 }
    END {
      for (i = 1; i <= n; i++) {
        k = order[i]
        if (k !~ /^[A-Za-z0-9+\/]+=$/ || length(k) != 44) continue
        file = (("file", k) in in_); live = (("interface", k) in in_)
        state = (file || live) ? "active" : "revoked"
        place = file && live ? "both" : file ? "file" : live ? "interface" : "record"
        print "peer " k " " state " " place " " of[k]
      }
    }
  '
  say "result ok listed unchanged $([ "$up" = yes ] && echo up || echo down)"
  exit 0
}

main() {
  umask 077
  action=${1:-} interface=${2:-} key=${3:-} file=${4:-} tool=${5:-}
  # The programs run below must not read this text as their input.
  exec </dev/null
  check_arguments
  find_tool
  find_configuration
  lock
  settle
  read_state
  "$action"
}

main "$@"
