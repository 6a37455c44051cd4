#!/bin/sh
# Made from parts/peer-access.sh by "npm run scripts": change it there.
# Lets one WireGuard or AmneziaWG peer in or out, on the server itself: only its public key ever leaves the server. wrtmeter sends this
# text to `sh -s -- ACTION INTERFACE PUBLIC-KEY FILE TOOL`, here, over ssh or into a container; nothing of it stays there.
# ACTION: revoke, restore, delete, or list (with - for the key). FILE: the interface's configuration, or - for the usual place.
# TOOL: wg, awg, or auto. The last line of the answer is `result ok …` or `result failed STEP REASON`; docs/run/access.md explains how it works.
# For busybox ash and awk, dash and mawk alike. WRTMETER_ROOT and WRTMETER_STOP are for tests: a root for paths, a step to fail at.
root=${WRTMETER_ROOT:-}
note='# wrtmeter: ' mark='# wrtmeter: revoked'
undo='' changing=''
LC_ALL=C PATH=$PATH:/usr/local/bin:/usr/local/sbin:/usr/sbin:/sbin
export LC_ALL PATH

# What is in a configuration on standard input. MODE:
#   keep, take       all but this key's peer, byte for byte; this key's peer alone
#   settings         the same without comments
#   entry            this key's peer as the record keeps it, with its place
#   exact, near      the configuration with the peer of the record in it: where it was; beside a neighbour of then
#   count, list      how often it is there; KEY, addresses
#   preshared        its preshared key, for a comparison inside this shell alone
#   addresses        KEY, address as wg compares it, address as written
#   warning          "yes" where the file says that a program writes it
peers() { # MODE [KEY [open: the last line has no end [RECORD]]]
  LC_ALL=C awk -v mode="$1" -v key="${2:-}" -v open="${3:-}" -v record="${4:-/dev/null}" '
    # The peers of a configuration on standard input, whose text a change relies on. Variables: mode, key, open (see peers() in peer-access.sh),
    # record: a file, for the modes that find the place of a peer.
    function trim(text) {
      sub(/^[ \t\r]+/, "", text)
      sub(/[ \t\r]+$/, "", text)
      return text
    }
    # The grammar of WireGuard'\''s configuration files, one line at a time: heads such as [Peer], options NAME = VALUE, comments. wg compares
    # without blanks and in any letter case. A line that is none of these is taken for a comment, as owners write them: "; …", "// …".

    # A line as wg compares it: without its comment and without blanks.
    function bare(line) {
      sub(/#.*/, "", line)
      gsub(/[ \t\r\v\f]/, "", line)
      return line
    }
    # What a line is: blank, comment, head or option.
    function kind_of(line) {
      sub(/^[ \t\r\v\f]+/, "", line)
      if (line == "") return "blank"
      if (substr(line, 1, 1) == "[") return "head"
      return line ~ /^[A-Za-z]/ ? "option" : "comment"
    }
    # The value of a bare option of that name, in small letters; "" for another option.
    function value_of(text, name) {
      if (index(tolower(text), name "=") != 1) return ""
      return substr(text, length(name) + 2)
    }
    function is_key(text) {
      return length(text) == 44 && text ~ /^[A-Za-z0-9+\/]+=$/
    }
    # What a comment says, without the signs that make it one.
    function said_in(line) {
      sub(/^[ \t\r\v\f]*[#;\/-][#;\/ \t-]*/, "", line)
      sub(/[ \t\r\v\f]+$/, "", line)
      return line
    }
    # The line that a comment hides, bare, or "". Before it there may be a word of the tool or the person that hid it: "#[disabled] [Peer]".
    function hidden_in(text,   low) {
      if (tolower(text) !~ /^\[(peer|interface)\]/ && !sub(/^\[[^]]*\][ \t#;]*/, "", text) && !sub(/^[^ \t#;=\[]+[ \t]*[#;][ \t#;]*/, "", text))
        sub(/^[^ \t=\[]+[ \t]+\[/, "[", text)
      text = bare(text)
      low = tolower(text)
      if (low ~ /^\[(peer|interface)\]$/) return text
      # The name of the option may be the second word: "#off PublicKey = …".
      if (match(low, /(publickey|presharedkey|allowedips|endpoint|persistentkeepalive|advancedsecurity)=/)) {
        if (RSTART < 20) return substr(text, RSTART)
      } else if (low ~ /^(privatekey|listenport|address|dns|mtu|table|fwmark|saveconfig|(pre|post)(up|down)|j(c|min|max|[1-3])|[shi][1-5]|itime)=/) return text
      return ""
    }
    # Installers mark where a peer begins and ends: "### begin anna ###", "# BEGIN_PEER anna", "# anna start". Sets edge to begin, end or "", and
    # label to the name.
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
    # A text without lines drawn around it, as in "=== Anna ===".
    function plain_title(text) {
      sub(/[ \t]*[#;]+$/, "", text)
      sub(/^(==+|--+|\*\*+|~~+|__+|\+\++|<<+|>>+)[ \t]*/, "", text)
      sub(/[ \t]*(==+|--+|\*\*+|~~+|__+|\+\++|<<+|>>+)$/, "", text)
      return trim(text)
    }
    # Names of peers, as owners and programs write them into comments. called_by() sets called to the name that a comment gives, and returns
    # how sure that is: 3 where it says so (Name = …), 2 where a program marks its clients so (### Client …), 1 for any short text, 0 for none.
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
        # wg-easy writes its number of the client behind the name.
        sub(/[ \t]+\(([0-9]+|[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+-[0-9a-f]+)\)[ \t]*$/, "", called)
      } else {
        rank = 1
        called = plain_title(text)
        if (!is_short_text(called)) return 0
      }
      # wg-gen-web and WireGuard Portal write: NAME / address / Updated: …
      if (called ~ / \/ Updated: /) sub(/ \/ .*/, "", called)
      called = trim(called)
      if (called == "" || holds_key(called, rank)) return 0
      return rank
    }
    # Whether a text is short, and nothing else that stands in comments: a setting, a date, a heading, a command, a secret.
    function is_short_text(text,   low) {
      low = tolower(text)
      if (length(text) > 120 || is_line(text)) return 0
      if (low ~ /^[a-z_ -]+=/ || low ~ /:\/\// || low ~ /^(iptables|ip6tables|nft|sysctl|echo|wg|awg|ip) +-?[a-z]/) return 0
      if (is_about_peer(text)) return 0
      if (low ~ /^(pass|passwd|password|psk|preshared ?key|private ?key|secret|token)[ \t=]/) return 0
      if (low ~ /^(all |the |wireguard |vpn )*(peers?|clients?|users?|servers?|devices?|interfaces?)( list| section| config(uration)?)?:?$/) return 0
      return !is_warning(text)
    }
    # Whether a text is but a line drawn with signs.
    function is_line(text) {
      return text ~ /^[][ \t!"#$%&'\''()*+,.\/:;<=>?@\\^_{|}~-]*$/
    }
    # Whether a text says something else than the name.
    function is_about_peer(text) {
      return tolower(text) ~ /^(id|uuid|e-?mail|telegram|created?|updated?|expires?|date|added|note|todo|ips?|address|dns|url|pass|passwd|password|psk|preshared|private|public|secret|token|key|allowed|endpoint|interface)[ a-z_]*:/
    }
    # Whether a label is of a group, not of one peer.
    function is_of_several(text) {
      text = tolower(text)
      return text ~ /(ansible|puppet|chef|salt).*managed|managed block/ || text ~ /^(of )?(all |the |wireguard )*(peers|clients|users|configuration|config)$/
    }
    # A program says so above a file that it writes from its own database.
    function is_warning(text) {
      text = tolower(text)
      return text ~ /(do not|don.?.?.?t|never) (manually )?(edit|modify|change|touch)/ ||
        text ~ /(will|might|may|can|would) (be|get|got) (overwritten|replaced|lost|discarded)/ || text ~ /(will|may) overwrite/ ||
        text ~ /^(this |the )*(file|config[a-z]*)( (was|is|has been))? (generated|maintained) (by|using|with|from)/ ||
        text ~ /^generated (by|using|with|from)/ || text ~ /auto[a-z]*[ -]?generated/ || text ~ /(ansible|puppet|chef|salt) managed|managed by / ||
        text ~ /^wgp- / || text ~ /wireguard portal configuration/
    }
    # Whether a text may hold a key. In a text that nobody called a name, anything as long is taken for one.
    function holds_key(text, rank,   part, n, i, size) {
      n = split(text, part, /[^A-Za-z0-9+\/]+/)
      for (i = 1; i <= n; i++) {
        size = length(part[i])
        if (size == 43 || size == 64 || (rank < 2 && size >= 32)) return 1
      }
      return 0
    }
    # Whose each line of a configuration is. Fill row[1..n] and call structure(n). Sections are numbered in their order: head[s], last[s] (its
    # last setting), peer[s], hidden[s] (its owner commented it out), public[s], allowed[s], psk[s], name[s], tangled[s] (settings of it are below
    # another peer that is commented out). owner[i] is the section that a line belongs to, or 0 for none: then it stays where it is.
    function structure(n) {
      # Not every awk can delete a whole array.
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
    # The kind of each line, the head that each is under, and the key of each head.
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
    # Peers that are commented out. One has a head and settings; without a head, a public key that is not the one of the block it is in.
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
    # Sections, their settings, and the lines between a head and its last setting.
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
    # Lines between the two markers of one peer belong to it, and so do those that the record keeps of it.
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
    # A comment without what a tool puts before the lines that it hides.
    function unhidden(line) {
      line = said_in(line)
      if (!sub(/^\[[^]]*\][ \t]*[#;][#; \t]*/, "", line)) sub(/^[^ \t#;]+[ \t]*[#;][#; \t]*/, "", line)
      return line
    }
    # Gives the lines between two to the only peer there; 0 where there is none, or several.
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
    # How many lines "5+7,14+2" are.
    function lines_of(hunks,   part, n, i, size) {
      size = 0
      n = split(hunks, part, ",")
      for (i = 1; i <= n; i++) size += substr(part[i], index(part[i], "+") + 1)
      return size
    }
    # Comments between two sections. Those right below one, or right above the next, are its own where a blank line separates them from the
    # other. Where nothing separates them: settings that are commented out, and a name where it has none yet, are of the section above; from the
    # next name on they are of the one below; any other comment stays where it is.
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
    # Comments below a peer'\''s last setting give it a name only where they say that they do.
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
    # The name of a peer in the comments above and inside its block. A text alone is one only above its head, right below, or else beside it.
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
    # The first and the last line of each section. Blank lines behind it belong to it, unless they separate its neighbours.
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
    # Where a revoked peer was, so that it comes back there. The record keeps its lines below
    #   # wrtmeter: place PEER SUM LINES AFTER BEFORE END
    # PEER, AFTER and BEFORE are the first letters of its key and of its neighbours'\'' (- for none), also of those that are revoked. LINES are the
    # numbers of its lines in the file, as "5+7,14+2": 7 lines from the fifth on. SUM tells whether the other lines are as they were. END says
    # open where its last line has no end, and tight where no blank line was above it.

    function short(text) { return text == "" ? "-" : substr(text, 1, 12) }

    # A number made of the other lines, for it takes no program that a server may lack: of the shape of each, and of every letter of the keys.
    function sum_of(n,   i, j, text, sum) {
      sum = 0
      for (i = 1; i <= n; i++) {
        if (found[owner[i]]) continue
        text = kind[i] == "option" ? value_of(bare(row[i]), "publickey") : ""
        text = substr(row[i], 1, 1) text
        sum = mixed_in(sum, length(row[i]) + 1)
        for (j = 1; j <= length(text); j++) sum = mixed_in(sum, index(LETTERS, substr(text, j, 1)))
      }
      return sum
    }
    function mixed_in(sum, number) { return (sum * 131 + number) % 16777213 }
    # The places in the record, by peer. Of the one that is wanted, its lines.
    function read_record(   text, field, left) {
      left = 0
      while ((getline text < record) > 0) {
        if (left > 0) {
          left--
          line_of[++lines] = text
        } else if (text ~ /^# wrtmeter: place /) {
          split(text, field, " ")
          after[field[4]] = field[7]
          before[field[4]] = field[8]
          if (field[4] == short(key)) {
            lines = 0
            left = lines_of(field[6])
            sum = field[5]
            hunks = field[6]
            ends = field[9]
          }
        }
      }
      close(record)
    }
    # What goes into the record: the place, and every line as it is.
    function entry(   i, s, first, size, prev, next_one, all, ends_with) {
      read_record()
      for (s = 1; s <= sections; s++) {
        if (!peer[s] || hidden[s]) continue
        if (found[s]) {
          if (!first) first = s
          next_one = ""
        } else if (!first) prev = public[s]
        else if (next_one == "") next_one = public[s]
      }
      prev = short(prev)
      next_one = short(next_one)
      # Revoked peers that were between this one and its neighbours are the nearer ones.
      for (s in after) if (s != short(key)) {
        if (before[s] == short(key)) prev = s
        if (after[s] == short(key)) next_one = s
      }
      for (i = 1; i <= NR; i++) {
        if (!found[owner[i]]) continue
        if (!found[owner[i - 1]]) {
          all = all (size ? "+" size "," : "") i
          size = 0
        }
        size++
      }
      ends_with = (open != "" && found[owner[NR]] ? "open" : "") (apart[first] ? "" : "tight")
      print "# wrtmeter: place " short(key) " " sum_of(NR) " " all "+" size " " prev " " next_one " " (ends_with == "" ? "-" : ends_with)
      for (i = 1; i <= NR; i++) if (found[owner[i]]) print row[i]
    }
    # The file with the peer of the record in it. Exact: at the very lines where it was, if the others are as they were. Else beside a neighbour
    # of then, or at the end where none is there. Ends with 5 where that is not so, or where the record does not say the place.
    function insert(exact,   i, n, o, spot, part, parts, size, tight) {
      read_record()
      if (lines == 0) exit 5
      if (exact) {
        if (sum_of(NR) != sum) exit 5
        parts = split(hunks, part, ",")
        for (i = 1; i <= parts; i++) {
          split(part[i], size, "+")
          for (n = 0; n < size[2]; n++) own[size[1] + n] = 1
        }
        n = i = 0
        for (o = 1; o <= NR + lines; o++)
          if (own[o]) put(line_of[++n], o == NR + lines && ends ~ /open/)
          else put(row[++i], o == NR + lines && open != "")
        return
      }
      for (s = 1; s <= sections; s++) if (peer[s] && !hidden[s] && public[s] != "") here[short(public[s])] = s
      tight = ends ~ /tight/
      spot = spot_of(short(key), tight)
      if (spot < 0) spot = NR
      for (i = 0; i <= NR; i++) {
        if (i) put(row[i], i == NR && i != spot && open != "")
        if (i != spot) continue
        if (!tight && spot > 0 && kind[spot] != "blank") put("", 0)
        for (n = 1; n <= lines; n++) put(line_of[n], 0)
        if (!tight && spot < NR && kind_of(line_of[lines]) != "blank") put("", 0)
      }
    }
    function put(text, isopen) { printf "%s%s", text, isopen ? "" : "\n" }

    # The line after which a peer belongs, by its neighbours and by theirs; -1 where none of them is there.
    function spot_of(one, tight,   i, s, spot) {
      if (!(one in after) || one in seen) return -1
      seen[one] = 1
      if (after[one] in here) {
        for (i = to[here[after[one]]]; !tight && kind[i + 1] == "blank"; i++) continue
        return i
      }
      if (before[one] in here) return from[here[before[one]]] - 1
      spot = spot_of(after[one], tight)
      return spot < 0 ? spot_of(before[one], tight) : spot
    }

    function show(i) {
      printf "%s%s", row[i], (i == NR && open != "" && mode == "keep") ? "" : "\n"
    }
    # The block without the blank lines behind it; only its own settings where they are for wg.
    function show_block(s, settings,   i, e) {
      for (e = to[s]; kind[e] == "blank"; e--) continue
      for (i = from[s]; i <= e; i++) if (owner[i] == s && (!settings || kind[i] == "head" || kind[i] == "option")) print row[i]
    }
    BEGIN { LETTERS = "[]#ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=" }
    { row[NR] = $0 }
    END {
      structure(NR)
      for (s = 1; s <= sections; s++) {
        if (!peer[s] || hidden[s]) continue
        found[s] = ((s, key) in keys)
        if (found[s]) {
          if (mixed[s]) exit 3
          if (tangled[s]) exit 4
          count++
          if (psk[s] != "") shared = psk[s]
        }
        # Of a peer that is there twice, wg keeps the addresses of the last block.
        if (public[s] != "") { if (!(public[s] in of)) order[++known] = public[s]; of[public[s]] = allowed[s] }
      }
      if (mode == "count") print count + 0
      else if (mode == "preshared") print shared
      else if (mode == "keep") { for (i = 1; i <= NR; i++) if (!found[owner[i]]) show(i) }
      else if (mode == "entry") entry()
      else if (mode == "exact" || mode == "near") insert(mode == "exact")
      else if (mode == "warning") {
        for (i = 1; i <= NR && !(peer[at[i]] && !hidden[at[i]]); i++) if (kind[i] == "comment" && is_warning(said_in(row[i]))) { print "yes"; exit }
      } else if (mode == "take" || mode == "settings") {
        for (s = 1; s <= sections; s++) {
          if (!found[s]) continue
          if (shown++) print ""
          show_block(s, mode == "settings")
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

# A program that writes the file from its own database lets the peer in again at its next write.
warn_of_panel() {
  if [ "$mode" = file ] && [ "$(text_of "$file" | peers warning)" = yes ]; then say "note rewritten $file"; fi
}

step() { # NAME
  case ${WRTMETER_STOP:-} in
    "$1 fail") fail "$1" 'A test stopped it here' ;;
    "$1 kill") kill -9 $$ ;;
  esac
}

check_arguments() {
  case $action in revoke | restore | delete | list) ;; *) fail arguments 'The action is revoke, restore, delete or list' ;; esac
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
    fail read "Neither the interface \"$interface\" nor the file \"$file\" is on this server"
  fi
  in_file=$(configured | peers count "$key") || refuse_block $? "$file"
  recorded=$(revoked | peers count "$key") || refuse_block $? "$record"
  live=$(printf '%s\n' "$running" | peers count "$key")
}

# Nobody could say which lines of such a block are this peer's.
refuse_block() { # CODE FILE
  case $1 in
    3) fail read "A [Peer] block of \"$2\" has two public keys: keep one of them" ;;
    4) fail read "Settings of this peer are below a commented-out [Peer] in \"$2\": move them above it, or comment them out too" ;;
    *) fail read "Cannot read \"$2\" with awk" ;;
  esac
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

# Checks the new texts: the record must hold the whole block that was taken out and its place, and no other peer may be missing. Prints what
# is wrong.
check_new_texts() {
  if [ -n "$record" ]; then
    case $action in revoke) kept=$block ;; *) kept='' ;; esac
    [ "$(peers settings "$key" <"$undo.new/record.new")" = "$kept" ] || say "\"$record\" would not hold the whole peer"
    same_others "$record" "$undo.new/record.new" || say "\"$record\" would lose another peer"
    if [ "$action" = revoke ] && [ -e "$undo.new/config.new" ] && [ "$in_file" != 0 ]; then
      with_peer exact "$undo.new/config.new" "$undo.new/record.new" | cmp -s - "$file" || say "\"$record\" would not hold the place of the peer"
    fi
  fi
  if [ -e "$undo.new/config.new" ]; then same_others "$file" "$undo.new/config.new" || say "\"$file\" would lose another peer"; fi
}
same_others() { [ "$(others "$(text_of "$1" | peers list)")" = "$(others "$(peers list <"$2")")" ]; }

new_config() {
  case $action in
    restore)
      if [ "$in_file" = 0 ] && [ "$of_file" = yes ]; then restored; else cat "$file"; fi ;;
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
      printf '%s\n' "$mark $(date -u +%Y-%m-%dT%H:%M:%SZ)$origin"
      if [ -n "$origin" ]; then printf '%s\n' "$block"; else text_of "$file" | peers entry "$key" "$(ends_open "$file")" "$record"; fi ;;
    *) text_of "$record" | peers keep "$key" ;;
  esac
}
newline='
'

# The file with the peer in it again: where it was, or beside a neighbour of then, or at the end.
restored() {
  for way in exact near; do
    text=$(with_peer "$way" "$file" "$record" && echo .) && text=${text%.} && fits "$text" && printf '%s' "$text" && return
  done
  appended "$file" "$(peers take "$key" <"$record" | grep -v "^$note")"
}

with_peer() { # exact|near FILE RECORD
  open=$(ends_open "$2")
  peers "$1" "$key" "$open" "$3" <"$2"
}

# Whether a text is the file and the block, each whole: what the next revoke would take is the block, and nothing else.
fits() { # TEXT
  [ "$(printf '%s' "$1" | peers settings "$key")" = "$block" ] &&
    [ "$(printf '%s' "$1" | peers keep "$key" | grep '[^[:space:]]')" = "$(grep '[^[:space:]]' "$file")" ]
}

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
    [ "$recorded" = 0 ] && fail find "The peer is not on \"$interface\""
    where='record'
    warn_of_panel
    done_with revoked unchanged
  fi
  origin=''
  if [ "$in_file" = 0 ]; then
    [ "$mode" = file ] || fail find "The peer is on \"$interface\" but not in the configuration of network: delete it to remove it permanently"
    origin=' interface-only'
    block=$(printf '%s\n' "$running" | peers settings "$key")
  else
    [ "$mode" = file ] || can_disable
    block=$(configured | peers settings "$key")
  fi
  begin absent
  change_record
  change_configuration
  change_interface
  verify
  finish
  warn_of_panel
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
  of_file=yes
  case $(revoked | peers take "$key" | head -n 1) in "$mark"*' interface-only') of_file=no ;; esac
  block=$(revoked | peers settings "$key")
  if [ "$in_file" != 0 ]; then
    set_where 1
    if [ "$up" = no ] || [ "$live" != 0 ]; then done_with active unchanged; fi
    block=$(configured | peers settings "$key")
  elif [ "$recorded" = 0 ]; then
    set_where 0
    [ "$live" = 0 ] && fail find "The peer is neither on \"$interface\" nor in the record of revoked peers"
    done_with active unchanged
  elif [ "$of_file" = no ]; then
    set_where 0
    [ "$up" = yes ] || fail interface "\"$interface\" is down, and the peer was not in a file: bring the interface up first"
  else
    set_where 1
    [ -e "$file" ] || fail read "The file \"$file\" that the peer was in is missing"
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
  [ "$in_file$live$recorded" = 000 ] && fail find "The peer is neither on \"$interface\" nor in the record of revoked peers"
  [ "$in_file" = 0 ] && [ "$live" = 0 ] && where='record'
  block=''
  begin absent
  change_configuration
  change_interface
  verify
  change_record
  finish
  warn_of_panel
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
