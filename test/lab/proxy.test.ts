import { setMaxListeners } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { home } from '../../src/simulator/home/home.ts';
import { fillLedger } from '../support/ledger/filled.ts';
import { output } from '../support/program/command.ts';
import { type Exporter, startExporter } from '../support/program/exporter.ts';
import { startPrometheus } from '../support/prometheus/prometheus.ts';
import { type RunningRouters, startRouters } from '../support/simulator/routers.ts';
import { createWorld } from '../support/simulator/world.ts';
import { documentedScrape, type RunningProxy, startCaddy, startNginx } from '../support/web/proxies.ts';
import { type Answer, type Asking, ask } from '../support/web/web.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const LOGIN = { username: 'anna', password: 'correct horse' };
const basic = (username: string, password: string) => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
const ANNA = basic(LOGIN.username, LOGIN.password);
const START = { nginx: startNginx, Caddy: startCaddy };
type Name = keyof typeof START;
const NAMES = Object.keys(START) as Name[];
const WRONG = `wrtm_${'A'.repeat(43)}`;

describe('wrtmeter behind a reverse proxy, as in the examples', function () {
  this.timeout(60_000);
  let folder: string;
  let routers: RunningRouters;
  let exporter: Exporter;
  const proxies = new Map<Name, RunningProxy>();
  let key: string;
  let reader: string;
  let controller: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wrtmeter-behind-'));
    const now = Date.now();
    const data = join(folder, 'data');
    await mkdir(data);
    await fillLedger(data, { devices: 300, days: 40, hours: 0, now });
    const world = createWorld(home(1, { start: now - 60_000 }));
    world.advance(60);
    routers = await startRouters(world);
    await configure('open');
    exporter = await startExporter({ args: ['--config', join(folder, 'wrtmeter.yaml')], dataDir: data });
    const token = async (...args: string[]) => (await output([process.execPath, MAIN, 'token', 'create', ...args, '--data', data])).trim();
    [reader, controller] = [await token('proxy'), await token('phone', '--scope', 'control')];
    for (const name of NAMES) {
      const proxy = await START[name](terms());
      proxies.set(name, proxy);
      // Caddy takes a second or more to check a password for the first time, then knows it.
      await ask(`${proxy.origin}/wrtmeter/`, { ca: proxy.ca, headers: { Authorization: ANNA } });
    }
    await exporter.scrape();
    const { peers } = (await exporter.api('/api/v1/peers')) as { peers: { public_key: string }[] };
    key = peers.find(({ public_key: one }) => one.includes('/'))?.public_key ?? expect.fail('No key has a slash');
  });
  after(async () => {
    for (const proxy of proxies.values()) await proxy.stop();
    await exporter?.kill();
    await routers?.close();
    await rm(folder, { recursive: true });
  });

  const terms = () => ({ upstream: new URL(exporter.url).host, ...LOGIN });
  const configure = (read: 'open' | 'token') => {
    const list = routers.routers.map(({ name, url }) => `${name}: { url: ${url} }`).join(', ');
    const text = `control: true\nreload: true\nheartbeat: 0\nauth: { read: ${read} }\nrouters: { ${list} }\n`;
    return writeFile(join(folder, 'wrtmeter.yaml'), text);
  };
  const client = (action = '') => `/api/clients/${encodeURIComponent(key)}${action}`;

  it('a real Prometheus scrapes through both, as documented', async () => {
    const password = join(folder, 'password');
    await writeFile(password, LOGIN.password);
    const job = async ([name, proxy]: [string, RunningProxy]) => ({ ...(await documentedScrape(proxy, password)), job_name: name });
    const jobs = await Promise.all([...proxies].map(job));
    const prometheus = await startPrometheus({ targets: [], interval: '2s', jobs });
    try {
      for (const name of NAMES) expect(await prometheus.until(`wrtmeter_build_info{job="${name}"} and on (job) up == 1`)).to.have.length(1);
    } finally {
      await prometheus.stop();
    }
  });

  for (const name of NAMES)
    describe(name, () => {
      let proxy: RunningProxy;
      before(async () => {
        proxy = proxies.get(name) ?? expect.fail('It does not run');
        await configure('open');
        const reload = await ask(`${exporter.url}/-/reload`, { method: 'POST', headers: { 'X-Api-Token': controller } });
        expect(reload.status).to.equal(200);
      });
      const bare = (path: string, options: Asking = {}): Promise<Answer> => ask(proxy.origin + path, { ca: proxy.ca, ...options });
      /** As somebody with a login. */
      const get = (path: string, { headers, ...options }: Asking = {}): Promise<Answer> =>
        bare(`/wrtmeter${path}`, { ...options, headers: { Authorization: ANNA, ...headers } });
      const act = (path: string, headers: Record<string, string> = {}) => get(path, { method: 'POST', headers });

      it('nothing is shown without the login, and a token of wrtmeter is not one', async () => {
        const others = [basic('anna', 'wrong'), basic('any', controller), `Bearer ${controller}`, ANNA.replace('Basic', 'Bearer')];
        const asked = [
          ...['/', '/metrics', '/-/healthy', '/api/v1/devices'].map((path) => [path, {}] as const),
          ...others.map((Authorization) => ['/metrics', { Authorization }] as const),
        ];
        for (const [path, headers] of asked) {
          const { status, text, headers: said } = await bare(`/wrtmeter${path}`, { headers });
          expect(status, path).to.equal(401);
          expect(said['www-authenticate']).to.match(/^Basic /);
          expect(text).not.to.include('wrtmeter_');
        }
      });

      it('every link of the home page leads to a page below the prefix', async () => {
        const { status, headers } = await get('');
        expect(status).to.be.oneOf([301, 302]);
        const root = new URL(headers.location ?? '', `${proxy.origin}/wrtmeter`).href;
        expect(root).to.equal(`${proxy.origin}/wrtmeter/`);
        const { text, headers: page } = await get('/');
        expect(page['content-security-policy']).to.include("default-src 'none'");
        expect(text).not.to.match(/<base/i);
        const links = [
          ...new Set([...text.matchAll(/\b(?:href|src|action)="([^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'))),
        ];
        expect(links).to.include.members(['devices', 'audit', 'developer', 'favicon.ico']).and.have.length.above(6);
        expect((await get('/developer')).text).to.include('href="api/v1/openapi.json"');
        const { servers } = JSON.parse((await get('/api/v1/openapi.json')).text);
        expect(new URL(servers[0].url, `${root}api/v1/openapi.json`).href).to.equal(root);
        for (const link of links) {
          const { href } = new URL(link, root);
          expect(href).to.match(new RegExp(`^${root}`));
          expect((await get(href.slice(root.length - 1))).status, link).to.equal(200);
        }
      });

      it('a public key in the path arrives as it was sent', async () => {
        const { status, text } = await get(client());
        expect([status, JSON.parse(text).success]).to.deep.equal([200, true]);
        // An address that only looks like the prefix after decoding shows nothing without the login either.
        for (const path of ['/%77rtmeter/metrics', '//wrtmeter/metrics', '/wrtmeter/%2e%2e/metrics'])
          expect((await bare(path)).text, path).not.to.include('wrtmeter_');
      });

      it('a long answer arrives whole, with gzip and without, in one piece and in pages', async () => {
        const path = '/api/v1/usage?from=2020-01-01';
        const direct = await ask(exporter.url + path);
        expect(direct.body.length).to.be.above(500_000);
        expect((await get(path)).text).to.equal(direct.text);
        const [near, packed] = [
          await ask(exporter.url + path, { headers: { 'Accept-Encoding': 'gzip' } }),
          await get(path, { headers: { 'Accept-Encoding': 'gzip' } }),
        ];
        expect(packed.headers['content-encoding']).to.equal('gzip');
        expect(packed.headers.vary).to.include('Accept-Encoding');
        expect(packed.body.equals(near.body)).to.equal(true);
        const series: unknown[] = [];
        for (let cursor: string | null = ''; cursor !== null; ) {
          const more: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
          const page = JSON.parse((await get(`${path}&limit=200${more}`)).text);
          series.push(...page.series);
          cursor = page.next;
        }
        // A page is sorted by itself.
        const sorted = (all: unknown[]) => all.map((one) => JSON.stringify(one)).sort();
        expect(sorted(series)).to.deep.equal(sorted(JSON.parse(direct.text).series));
      });

      it('the scrape timeout arrives: a slow router does not delay a scrape', async () => {
        await routers.router('attic').setFault({ kind: 'late', ms: 9000 });
        const begun = performance.now();
        const { status, text } = await get('/metrics', { headers: { 'X-Prometheus-Scrape-Timeout-Seconds': '1' } });
        await routers.router('attic').setFault(null);
        expect(status).to.equal(200);
        expect(text).to.include('wrtmeter_wan_download_bytes_total');
        expect(performance.now() - begun).to.be.below(4500);
      });

      it('control needs the token of wrtmeter beside the login, and the page of no other site', async () => {
        // The login is not passed on as a token, else it would count as a wrong one.
        expect(JSON.parse((await act(client('/sync-stats'))).text)).to.deep.equal({ error: 'Missing authentication token' });
        expect((await act(client('/sync-stats'), { 'X-Api-Token': reader })).status).to.equal(403);
        const token = { 'X-Api-Token': controller };
        for (const own of [{}, { Origin: proxy.origin }, { Origin: proxy.origin, 'Sec-Fetch-Site': 'same-origin' }]) {
          const { status, text } = await act(client('/sync-stats'), { ...token, ...own });
          expect([status, JSON.parse(text).success], JSON.stringify(own)).to.deep.equal([200, true]);
        }
        const others = [{ Origin: 'https://localhost' }, { Origin: exporter.url }, { Origin: 'null' }, { 'Sec-Fetch-Site': 'cross-site' }];
        for (const other of others) expect((await act(client('/sync-stats'), { ...token, ...other })).status).to.equal(403);
      });

      it('a client that takes all connections it gets shuts out no Prometheus', async () => {
        await routers.router('attic').setFault({ kind: 'late', ms: 3500 });
        const end = new AbortController();
        setMaxListeners(200, end.signal);
        const early = exporter.scrape();
        const earlyBehind = get('/metrics');
        const options = { localAddress: '127.0.0.5', signal: end.signal };
        const flood = Array.from({ length: 160 }, () => get('/metrics', options).catch(() => null));
        await sleep(1500);
        // One of Caddy's own clients has to wait until others are done.
        const later = name === 'nginx' ? [get('/metrics')] : [];
        const late = exporter.scrape();
        for (const samples of [await early, await late]) expect(samples).not.to.deep.equal([]);
        for (const { status } of [await earlyBehind, ...(await Promise.all(later))]) expect(status).to.equal(200);
        end.abort();
        const answers = await Promise.all(flood);
        if (name === 'nginx') expect(answers.filter((answer) => answer?.status === 503)).to.have.length.above(100);
        await routers.router('attic').setFault(null);
      });

      it('if reading requires a token as well, the proxy can send one, and that of a client takes precedence', async () => {
        await configure('token');
        expect((await act('/-/reload', { Origin: proxy.origin, 'X-Api-Token': controller })).status).to.equal(200);
        expect((await get('/metrics')).status).to.equal(401);
        expect((await get('/metrics', { headers: { 'X-Api-Token': controller } })).status).to.equal(200);
        const sending = await START[name]({ ...terms(), token: reader });
        try {
          const through = (path: string, options: Asking) => ask(`${sending.origin}/wrtmeter${path}`, { ca: sending.ca, ...options });
          expect((await through('/metrics', {})).status).to.equal(401);
          expect((await through('/metrics', { headers: { Authorization: ANNA } })).status).to.equal(200);
          const sync = (headers: Record<string, string>) =>
            through(client('/sync-stats'), { method: 'POST', headers: { Authorization: ANNA, ...headers } });
          expect((await sync({})).status).to.equal(403);
          expect((await sync({ 'X-Api-Token': controller })).status).to.equal(200);
        } finally {
          await sending.stop();
        }
      });

      it('without a login of its own, it passes on the tokens of wrtmeter in every way', async () => {
        const passing = await START[name]({ ...terms(), password: null });
        try {
          const statusOf = async (headers: Record<string, string>) =>
            (await ask(`${passing.origin}/wrtmeter/metrics`, { ca: passing.ca, headers })).status;
          const ways = [{ Authorization: `Bearer ${reader}` }, { Authorization: basic('any', reader) }, { 'X-Api-Token': reader }];
          for (const way of ways) expect(await statusOf(way)).to.equal(200);
          expect(await statusOf({})).to.equal(401);
        } finally {
          await passing.stop();
        }
      });

      it('nobody escapes the limit on wrong tokens with a header that claims another address', async () => {
        const statuses: number[] = [];
        for (let i = 0; i < 12; i += 1) {
          const forged = { 'X-Forwarded-For': `203.0.113.${i}`, 'X-Real-IP': `203.0.113.${i}`, Forwarded: `for=203.0.113.${i}` };
          statuses.push((await get('/metrics', { headers: { ...forged, 'X-Api-Token': WRONG } })).status);
        }
        expect(statuses).to.deep.equal([...Array(10).fill(401), 429, 429]);
        // With an address of its own, the proxy does not affect a Prometheus on this machine.
        const direct = await ask(`${exporter.url}/metrics`, { headers: { 'X-Api-Token': reader } });
        expect(direct.status).to.equal(name === 'nginx' ? 200 : 429);
      });
    });
});
