# The grammar of WireGuard's configuration files, one line at a time: heads such as [Peer], options NAME = VALUE, comments. wg compares
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
