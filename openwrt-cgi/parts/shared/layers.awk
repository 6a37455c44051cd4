# What a device lies on: a VLAN on its port, a bridge on its ports, PPP on the port below it. What passes the upper one is in the counter of
# the lower one too. The kernel says it (kernel_layer), and netifd, which alone knows the port of PPP (netifd_layers).
function put_on(upper, lower) {
  if (upper == "" || lower == "" || upper == lower || (upper, lower) in layer) return
  layer[upper, lower] = 1
  lowers[upper] = lowers[upper] " " lower
}
# A path of the shell: /sys/class/net/UPPER/lower_LOWER, LOWER/upper_UPPER or BRIDGE/brif/PORT.
function kernel_layer(path,   part, n) {
  n = split(path, part, "/")
  if (part[n] ~ /\*$/) return
  if (part[n - 1] == "brif") put_on(part[n - 2], part[n])
  else if (part[n] ~ /^lower_/) put_on(part[n - 1], substr(part[n], 7))
  else if (part[n] ~ /^upper_/) put_on(substr(part[n], 7), part[n - 1])
}
# Also of VLANs, where the kernel shows no links: "eth0.2 | 2 | eth0".
function netifd_layers(   i, j, lower, line, f) {
  for (i = 1; i <= interfaces; i++) {
    lower = field[i, "device"]
    if (lower ~ /^@/) {
      for (j = interfaces; j > 0 && field[j, "interface"] != substr(lower, 2); j--);
      lower = field[j, "l3_device"] != "" ? field[j, "l3_device"] : field[j, "device"]
    }
    if (lower !~ /^@/) put_on(field[i, "l3_device"], lower)
  }
  while ((getline line < (root "/proc/net/vlan/config")) > 0) if (split(line, f, /[[:space:]]*\|[[:space:]]*/) == 3) put_on(f[1], f[3])
}
# Everything below a device, the nearest first, each after a space. A VLAN that nothing else is known of has its port in its name.
function beneath(device,   todo, n, i, part, j, m, below, known) {
  todo[n = 1] = device
  known[device] = 1
  for (i = 1; i <= n && n < 50; i++) {
    m = split(lowers[todo[i]], part, " ")
    if (!m && match(todo[i], /\.[0-9]+$/) && RSTART > 1) { m = 1; part[1] = substr(todo[i], 1, RSTART - 1) }
    for (j = 1; j <= m; j++) if (!(part[j] in known)) { known[part[j]] = 1; todo[++n] = part[j]; below = below " " part[j] }
  }
  return below
}
function lies_on(upper, lower) { return index(beneath(upper) " ", " " lower " ") > 0 }
