import { parseDeviceMac } from '../../config/values.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { ConfigError, quote } from '../../errors.ts';
import { parseName, ValueError } from '../../fields/values.ts';
import { freeName } from '../../views/device-suggestions/yaml.ts';

/** A user and its MACs (lower case, colons). */
export interface MappedUser {
  name: string;
  macs: string[];
}

/** The older logger's name for what no user has. */
const UNKNOWN = 'unknown';
const HEADER = /^"?name"?\s*[,;\t]\s*"?mac"?\s*$/i;

/**
 * Reads the older logger's user map: a line `Name, MAC` for each device, with dashes or colons, below a header of these words. What
 * belongs to `Unknown` is left out: it is nobody's. `file` is for messages. Throws a ConfigError with a line for each wrong line.
 */
export function parseUserMap(text: string, file: string): MappedUser[] {
  const users = new Map<string, MappedUser>();
  const owners = new Map<string, { name: string; line: number }>();
  const taken = new Set([OTHERS]);
  const errors: string[] = [];
  for (const [index, line] of text.split(/\r\n|\n|\r/).entries()) {
    if (line.trim() === '' || (index === 0 && HEADER.test(line.trim()))) continue;
    const entry = parseLine(line);
    if (typeof entry === 'string') {
      errors.push(`${file}:${index + 1}: ${entry}`);
      continue;
    }
    const { name, mac } = entry;
    const owner = owners.get(mac);
    if (owner !== undefined && owner.name.toLowerCase() !== name.toLowerCase()) {
      errors.push(`${file}:${index + 1}: ${mac} already belongs to ${quote(owner.name)} in line ${owner.line}; remove one of them`);
    }
    if (owner !== undefined) continue;
    owners.set(mac, { name, line: index + 1 });
    if (name.toLowerCase() === UNKNOWN) continue;
    const user = users.get(name.toLowerCase()) ?? { name: freeName(name, taken), macs: [] };
    users.set(name.toLowerCase(), user);
    user.macs.push(mac);
  }
  const [first, ...rest] = errors;
  if (first !== undefined) throw new ConfigError([first, ...rest]);
  if (users.size === 0) throw new ConfigError([`${file}: has no user; a line is for example Anna, 02-00-00-00-00-01`]);
  return [...users.values()];
}

/** A name may have a comma, so the MAC is what follows the last one. Text: what is wrong with the line. */
function parseLine(line: string): { name: string; mac: string } | string {
  const [, before, after] = /^(.*)[,;\t](.*)$/.exec(line) ?? [];
  if (before === undefined || after === undefined)
    return `${quote(line.trim())} is not a name and a MAC; use for example Anna, 02-00-00-00-00-01`;
  // A decoder puts this in place of what is not UTF-8: older spreadsheets write the code page of their system.
  if (before.includes('\ufffd')) return `${quote(before.trim())} is not UTF-8 text: save the file as UTF-8`;
  const name = parsed(unquoted(before), parseName);
  const mac = parsed(unquoted(after), parseDeviceMac);
  const wrong = [name, mac].flatMap((result) => ('why' in result ? result.why : []));
  return 'why' in name || 'why' in mac ? wrong.join('; ') : { name: name.value, mac: mac.value };
}

function parsed(text: string, parse: (text: string) => string): { value: string } | { why: string } {
  try {
    return { value: parse(text) };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    return { why: `${quote(text)} ${error.message}` };
  }
}

function unquoted(field: string): string {
  const text = field.trim();
  return /^".*"$/.test(text) ? text.slice(1, -1).replaceAll('""', '"').trim() : text;
}
