# What the router itself is.
function print_system() {
  print "boot_id", word(boot)
  print "uptime", number(uptime[1])
  print "time", number(value["time"])
  print "hostname", word(firstline("/proc/sys/kernel/hostname"))
  print "model", clean(model())
  print "release", clean(release())
  print "counter_bits", (value["machine"] == "" ? "-" : value["machine"] ~ /64|^armv8l$/ ? 64 : 32)
  print "flow_offload software", offload("flow_offloading")
  print "flow_offload hardware", offload("flow_offloading_hw")
}
function model(   line, text) {
  text = firstline("/tmp/sysinfo/model")
  return text != "" ? text : firstline("/proc/device-tree/model")
}
function release(   line, text) {
  while (text == "" && (getline line < (root "/etc/openwrt_release")) > 0) if (sub(/^DISTRIB_DESCRIPTION=/, "", line)) text = line
  while (text == "" && (getline line < (root "/etc/os-release")) > 0) if (sub(/^PRETTY_NAME=/, "", line)) text = line
  gsub(/^[\047"]|[\047"]$/, "", text)
  return text
}
function offload(name,   i) {
  for (i = 1; i <= sections; i++) if (type[section[i]] == "defaults") return option[section[i], name] == 1
  return "-"
}
# The kernel's number of a device, if it is the same as before the counters were read: of one that was recreated meanwhile, they may be those of
# the one before.
function ifindex(device,   now) {
  now = number(firstline("/sys/class/net/" device "/ifindex"))
  return device in numbered && now == numbered[device] ? now : "-"
}
