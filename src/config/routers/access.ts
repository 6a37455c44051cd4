import { quote } from '../../errors.ts';
import type { Files } from '../../fields/files.ts';
import { fail, type Located, type Problems, warn } from '../../fields/problems.ts';
import type { Login } from '../../fields/urls.ts';
import { ValueError } from '../../fields/values.ts';
import type { Credentials, TlsConfig } from '../config.ts';

/** A router's credentials and TLS settings as written: secrets may still be in files. */
export interface AccessEntry {
  token?: Located<string>;
  tokenFile?: Located<string>;
  username?: Located<string>;
  password?: Located<string>;
  passwordFile?: Located<string>;
  /** The user name and password from a URL. */
  login?: Located<Login>;
  caFile?: Located<string>;
  insecure?: Located<boolean>;
}

/** RFC 6750 allows no spaces in a token, and fetch throws on an invalid header. */
export function parseToken(text: string): string {
  if (!/^[\x21-\x7e]+$/.test(text))
    throw new ValueError('is empty or contains characters that a header cannot carry; use letters, digits and punctuation');
  return text;
}

/** In basic authentication, a colon ends the user name (RFC 7617). */
export function parseUsername(text: string): string {
  if (!/^[^\p{Cc}:]+$/u.test(text)) throw new ValueError('is not a user name; use one without colons');
  return text;
}

/** One line of text. Throws a ValueError. */
export function parsePassword(text: string): string {
  if (!/^[^\p{Cc}]+$/u.test(text)) throw new ValueError('is empty or contains control characters; use one line of text');
  return text;
}

export const hasCredentials = (access: AccessEntry): boolean =>
  [access.token, access.tokenFile, access.username, access.password, access.passwordFile, access.login].some((part) => part !== undefined);

/** The credentials to send; null if there was an error. */
export async function credentialsOf(access: AccessEntry, files: Files, problems: Problems): Promise<Credentials | null> {
  const before = problems.errors.length;
  const token = await secretOf(access.token, access.tokenFile, parseToken, files, problems);
  const password = await secretOf(access.password, access.passwordFile, parsePassword, files, problems);
  const login = loginOf(access, password, problems);
  if (token !== undefined && login !== undefined) {
    fail(problems, token.place, 'cannot be used together with a user name and password; remove one of the two');
  }
  if (problems.errors.length > before) return null;
  if (token !== undefined) return { kind: 'bearer', token: token.value };
  return login === undefined ? { kind: 'none' } : { kind: 'basic', ...login.value };
}

function loginOf(access: AccessEntry, password: Located<string> | undefined, problems: Problems): Located<Login> | undefined {
  const { username, login } = access;
  const given = username ?? password ?? access.passwordFile;
  if (login !== undefined) {
    if (given !== undefined) fail(problems, given.place, 'cannot be used together with a user name in the URL; remove one of them');
    checkLogin(login, problems);
    return login;
  }
  if (given === undefined) return undefined;
  if (username === undefined) {
    fail(problems, given.place, 'is set without a user name; set username too');
  } else if (password === undefined) {
    // An unreadable password file has already been reported.
    if (access.passwordFile === undefined) fail(problems, username.place, 'is set without a password; set password or password_file too');
  } else {
    return { value: { username: username.value, password: password.value }, place: username.place };
  }
}

function checkLogin({ value, place }: Located<Login>, problems: Problems): void {
  try {
    parseUsername(value.username);
    parsePassword(value.password);
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, place, 'the part before the "@" is not USER:PASSWORD; use username and password_file instead');
  }
}

/** A secret that is written here or in a file; undefined if there is none, or if there was an error. */
export async function secretOf<T>(
  here: Located<T> | undefined,
  file: Located<string> | undefined,
  parse: (text: string) => T,
  files: Files,
  problems: Problems,
): Promise<Located<T> | undefined> {
  if (file === undefined) return here;
  if (here !== undefined) {
    fail(problems, file.place, 'cannot be used together with the secret itself; remove one of them');
    return here;
  }
  // Someone may enter the secret instead of a path, so only show what looks like a path.
  const called = /^\.{0,2}\//.test(file.value) ? quote(file.value, 200) : 'the file named here';
  const text = await files.read(file, problems, called);
  if (text === null) return undefined;
  try {
    return { value: parse(text.replace(/\r?\n$/, '')), place: file.place };
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    fail(problems, file.place, `the secret in this file ${error.message}`);
  }
}

/** The TLS settings; `encrypted` says whether any URL of the router is https. */
export async function tlsOf(access: AccessEntry, encrypted: boolean, files: Files, problems: Problems): Promise<TlsConfig> {
  const { caFile } = access;
  const insecure = access.insecure?.value === true;
  const given = caFile ?? (insecure ? access.insecure : undefined);
  if (caFile !== undefined && insecure) fail(problems, caFile.place, 'has no effect together with insecure: true; remove one of them');
  if (given !== undefined && !encrypted) warn(problems, given.place, 'has no effect over http; use https in its URL');
  if (caFile === undefined) return { ca: null, insecure };
  const ca = await files.read(caFile, problems);
  if (ca !== null && !(await isCertificate(ca)))
    fail(problems, caFile.place, 'this file contains no certificate; use a PEM file (BEGIN CERTIFICATE)');
  return { ca, insecure };
}

async function isCertificate(pem: string): Promise<boolean> {
  const { X509Certificate } = await import('node:crypto');
  try {
    return pem.includes('-----BEGIN CERTIFICATE-----') && new X509Certificate(pem).subject !== null;
  } catch {
    return false;
  }
}
