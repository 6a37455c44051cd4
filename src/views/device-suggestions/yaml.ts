/** Words that YAML takes for something else, or that could be. */
const SPECIAL = /^(true|false|yes|no|on|off|null|~|y|n)$/i;
/** Leaves room for a number behind a name. */
const LONGEST = 58;
const PLAIN = /^[A-Za-z][\w.-]*$/;

/** A device for `wrtmeter.yaml`, under its `devices:`. Names come from the network: one that is no plain word is quoted. */
export function deviceLines(name: string, macs: readonly string[], user: string | null): string {
  const whose = user === null ? '' : `, user: ${scalar(user)}`;
  return `devices:\n  ${scalar(name)}: { macs: [${macs.join(', ')}]${whose} }\n`;
}

/** A JSON string is a double-quoted one of YAML; the dollar sign would begin a variable. */
function scalar(text: string): string {
  return PLAIN.test(text) && !SPECIAL.test(text) ? text : JSON.stringify(text).replaceAll('${', '$${');
}

/** The name, or the next one with a number that no device has yet (in small letters, as they are compared). It is taken from then on. */
export function freeName(wanted: string, taken: Set<string>): string {
  const base = [...wanted].slice(0, LONGEST).join('').trim() || 'device';
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}-${number}`;
  taken.add(name.toLowerCase());
  return name;
}
