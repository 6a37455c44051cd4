import type { User } from '../../domain/people/user.ts';

/** The file of all devices together. */
export const ALL_FILE = 'all.csv';

/** The file of what belongs to nobody, as the older logger called it. */
export const UNKNOWN_FILE = 'Unknown.csv';

const DEVICE_FILE = /^((?:[0-9a-f]{2}-){5}[0-9a-f]{2})_([^/]*)\.csv$/i;

/** `MAC_IP.csv`, with dashes, as the older logger called it. The address comes from the network: only its digits, letters and dots are used. */
export function deviceFile(mac: string, ip: string | null): string {
  const address = ip !== null && /^[0-9a-f.:]{2,45}$/i.test(ip) ? ip.replaceAll(':', '-') : 'unknown';
  return `${mac.replaceAll(':', '-').toUpperCase()}_${address}.csv`;
}

/** The MAC (lower case, colons) of the device that a file is of, or null. */
export const macOfFile = (file: string): string | null => DEVICE_FILE.exec(file)?.[1]?.replaceAll('-', ':').toLowerCase() ?? null;

/** The files of users by their keys, as they are called for people. No two are the same, and none is another file of the directory. */
export function userFiles(users: readonly Pick<User, 'name' | 'title'>[]): Map<string, string> {
  const taken = new Set([ALL_FILE, UNKNOWN_FILE].map((file) => file.toLowerCase()));
  const isFree = (file: string) => !taken.has(file.toLowerCase()) && macOfFile(file) === null;
  return new Map(
    users.map(({ name, title }) => {
      let file = [title, name].map((text) => `${safe(text)}.csv`).find(isFree);
      for (let n = 2; file === undefined; n++) file = [`${safe(name)} ${n}.csv`].find(isFree);
      taken.add(file.toLowerCase());
      return [name, file];
    }),
  );
}

/** Nothing that leads out of the directory, hides a file, is an option of a command or a formula in a list of files. */
function safe(text: string): string {
  const plain = text.normalize('NFC').replace(/[^\p{L}\p{M}\p{N} ._-]/gu, '_');
  const short = [...plain].slice(0, 50).join('');
  return short.replace(/^[ .-]+/, '_').replace(/[ .]+$/, '_') || '_';
}
