// Made from openwrt-cgi/parts/wireguard/ by "npm run scripts": change it there.

/*
 * Programs for any awk (mawk, gawk, busybox), each one argument of a command: what they leave out never leaves the server. The first
 * argument after a program lists the interfaces, joined by commas; if it is empty, they are those of /proc/net/dev.
 */

/**
 * Prints what identifies one boot of a server and one life of each interface: lines of a word and its value.
 */
export const FACTS_PROGRAM = String.raw`function trim(text) {
  sub(/^[ \t\r]+/, "", text)
  sub(/[ \t\r]+$/, "", text)
  return text
}
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}

function fact(word, path,   line) {
  if ((getline line < path) > 0) print word " " substr(line, 1, 300)
  close(path)
}
BEGIN {
  fact("boot_id", "/proc/sys/kernel/random/boot_id")
  fact("uptime", "/proc/uptime")
  while ((getline line < "/proc/stat") > 0) if (line ~ /^btime /) print line
  fact("hostname", "/proc/sys/kernel/hostname")
  while ((getline line < "/etc/os-release") > 0) if (line ~ /^PRETTY_NAME=/) print "release " substr(line, 13, 200)
  n = interfaces()
  for (i = 1; i <= n; i++) fact("ifindex " names[i], "/sys/class/net/" names[i] "/ifindex")
  print "end"
}`;

/**
 * Prints what may be known of the files of interfaces: names, public keys and addresses, and never another key. ARGV[1] lists the
 * interfaces; the arguments after it are paths in which %i stands for the interface, and the first that can be read is its file.
 */
export const FILES_PROGRAM = String.raw`function trim(text) {
  sub(/^[ \t\r]+/, "", text)
  sub(/[ \t\r]+$/, "", text)
  return text
}
function interfaces(   line, n) {
  if (ARGV[1] != "") return split(ARGV[1], names, ",")
  n = 0
  while ((getline line < "/proc/net/dev") > 0)
    if (index(line, ":") > 0) names[++n] = trim(substr(line, 1, index(line, ":") - 1))
  return n
}

function bare(line) {
  sub(/#.*/, "", line)
  gsub(/[ \t\r\v\f]/, "", line)
  return line
}
function kind_of(line) {
  sub(/^[ \t\r\v\f]+/, "", line)
  if (line == "") return "blank"
  if (substr(line, 1, 1) == "[") return "head"
  return line ~ /^[A-Za-z]/ ? "option" : "comment"
}
function value_of(text, name) {
  if (index(tolower(text), name "=") != 1) return ""
  return substr(text, length(name) + 2)
}
function is_key(text) {
  return length(text) == 44 && text ~ /^[A-Za-z0-9+\/]+=$/
}
function said_in(line) {
  sub(/^[ \t\r\v\f]*[#;\/-][#;\/ \t-]*/, "", line)
  sub(/[ \t\r\v\f]+$/, "", line)
  return line
}
function hidden_in(text,   low) {
  if (tolower(text) !~ /^\[(peer|interface)\]/ && !sub(/^\[[^]]*\][ \t#;]*/, "", text) && !sub(/^[^ \t#;=\[]+[ \t]*[#;][ \t#;]*/, "", text))
    sub(/^[^ \t=\[]+[ \t]+\[/, "[", text)
  text = bare(text)
  low = tolower(text)
  if (low ~ /^\[(peer|interface)\]$/) return text
  if (match(low, /(publickey|presharedkey|allowedips|endpoint|persistentkeepalive|advancedsecurity)=/)) {
    if (RSTART < 20) return substr(text, RSTART)
  } else if (low ~ /^(privatekey|listenport|address|dns|mtu|table|fwmark|saveconfig|(pre|post)(up|down)|j(c|min|max|[1-3])|[shi][1-5]|itime)=/) return text
  return ""
}
function marker(text,   low) {
  edge = label = ""
  text = plain_title(text)
  low = tolower(text)
  if (match(low, /^(begin|start|end|stop)([ _-]?(peer|client|user))?([ \t]*[:=][ \t]*|[ \t]+|$)/)) {
    label = substr(text, RLENGTH + 1)
    edge = low ~ /^(begin|start)/ ? "begin" : "end"
  } else if (match(low, /[ \t](begin|start|end|stop)$/)) {
    label = substr(text, 1, RSTART - 1)
    edge = substr(low, RSTART + 1) ~ /^(begin|start)/ ? "begin" : "end"
  }
  if (edge == "begin" && label == "") edge = ""
  label = trim(label)
}
function plain_title(text) {
  sub(/[ \t]*[#;]+$/, "", text)
  sub(/^(==+|--+|\*\*+|~~+|__+|\+\++|<<+|>>+)[ \t]*/, "", text)
  sub(/[ \t]*(==+|--+|\*\*+|~~+|__+|\+\++|<<+|>>+)$/, "", text)
  return trim(text)
}
function called_by(line,   text, low, rank) {
  text = said_in(line)
  sub(/^WGP- */, "", text)
  low = tolower(text)
  rank = 0
  called = ""
  if (low ~ /^wrtmeter: / || hidden_in(text) != "") return 0
  if (match(low, /^((friendly|display|peer|client|user|device)[ _]?)?name#?[ \t]*[=:]/)) {
    rank = 3
    called = substr(text, RLENGTH + 1)
  } else if (tolower(line) ~ /^[ \t]*###[ \t]*client[ \t]+[^ \t:=]/) {
    rank = 2
    called = substr(text, 8)
  } else if (match(low, /^(client|peer|user|device|label)[ \t]*[=:]/)) {
    rank = 2
    called = substr(text, RLENGTH + 1)
    sub(/[ \t]+\(([0-9]+|[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+)\)[ \t]*$/, "", called)
  } else {
    rank = 1
    called = plain_title(text)
    if (!is_short_text(called)) return 0
  }
  if (called ~ / \/ Updated: /) sub(/ \/ .*/, "", called)
  called = trim(called)
  if (called == "" || holds_key(called, rank)) return 0
  return rank
}
function is_short_text(text,   low) {
  low = tolower(text)
  if (length(text) > 120 || is_line(text)) return 0
  if (low ~ /^[a-z_ -]+=/ || low ~ /:\/\// || low ~ /^(iptables|ip6tables|nft|sysctl|echo|wg|awg|ip) +-?[a-z]/) return 0
  if (is_about_peer(text)) return 0
  if (low ~ /^(pass|passwd|password|psk|preshared ?key|private ?key|secret|token)[ \t=]/) return 0
  if (low ~ /^(all |the |wireguard |vpn )*(peers?|clients?|users?|servers?|devices?|interfaces?)( list| section| config(uration)?)?:?$/) return 0
  return !is_warning(text)
}
function is_line(text) {
  return text ~ /^[][ \t!"#$%&'()*+,.\/:;<=>?@\\^_{|}~-]*$/
}
function is_about_peer(text) {
  return tolower(text) ~ /^(id|uuid|e-?mail|telegram|created?|updated?|expires?|date|added|note|todo|ips?|address|dns|url|pass|passwd|password|psk|preshared|private|public|secret|token|key|allowed|endpoint|interface)[ a-z_]*:/
}
function is_of_several(text) {
  text = tolower(text)
  return text ~ /(ansible|puppet|chef|salt).*managed|managed block/ || text ~ /^(of )?(all |the |wireguard )*(peers|clients|users|configuration|config)$/
}
function is_warning(text) {
  text = tolower(text)
  return text ~ /(do not|don.?.?.?t|never) (manually )?(edit|modify|change|touch)/ ||
    text ~ /(will|might|may|can|would) (be|get|got) (overwritten|replaced|lost|discarded)/ || text ~ /(will|may) overwrite/ ||
    text ~ /^(this |the )*(file|config[a-z]*)( (was|is|has been))? (generated|maintained) (by|using|with|from)/ ||
    text ~ /^generated (by|using|with|from)/ || text ~ /auto[a-z]*[ -]?generated/ || text ~ /(ansible|puppet|chef|salt) managed|managed by / ||
    text ~ /^wgp- / || text ~ /wireguard portal configuration/
}
function holds_key(text, rank,   part, n, i, size) {
  n = split(text, part, /[^A-Za-z0-9+\/]+/)
  for (i = 1; i <= n; i++) {
    size = length(part[i])
    if (size == 43 || size == 64 || (rank < 2 && size >= 32)) return 1
  }
  return 0
}
function structure(n) {
  split("", kind); split("", says); split("", owner); split("", ghost); split("", foreign); split("", under); split("", rank)
  split("", head); split("", last); split("", peer); split("", hidden); split("", public); split("", allowed); split("", psk)
  split("", name); split("", sure); split("", tangled); split("", mixed); split("", keys)
  split("", from); split("", to); split("", apart); split("", at); split("", title); split("", given)
  sections = 0
  kinds(n)
  ghosts(n)
  heads(n)
  pairs(n)
  gaps(n)
  blanks(n)
}
function kinds(n,   i, h, text) {
  h = 0
  for (i = 1; i <= n; i++) {
    kind[i] = kind_of(row[i])
    if (kind[i] == "head") h = i
    under[i] = h
    if (kind[i] == "option") {
      given["last", h] = i
      text = value_of(bare(row[i]), "publickey")
      if (text != "") given["key", h] = text
    } else if (kind[i] == "comment") {
      text = tolower(hidden_in(said_in(row[i])))
      says[i] = text == "" ? "" : text ~ /^\[/ ? "head" : text ~ /^(pu|pres|all|en|per|adv)/ ? "setting" : "other setting"
      rank[i] = says[i] == "" ? called_by(row[i]) : 0
      if (rank[i]) title[i] = called
      else if (is_about_peer(said_in(row[i])) || is_line(said_in(row[i]))) says[i] = "about"
    }
  }
}
function ghosts(n,   i, j, a, b, text, wants) {
  for (i = 1; i <= n; i++) {
    if (says[i] == "head") {
      b = 0
      wants = is_hidden_peer(i) ? "setting" : "other setting"
      for (j = i + 1; j <= n && (kind[j] == "blank" || kind[j] == "comment") && says[j] != "head"; j++) if (says[j] == wants) b = j
      if (b) ghost[i] = b
      if (b) i = b
    } else if (says[i] == "setting") {
      text = value_of(hidden_in(said_in(row[i])), "publickey")
      if (!is_key(text) || text == given["key", under[i]]) continue
      for (a = i; says[a - 1] == "setting" && !foreign[a - 1]; a--) continue
      for (b = i; says[b + 1] == "setting"; b++) continue
      for (j = a; j <= b; j++) foreign[j] = 1
      if (given["last", under[i]] + 0 < a) ghost[a] = b
      i = b
    }
  }
}
function is_hidden_peer(i) {
  return tolower(hidden_in(said_in(row[i]))) != "[interface]"
}
function begin_section(i, ispeer, ishidden) {
  sections++
  head[sections] = last[sections] = i
  at[i] = sections
  peer[sections] = ispeer
  hidden[sections] = ishidden
  return sections
}
function heads(n,   i, j, s, text, value) {
  s = 0
  for (i = 1; i <= n; i++) {
    if (i in ghost) {
      begin_section(i, is_hidden_peer(i), 1)
      last[sections] = ghost[i]
      for (j = i; j <= ghost[i]; j++) {
        owner[j] = sections
        value = says[j] == "setting" ? value_of(hidden_in(said_in(row[j])), "publickey") : ""
        if (value != "") public[sections] = value
      }
      i = ghost[i]
    } else if (kind[i] == "head") {
      s = begin_section(i, tolower(bare(row[i])) == "[peer]", 0)
      owner[i] = s
    } else if (kind[i] == "option" && s) {
      if (s != sections) tangled[s] = 1
      for (j = s == sections ? last[s] : i; j <= i; j++) if (!owner[j] && !foreign[j]) owner[j] = s
      last[s] = i
      if (!peer[s]) continue
      text = bare(row[i])
      if ((value = value_of(text, "publickey")) != "") {
        if (public[s] != "" && public[s] != value) mixed[s] = 1
        public[s] = value
        keys[s, value] = 1
      } else if ((value = value_of(text, "allowedips")) != "") allowed[s] = allowed[s] (allowed[s] == "" || value == "" ? "" : ",") value
      else if ((value = value_of(text, "presharedkey")) != "") psk[s] = value
    }
  }
}
function pairs(n,   i, j, depth, begun, opened, field) {
  depth = 0
  for (i = 1; i <= n; i++) {
    if (kind[i] != "comment") continue
    if (row[i] ~ /^# wrtmeter: place /) {
      split(row[i], field, " ")
      j = row[i - 1] ~ /^# wrtmeter: revoked / ? i - 1 : i
      if (i + lines_of(field[6]) <= n) enclose(j, i + lines_of(field[6]))
      continue
    }
    marker(unhidden(row[i]))
    if (edge == "begin") {
      opened[++depth] = i
      begun[depth] = label
    } else if (edge == "end") {
      for (j = depth; j > 0 && label != "" && begun[j] != label; j--) continue
      if (j == 0) continue
      depth = j - 1
      rank[opened[j]] = rank[i] = 0
      if (!is_of_several(begun[j]) && enclose(opened[j], i)) {
        if (!holds_key(begun[j], 2)) rank[opened[j]] = 2
        title[opened[j]] = begun[j]
      } else foreign[opened[j]] = foreign[i] = 1
    }
  }
}
function unhidden(line) {
  line = said_in(line)
  if (!sub(/^\[[^]]*\][ \t]*[#;][#; \t]*/, "", line)) sub(/^[^ \t#;]+[ \t]*[#;][#; \t]*/, "", line)
  return line
}
function enclose(a, b,   i, s, one, off) {
  one = off = 0
  for (i = a; i <= b; i++) {
    if (!(s = at[i])) continue
    if (hidden[s]) off = s
    else if (!peer[s] || (one && public[one] != public[s])) return 0
    else one = s
  }
  s = one ? one : off
  for (i = a; s && i <= b; i++) if (!owner[i] && !foreign[i]) owner[i] = s
  return s
}
function lines_of(hunks,   part, n, i, size) {
  size = 0
  n = split(hunks, part, ",")
  for (i = 1; i <= n; i++) size += substr(part[i], index(part[i], "+") + 1)
  return size
}
function gaps(n,   s, a, b, lo, hi) {
  for (s = 0; s <= sections; s++) {
    if (s) learn(s)
    lo = s ? last[s] + 1 : 1
    while (s && lo <= n && owner[lo] == s) lo++
    hi = s < sections ? head[s + 1] - 1 : n
    while (s < sections && hi >= lo && owner[hi] == s + 1) hi--
    for (a = lo; a <= hi && is_free(a); a++) continue
    if (s == sections) {
      give(lo, a - 1, s)
      continue
    }
    for (b = hi; b >= lo && is_free(b); b--) continue
    if (a <= b || s == 0) {
      give(lo, a <= b ? a - 1 : 0, s)
      give(b + 1, hi, s + 1)
      continue
    }
    if (peer[s]) {
      for (a = lo; a <= hi && says[a] == "setting"; a++) continue
      if (!sure[s]) for (b = a; b <= hi; b++) if (rank[b] == 3) { a = b + 1; break }
      give(lo, a - 1, s)
      lo = a
    }
    for (b = lo; b <= hi && !rank[b]; b++) continue
    if (b <= hi) while (b > lo && says[b - 1] == "about") b--
    give(b, hi, s + 1)
  }
}
function is_free(i) {
  return kind[i] == "comment" && !owner[i] && !foreign[i]
}
function give(a, b, s,   i) {
  if (s) for (i = a; i <= b; i++) {
    owner[i] = s
    if (i > last[s] && rank[i] == 3) call(s, i)
  }
}
function call(s, i) {
  if (rank[i] > sure[s] + 0) {
    name[s] = title[i]
    sure[s] = rank[i]
  }
}
function learn(s,   i, first, first_own) {
  first = s > 1 ? last[s - 1] + 1 : 1
  first_own = head[s]
  for (i = head[s]; i >= first && owner[i] == s; i--) first_own = i
  for (i = first_own; i <= last[s] || owner[i] == s; i++) {
    if (owner[i] != s || !rank[i]) continue
    if (rank[i] > 1 || i < head[s] || is_below_head(i, head[s])) call(s, i)
  }
  if (!sure[s] && match(row[head[s]], /#/) && called_by(substr(row[head[s]], RSTART))) name[s] = called
}
function is_below_head(i, h) {
  while (i > h && kind[i] == "comment") i--
  return i == h
}
function blanks(n,   i, s) {
  for (i = 1; i <= n; i++) {
    s = owner[i] + 0
    if (!s) continue
    if (!from[s]) from[s] = i
    to[s] = i
  }
  for (s = 1; s <= sections; s++) {
    apart[s] = from[s] == 1 || kind[from[s] - 1] == "blank"
    while (apart[s] && kind[to[s] + 1] == "blank" && !owner[to[s] + 1]) owner[++to[s]] = s
  }
}
function clients(interface, path,   text, line, n, part, parts, i, j, out, string, is_text, c, depth, printed) {
  n = 0
  while ((getline line < path) > 0 && n++ < 100000 && length(text) < 4194304) text = text line " "
  close(path)
  parts = split(text, part, "\"")
  depth = printed = is_text = 0
  for (i = 1; i <= parts; i++) {
    if (is_text) {
      for (string = part[i]; ends_escaped(string) && i < parts; ) string = string "\"" part[++i]
      is_text = 0
      if (part[i + 1] ~ /^[ \t\r]*:/) { json_key[depth] = string; continue }
      if (json_key[depth] == "clientId") json_id[depth] = string
      if (json_key[depth] == "clientName") json_name[depth] = string
      json_key[depth] = ""
      continue
    }
    out = part[i]
    is_text = 1
    for (j = 1; j <= length(out) && j <= 4096; j++) {
      c = substr(out, j, 1)
      if (c == "{" || c == "[") {
        depth++
        json_kind[depth] = c
        json_id[depth] = json_name[depth] = json_key[depth] = ""
      } else if ((c == "}" || c == "]") && depth > 0) {
        depth--
        if (c == "]") continue
        if (json_id[depth + 1] == "" && json_kind[depth] == "{") json_id[depth + 1] = is_escaped_key(json_key[depth]) ? json_key[depth] : ""
        if (is_escaped_key(json_id[depth + 1])) {
          if (printed++ == 0) print "clients " interface
          print "client \"" json_id[depth + 1] "\" \"" json_name[depth + 1] "\""
        } else if (json_kind[depth] == "{" && json_name[depth] == "") json_name[depth] = json_name[depth + 1]
        json_key[depth] = ""
      } else if (c == ",") json_key[depth] = ""
    }
  }
}
function ends_escaped(text,   n) {
  for (n = 0; substr(text, length(text) - n, 1) == "\\"; n++) continue
  return n % 2
}
function is_escaped_key(text) {
  gsub(/\\\//, "/", text)
  return is_key(text)
}
function unquote(text) {
  gsub(/\047\\\047\047/, "\001", text)
  gsub(/\047/, "", text)
  gsub(/\001/, "\047", text)
  return text
}
function uci_interface(type, protocol) {
  return sub(protocol == "" ? "^(wireguard|amneziawg)_" : "^" protocol "_", "", type) ? type : ""
}
function uci_is_on(value) {
  return value ~ /^(1|on|true|yes|enabled)$/
}

function settings(what, interface, path,   line, got, n, s) {
  split("", row)
  n = 0
  while ((got = (getline line < path)) > 0 && n < 100000) row[++n] = line
  close(path)
  if (n == 0 && got < 0) return 0
  print what " " interface
  structure(n)
  for (s = 1; s <= sections; s++) {
    if (!peer[s] || hidden[s] || !is_key(public[s])) continue
    print "peer " public[s]
    if (name[s] != "") print "name " substr(name[s], 1, 2000)
    if (allowed[s] != "") print "allowed " substr(allowed[s], 1, 2000)
  }
  return 1
}
function plain(text) {
  text = unquote(text)
  gsub(/"/, "", text)
  return substr(text, 1, 2000)
}
function keep(   entry) {
  if (!is_key(key)) return
  entry = "peer " key "\n" (called == "" ? "" : "name " called "\n") (addresses == "" ? "" : "allowed " addresses "\n")
  if (off) out = out entry
  else present = present entry
  key = ""
}
function uci(interface, path,   line, word, mine) {
  key = present = out = ""
  mine = 0
  while ((getline line < path) > 0) {
    line = trim(line)
    word = line
    sub(/[ \t].*/, "", word)
    sub(/^[^ \t]+[ \t]+/, "", line)
    if (word == "config") {
      keep()
      sub(/[ \t].*/, "", line)
      line = plain(line)
      mine = uci_interface(line, "") == interface
      called = addresses = ""
      off = 0
    } else if (mine && (word == "option" || word == "list")) {
      word = line
      sub(/[ \t].*/, "", word)
      sub(/^[^ \t]+[ \t]+/, "", line)
      word = plain(word)
      if (word == "public_key") key = plain(line)
      else if (word == "description") called = plain(line)
      else if (word == "disabled") off = uci_is_on(plain(line))
      else if (word == "allowed_ips") addresses = addresses (addresses == "" ? "" : ",") plain(line)
    }
  }
  keep()
  close(path)
  if (present out == "") return 0
  printf "file %s\n%srevoked %s\n%s", interface, present, interface, out
  return 1
}
function path_for(interface, pattern,   parts, n, i, path) {
  n = split(pattern, parts, "%i")
  path = parts[1]
  for (i = 2; i <= n; i++) path = path interface parts[i]
  return path
}
BEGIN {
  n = interfaces()
  for (i = 1; i <= n; i++) {
    for (a = 2; a < ARGC; a++) {
      path = path_for(names[i], ARGV[a])
      if (path ~ /\/etc\/config\/network$/) {
        if (uci(names[i], path)) break
        continue
      }
      if (!settings("file", names[i], path)) continue
      settings("revoked", names[i], path ".revoked")
      if (sub("^/opt/amnezia/.*/", "&", path) && sub("[^/]*$", "clientsTable", path)) clients(names[i], path)
      break
    }
    if (a == ARGC) for (a = 2; a < ARGC; a++) if (settings("revoked", names[i], path_for(names[i], ARGV[a]) ".revoked")) break
  }
  print "end"
}`;
