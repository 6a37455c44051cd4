import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { scripts } from '../support/routers/busybox.ts';
import { type BusyboxRouter, startBusyboxRouter } from '../support/routers/busybox-router.ts';

const token = 'f00d-F00D_f00d.f00d~+/=';
const all = ['wrtmeter.cgi', 'hosts.cgi', 'totalwifi.cgi', 'wan.cgi', 'dhcp.cgi'];

describe('the scripts behind a real busybox httpd', () => {
  let router: BusyboxRouter;
  before(async () => {
    router = await startBusyboxRouter();
  });
  after(() => router.close());
  const config = (text: string) => writeFileSync(join(router.root, 'etc/config/wrtmeter'), text);
  const ask = (script: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${router.url}/cgi-bin/${script}`, { method, headers });
  afterEach(() => rmSync(join(router.root, 'etc/config/wrtmeter'), { force: true }));

  it('have one request guard: its text is the same in all of them', () => {
    const guard = (name: string) =>
      /# The request guard, [\s\S]*# End of the request guard\.\n/.exec(readFileSync(join(scripts, name), 'utf8'))?.[0];
    const cgis = readdirSync(scripts).filter((name) => name.endsWith('.cgi'));
    expect(cgis).to.have.members(all);
    // hosts.cgi goes through that of wrtmeter.cgi.
    expect(guard('hosts.cgi')).to.equal(undefined);
    expect(new Set(cgis.filter((name) => name !== 'hosts.cgi').map(guard))).to.have.property('size', 1);
    expect(guard('wan.cgi')).to.contain('HTTP_AUTHORIZATION');
  });
  for (const script of all) {
    it(`${script} answers everybody while no token is set`, async () => {
      const answer = await ask(script);
      expect(answer.status).to.equal(200);
      expect(answer.headers.get('content-type')).to.equal('text/plain');
      expect(answer.headers.get('cache-control')).to.equal('no-store');
      expect((await answer.text()).length).to.be.greaterThan(20);
    });
    it(`${script} with a token answers no other request`, async () => {
      config(`\nconfig wrtmeter 'main'\n\toption token '${token}'\n`);
      expect((await ask(script, { authorization: `Bearer ${token}` })).status).to.equal(200);
      expect((await ask(script, { authorization: `bearer ${token}` })).status).to.equal(200);
      for (const wrong of ['', `Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer *', 'Bearer', `Basic ${btoa(`:${token}`)}`, token]) {
        const answer = await ask(script, { authorization: wrong });
        expect(answer.status, wrong).to.equal(401);
        expect(answer.headers.get('www-authenticate')).to.equal('Bearer');
        expect(await answer.text()).to.equal('The token of this router is missing or wrong\n');
      }
    });
    it(`${script} knows GET and HEAD and no other method`, async () => {
      const head = await ask(script, {}, 'HEAD');
      expect([head.status, await head.text()]).to.deep.equal([200, '']);
      for (const method of ['POST', 'PUT', 'DELETE']) {
        const answer = await ask(script, {}, method);
        expect([answer.status, answer.headers.get('allow')], method).to.deep.equal([405, 'GET, HEAD']);
      }
    });
  }
  it('read the token however uci or a hand wrote it', async () => {
    for (const line of [
      `option token ${token}`,
      `\toption 'token' "${token}"`,
      `option token '${token}'`,
      `config other\n option "token" '${token}'\n\n`,
    ]) {
      config(line);
      expect((await ask('wan.cgi')).status, line).to.equal(401);
      expect((await ask('wan.cgi', { authorization: `Bearer ${token}` })).status, line).to.equal(200);
    }
    for (const line of ["option token ''", '# option token x', "config wrtmeter 'main'", '']) {
      config(line);
      expect((await ask('wan.cgi')).status, line).to.equal(200);
    }
  });
  it('stay shut when the token cannot be compared', async () => {
    for (const token of ['a b', 'a*b', 'a"b', 'é'])
      for (const sent of [token, 'a', '']) {
        config(`option token '${token}'\n`);
        const answer = await ask('wan.cgi', { authorization: `Bearer ${encodeURI(sent)}` });
        const why = 'The token in /etc/config/wrtmeter may hold letters, digits and ._~+/=- only\n';
        expect([answer.status, await answer.text()], `${token}, ${sent}`).to.deep.equal([500, why]);
      }
  });
  it('cannot be led to another root by a header, a query or a body', async () => {
    for (const name of ['WRTMETER_ROOT', 'Wrtmeter-Root', 'CGI_WRTMETER_ROOT', 'root'])
      expect(await (await fetch(`${router.url}/cgi-bin/wan.cgi?${name}=/x`, { headers: { [name]: '/x' } })).text(), name).to.equal(
        'wan: 9876543210 123456789\n',
      );
  });
  it('end every line of the head with CR LF, as strict clients demand', async () => {
    const url = new URL(router.url);
    const raw = await new Promise<string>((resolve, reject) => {
      let text = '';
      const socket = connect(Number(url.port), url.hostname, () => socket.write('GET /cgi-bin/wan.cgi HTTP/1.0\r\n\r\n'));
      socket.on('data', (data) => {
        text += data;
      });
      socket.once('end', () => resolve(text)).once('error', reject);
    });
    const head = raw.slice(0, raw.indexOf('\r\n\r\n'));
    expect(head.replaceAll('\r\n', '')).to.not.contain('\n');
    expect(raw.slice(head.length + 4)).to.equal('wan: 9876543210 123456789\n');
  });
  it('answer several at once, each the whole', async () => {
    const bodies = await Promise.all(Array.from({ length: 8 }, async () => (await ask('wrtmeter.cgi')).text()));
    expect(new Set(bodies).size).to.equal(1);
    expect(bodies[0]).to.match(/^wrtmeter 1\n[\s\S]*\nend wrtmeter\n$/);
  });
});
