# A value as uci writes it, in apostrophes; an apostrophe inside ends them, stands behind a backslash, and begins them again.
function unquote(text) {
  gsub(/\047\\\047\047/, "\001", text)
  gsub(/\047/, "", text)
  gsub(/\001/, "\047", text)
  return text
}
