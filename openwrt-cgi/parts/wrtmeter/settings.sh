# What /etc/config/wrtmeter says about counting hosts, read by the shell like the token.
counting='' method=auto networks=''
if [ -e "$config" ]; then
  section=''
  while read -r word option value || [ -n "$word" ]; do
    option=${option#[\'\"]}
    option=${option%[\'\"]}
    # A comment may follow.
    case $value in
      \'*) value=${value#\'} value=${value%%\'*} ;;
      \"*) value=${value#\"} value=${value%%\"*} ;;
      *) value=${value%%[[:space:]]*} ;;
    esac
    case $word\ $section\ $option in
      config\ *) section=$option ;;
      option\ hosts\ enabled) counting=$value ;;
      option\ hosts\ method) method=$value ;;
      list\ hosts\ network | option\ hosts\ network) networks="$networks $value" ;;
    esac
  done 2>/dev/null <"$config"
fi
case $counting in '') ;; 0 | no | off | false | disabled) counting=0 ;; *) counting=1 ;; esac
