import { chmodSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { type BusyboxRouter, startBusyboxRouter } from '../support/routers/busybox-router.ts';
import { freePort } from '../support/web/port.ts';

const NOBODY = 65534;
const token = 'f00d-F00D_f00d.f00d~+/=';
const all = ['wrtmeter.cgi', 'hosts.cgi', 'totalwifi.cgi', 'wan.cgi', 'dhcp.cgi'];

/** As OpenWrt's pull request 24740 runs uhttpd. The server that answers as root is /etc/init.d/wrtmeter-root. */
describe('scripts behind a web server that does not run as root', () => {
  let port: number;
  let asRoot: BusyboxRouter;
  let router: BusyboxRouter;
  before(async () => {
    port = await freePort('127.0.0.1');
    asRoot = await startBusyboxRouter({ port });
    const { root, tools } = asRoot;
    writeFileSync(join(root, 'etc/config/wrtmeter'), `\nconfig wrtmeter 'main'\n\toption token '${token}'\n`, { mode: 0o600 });
    // Only root may see these, as on a router.
    for (const tool of ['iw-dev', 'ubus-network.interface-dump']) chmodSync(join(tools, tool), 0o600);
    router = await startBusyboxRouter({ root, tools, user: NOBODY, environment: { WRTMETER_ROOT_PORT: String(port) } });
  });
  after(async () => {
    await router.close();
    await asRoot.close();
  });
  const ask = async (at: BusyboxRouter, script: string, headers: Record<string, string> = {}, method = 'GET') => {
    const answer = await fetch(`${at.url}/cgi-bin/${script}`, { method, headers });
    const named = ['content-type', 'cache-control', 'www-authenticate', 'allow'].map((name) => answer.headers.get(name));
    return { status: answer.status, named, body: await answer.text() };
  };
  const authorization = `Bearer ${token}`;

  for (const script of all)
    it(`${script} answers what it answers as root, for the right token and for none`, async () => {
      for (const headers of [{ authorization }, { authorization: `${authorization}x` }, {}] as Record<string, string>[])
        expect(await ask(router, script, headers)).to.deep.equal(await ask(asRoot, script, headers));
      expect((await ask(router, script)).status).to.equal(401);
      expect(await ask(router, script, { authorization }, 'HEAD')).to.deep.equal(await ask(asRoot, script, { authorization }, 'HEAD'));
    });
  it('the answer is whole, however long', async () => {
    const { status, body } = await ask(router, 'wrtmeter.cgi', { authorization });
    expect([status, body.split('\n').at(-2)]).to.deep.equal([200, 'end wrtmeter']);
    expect(body).to.contain('begin stations').and.contain('\nuplink wan up').and.not.contain('failed');
  });
  it('several at once are each answered, and nothing stays behind', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => ask(router, 'wan.cgi', { authorization })));
    expect(new Set(answers.map(({ body }) => body)).size).to.equal(1);
  });
  it('a request cannot make the two servers call each other', async () => {
    const answer = await ask(router, 'wan.cgi?as_root', { authorization });
    expect(answer.status).to.equal(500);
  });

  describe('without the server that answers as root', () => {
    const started: { close(): Promise<void> | void }[] = [];
    afterEach(async () => {
      for (const one of started.splice(0)) await one.close();
    });
    const unprivileged = async (rootPort: number) => {
      const { root, tools } = asRoot;
      const one = await startBusyboxRouter({ root, tools, user: NOBODY, environment: { WRTMETER_ROOT_PORT: String(rootPort) } });
      started.push(one);
      return one;
    };
    it('nobody is let in, and the answer says what to start', async () => {
      const answer = await ask(await unprivileged(await freePort('127.0.0.1')), 'wrtmeter.cgi', { authorization });
      expect(answer.status).to.equal(500);
      expect(answer.body).to.equal(
        'Cannot read /etc/config/wrtmeter: the web server does not run as root, and no server of wrtmeter answers in its place; "/etc/init.d/wrtmeter-root start" on the router starts one\n',
      );
    });
    for (const [what, says] of Object.entries({ nothing: '', garbage: 'hello\r\n\r\n', 'a header alone': 'HTTP/1.0 ' }))
      it(`one that answers ${what} is none`, async () => {
        const server: Server = createServer((socket) => socket.on('error', () => undefined).end(says));
        await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
        started.push({ close: () => void server.close() });
        const address = server.address();
        const answer = await ask(await unprivileged(typeof address === 'object' && address ? address.port : 0), 'wan.cgi');
        expect([answer.status, answer.body.slice(0, 34)]).to.deep.equal([500, 'Cannot read /etc/config/wrtmeter: ']);
      });
  });
});
