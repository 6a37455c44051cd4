# The kernel's links between devices that lie on each other, one path per line, without a process.
device_layers() {
  set +f
  for link in "$root"/sys/class/net/*/lower_* "$root"/sys/class/net/*/upper_* "$root"/sys/class/net/*/brif/*; do printf '%s\n' "$link"; done
  set -f
}
