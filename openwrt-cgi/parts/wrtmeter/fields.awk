# One field, or with spaces allowed the last one of a line: whatever a stranger wrote into it, it stays on one line, of bounded length.
function clean(text) { gsub(/[[:cntrl:]]/, "", text); sub(/ +$/, "", text); text = substr(text, 1, 255); return text == "" ? "-" : text }
function word(text) { gsub(/[[:space:]]/, "_", text); return clean(text) }
function isnumber(text) { return length(text) <= 20 && text ~ /^[0-9]+(\.[0-9]+)?$/ }
function number(text) { return isnumber(text) ? text : "-" }
function firstline(file,   line) { line = ""; getline line < (root file); close(root file); return line }
function isaddress(text) { return length(text) > 45 ? 0 : text ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$/ || text ~ /^[0-9a-f:.]*:[0-9a-f:.]*$/ }
function ismac(text) { return text ~ /^[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]:[0-9a-f][0-9a-f]$/ }
# Starts the block of a section; where the section failed, prints why instead and returns 0.
function block(name) { if (name in failed) print "failed", name, failed[name]; else print "begin", name; return !(name in failed) }
