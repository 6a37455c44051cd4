# AmneziaVPN's table of clients: JSON. Prints only the key and the name of each client, as they are written there, whatever the layout is:
# an object's "clientId", or the key that it has in an object, with the "clientName" in it or in an object inside it.
function clients(interface, path,   text, line, n, part, parts, i, j, out, string, is_text, c, depth, printed) {
  n = 0
  while ((getline line < path) > 0 && n++ < 100000 && length(text) < 4194304) text = text line " "
  close(path)
  # Every second part is a string; one whose last quotation mark is escaped continues in the next.
  parts = split(text, part, "\"")
  depth = printed = is_text = 0
  for (i = 1; i <= parts; i++) {
    if (is_text) {
      for (string = part[i]; ends_escaped(string) && i < parts; ) string = string "\"" part[++i]
      is_text = 0
      # A string before a colon is a key, any other one a value.
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
# A public key, in which a slash may be written "\/".
function is_escaped_key(text) {
  gsub(/\\\//, "/", text)
  return is_key(text)
}
