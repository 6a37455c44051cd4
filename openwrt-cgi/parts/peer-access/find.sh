check_arguments() {
  case $action in revoke | restore | delete | list) ;; *) fail arguments 'The action is revoke, restore, delete or list' ;; esac
  case $interface in
    '' | -* | . | .. | *[!A-Za-z0-9_@=+.-]* | ????????????????*) fail arguments 'That is not a name of an interface' ;;
  esac
  case $tool in wg | awg | auto) ;; *) fail arguments 'The tool is wg, awg or auto' ;; esac
  case $file in - | /*) ;; *) fail arguments 'The path of the configuration file must begin with /' ;; esac
  [ "$action" = list ] && return
  case ${#key}$key in *[!A-Za-z0-9+/=]* | 44*=?) fail arguments 'That is not a public key' ;; 44*[AEIMQUYcgkosw048]=) ;; *) fail arguments 'That is not a public key' ;; esac
}

# The tool that knows the interface, else the one that is installed.
find_tool() {
  if [ "$tool" = auto ]; then
    for candidate in wg awg; do
      has "$candidate" || continue
      [ "$tool" = auto ] && tool=$candidate
      tool_sees "$candidate" && tool=$candidate && break
    done
    [ "$tool" = auto ] && fail read 'Neither "wg" nor "awg" is installed on this server'
  fi
  has "$tool" || fail read "\"$tool\" is not installed on this server"
}

tool_sees() { # TOOL
  case " $("$1" show interfaces 2>/dev/null </dev/null | tr '\n\t' '  ') " in *" $interface "*) return 0 ;; esac
  return 1
}

# Where the peers of the interface are configured: a file, or the uci of OpenWrt.
find_configuration() {
  mode=file protocol=''
  if [ "$file" = - ] && has uci; then
    case $interface in *[!A-Za-z0-9_]*) ;; *) protocol=$(uci -q get "network.$interface.proto" 2>/dev/null </dev/null) || protocol='' ;; esac
    case $protocol in wireguard | amneziawg) mode=uci file=$root/etc/config/network ;; esac
  fi
  if [ "$file" = - ]; then
    for candidate in /etc/wireguard /etc/amnezia/amneziawg /opt/amnezia/awg /opt/amnezia/wireguard; do
      [ -e "$root$candidate/$interface.conf" ] && file=$root$candidate/$interface.conf && break
    done
    if [ "$file" = - ]; then
      case $tool in awg) file=$root/etc/amnezia/amneziawg/$interface.conf ;; *) file=$root/etc/wireguard/$interface.conf ;; esac
    fi
  fi
  # Where the reading side looks for it: beside the path of the configuration, even if that is a link.
  record=$file.revoked
  # A link stays a link: the file it points to is changed.
  if [ -L "$file" ]; then file=$(readlink -f "$file") || fail read "Cannot follow the link \"$file\""; fi
  undo=$file.undo
  [ "$mode" = uci ] && record='' undo=$root/etc/wrtmeter-network.undo
  directory=${file%/*}
}
