import { connect } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { LedgerError } from '../../src/errors.ts';
import type { AppDeps } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { type Answer, ask, depsOf, serveApp } from '../support/web/web.ts';

const LONG = 'wrtmeter_metric{label="some text"} 1\n'.repeat(1000);

describe('the web application', () => {
  let home: SmallHome;
  let server: Listening;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  after(() => home.close());
  afterEach(() => server.close());

  const start = async (changes: Partial<AppDeps> = {}) => {
    server = await serveApp(depsOf(home, () => home.view(Date.UTC(2026, 10, 20)), changes));
  };
  const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => ask(server.url + path, { headers });

  /** The answer to a raw request. */
  const raw = (text: string): Promise<string> => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname).setEncoding('utf8');
    socket.end(text);
    return socket.toArray().then((parts) => parts.join(''));
  };

  describe('/metrics', () => {
    it('has the type that Prometheus asks for', async () => {
      await start();
      const { status, headers, text } = await get('/metrics');
      expect([status, headers['content-type'], text]).to.deep.equal([200, 'text/plain; version=0.0.4; charset=utf-8', 'wrtmeter_up 1\n']);
      expect(headers).to.include({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-length': '14' });
    });

    it('is compressed only if the client accepts gzip', async () => {
      await start({ scrape: async () => [Buffer.from(LONG)] });
      for (const accept of ['gzip', 'gzip, deflate, br', 'deflate, gzip;q=0.5']) {
        const { headers, body } = await get('/metrics', { 'Accept-Encoding': accept });
        expect(headers, accept).to.include({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' });
        expect(gunzipSync(body).toString()).to.equal(LONG);
        expect(body.length).to.be.below(LONG.length / 10);
      }
      for (const accept of [undefined, 'identity', 'br', 'gzip;q=0']) {
        const { headers, text } = await get('/metrics', accept === undefined ? {} : { 'Accept-Encoding': accept });
        expect(headers['content-encoding'], accept).to.equal(undefined);
        expect(headers.vary).to.equal('Accept-Encoding');
        expect(text).to.equal(LONG);
      }
    });

    it('has the history for a job of its own, and only for those who may read', async () => {
      const history = async () => [Buffer.from('wrtmeter_history 1\n')];
      await start({ history });
      const { status, headers, text } = await get('/metrics/history');
      expect([status, headers['content-type'], text]).to.deep.equal([
        200,
        'text/plain; version=0.0.4; charset=utf-8',
        'wrtmeter_history 1\n',
      ]);
      await server.close();
      await start({ history, auth: { settings: () => ({ read: 'token', control: false }), check: async () => ({ kind: 'missing' }) } });
      expect((await get('/metrics/history')).status).to.equal(401);
    });

    it('passes on the scraper’s timeout if it is valid', async () => {
      const seen: (number | null)[] = [];
      await start({
        scrape: async (timeout) => {
          seen.push(timeout);
          return [];
        },
      });
      for (const text of ['10', '9.5', '0', '-1', '1e3', 'NaN', 'Infinity', ' 5', '5 ', '5s', '0x10', '']) {
        await get('/metrics', { 'X-Prometheus-Scrape-Timeout-Seconds': text });
      }
      await get('/metrics');
      // HTTP itself removes the spaces around a value.
      expect(seen).to.deep.equal([10, 9.5, null, null, null, null, null, 5, 5, null, null, null, null]);
    });

    it('comes whole in its parts, while other clients do not read theirs', async () => {
      const parts = Array.from({ length: 200 }, (_, i) => Buffer.from(`wrtmeter_metric{part="${i}"} 1\n`.repeat(2000)));
      const whole = Buffer.concat(parts);
      await start({ scrape: async () => parts });
      const { hostname, port } = new URL(server.url);
      const idle = ['identity', 'gzip'].map((accept) => {
        const socket = connect(Number(port), hostname).pause();
        socket.write(`GET /metrics HTTP/1.1\r\nHost: x\r\nAccept-Encoding: ${accept}\r\n\r\n`);
        return socket;
      });
      const [plain, packed, again] = await Promise.all(
        ['identity', 'gzip', 'gzip'].map((accept) => get('/metrics', { 'Accept-Encoding': accept })),
      );
      expect(plain?.headers['content-length']).to.equal(String(whole.length));
      expect(plain?.body.equals(whole), 'plain').to.equal(true);
      expect(gunzipSync(packed?.body ?? '').equals(whole), 'packed').to.equal(true);
      expect(again?.body.equals(packed?.body ?? Buffer.alloc(0)), 'packed again').to.equal(true);
      for (const socket of idle) socket.destroy();
    });

    it('answers HEAD like GET, without a body', async () => {
      await start();
      const { status, headers, text } = await ask(`${server.url}/metrics`, { method: 'HEAD' });
      expect([status, headers['content-length'], text]).to.deep.equal([200, '14', '']);
      await server.close();
      await start({ scrape: async () => [Buffer.from('wrtmeter_metric 1\n'.repeat(500))] });
      const packed = { 'Accept-Encoding': 'gzip' };
      const [whole, head] = [await get('/metrics', packed), await ask(`${server.url}/metrics`, { method: 'HEAD', headers: packed })];
      for (const header of ['content-encoding', 'content-length', 'vary'])
        expect(head.headers[header], header).to.equal(whole.headers[header]);
      expect(whole.headers['content-encoding']).to.equal('gzip');
    });
  });

  describe('/api.php', () => {
    it('answers at both paths, as plain JSON', async () => {
      await start();
      for (const path of ['/api.php', '/netstat/api.php']) {
        const { status, headers, text } = await get(`${path}?action=clients`);
        expect([status, headers['content-type'], text]).to.deep.equal([200, 'application/json', '{"data":[]}']);
      }
    });

    it('reports errors in the words of the older API', async () => {
      await start();
      const none = await get('/api.php');
      expect([none.status, none.text]).to.deep.equal([400, '{"error":"No action specified."}']);
      const other = await get('/api.php?action=clients&action=nonsense');
      expect([other.status, other.text]).to.deep.equal([
        400,
        '{"error":"Invalid action. Valid actions are: clients, wan, leases, combined."}',
      ]);
    });

    it('reports a missing token and a wrong method as JSON at both paths', async () => {
      await start({ auth: { settings: () => ({ read: 'token', control: false }), check: async () => ({ kind: 'missing' }) } });
      for (const path of ['/api.php', '/netstat/api.php']) {
        const refused = await get(`${path}?action=clients`);
        const told = { error: 'Missing authentication token' };
        expect([refused.status, refused.headers['content-type'], JSON.parse(refused.text)]).to.deep.equal([401, 'application/json', told]);
        const wrong = await ask(server.url + path, { method: 'POST' });
        const use = { error: 'Method not allowed: use GET or HEAD' };
        expect([wrong.status, wrong.headers['content-type'], JSON.parse(wrong.text)]).to.deep.equal([405, 'application/json', use]);
      }
    });

    it('reports an unexpected error', async () => {
      await start({
        apiPhp: async () => {
          throw new LedgerError('Ledger "x": disk I/O error');
        },
      });
      const { status, text } = await get('/api.php?action=wan');
      expect([status, text]).to.deep.equal([500, '{"error":"An unexpected error occurred: Ledger \\"x\\": disk I/O error"}']);
    });
  });

  describe('errors', () => {
    it('an unknown path gets one line that leads to the pages', async () => {
      await start();
      const { status, text, headers } = await get('/nonsense');
      const line = 'Not found: the pages begin at /, and /developer links to what programs read';
      expect([status, text, headers['content-type']]).to.deep.equal([404, `${line}\n`, 'text/plain; charset=utf-8']);
      expect((await get('/api/v2/devices')).text).to.equal(JSON.stringify({ error: line }));
      expect((await get('/%00%ff')).status).to.equal(404);
    });

    it('a wrong method gets 405 and the allowed methods', async () => {
      await start();
      for (const [method, path, allow] of [
        ['POST', '/metrics', 'GET, HEAD'],
        ['DELETE', '/api/v1/devices', 'GET, HEAD'],
        ['OPTIONS', '/', 'GET, HEAD'],
        ['GET', '/-/reload', 'POST'],
      ] as const) {
        const { status, headers } = await ask(server.url + path, { method });
        expect([status, headers.allow], `${method} ${path}`).to.deep.equal([405, allow]);
      }
    });

    it('a wrong query gets 400 and one line', async () => {
      await start();
      const { status, headers, text } = await get('/api/v1/usage?by=week');
      expect([status, headers['content-type'], text]).to.deep.equal([
        400,
        'application/json',
        '{"error":"\\"by\\" is \\"week\\": use hour, day, month, year"}',
      ]);
    });

    it('a parameter of what has none gets 400: nobody gets the whole home where one user was meant', async () => {
      await start();
      for (const path of ['routers', 'devices', 'users', 'device-suggestions', 'wan', 'leases', 'peers', 'quotas', 'tariffs', 'limits']) {
        const { status, text } = await get(`/api/v1/${path}?user=anna`);
        expect([status, text], path).to.deep.equal([400, '{"error":"There is no parameter \\"user\\": leave it out"}']);
      }
    });

    it('an address that is not a URL gets 400 and one line, and is not logged as an error', async () => {
      const logged: string[] = [];
      await start({ log: (level, message) => logged.push(`${level} ${message}`) });
      for (const target of ['http://[::bad/', 'http://a:b:c/', 'http://%zz@gateway/metrics', `http://[/api/${'0'.repeat(3000)}`]) {
        const answer = await raw(`GET ${target} HTTP/1.1\r\nHost: gateway\r\n\r\n`);
        expect(answer, target).to.match(/^HTTP\/1\.1 400 .*\r\n\r\nBad request: its address is not a URL\n$/s);
      }
      expect(await raw('GET http://gateway/nonsense HTTP/1.1\r\nHost: gateway\r\n\r\n')).to.match(/^HTTP\/1\.1 404 /);
      expect(logged).to.deep.equal([]);
    });

    it('a very long URL gets 414', async () => {
      await start();
      expect((await get(`/api/v1/usage?mac=${'0'.repeat(2048)}`)).status).to.equal(414);
      expect((await get(`/${'0'.repeat(20_000)}`)).status).to.equal(431);
    });

    it('a bug is logged, and not shown to the caller', async () => {
      const logged: unknown[] = [];
      await start({
        view: async () => {
          throw new TypeError('secret of /home/somebody');
        },
        log: (level, message, fields) => logged.push([level, message, (fields.error as Error).message]),
      });
      for (const path of ['/api/v1/devices', '/']) {
        const { status, text } = await get(path);
        expect(status).to.equal(500);
        expect(text).to.include('Internal error: see the log').and.not.include('secret').and.not.include('    at ');
      }
      expect(logged).to.deep.equal(Array.from({ length: 2 }, () => ['error', 'Request failed', 'secret of /home/somebody']));
    });

    it('an unreadable ledger is reported with its own message', async () => {
      await start({
        usage: async () => {
          throw new LedgerError('Ledger "/data/ledger.db": disk I/O error');
        },
      });
      const { status, text } = await get('/api/v1/usage');
      expect([status, text]).to.deep.equal([503, '{"error":"Ledger \\"/data/ledger.db\\": disk I/O error"}']);
      // The page works without its days.
      expect((await get('/')).status).to.equal(200);
    });

    it('a body is neither read nor awaited', async () => {
      await start({ reload: async () => ({ ok: true, message: 'configuration reloaded' }) });
      const { status, headers } = await ask(`${server.url}/-/reload`, { method: 'POST', body: 'x'.repeat(100) });
      expect([status, headers.connection]).to.deep.equal([200, 'close']);
    });
  });

  it('browsers get an icon, which they keep', async () => {
    await start();
    const { status, headers, text } = await get('/favicon.ico');
    expect([status, headers['content-type'], headers['cache-control']]).to.deep.equal([200, 'image/svg+xml', 'public, max-age=86400']);
    expect(text).to.match(/^<svg xmlns=/);
    expect((await get('/')).text).to.include('href="favicon.ico"');
  });

  it('/api/v1/ lists every address with its parameters', async () => {
    await start();
    const { routes } = JSON.parse((await get('/api/v1/')).text);
    expect(routes).to.deep.include({
      method: 'GET',
      path: '/api/v1/reconciliation',
      parameters: ['router'],
      summary: "A gateway's uplinks compared with its hosts",
    });
  });

  describe('/-/', () => {
    it('healthy lists problems, and fails if the program cannot work', async () => {
      let healthy = true;
      await start({ health: () => ({ healthy, problems: ['the disk is full'] }) });
      expect(await get('/-/healthy')).to.include({ status: 200, text: '{"status":"ok","problems":["the disk is full"]}' });
      healthy = false;
      expect(await get('/-/healthy')).to.include({ status: 503, text: '{"status":"failing","problems":["the disk is full"]}' });
    });

    it('ready is 200 or 503', async () => {
      let ready = false;
      await start({ ready: () => ready });
      expect(await get('/-/ready')).to.include({ status: 503, text: 'not ready\n' });
      ready = true;
      expect(await get('/-/ready')).to.include({ status: 200, text: 'ready\n' });
    });

    it('reload needs POST, must be enabled, and is refused for pages of other sites', async () => {
      const post = (headers = {}) => ask(`${server.url}/-/reload`, { method: 'POST', headers });
      await start();
      expect(await post()).to.include({ status: 403, text: 'Reloading is not enabled: set "reload: true", or send the process SIGHUP\n' });
      await server.close();
      let ok = true;
      await start({ reload: async () => ({ ok, message: ok ? 'configuration reloaded' : 'x.yaml:1: listen is wrong' }) });
      expect(await post()).to.include({ status: 200, text: 'configuration reloaded\n' });
      expect(await post({ 'Sec-Fetch-Site': 'cross-site' })).to.include({ status: 403 });
      ok = false;
      expect(await post()).to.include({ status: 500, text: 'x.yaml:1: listen is wrong\n' });
    });
  });
});
