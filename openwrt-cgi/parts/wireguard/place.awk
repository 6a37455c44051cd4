# Where a revoked peer was, so that it comes back there. The record keeps its lines below
#   # wrtmeter: place PEER SUM LINES AFTER BEFORE END
# PEER, AFTER and BEFORE are the first letters of its key and of its neighbours' (- for none), also of those that are revoked. LINES are the
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
