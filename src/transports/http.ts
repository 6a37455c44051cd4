import http from 'node:http';
import https from 'node:https';
import type net from 'node:net';
import fetch, { type Response } from 'node-fetch';
import { quote, SourceError } from '../errors.ts';
import { asSourceError, CONNECT_TIMEOUT, TOO_LATE } from './http-failure.ts';
import type { HttpAnswer, HttpRequest, HttpSession, SendRequest, StatusWords } from './request.ts';

/** How to connect to a router. */
export interface HttpTerms {
  credentials: { kind: 'none' } | { kind: 'basic'; username: string; password: string } | { kind: 'bearer'; token: string };
  /** `ca` is the PEM text of the only trusted authority; `insecure` accepts any certificate. */
  tls: { ca: string | null; insecure: boolean };
  /** What an answer may have; default: 8 MiB, and what the parsers take. */
  most?: { bytes: number; lines: number };
  /** What a status means there; default: the status alone is reported. */
  words?: StatusWords;
  /** What is connected to, in messages; default: the router. */
  called?: string;
  /** Milliseconds to connect; default: 2 s, which a router at home needs at most. */
  connectMs?: number;
}

const ROUTER = 'the router';
const CONNECT_MS = 2000;
const MEBIBYTE = 1024 * 1024;
const MOST_BYTES = 8 * MEBIBYTE;
const MOST_REDIRECTS = 3;
/** Characters of an error answer that are read, and of its text that are shown. */
const READ_TEXT = 4096;
const SHOWN_TEXT = 200;
/** Cookies per session, and characters per cookie. */
const MOST_COOKIES = 32;
const LONGEST_COOKIE = 4096;

/**
 * Sends requests over HTTP. Connects within 2 s by default, accepts at most `most.bytes`, requests no compression, and follows redirects of a GET
 * only to the same host and port, or from http to https of the same host. Rejects with a SourceError whose message contains no credentials.
 */
export function httpSender(terms: HttpTerms): SendRequest {
  const { credentials, tls, most, connectMs = CONNECT_MS } = terms;
  const mostBytes = most?.bytes ?? MOST_BYTES;
  const agents = { 'http:': connecting(new http.Agent(), connectMs), 'https:': connecting(new https.Agent(tlsOptions(tls)), connectMs) };
  const headers = { 'user-agent': 'wrtmeter', accept: 'text/plain, */*', ...authorization(credentials) };

  async function send(request: HttpRequest, signal: AbortSignal, redirects = 0): Promise<HttpAnswer> {
    // A body that is never sent would fail where nobody listens.
    if (signal.aborted) throw new SourceError('timeout', TOO_LATE);
    const { url, body, session, accepts = [] } = request;
    const method = request.method ?? (body === undefined ? 'GET' : 'POST');
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...request.headers, ...cookieHeader(session, request.headers?.cookie) },
      ...(body !== undefined && { body }),
      signal,
      redirect: 'manual',
      compress: false,
      size: mostBytes,
      agent: ({ protocol }) => agents[protocol as keyof typeof agents],
    });
    if (session !== undefined) keepCookies(session, response);
    const { status } = response;
    if (!response.ok && !accepts.includes(status)) {
      const redirected = status >= 300 && status < 400;
      if (redirected && method === 'GET') return send({ ...request, url: redirectTarget(url, response, redirects) }, signal, redirects + 1);
      if (redirected) {
        drop(response);
        throw new SourceError('redirect', `status ${status} to a ${method}, which is not repeated at another address`);
      }
      // A request with secrets of its own, as of a login, may be repeated in the answer.
      const ownSecrets = body !== undefined || session !== undefined || request.headers !== undefined;
      if (ownSecrets) drop(response);
      throw refusal(status, terms, ownSecrets ? '' : await errorText(response));
    }
    if (request.ignoresBody === true) drop(response);
    const text = request.ignoresBody === true ? '' : await response.text();
    return { status, text, framed: response.headers.has('content-length'), ...(most && { mostLines: most.lines }) };
  }

  return async (request, signal) => {
    try {
      return await send(request, signal);
    } catch (error) {
      throw asSourceError(error, { mostBytes, connectMs, called: terms.called ?? ROUTER });
    }
  };
}

/** Those of the request, which win, and those that the router has set. */
function cookieHeader(session: HttpSession | undefined, own = ''): Record<string, string> {
  const set = [...(session?.cookies ?? [])].filter(([name]) => !own.startsWith(`${name}=`)).map(([name, value]) => `${name}=${value}`);
  const all = [own, ...set].filter((cookie) => cookie !== '');
  return all.length === 0 ? {} : { cookie: all.join('; ') };
}

/** Keeps only name and value: a session has one host and is shorter than any expiry. */
function keepCookies({ cookies }: HttpSession, response: Response): void {
  for (const line of response.headers.raw()['set-cookie'] ?? []) {
    const [, name, value = ''] = /^\s*([^=;\s]+)=([^;]*)/.exec(line) ?? [];
    if (name === undefined || line.length > LONGEST_COOKIE || (!cookies.has(name) && cookies.size >= MOST_COOKIES)) continue;
    cookies.set(name, value.trim());
  }
}

function tlsOptions({ ca, insecure }: HttpTerms['tls']): https.AgentOptions {
  return { rejectUnauthorized: !insecure, ...(ca === null ? {} : { ca }) };
}

function authorization(credentials: HttpTerms['credentials']): Record<string, string> {
  switch (credentials.kind) {
    case 'none':
      return {};
    case 'basic':
      return { authorization: `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}` };
    case 'bearer':
      return { authorization: `Bearer ${credentials.token}` };
    default:
      return credentials satisfies never;
  }
}

/** Limits the time to connect, including TLS; the answer has its own deadline. */
function connecting<A extends http.Agent>(agent: A, connectMs: number): A {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback) as net.Socket;
    const timer = setTimeout(() => socket.destroy(Object.assign(new Error('connect timeout'), { code: CONNECT_TIMEOUT })), connectMs);
    socket
      .once(agent instanceof https.Agent ? 'secureConnect' : 'connect', () => clearTimeout(timer))
      .once('close', () => clearTimeout(timer));
    return socket;
  };
  return agent;
}

function redirectTarget(from: string, response: Response, redirects: number): string {
  drop(response);
  const location = response.headers.get('location');
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : null;
  const source = new URL(from);
  if (target === null) throw new SourceError('redirect', `status ${response.status} without a valid Location header`);
  if (!/^https?:$/.test(target.protocol) || target.hostname !== source.hostname) {
    throw new SourceError(
      'redirect',
      `redirect to another host, "${target.host.slice(0, 80)}": configure the address that answers without a redirect`,
    );
  }
  if (source.protocol === 'https:' && target.protocol === 'http:') throw new SourceError('redirect', 'redirect from https to http');
  // Another port may be another program's, which must not get the credentials; https of the same host is the usual step up.
  if (target.protocol === source.protocol && target.port !== source.port) {
    throw new SourceError(
      'redirect',
      `redirect to another port, "${target.host.slice(0, 80)}": configure the address that answers without a redirect`,
    );
  }
  if (redirects >= MOST_REDIRECTS) throw new SourceError('redirect', `more than ${MOST_REDIRECTS} redirects`);
  target.username = '';
  target.password = '';
  return target.href;
}

/** What an error answer means, and its text, quoted. */
function refusal(status: number, { credentials, words, called = ROUTER }: HttpTerms, text: string): SourceError {
  const said = text === '' || holdsSecret(text, credentials) ? '' : `; it answered ${quote(text, SHOWN_TEXT)}`;
  const { why, todo, isSure = false } = words?.(status, text) ?? {};
  if (status === 401 || (status === 403 && credentials.kind === 'basic' && !isSure)) {
    const asked =
      credentials.kind === 'none'
        ? `${called} requires credentials; set its token or its user name and password`
        : `${called} rejected the credentials; check its token or its user name and password`;
    return new SourceError('auth', `status ${status}: ${asked}${said}`);
  }
  return new SourceError(status === 403 ? 'auth' : 'status', `status ${status}${why === undefined ? '' : `: ${why}`}${said}`, { todo });
}

/** An echo of what was sent must not get into a log. */
function holdsSecret(text: string, credentials: HttpTerms['credentials']): boolean {
  switch (credentials.kind) {
    case 'none':
      return false;
    case 'basic':
      return [credentials.password, Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')].some((secret) =>
        text.includes(secret),
      );
    case 'bearer':
      return text.includes(credentials.token);
    default:
      return credentials satisfies never;
  }
}

/** The first text of an error answer on one line, without tags; empty where none arrives. Reads a bounded part and closes the connection. */
async function errorText(response: Response): Promise<string> {
  const body = response.body as NodeJS.ReadableStream | null;
  let read = '';
  try {
    for await (const chunk of body ?? []) {
      read += String(chunk);
      if (read.length >= READ_TEXT) break;
    }
  } catch {
    // The status is known; what is missing of the text is only that.
  } finally {
    drop(response);
  }
  return read
    .slice(0, READ_TEXT)
    .replace(/<(style|script|title)[^>]*>[\s\S]*?<\/\1>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** Discards an unread body, so that its connection closes. */
function drop(response: Response): void {
  const body = response.body as (NodeJS.ReadableStream & { destroy?: () => void }) | null;
  body?.on('error', () => undefined);
  body?.destroy?.();
}
