#!/bin/sh
# Installs the scripts of wrtmeter on an OpenWrt router over one ssh connection, or removes them. Run it on your computer:
#   openwrt-cgi/install.sh root@192.168.1.1
# Dropbear has no sftp, so everything goes through the shell on the router. Running it again is harmless, and is also the upgrade.
set -eu

usage() {
  cat <<'END'
Usage: install.sh [OPTION]... [ssh option]... root@ROUTER

  --token auto       require a token: create one unless the router has one, and write it to wrtmeter-ROUTER.token here
  --token none       answer everyone who reaches the web server of the router (the default)
  --token-file FILE  require the token in FILE (- for standard input)
  --www DIR          another web server than uhttpd runs scripts in DIR/cgi-bin
  --no-hosts         do not count what each host moves, and remove what counts it (this setting is kept)
  --hosts            count it again
  --control KEY.pub  let this ed25519 key set limits (docs/run/limits.md) and do nothing else on the router; replaces an earlier key
  --no-control       remove that key, the script and the limits
  --remove           remove everything (uninstall.sh does the same)

ssh options: -p PORT, -i KEY, -o OPTION, -F FILE, -J HOST. Without --token… the router's token stays as it is.
END
}
die() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
want=keep token='' tokenfile='' www='' action=install counting=keep control=keep keyfile='' key='' router=''
count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  case $argument in
    -h | --help) usage; exit 0 ;;
    --remove) action=remove; continue ;;
    --hosts) counting=yes; continue ;;
    --no-hosts) counting=no; continue ;;
    --no-control) control=no; continue ;;
    --token | --token-file | --www | --control | -p | -i | -o | -F | -J)
      [ "$count" -gt 0 ] || die "$argument needs a value; --help shows how" 2
      value=$1
      shift
      count=$((count - 1))
      ;;
  esac
  case $argument in
    --token)
      case $value in
        auto | none) want=$value ;;
        *) die '--token is "auto" or "none"; put your own token into a file and give --token-file FILE' 2 ;;
      esac
      ;;
    --token-file) want=set tokenfile=$value ;;
    --www)
      case $value in /*[!A-Za-z0-9._/-]* | [!/]* | '') die "--www needs an absolute path of plain characters, not \"$value\"" 2 ;; esac
      www=${value%/}
      ;;
    --control) control=yes keyfile=$value ;;
    -p | -i | -o | -F | -J) set -- "$@" "$argument" "$value" ;; # kept after the arguments still to read
    -*) die "Unknown option \"$argument\"; --help shows them all" 2 ;;
    *)
      [ -z "$router" ] || die "One router at a time: \"$router\" or \"$argument\"" 2
      router=$argument
      ;;
  esac
done
[ -n "$router" ] || die 'Which router? For example: install.sh root@192.168.1.1' 2
case $router in *[!A-Za-z0-9._@:%-]*) die "\"$router\" is not an ssh destination; give USER@HOST and -p PORT" 2 ;; esac
command -v ssh >/dev/null 2>&1 || die 'ssh is not installed on this computer'

if [ "$want" = set ]; then
  if [ "$tokenfile" = - ]; then IFS= read -r token || :; else
    [ -r "$tokenfile" ] || die "Cannot read the token file \"$tokenfile\""
    IFS= read -r token <"$tokenfile" || :
  fi
fi
if [ "$control" = yes ]; then
  [ -r "$keyfile" ] || die "Cannot read the public key \"$keyfile\""
  read -r kind key _ <"$keyfile" || :
  case $kind,$key in
    ssh-ed25519,*[!A-Za-z0-9+/=]*) key='' ;;
    ssh-ed25519,AAAAC3NzaC1lZDI1NTE5AAAAI*) ;;
    *) key='' ;;
  esac
  [ "${#key}" = 68 ] || die "\"$keyfile\" is not a public ed25519 key: make one with \"ssh-keygen -t ed25519\" and give its .pub file" 2
fi
[ "$want" != auto ] || token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
case $want$token in
  auto* | set*)
    case $token in *[!A-Za-z0-9._~+/=-]*) die 'The token may hold letters, digits and ._~+/=- only' 2 ;; esac
    if [ "${#token}" -lt 16 ] || [ "${#token}" -gt 128 ]; then die 'The token must have 16 to 128 characters' 2; fi
    ;;
esac

# Everything is in one function that is called at the very end: a connection that breaks installs nothing.
payload() {
  printf 'want=%s token=%s www=%s counting=%s control=%s key=%s\n' "$want" "$token" "$www" "$counting" "$control" "$key"
  cat "$here/on-router.sh"
  echo 'main() {'
  if [ "$action" = remove ]; then
    echo remove
  else
    echo begin_install
    for file in wrtmeter.cgi hosts.cgi totalwifi.cgi wan.cgi dhcp.cgi \
      hosts.sh hosts-again.sh hosts-networks.sh hosts-nftables.sh hosts-iptables.sh host-event.sh limits.sh wrtmeter.init wrtmeter-root.init; do
      case $file in
        wrtmeter.init) echo "receive_init <<'END_OF_WRTMETER_FILE'" ;;
        wrtmeter-root.init) echo "receive_root_init <<'END_OF_WRTMETER_FILE'" ;;
        *) echo "receive $file <<'END_OF_WRTMETER_FILE'" ;;
      esac
      cat "$here/$file"
      echo END_OF_WRTMETER_FILE
    done
    echo finish_install
  fi
  printf '}\nmain\n'
}

status=0
report=$(payload | ssh -o ConnectTimeout=10 "$@" "$router" 'sh -s') || status=$?

name='' urlscheme='' urlhost='' prefix='' installed='' hosts='' limits='' guarded='' failure='' gone='-'
newline='
'
oldifs=$IFS
IFS=$newline
for line in $report; do
  text=${line#* }
  case $line in
    fail\ *) failure=$text ;;
    warn\ *) printf 'warning: %s\n' "$text" >&2 ;;
    note\ *) printf 'note: %s\n' "$text" >&2 ;;
    name\ *) case $text in *[!A-Za-z0-9._-]* | -) ;; *) name=$text ;; esac ;;
    cgi\ *) installed=$text ;;
    hosts\ *) hosts=$text ;;
    limits\ *) limits=$text ;;
    token\ *) token=$text ;;
    guarded\ *) guarded=yes ;;
    gone\ *) gone=$text ;;
    url\ *)
      urlscheme=${text%% *}
      prefix=${text##* }
      urlhost=${text#* }
      urlhost=${urlhost% *}
      ;;
  esac
done
IFS=$oldifs
[ -z "$failure" ] || die "$failure"
[ "$status" != 255 ] || die "Cannot log in to \"$router\"; does \"ssh $router\" work?"
[ "$status" = 0 ] || die "The shell of \"$router\" ended with $status; is it an OpenWrt router?"

if [ "$action" = remove ]; then
  [ "$gone" != - ] || die "\"$router\" did not answer as an OpenWrt router does"
  if [ -n "$gone" ]; then printf 'Removed from %s: %s\n' "$router" "$gone"; else printf 'Nothing of wrtmeter is on %s\n' "$router"; fi
  exit 0
fi
[ -n "$installed" ] || die "\"$router\" did not answer as an OpenWrt router does"
case $urlhost in -*) urlhost=${router#*@}${urlhost#-} ;; esac
url=$urlscheme://$urlhost

if [ "$want" = auto ]; then
  tokenfile=$PWD/wrtmeter-${router#*@}.token
  (umask 077 && printf '%s\n' "$token" >"$tokenfile") || die "Cannot write \"$tokenfile\""
fi

printf 'Installed on %s: %s\n' "$router" "$installed"
[ -z "$hosts" ] || printf 'Hosts are %s\n' "$hosts"
[ -z "$limits" ] || printf 'Limits are %s\n' "$limits"

# Asks from here, as the exporter will. The token reaches curl through standard input.
if command -v curl >/dev/null 2>&1; then
  known=''
  case $want in auto | set) known=$token ;; esac
  body=$(printf '%s\n' "${known:+header = \"Authorization: Bearer $known\"}" | curl -K - -sk -m 15 -w '\n%{http_code}' "$url$prefix/wrtmeter.cgi" 2>/dev/null) || :
  code=${body##*"$newline"}
  case $code:$body in
    200:*'end wrtmeter'*) printf 'It answers at %s%s/wrtmeter.cgi\n' "$url" "$prefix" ;;
    401:*)
      if [ -n "$guarded" ] && [ -z "$known" ]; then
        printf 'It answers at %s%s/wrtmeter.cgi and asks for its token\n' "$url" "$prefix"
      else
        printf 'warning: %s%s/wrtmeter.cgi refuses the token\n' "$url" "$prefix" >&2
      fi
      ;;
    000:* | :*) printf 'warning: Nothing answers at %s from this computer; does uhttpd run ("/etc/init.d/uhttpd start") and does it listen there?\n' "$url" >&2 ;;
    403:*RFC1918*) printf 'warning: %s is a public address, where uhttpd refuses home networks: use the address of the router at home, or set "option rfc1918_filter 0" in /etc/config/uhttpd\n' "$url" >&2 ;;
    5??:*) printf 'warning: %s%s/wrtmeter.cgi answers with HTTP %s: %s\n' "$url" "$prefix" "$code" "$(printf '%s' "$body" | head -n 1 | tr -cd '[:print:]' | cut -c 1-200)" >&2 ;;
    *) printf 'warning: %s%s/wrtmeter.cgi answers with HTTP %s; is %s served by another web server? (--www)\n' "$url" "$prefix" "$code" "$url" >&2 ;;
  esac
else
  printf 'Not tried from here, because curl is not installed: %s%s/wrtmeter.cgi\n' "$url" "$prefix"
fi

printf '\nIn wrtmeter.yaml:\n\nrouters:\n  %s:\n    url: %s\n' "${name:-router}" "$url"
[ -z "$tokenfile" ] || [ "$tokenfile" = - ] || printf '    token_file: %s\n' "$tokenfile"
[ -z "$guarded" ] || [ -n "$tokenfile" ] || printf '    token_file: FILE   # with the token of this router; "--token auto" writes it to a file\n'
[ "$urlscheme" = http ] || printf '    insecure: true     # or ca_file: the certificate is the router'"'"'s own\n'
