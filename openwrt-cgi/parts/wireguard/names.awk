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
  return text ~ /^[][ \t!"#$%&'()*+,.\/:;<=>?@\\^_{|}~-]*$/
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
