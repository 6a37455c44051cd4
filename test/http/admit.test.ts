import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createGate } from '../../src/auth/gate.ts';
import { hashToken, newToken, type Scope } from '../../src/auth/token.ts';
import { changeTokens } from '../../src/auth/token-file.ts';
import { watchTokens } from '../../src/auth/watch.ts';
import type { AppDeps } from '../../src/http/deps.ts';
import { routes } from '../../src/http/routes.ts';
import type { Listening } from '../../src/http/server.ts';
import { LIVE_SCRIPT } from '../../src/views/pages/live/scripts.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { type Answer, ask, depsOf, serveApp } from '../support/web/web.ts';

const basic = (login: string) => ({ Authorization: `Basic ${Buffer.from(login).toString('base64')}` });
const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

describe('admission', () => {
  let home: SmallHome;
  let directory: string;
  let server: Listening;
  let now: number;
  let settings: ReturnType<AppDeps['auth']['settings']>;
  let logged: string[];
  let reader: string;
  let controller: string;
  let rounds: number;

  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  after(() => home.close());
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-admit-'));
    [now, rounds, settings, logged] = [0, 0, { read: 'token', control: true }, []];
    reader = await create('prometheus', 'read');
    controller = await create('phone', 'control');
    const log = (_: string, message: string, fields: object) => logged.push(`${message} ${JSON.stringify(fields)}`);
    const gate = createGate({ tokens: watchTokens(directory), tick: () => now, log });
    const read = async () => {
      rounds += 1;
    };
    const scrape = async () => read().then(() => []);
    server = await serveApp(deps({ auth: { check: gate.check, settings: () => settings }, log, scrape, read }));
  });
  afterEach(async () => {
    await server.close();
    await rm(directory, { recursive: true });
  });

  const deps = (changes: Partial<AppDeps> = {}): AppDeps =>
    depsOf(home, () => home.view(Date.UTC(2026, 10, 20)), { reload: async () => ({ ok: true, message: 'loaded' }), ...changes });

  async function create(name: string, scope: Scope): Promise<string> {
    const token = newToken();
    const record = { name, scope, created: 0, hash: hashToken(token) };
    await changeTokens(directory, (tokens) => [...tokens, record]);
    return token;
  }
  const revoke = (name: string) => changeTokens(directory, (tokens) => tokens.filter((token) => token.name !== name));

  const request = (method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> =>
    ask(server.url + path, { method, headers });
  const get = (path: string, headers: Record<string, string> = {}) => request('GET', path, headers);

  const all = () =>
    routes(deps()).map(({ method, path, needs }) => ({
      method,
      path: path.replace(':id', '1').replace('/scripts/:version/:name', SCRIPT),
      needs,
    }));
  const SCRIPT = `/${LIVE_SCRIPT}`;
  const OPEN = [SCRIPT, '/favicon.ico', '/-/healthy', '/-/ready'];

  it('every path but the scripts, the icon and the two for supervisors needs something', () => {
    const open = all().filter(({ needs }) => needs === 'nothing');
    expect(open.map(({ path }) => path)).to.deep.equal(OPEN);
    for (const { method, path, needs } of all()) if (method !== 'GET') expect(needs, path).to.be.oneOf(['control', 'form', 'reload']);
  });

  describe('if reading requires a token', () => {
    it('every path but those refuses requests without one, HEAD too, and reads nothing for them', async () => {
      for (const { method, path } of all()) {
        for (const verb of method === 'GET' ? ['GET', 'HEAD'] : [method]) {
          const { status, headers, text } = await request(verb, path);
          if (OPEN.includes(path)) {
            expect(status, path).to.equal(200);
            continue;
          }
          expect([status, headers['www-authenticate'] !== undefined], `${verb} ${path}`).to.deep.equal([401, true]);
          if (verb === 'HEAD') continue;
          const words = 'Missing authentication token';
          if (verb === 'POST' && path === '/limits') expect(text).to.include(`>${words}.</p>`).and.not.include('<form');
          else if (/^\/(api|netstat\/api|servers)/.test(path)) expect(text, path).to.equal(`{"error":"${words}"}`);
          else if (method === 'GET') expect(text, path).to.match(new RegExp(`^${words}: a browser asks for it as the password, .*\\n$`));
          else expect(text, path).to.equal(`${words}\n`);
        }
      }
      expect(rounds).to.equal(0);
    });

    it('a wrong token is refused in the words of the panel', async () => {
      const { status, text, headers } = await get('/api/v1/devices', bearer(newToken()));
      expect([status, text]).to.deep.equal([401, '{"error":"Invalid or expired token"}']);
      expect(headers['content-type']).to.equal('application/json');
    });

    it('a token of either scope reads, however it is sent', async () => {
      for (const token of [reader, controller]) {
        for (const headers of [bearer(token), { 'X-Api-Token': token }, basic(`prometheus:${token}`), basic(`:${token}`)]) {
          for (const path of ['/', '/metrics', '/api.php?action=clients', '/api/v1/devices', '/api/v1/audit', '/api/servers/1/clients'])
            expect((await get(path, headers)).status, path).to.equal(200);
        }
      }
    });

    it('a token in the URL is ignored: URLs appear in logs', async () => {
      for (const query of ['token', 'access_token', 'api_token', 'X-Api-Token']) {
        expect((await get(`/metrics?${query}=${reader}`)).status).to.equal(401);
      }
    });

    it('a browser asks its user for it to read, and never stores one for control', async () => {
      expect((await get('/')).headers['www-authenticate']).to.equal('Basic realm="wrtmeter", charset="UTF-8"');
      expect((await request('POST', '/api/clients/1/revoke')).headers['www-authenticate']).to.equal('Bearer realm="wrtmeter"');
    });

    it('unknown paths are 404 for everyone', async () => {
      expect((await get('/nonsense')).status).to.equal(404);
      expect((await request('POST', '/metrics')).status).to.equal(405);
    });
  });

  describe('if reading is open', () => {
    beforeEach(() => {
      settings = { read: 'open', control: true };
    });

    it('needs no token, and does not check an unneeded one', async () => {
      for (let i = 0; i < 30; i += 1) expect((await get('/metrics', bearer('wrong'))).status).to.equal(200);
      expect((await get('/api/servers/1/clients')).status).to.equal(200);
      expect(logged).to.deep.equal([]);
    });

    it('control still requires a token of that scope', async () => {
      for (const { method, path, needs } of all()) {
        if (needs !== 'control') continue;
        expect((await request(method, path)).status, path).to.equal(401);
        expect((await request(method, path, bearer(newToken()))).status, path).to.equal(401);
        now += 600_000;
        const { status, text } = await request(method, path, bearer(reader));
        expect([status, text], path).to.deep.equal([403, '{"error":"This token may only read: use a token of scope control"}']);
        // This client and server do not exist, and no router is configured for changes.
        expect((await request(method, path, bearer(controller))).status, path).to.be.oneOf([404, 409, 502]);
      }
    });
  });

  describe('where control is not configured', () => {
    it('its addresses are not there; only a token of scope control gets the reason', async () => {
      settings = { read: 'open', control: false };
      for (const { method, path, needs } of all()) {
        if (needs !== 'control') continue;
        for (const headers of [{}, bearer(reader), bearer(newToken())]) {
          const { status, text } = await request(method, path, headers);
          expect([status, /Not found: the pages/.test(text)], `${method} ${path}`).to.deep.equal([404, true]);
          now += 600_000;
        }
        for (const headers of [bearer(controller), { 'X-Api-Token': controller }, basic(`phone:${controller}`)]) {
          const { status, text } = await request(method, path, headers);
          expect([status, JSON.parse(text)], `${method} ${path}`).to.deep.equal([
            404,
            { error: 'Control is off: set "control: true" in the configuration (or WRTMETER_CONTROL=true) and reload it' },
          ]);
        }
      }
      expect((await request('PUT', '/api/clients/1', bearer(controller))).headers.allow).to.equal('GET, HEAD');
      expect((await request('GET', '/api/clients/1/revoke', bearer(controller))).status).to.equal(404);
    });

    it('they appear and disappear when the configuration is reloaded', async () => {
      settings = { read: 'open', control: false };
      expect((await request('POST', '/api/clients/1/revoke', bearer(controller))).text).to.include('Control is off');
      settings = { read: 'open', control: true };
      expect((await request('POST', '/api/clients/1/revoke', bearer(controller))).text).to.equal('{"error":"Client not found"}');
      expect((await request('PUT', '/api/clients/1')).headers.allow).to.equal('GET, HEAD, DELETE');
      expect((await request('GET', '/api/clients/1/revoke')).headers.allow).to.equal('POST');
      settings = { read: 'token', control: true };
      expect((await get('/metrics')).status).to.equal(401);
    });
  });

  describe('reload', () => {
    const reload = (headers: Record<string, string> = {}) => request('POST', '/-/reload', headers);

    it('requires a token of scope control if reading or control uses tokens', async () => {
      for (const wanted of [{ read: 'token', control: false } as const, { read: 'open', control: true } as const]) {
        settings = wanted;
        expect((await reload()).status).to.equal(401);
        expect((await reload(bearer(reader))).status).to.equal(403);
        expect((await reload(bearer(controller))).status).to.equal(200);
      }
      settings = { read: 'open', control: false };
      expect((await reload()).status).to.equal(200);
    });
  });

  describe('pages of other sites', () => {
    const port = () => new URL(server.url).port;

    it('cannot control, even if the browser sends a stored login', async () => {
      const sent = basic(`owner:${controller}`);
      const foreign = [
        { 'Sec-Fetch-Site': 'cross-site' },
        { 'Sec-Fetch-Site': 'same-site' },
        { Origin: 'https://evil.example' },
        { Origin: 'null' },
        { Origin: `http://127.0.0.1:${Number(port()) + 1}` },
        { Origin: `http://127.0.0.1:${port()}.evil.example` },
        { Origin: `http://127.0.0.1:${port()}@evil.example` },
        { Origin: 'file://' },
      ];
      for (const headers of foreign) {
        for (const path of ['/api/clients/1/revoke', '/api/servers/1/sync-stats', '/-/reload']) {
          const { status, text } = await request('POST', path, { ...sent, ...headers });
          expect([status, text.includes('Requests from other sites are not allowed here')], JSON.stringify(headers)).to.deep.equal([
            403,
            true,
          ]);
        }
      }
    });

    it('do not use up attempts of the browser’s machine', async () => {
      for (let i = 0; i < 30; i += 1) {
        await request('POST', '/api/clients/1/revoke', { ...bearer('guess'), Origin: 'https://evil.example' });
      }
      expect((await get('/metrics', bearer(reader))).status).to.equal(200);
    });

    it('our own page, a script and a command can control', async () => {
      for (const headers of [
        {},
        { Origin: `http://127.0.0.1:${port()}` },
        { 'Sec-Fetch-Site': 'same-origin' },
        { 'Sec-Fetch-Site': 'none' },
      ]) {
        expect((await request('POST', '/-/reload', { ...bearer(controller), ...headers })).status).to.equal(200);
      }
    });

    it('are not allowed by CORS', async () => {
      const { headers } = await request('OPTIONS', '/api/clients/1/revoke', {
        Origin: 'https://evil.example',
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'authorization',
      });
      for (const name of Object.keys(headers)) expect(name).to.not.match(/^access-control/);
      expect(headers['set-cookie']).to.equal(undefined);
    });
  });

  describe('tokens while the service runs', () => {
    it('a revoked one is refused at the next request, and no other is', async () => {
      expect((await get('/metrics', bearer(reader))).status).to.equal(200);
      await revoke('prometheus');
      expect((await get('/metrics', bearer(reader))).status).to.equal(401);
      expect((await get('/metrics', bearer(controller))).status).to.equal(200);
    });

    it('a new one is valid at the next request', async () => {
      const fresh = await create('tablet', 'read');
      expect((await get('/metrics', bearer(fresh))).status).to.equal(200);
    });

    it('with an unreadable file nobody is admitted, and the message does not blame the token', async () => {
      await rm(join(directory, 'tokens.json'));
      await mkdir(join(directory, 'tokens.json'));
      const { status, text } = await get('/api/v1/wan', bearer(reader));
      expect([status, text]).to.deep.equal([503, '{"error":"The tokens cannot be read: see the log"}']);
      for (let i = 0; i < 20; i += 1) await get('/api/v1/wan', bearer(reader));
      expect(logged, 'one line a minute, not one a request').to.have.length(1);
      expect(logged[0]).to.match(/tokens\.json\\" is not a file|tokens\.json" is not a file/);
    });
  });

  describe('guesses', () => {
    it('after ten at once the address must wait, also with a right token', async () => {
      const statuses: number[] = [];
      for (let i = 0; i < 12; i += 1) statuses.push((await get('/metrics', bearer(newToken()))).status);
      expect(statuses).to.deep.equal([...Array(10).fill(401), 429, 429]);
      const { status, headers, text } = await get('/api/v1/wan', bearer(reader));
      expect([status, headers['retry-after'], text]).to.deep.equal([429, '6', '{"error":"Too many wrong tokens: try again in 6 s"}']);
      now += 6000;
      expect((await get('/metrics', bearer(reader))).status).to.equal(200);
    });

    it('from one address do not lock out another', async () => {
      for (let i = 0; i < 12; i += 1) await get('/metrics', bearer(newToken()));
      const { port } = new URL(server.url);
      const lines = ['GET /metrics HTTP/1.1', 'Host: a', `Authorization: Bearer ${reader}`, 'Connection: close', '', ''];
      expect(await from('127.0.0.2', Number(port), lines.join('\r\n'))).to.match(/^HTTP\/1\.1 200 /);
    });

    it('are counted for the real address, whatever the headers say', async () => {
      for (let i = 0; i < 12; i += 1)
        await get('/metrics', { ...bearer(newToken()), 'X-Forwarded-For': `10.0.0.${i}`, Forwarded: `for=10.0.0.${i}` });
      expect((await get('/metrics', { ...bearer(reader), 'X-Forwarded-For': '10.1.0.1' })).status).to.equal(429);
    });

    it('are logged with the address, and never shown in the log or in an answer', async () => {
      const guess = newToken();
      const answers = [
        await get('/metrics', bearer(guess)),
        await get('/api/v1/wan', basic(`user:${guess}`)),
        await get('/', { 'X-Api-Token': guess }),
      ];
      const everything = JSON.stringify([logged, answers.map(({ text, headers }) => [text, headers])]);
      expect(logged).to.have.length(1);
      expect(logged[0]).to.include('Refused a request without a valid token, the last one from 127.0.0.1');
      for (const part of [guess, guess.slice(5, 15), 'wrtm_']) expect(everything).to.not.include(part);
    });
  });

  describe('hostile headers', () => {
    it('count as a wrong token, none, or are too large, and nothing breaks', async () => {
      const { port } = new URL(server.url);
      const send = (header: string) =>
        from('127.0.0.1', Number(port), `GET /api/v1/wan HTTP/1.1\r\nHost: a\r\n${header}\r\nConnection: close\r\n\r\n`);
      const headers: [string, number][] = [
        [`Authorization: Bearer ${'A'.repeat(12_000)}`, 401],
        [`Authorization: Bearer ${'A'.repeat(20_000)}`, 431],
        [`X-Api-Token: ${'wrtm_'.repeat(1000)}`, 401],
        ['Authorization: Bearer \xff\xfe\xfd', 401],
        [`Authorization: Basic ${'='.repeat(1000)}`, 401],
        ['Authorization: Basic \u0000', 400],
        [`Authorization: ${' '.repeat(10_000)}Bearer`, 401],
        [`Authorization: Bearer ${reader}\r\nAuthorization: Bearer ${reader}`, 200],
        [`X-Api-Token: ${reader}\r\nX-Api-Token: ${reader}`, 401],
        [`X-Api-Token: ${reader}, ${reader}`, 401],
        ['Authorization: Bearer', 401],
        ['authorization:', 401],
        ['Authorization: Bearer __proto__', 401],
        [`Authorization: Bearer ${reader.toLowerCase()}`, 401],
      ];
      for (const [header, status] of headers) {
        now += 600_000;
        expect(await send(header), header.slice(0, 60)).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      }
      expect((await get('/metrics', bearer(reader))).status).to.equal(200);
    });

    it('a path with invalid text is not found', async () => {
      for (const path of [
        '/api/clients/%ff',
        '/api/clients/%',
        '/api/clients/%00',
        '/api/servers/..%2f..%2fetc/clients',
        `/api/clients/${'9'.repeat(1000)}`,
      ]) {
        const { status, text } = await get(path, bearer(reader));
        expect(status, path).to.be.oneOf([400, 404]);
        expect(text).to.not.include('    at ');
      }
    });
  });
});

/** The answer to a raw request from a loopback address. */
function from(localAddress: string, port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) => (answer === '' ? reject(error) : resolve(answer)));
    socket.write(text, 'latin1');
  });
}
