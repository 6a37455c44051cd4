/** Words that are not strings in YAML, or may not be. */
const SPECIAL = /^(true|false|yes|no|on|off|null|~|y|n)$/i;
/** Leaves room for a number after the name. */
const LONGEST = 58;
const PLAIN = /^[A-Za-z][\w.-]*$/;

/** A device for `wrtmeter.yaml`, under its `devices:`. Names come from the network, so they are quoted unless they are plain words. */
export function deviceLines(name: string, macs: readonly string[], user: string | null): string {
  const whose = user === null ? '' : `, user: ${scalar(user)}`;
  return `devices:\n  ${scalar(name)}: { macs: [${macs.join(', ')}]${whose} }\n`;
}

/** Users with their MACs for `wrtmeter.yaml`. */
export function userLines(users: readonly { name: string; macs: readonly string[] }[]): string {
  return `users:\n${users.map(({ name, macs }) => `  ${scalar(name)}: { macs: [${macs.join(', ')}] }\n`).join('')}`;
}

/** A JSON string is a double-quoted YAML string; a dollar sign would start a variable. */
function scalar(text: string): string {
  return PLAIN.test(text) && !SPECIAL.test(text) ? text : JSON.stringify(text).replaceAll('${', '$${');
}

/** The name, with a number if it is taken already (ignoring case). Adds it to the taken ones. */
export function freeName(wanted: string, taken: Set<string>): string {
  const base = [...wanted].slice(0, LONGEST).join('').trim() || 'device';
  let name = base;
  for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${base}-${number}`;
  taken.add(name.toLowerCase());
  return name;
}
