import { NOTICE_KINDS, type NoticeKind } from '../../domain/people/notice.ts';
import { type Field, type Found, group, listOf, readFields, scalar, secret } from '../../fields/fields.ts';
import type { Files } from '../../fields/files.ts';
import type { KeyValue, Node } from '../../fields/nodes.ts';
import { fail, type Located, type Problems } from '../../fields/problems.ts';
import { parsePassword, parseToken, parseUsername, secretOf } from '../../fields/secrets.ts';
import { parseUrl, type RouterUrl } from '../../fields/urls.ts';
import { choice, parseBoolean, parseName, parseText, ValueError } from '../../fields/values.ts';
import type { ServiceConfig, TargetConfig } from '../../notify/target.ts';
import { type AccessEntry, credentialsOf, tlsOf } from '../routers/access.ts';
import { nameOf } from '../routers/routers.ts';
import { checkTopic, type MailServer, parseAddress, parseBotToken, parseChat, parsePriority, parseQuiet, parseSmtp } from './values.ts';

const parseTargetUrl = (text: string): RouterUrl => parseUrl(text, 'https://notify.example.net/home');

const MOST_TARGETS = 20;
const MOST_ADDRESSES = 20;
const TELEGRAM = 'https://api.telegram.org';

/** The keys of `telegram` in a target. */
export const telegramFields = {
  chat: { key: 'chat', read: scalar(parseChat) },
  token: { key: 'token', read: secret(parseBotToken) },
  tokenFile: { key: 'token_file', read: scalar(parseText) },
  url: { key: 'url', read: secret(parseTargetUrl) },
} as const satisfies Record<string, Field<unknown>>;

/** The keys of `mail` in a target. */
export const mailFields = {
  to: { key: 'to', read: listOf(parseAddress, MOST_ADDRESSES) },
  from: { key: 'from', read: scalar(parseAddress) },
  smtp: { key: 'smtp', read: scalar(parseSmtp) },
  username: { key: 'username', read: scalar(parsePassword) },
  password: { key: 'password', read: secret(parsePassword) },
  passwordFile: { key: 'password_file', read: scalar(parseText) },
} as const satisfies Record<string, Field<unknown>>;

const inner =
  <F extends Record<string, Field<unknown>>>(fields: F) =>
  (node: Node, problems: Problems) =>
    readFields(node, fields, problems);

const NO_KINDS = 'names no kind, so nothing would be sent; name some, or remove the line to send all';

/** The keys of a target in wrtmeter.yaml. A URL may hold a secret, so no message shows it. */
export const targetFields = {
  webhook: { key: 'webhook', read: secret(parseTargetUrl) },
  webhookFile: { key: 'webhook_file', read: scalar(parseText) },
  ntfy: { key: 'ntfy', read: secret(parseTargetUrl) },
  ntfyFile: { key: 'ntfy_file', read: scalar(parseText) },
  telegram: { key: 'telegram', read: inner(telegramFields) },
  mail: { key: 'mail', read: inner(mailFields) },
  token: { key: 'token', read: secret(parseToken) },
  tokenFile: { key: 'token_file', read: scalar(parseText) },
  username: { key: 'username', read: scalar(parseUsername) },
  password: { key: 'password', read: secret(parsePassword) },
  passwordFile: { key: 'password_file', read: scalar(parseText) },
  caFile: { key: 'ca_file', read: scalar(parseText) },
  insecure: { key: 'insecure', read: scalar(parseBoolean) },
  priority: { key: 'priority', read: scalar(parsePriority) },
  title: { key: 'title', read: scalar(parseName) },
  kinds: { key: 'kinds', read: listOf(choice(NOTICE_KINDS), NOTICE_KINDS.length, NO_KINDS) },
  quiet: { key: 'quiet', read: scalar(parseQuiet) },
} as const satisfies Record<string, Field<unknown>>;

/** A target as written. */
export interface TargetEntry {
  name: Located<string>;
  found: Found<typeof targetFields>;
}

/** Reads the targets of wrtmeter.yaml. */
export function readTargets(node: Node, problems: Problems): TargetEntry[] {
  const entries = group(node, problems) ?? [];
  if (entries.length > MOST_TARGETS) fail(problems, node.place, `has more than ${MOST_TARGETS} targets; shorten the list`);
  const names = new Map<string, string>();
  return entries.slice(0, MOST_TARGETS).flatMap((entry) => {
    const name = nameOf(entry, problems);
    const same = names.get(name.value.toLowerCase());
    if (same !== undefined) fail(problems, entry.place, `is the same name as "${same}"; choose another`);
    names.set(name.value.toLowerCase(), name.value);
    return targetOf(entry, name, problems);
  });
}

/** The keys that say which service a target is, and those that each service can have beside the usual ones. */
const SERVICES = {
  webhook: 'webhook',
  webhookFile: 'webhook',
  ntfy: 'ntfy',
  ntfyFile: 'ntfy',
  telegram: 'telegram',
  mail: 'mail',
} as const;
const LOGIN = ['token', 'tokenFile', 'username', 'password', 'passwordFile'] as const;

function targetOf({ place, value: node }: KeyValue, name: Located<string>, problems: Problems): TargetEntry[] {
  const before = problems.errors.length;
  const found = readFields(node, targetFields, problems);
  if (problems.errors.length > before) return [];
  const services = (Object.keys(SERVICES) as (keyof typeof SERVICES)[]).filter((key) => found[key] !== undefined);
  const [first, second] = services;
  if (first === undefined) fail(problems, place, 'has no service; use one of webhook, ntfy, telegram or mail');
  else if (second !== undefined)
    fail(problems, found[second]?.place ?? place, 'cannot be used together with another service; make two targets of them');
  const service = first && SERVICES[first];
  if (service !== 'ntfy' && found.priority !== undefined) fail(problems, found.priority.place, 'applies only to ntfy; remove it');
  const login = LOGIN.find((key) => found[key] !== undefined);
  if (login !== undefined && (service === 'telegram' || service === 'mail'))
    fail(problems, found[login]?.place ?? place, `belongs below ${service}; move it there`);
  return problems.errors.length > before ? [] : [{ name, found }];
}

/** Resolves the targets: reads secrets from their files and fills in defaults. `off`: kinds that none is sent. */
export async function resolveTargets(
  entries: readonly TargetEntry[],
  off: readonly NoticeKind[],
  files: Files,
  problems: Problems,
): Promise<TargetConfig[]> {
  const targets: TargetConfig[] = [];
  for (const { name, found } of entries) {
    const service = await serviceOf(found, name.place, files, problems);
    if (service === null) continue;
    targets.push({
      name: name.value,
      kinds: (found.kinds?.value.map(({ value }) => value) ?? NOTICE_KINDS).filter((kind) => !off.includes(kind)),
      quiet: found.quiet?.value ?? null,
      title: found.title?.value ?? null,
      service,
    });
  }
  return targets;
}

async function serviceOf(found: TargetEntry['found'], place: string, files: Files, problems: Problems): Promise<ServiceConfig | null> {
  if (found.telegram !== undefined) return telegramOf(found.telegram.value, found, place, files, problems);
  if (found.mail !== undefined) return mailOf(found.mail.value, found, place, files, problems);
  const kind = found.webhook === undefined && found.webhookFile === undefined ? 'ntfy' : 'webhook';
  const [here, file] = kind === 'webhook' ? [found.webhook, found.webhookFile] : [found.ntfy, found.ntfyFile];
  const url = await secretOf<RouterUrl>(here, file, parseTargetUrl, files, problems);
  if (url === undefined) return null;
  if (kind === 'ntfy' && !passes(url, checkTopic, problems)) return null;
  const access: AccessEntry = {
    ...accessOf(found),
    ...(url.value.login !== null && { login: { value: url.value.login, place: url.place } }),
  };
  const credentials = await credentialsOf(access, files, problems);
  const tls = await tlsOf(accessOf(found), url.value.url.startsWith('https:'), files, problems);
  if (credentials === null) return null;
  return kind === 'webhook'
    ? { kind, url: url.value.url, credentials, tls }
    : { kind, url: url.value.url, credentials, tls, priority: found.priority?.value ?? null };
}

function passes({ value, place }: Located<RouterUrl>, check: (url: string) => void, problems: Problems): boolean {
  try {
    check(value.url);
    return true;
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, place, `the value ${error.message}`);
    return false;
  }
}

const accessOf = ({ token, tokenFile, username, password, passwordFile, caFile, insecure }: TargetEntry['found']): AccessEntry =>
  Object.fromEntries(
    Object.entries({ token, tokenFile, username, password, passwordFile, caFile, insecure }).filter(([, part]) => part !== undefined),
  );

async function telegramOf(
  own: Found<typeof telegramFields>,
  found: TargetEntry['found'],
  place: string,
  files: Files,
  problems: Problems,
): Promise<ServiceConfig | null> {
  const token = await secretOf(own.token, own.tokenFile, parseBotToken, files, problems);
  if (own.chat === undefined) fail(problems, place, 'has no telegram.chat; set the number of the chat');
  if (own.token === undefined && own.tokenFile === undefined)
    fail(problems, place, 'has no telegram.token_file; set the file with the token of your bot');
  const url = own.url?.value.url ?? TELEGRAM;
  const tls = await tlsOf(accessOf(found), url.startsWith('https:'), files, problems);
  if (token === undefined || own.chat === undefined) return null;
  return { kind: 'telegram', url, chat: own.chat.value, token: token.value, tls };
}

async function mailOf(
  own: Found<typeof mailFields>,
  found: TargetEntry['found'],
  place: string,
  files: Files,
  problems: Problems,
): Promise<ServiceConfig | null> {
  const { to, from, smtp } = own;
  for (const [key, value] of Object.entries({ to: to?.value[0], from, smtp }))
    if (value === undefined) fail(problems, place, `has no mail.${key}; set it`);
  const before = problems.errors.length;
  const password = await secretOf(own.password, own.passwordFile, parsePassword, files, problems);
  const tls = await tlsOf(accessOf(found), true, files, problems);
  const given = own.password ?? own.passwordFile;
  if (own.username !== undefined && given === undefined)
    fail(problems, own.username.place, 'is set without a password; set that too, or a file that has it');
  if (own.username === undefined && given !== undefined) fail(problems, given.place, 'is set without a user name; set that too');
  if (to === undefined || from === undefined || smtp === undefined || problems.errors.length > before) return null;
  const server: MailServer = smtp.value;
  const login = own.username === undefined || password === undefined ? null : { username: own.username.value, password: password.value };
  return { kind: 'mail', to: to.value.map(({ value }) => value), from: from.value, ...server, login, tls };
}
