# netifd prints JSON. Read token by token, it may be indented or not. Interfaces are objects at depth 3.
function json(text,   token) {
  while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+/)) {
    token = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    if (token == "{" || token == "[") {
      name[++depth] = key
      key = ""
      if (depth == 3) interfaces++
      if (name[depth - 1] == "route") target = mask = ""
    } else if (token == "}" || token == "]") {
      if (name[depth - 1] == "route" && mask == "0" && (target == "0.0.0.0" || target == "::")) field[interfaces, "default"] = 1
      if (--depth == 0) complete = 1
      key = ""
    } else if (token == ":") key = last
    else if (token == ",") key = ""
    else {
      last = token
      gsub(/^"|"$/, "", last)
      if (key == "") continue
      if (depth == 3) field[interfaces, key] = last
      if (depth == 4 && name[4] == "data" && key == "zone") field[interfaces, "zone"] = last
      if (name[depth - 1] == "route" && key == "target") target = last
      if (name[depth - 1] == "route" && key == "mask") mask = last
    }
  }
}
