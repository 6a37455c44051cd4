# Reads the server: the texts of the configuration and of the record, and the running interface.
read_state() {
  if [ -e "$file" ]; then
    [ -f "$file" ] || fail read "\"$file\" is not a file"
    [ -r "$file" ] || fail read "Cannot read \"$file\": this needs root there"
    [ "$(wc -c <"$file")" -le 4194304 ] || fail read "\"$file\" is larger than 4 MiB"
    [ "$(tr -d '\000' <"$file" | wc -c)" -eq "$(wc -c <"$file")" ] || fail read "\"$file\" holds NUL bytes: it is not a configuration"
  fi
  up=no running=''
  if tool_sees "$tool"; then
    running=$("$tool" showconf "$interface" 2>&1 </dev/null) || fail read "\"$tool\" cannot read \"$interface\": $(complaint "$running")"
    up=yes
  elif [ ! -e "$file" ] && [ ! -e "${record:-$file}" ]; then
    fail read "Neither the interface \"$interface\" nor the file \"$file\" is on this server"
  fi
  in_file=$(configured | peers count "$key") || refuse_block $? "$file"
  recorded=$(revoked | peers count "$key") || refuse_block $? "$record"
  live=$(printf '%s\n' "$running" | peers count "$key")
}

# Nobody could say which lines of such a block are this peer's.
refuse_block() { # CODE FILE
  case $1 in
    3) fail read "A [Peer] block of \"$2\" has two public keys: keep one of them" ;;
    4) fail read "Settings of this peer are below a commented-out [Peer] in \"$2\": move them above it, or comment them out too" ;;
    *) fail read "Cannot read \"$2\" with awk" ;;
  esac
}

# The peers that are let in and those that are not, as configuration text.
configured() { if [ "$mode" = uci ]; then uci_peers 0; else text_of "$file"; fi; }
revoked() { if [ "$mode" = uci ]; then uci_peers 1; else text_of "$record"; fi; }
running_text() { if tool_sees "$tool"; then "$tool" showconf "$interface" 2>/dev/null </dev/null; fi; }
