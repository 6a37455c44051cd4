/**
 * Whether a host name, whole or without its domain, matches a pattern, where `*` stands for any characters and `?` for one. Upper and
 * lower case are the same: `anna-*` matches `Anna-Laptop`, and `anna` matches `anna.lan`.
 */
export function matchesHostName(pattern: string, hostname: string): boolean {
  const [rule, name] = [plain(pattern), plain(hostname)];
  return matches(rule, name) || matches(rule, name.replace(/\..*$/s, ''));
}

const plain = (text: string): string => text.normalize('NFC').toLowerCase();

/** Goes back to the last star only, so that no pattern takes long: names come from anyone on the network. */
function matches(pattern: string, text: string): boolean {
  let [at, star, starAt] = [0, -1, 0];
  for (let i = 0; i < text.length; ) {
    if (pattern[at] === '*') [star, starAt] = [at++, i];
    else if (pattern[at] === '?' || pattern[at] === text[i]) [at, i] = [at + 1, i + 1];
    else if (star >= 0) [at, i] = [star + 1, ++starAt];
    else return false;
  }
  return /^\**$/.test(pattern.slice(at));
}
