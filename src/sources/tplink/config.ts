import { type Field, type Found, type Read, readFields, scalar, secret } from '../../fields/fields.ts';
import type { Files } from '../../fields/files.ts';
import { fail, type Problems } from '../../fields/problems.ts';
import { parsePassword, parseUsername, secretOf } from '../../fields/secrets.ts';
import { type Login, parseUrl, type RouterUrl } from '../../fields/urls.ts';
import { choice, parseText } from '../../fields/values.ts';
import { PROTOCOL_WORDS, type TplinkTerms } from './probe.ts';

/** A TP-Link router, resolved. */
export interface TplinkConfig {
  /** Scheme and host, without a slash at the end. */
  url: string;
  /** Null: that of the router's own keys. */
  login: Login | null;
  protocol: TplinkTerms['protocol'];
}

const field = <T>(key: string, read: Field<T>['read']): Field<T> => ({ key, read });
const readUrl = scalar(parsePlace);

/** The keys of `tplink` of a router in wrtmeter.yaml. */
export const tplinkFields = {
  url: field('url', readUrl),
  username: field('username', scalar(parseUsername)),
  password: field('password', secret(parsePassword)),
  passwordFile: field('password_file', scalar(parseText)),
  protocol: field('protocol', scalar(choice(PROTOCOL_WORDS))),
} as const;

type Keys = Found<typeof tplinkFields>;

/** A TP-Link router as written. */
export type TplinkEntry = Keys & Required<Pick<Keys, 'url'>>;

/** A path is that of a page: what is read has paths of its own. */
function parsePlace(text: string): RouterUrl {
  const parsed = parseUrl(text);
  return { ...parsed, url: `${new URL(parsed.url).origin}/` };
}

/** Reads a group of keys, or the address alone. */
export const readTplink: Read<TplinkEntry> = (node, problems) => {
  if (node.kind === 'broken') return undefined;
  if (node.kind === 'scalar' && !node.blank) {
    const value = readUrl(node, problems);
    return value === undefined ? undefined : { url: { value, place: node.place } };
  }
  const before = problems.errors.length;
  const { url, ...rest } = readFields(node, tplinkFields, problems);
  if (problems.errors.length > before) return undefined;
  if (url !== undefined) return { ...rest, url };
  fail(problems, node.place, 'has no address; set url: http://192.168.0.1 in it');
  return undefined;
};

/** Reads the password and fills in defaults. */
export async function resolveTplink(entry: TplinkEntry, files: Files, problems: Problems): Promise<TplinkConfig> {
  const { url, username, passwordFile, protocol } = entry;
  const password = await secretOf(entry.password, passwordFile, parsePassword, files, problems);
  if (username !== undefined && entry.password === undefined && passwordFile === undefined)
    fail(problems, username.place, 'is set without a password; set password_file too');
  return {
    url: url.value.url.replace(/\/$/, ''),
    login: password === undefined ? null : { username: username?.value ?? USUAL_NAME, password: password.value },
    protocol: protocol?.value ?? 'auto',
  };
}

/** The only user name that these routers have, unless their owner chose another. */
const USUAL_NAME = 'admin';
