# netifd prints JSON. Read token by token, it may be indented or not. Interfaces are objects at depth 3, their routes at depth 5; what netifd
# holds back (option defaultroute 0) is one level further in, below "inactive", and is not in the kernel.
function json(text,   token) {
  while (match(text, /"([^"\\]|\\.)*"|[][{}:,]|[^][{}:,"[:space:]]+/)) {
    token = substr(text, RSTART, RLENGTH)
    text = substr(text, RSTART + RLENGTH)
    if (token == "{" || token == "[") {
      name[++depth] = key
      key = ""
      if (depth == 3) interfaces++
      if (depth == 5) target = mask = routemetric = ""
    } else if (token == "}" || token == "]") {
      if (depth == 5 && name[4] == "route" && mask == "0") {
        if (target == "0.0.0.0") { field[interfaces, "default"] = field[interfaces, "default4"] = 1; field[interfaces, "metric4"] = routemetric }
        if (target == "::") { field[interfaces, "default"] = field[interfaces, "default6"] = 1; field[interfaces, "metric6"] = routemetric }
      }
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
      if (depth == 5 && name[4] == "route") {
        if (key == "target") target = last
        if (key == "mask") mask = last
        if (key == "metric") routemetric = last
      }
    }
  }
}
