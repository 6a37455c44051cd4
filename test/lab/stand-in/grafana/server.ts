import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The requests of Grafana's HTTP API that the compose file relies on, answered as Grafana documents them. */
interface Account {
  id: number;
  login: string;
  password: string;
  role: 'Admin' | 'Viewer';
}

const provisioning = setting('GF_PATHS_PROVISIONING');
const accountsFile = join(setting('GF_PATHS_DATA'), 'accounts.json');
const sources = documents('datasources').flatMap((document) => document.datasources ?? []);
const dashboards = documents('dashboards')
  .flatMap((document) => document.providers ?? [])
  .flatMap((provider) => jsonFiles(provider.options.path).map((file) => ({ ...file, folderTitle: provider.folder })));
const accounts = loadAccounts();

const server = createServer((request, response) => {
  route(request).then(
    ({ status, body }) => send(response, status, body),
    (error: unknown) => send(response, 500, { message: String(error) }),
  );
});
server.listen(Number(process.env.GF_SERVER_HTTP_PORT ?? 3000), '0.0.0.0', () => process.stdout.write('listening\n'));
process.on('SIGTERM', () => server.close(() => process.exit(0)).closeAllConnections());

async function route(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://grafana');
  if (url.pathname === '/api/health') return { status: 200, body: { database: 'ok', version: '12.4.10' } };
  const account = accountOf(request);
  if (account === undefined && process.env.GF_AUTH_ANONYMOUS_ENABLED !== 'true') return { status: 401, body: { message: 'Unauthorized' } };
  const proxied = /^\/api\/datasources\/proxy\/uid\/([^/]+)(\/.*)$/.exec(url.pathname);
  if (proxied) {
    const source = sources.find(({ uid }) => uid === proxied[1]);
    const answer = await fetch(`${source.url}${proxied[2]}${url.search}`);
    return { status: answer.status, body: await answer.json() };
  }
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /api/user':
      return { status: 200, body: { id: account?.id, login: account?.login } };
    case 'GET /api/search':
      return { status: 200, body: dashboards };
    case 'GET /api/datasources':
      return account?.role === 'Admin' ? { status: 200, body: sources } : { status: 403, body: { message: 'Forbidden' } };
    case 'GET /api/users/lookup': {
      if (account?.role !== 'Admin') return { status: 403, body: { message: 'Forbidden' } };
      const found = accounts.find(({ login }) => login === url.searchParams.get('loginOrEmail'));
      return found ? { status: 200, body: { id: found.id, login: found.login } } : { status: 404, body: { message: 'user not found' } };
    }
    case 'POST /api/admin/users': {
      if (account?.role !== 'Admin') return { status: 403, body: { message: 'Forbidden' } };
      const { login, password } = await json(request);
      if (accounts.some((known) => known.login === login)) return { status: 412, body: { message: `User '${login}' already exists` } };
      accounts.push({ id: accounts.length + 1, login, password, role: 'Viewer' });
      saveAccounts();
      return { status: 200, body: { id: accounts.length, message: 'User created' } };
    }
  }
  const changed = /^\/api\/admin\/users\/(\d+)\/password$/.exec(url.pathname);
  const target = accounts.find(({ id }) => id === Number(changed?.[1]));
  if (request.method !== 'PUT' || target === undefined) return { status: 404, body: { message: 'Not found' } };
  if (account?.role !== 'Admin') return { status: 403, body: { message: 'Forbidden' } };
  target.password = (await json(request)).password;
  saveAccounts();
  return { status: 200, body: { message: 'User password updated' } };
}

function accountOf(request: IncomingMessage): Account | undefined {
  const [, encoded = ''] = (request.headers.authorization ?? '').split(' ');
  const [login, password] = Buffer.from(encoded, 'base64').toString().split(':');
  return accounts.find((account) => account.login === login && account.password === password);
}

function loadAccounts(): Account[] {
  if (existsSync(accountsFile)) return JSON.parse(readFileSync(accountsFile, 'utf8'));
  return [{ id: 1, login: setting('GF_SECURITY_ADMIN_USER'), password: setting('GF_SECURITY_ADMIN_PASSWORD'), role: 'Admin' }];
}

function saveAccounts(): void {
  writeFileSync(accountsFile, JSON.stringify(accounts));
}

/** What Grafana reads at its start: every YAML file of a folder of its provisioning path. */
function documents(kind: string) {
  const folder = join(provisioning, kind);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.ya?ml$/.test(name)) : [];
  return names.map((name) => parse(readFileSync(join(folder, name), 'utf8')));
}

function jsonFiles(folder: string): { uid: string; title: string }[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const { uid, title } = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    return { uid, title };
  });
}

async function json(request: IncomingMessage) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`"${name}" is not set`);
  return value;
}
