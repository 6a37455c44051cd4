# Prints every peer once: `peer KEY STATE WHERE ADDRESSES`.
list() {
  where=$up
  {
    configured | peers list | sed "s/^/file	/"
    printf '%s\n' "$running" | peers list | sed "s/^/interface	/"
    revoked | peers list | sed "s/^/record	/"
  } | LC_ALL=C awk -F '\t' '
    #include peer-access/list.awk
  '
  say "result ok listed unchanged $([ "$up" = yes ] && echo up || echo down)"
  exit 0
}
