import type { Files } from '../../fields/files.ts';
import { fail, type Located, type Problems, warn } from '../../fields/problems.ts';
import { parsePassword, parseToken, parseUsername, secretOf } from '../../fields/secrets.ts';
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

/** Those parts of a router's access that are credentials, in the order of the keys. */
export const credentialsIn = (access: AccessEntry): Located<unknown>[] =>
  [access.token, access.tokenFile, access.username, access.password, access.passwordFile, access.login].filter(
    (part) => part !== undefined,
  );

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
    fail(problems, given.place, 'is set without a user name; set that too');
  } else if (password === undefined) {
    // An unreadable password file has already been reported.
    if (access.passwordFile === undefined) fail(problems, username.place, 'is set without a password; set that too, or a file that has it');
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

/** The TLS settings; `encrypted` says whether any URL of the router is https. */
export async function tlsOf(access: AccessEntry, encrypted: boolean, files: Files, problems: Problems): Promise<TlsConfig> {
  const { caFile } = access;
  const insecure = access.insecure?.value === true;
  const given = caFile ?? (insecure ? access.insecure : undefined);
  if (caFile !== undefined && insecure) fail(problems, caFile.place, 'has no effect together with insecure: true; remove one of them');
  if (given !== undefined && !encrypted) warn(problems, given.place, 'matters only over https; write https in its URL if that is meant');
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
