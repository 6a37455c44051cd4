# The grammar of WireGuard's configuration files, for reading names (files.awk) and for changing peers (peers.awk): heads such as [Peer],
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
