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
# Comments below a peer's last setting give it a name only where they say that they do.
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
