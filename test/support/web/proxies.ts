import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { output } from '../program/command.ts';
import { freePort } from './port.ts';
import { ask } from './web.ts';

const EXAMPLES = join(import.meta.dirname, '../../../docs/run/proxy');

export interface ProxyTerms {
  /** HOST:PORT of wrtmeter. */
  upstream: string;
  username: string;
  /** Null: without the lines for the login, so that wrtmeter gets what clients send. */
  password: string | null;
  /** What the proxy sends as wrtmeter's token for a client that sends none; by default nothing. */
  token?: string;
}

export interface RunningProxy {
  /** `https://localhost:PORT` */
  origin: string;
  /** The certificate to trust, and the file that has it. */
  ca: string;
  caFile: string;
  /** Ends the proxy and removes its files. */
  stop(): Promise<void>;
}

/** Starts Debian's nginx with the shipped example; only its name, ports, paths, login and token are replaced. */
export function startNginx(terms: ProxyTerms): Promise<RunningProxy> {
  return start(async (folder, port) => {
    const example = await readFile(join(EXAMPLES, 'nginx.conf'), 'utf8');
    const certificate = /^#\s+(openssl req .*)$/m.exec(example)?.[1] ?? '';
    const here = (text: string) => text.replaceAll('/etc/nginx/', `${folder}/`).replaceAll('meter.home.arpa', 'localhost');
    await output(['sh', '-c', here(certificate)]);
    const hash = await output(['openssl', 'passwd', '-6', '-stdin'], { input: `${terms.password ?? ''}\n` });
    await writeFile(join(folder, 'wrtmeter.htpasswd'), `${terms.username}:${hash}`);
    const site = replaced(here(example), [
      ['listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`],
      ['listen [::]:443 ssl;', ''],
      ['127.0.0.1:9780', terms.upstream],
      ["'' '';", `'' '${terms.token ?? ''}';`],
      ...without(terms, [/auth_basic .*/, /auth_basic_user_file .*/, "proxy_set_header Authorization '';"]),
    ]);
    await writeFile(join(folder, 'site.conf'), site);
    const main = [
      'daemon off; user root; worker_processes 1; error_log stderr;',
      `pid ${folder}/pid; events {}`,
      `http { access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; include ${folder}/site.conf; }`,
    ];
    await writeFile(join(folder, 'nginx.conf'), main.join('\n'));
    return { command: ['/usr/sbin/nginx', '-c', join(folder, 'nginx.conf')], package: 'nginx', caFile: join(folder, 'wrtmeter.crt') };
  });
}

/** Starts Debian's Caddy with the shipped example; only its name, port, login and token are replaced. */
export function startCaddy(terms: ProxyTerms): Promise<RunningProxy> {
  return start(async (folder, port) => {
    const example = await readFile(join(EXAMPLES, 'Caddyfile'), 'utf8');
    const hash = terms.password === null ? '' : await caddyHash(terms.password);
    const site = replaced(example, [
      [/^meter\.home\.arpa /m, `localhost:${port} `],
      ['anna HASH', `${terms.username} ${hash.trim()}`],
      ['127.0.0.1:9780', terms.upstream],
      ...without(terms, [/basicauth \{.*?\}/s, 'header_up -Authorization']),
      ...(terms.token === undefined
        ? []
        : ([
            ['# @without', '@without'],
            ['# request_header @without X-Api-Token TOKEN', `request_header @without X-Api-Token ${terms.token}`],
          ] as const)),
    ]);
    await writeFile(join(folder, 'Sitefile'), site);
    // Nothing of this machine: no trust store, no port 80, no administration port.
    const options = ['admin off', 'skip_install_trust', 'auto_https disable_redirects', 'default_bind 127.0.0.1'];
    await writeFile(join(folder, 'Caddyfile'), `{\n${options.join('\n')}\n}\nimport ${folder}/Sitefile\n`);
    await mkdir(join(folder, 'data'));
    return {
      command: ['caddy', 'run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')],
      package: 'caddy',
      env: { HOME: folder, XDG_DATA_HOME: join(folder, 'data'), XDG_CONFIG_HOME: folder },
      caFile: join(folder, 'data/caddy/pki/authorities/local/root.crt'),
    };
  });
}

const hashes = new Map<string, Promise<string>>();

/** Takes a second or more, so each password is hashed once. */
function caddyHash(password: string): Promise<string> {
  const hash = hashes.get(password) ?? output(['caddy', 'hash-password', '--plaintext', password]);
  hashes.set(password, hash);
  return hash;
}

/** How Prometheus scrapes through the proxy, as the page of the examples says. */
export async function documentedScrape({ origin, caFile }: RunningProxy, passwordFile: string): Promise<Record<string, unknown>> {
  const page = await readFile(join(EXAMPLES, 'README.md'), 'utf8');
  const [, yaml = ''] = /```yaml\n(scrape_configs:.*?)```/s.exec(page) ?? [];
  const text = replaced(yaml, [
    ['meter.home.arpa:443', new URL(origin).host],
    ['/etc/prometheus/wrtmeter.password', passwordFile],
    ['/etc/prometheus/wrtmeter.crt', caFile],
  ]);
  return parse(text).scrape_configs[0];
}

/** Removes lines of the login if there is none. */
const without = ({ password }: ProxyTerms, parts: readonly (string | RegExp)[]): [string | RegExp, string][] =>
  password === null ? parts.map((part) => [part, '']) : [];

/** The text with every part replaced; an example that no longer has one of them is an error. */
function replaced(text: string, parts: readonly (readonly [part: string | RegExp, by: string])[]): string {
  return parts.reduce((result, [part, by]) => {
    const next = result.replace(part, () => by);
    if (next === result && part !== by) throw new Error(`The example has no "${part}"`);
    return next;
  }, text);
}

interface Prepared {
  command: readonly string[];
  package: string;
  caFile: string;
  env?: NodeJS.ProcessEnv;
}

async function start(prepare: (folder: string, port: number) => Promise<Prepared>): Promise<RunningProxy> {
  const folder = await mkdtemp(join(tmpdir(), 'wrtmeter-proxy-'));
  let child: ChildProcess | undefined;
  const stop = async () => {
    if (child?.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    const prepared = await prepare(folder, port);
    const [program = '', ...args] = prepared.command;
    const said: string[] = [];
    child = spawn(program, args, { env: { ...process.env, ...prepared.env }, stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr?.on('data', (text) => said.push(String(text)));
    child.once('error', () => said.push(`install the Debian package ${prepared.package}`));
    const origin = `https://localhost:${port}`;
    const ca = await ready(origin, prepared.caFile, () => said.join(''));
    return { origin, ca, caFile: prepared.caFile, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits until it answers with its certificate, which is returned. */
async function ready(origin: string, caFile: string, said: () => string): Promise<string> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const ca = await readFile(caFile, 'utf8').catch(() => null);
    const answer = ca === null ? null : await ask(`${origin}/`, { ca }).catch(() => null);
    if (ca !== null && answer !== null) return ca;
    await sleep(100);
  }
  throw new Error(`The proxy does not answer after 10 s:\n${said()}`);
}
