function show() {
  if (mac != "" && rx ~ /^[0-9]+$/ && tx ~ /^[0-9]+$/) list = list mac " " rx " " tx "\n"
  mac = rx = tx = ""
  link = 0
}
$1 == "Station" { show(); mac = tolower($2) }
$1 == "Link" { link = 1 }
$1 == "authorized:" && $2 == "no" { mac = "" }
!link && $1 == "rx" && $2 == "bytes:" { rx = $3 }
!link && $1 == "tx" && $2 == "bytes:" { tx = $3 }
$1 == "failed" { failure = substr($0, 8); exit }
END {
  show()
  printf "%s", failure == "" ? list : failure
  exit failure != ""
}
