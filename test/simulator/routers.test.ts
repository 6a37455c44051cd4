import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import { render } from '../../src/simulator/answers/answers.ts';
import { site, WIRED } from '../support/homes/site.ts';
import { ALL_LIES, cutInNumber, distort, type Fault, firstLines, type Lie } from '../support/simulator/faults.ts';
import { type RunningRouters, startRouters } from '../support/simulator/routers.ts';
import { bytes, LAPTOP, PHONE, START, small } from '../support/simulator/small.ts';
import { createWorld } from '../support/simulator/world.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request on its own connection; a broken answer rejects with Node's error code. */
function ask(url: string, options: { headers?: Record<string, string>; wait?: number; most?: number } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = get(url, { agent: new Agent(), headers: options.headers ?? {} }, (response) => {
      let body = '';
      response.setEncoding('latin1');
      response.on('data', (chunk: string) => {
        body += chunk;
        if (body.length > (options.most ?? Number.POSITIVE_INFINITY)) request.destroy(new Error('too large'));
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    request.setTimeout(options.wait ?? 2000, () => request.destroy(new Error('timeout')));
    request.on('error', reject);
  });
}

const failureOf = (url: string, options = {}): Promise<string> =>
  ask(url, options).then(
    ({ status, body }) => expect.fail(`answered ${status} ${body.slice(0, 50)}`),
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('simulated routers', () => {
  const world = small();
  world.transfer(PHONE, bytes(70_000, 12_345));
  world.connect(PHONE, 'gateway', 'phy0-ap0');
  world.connect(LAPTOP, 'gateway', 'phy0-ap0');
  const honest = render(world, 'gateway', 'totalwifi');
  let running: RunningRouters;
  const seen: string[] = [];
  before(async () => {
    running = await startRouters(world, { onAnswer: (router, script, fault) => seen.push(`${router} ${script} ${fault?.kind ?? 'ok'}`) });
  });
  after(() => running.close());
  const gateway = () => running.router('gateway');
  const under = async <T>(fault: Fault, look: (url: string) => Promise<T>): Promise<T> => {
    await gateway().setFault(fault, 'totalwifi');
    try {
      return await look(gateway().urls.stations);
    } finally {
      await gateway().setFault(null);
    }
  };

  it('answer their scripts, each on its own port', async () => {
    const { status, headers, body } = await ask(gateway().urls.stations);
    expect({ status, type: headers['content-type'], framing: headers['transfer-encoding'] }).to.deep.equal({
      status: 200,
      type: 'text/plain',
      framing: 'chunked',
    });
    expect(body).to.equal(honest);
    expect((await ask(gateway().urls.wan ?? '')).body).to.equal('wan: 75000 12645\n');
    expect((await ask(gateway().urls.leases ?? '')).body).to.equal(render(world, 'gateway', 'dhcp'));
    expect((await ask(`${running.router('attic').url}/cgi-bin/wrtmeter.cgi`)).body).to.equal(render(world, 'attic', 'wrtmeter'));
    expect(running.router('attic').urls).to.have.all.keys('stations');
    expect((await ask(`${gateway().url}/cgi-bin/luci`)).status).to.equal(404);
    expect(seen).to.deep.equal(['gateway totalwifi ok', 'gateway wan ok', 'gateway dhcp ok', 'attic wrtmeter ok']);
    expect(gateway().requests).to.deep.equal({ totalwifi: 1, wan: 1, dhcp: 1, wrtmeter: 0 });
  });

  it('show what has moved since the last answer', async () => {
    world.transfer(LAPTOP, bytes(1, 0), { lan: true });
    expect((await ask(gateway().urls.stations)).body).to.equal(honest.replace(`${LAPTOP} 0 0`, `${LAPTOP} 0 1`));
    world.setCounter('gateway', { mac: LAPTOP, radio: 'phy0-ap0' }, bytes(0, 0));
  });

  it('ask for a token or a password if configured', async () => {
    const locked = await startRouters(world, { auth: { token: 'secret' } });
    const basic = await startRouters(world, { auth: { username: 'monitor', password: 'secret' } });
    try {
      const url = locked.router('attic').urls.stations;
      expect((await ask(url)).status).to.equal(401);
      expect((await ask(url, { headers: { Authorization: 'Bearer wrong' } })).status).to.equal(401);
      expect((await ask(url, { headers: { Authorization: 'Bearer secret' } })).status).to.equal(200);
      const authorization = `Basic ${Buffer.from('monitor:secret').toString('base64')}`;
      expect((await ask(basic.router('attic').urls.stations, { headers: { Authorization: authorization } })).status).to.equal(200);
    } finally {
      await Promise.all([locked.close(), basic.close()]);
    }
  });

  describe('with a fault', () => {
    it('hang: accept, and say nothing', async () => {
      expect(await under({ kind: 'hang' }, (url) => failureOf(url, { wait: 60 }))).to.equal('timeout');
    });

    it('refuse: are not there, and come back on the same port', async () => {
      expect(await under({ kind: 'refuse' }, failureOf)).to.equal('ECONNREFUSED');
      expect((await ask(gateway().urls.stations)).body).to.equal(honest);
    });

    it('reset: break the connection in the middle', async () => {
      expect(await under({ kind: 'reset' }, failureOf)).to.equal('ECONNRESET');
    });

    it('late: answer whole, but late', async () => {
      const begin = performance.now();
      expect((await under({ kind: 'late', ms: 80 }, ask)).body).to.equal(honest);
      expect(performance.now() - begin).to.be.greaterThan(75);
    });

    it('status and redirect: answer something else', async () => {
      expect((await under({ kind: 'status', status: 500 }, ask)).status).to.equal(500);
      const { status, headers } = await under({ kind: 'redirect', to: 'http://127.0.0.2/' }, ask);
      expect([status, headers.location]).to.deep.equal([302, 'http://127.0.0.2/']);
    });

    it('garbage, html, empty: answer 200 with what is not a list', async () => {
      expect((await under({ kind: 'garbage' }, ask)).body).to.have.length(4096);
      expect((await under({ kind: 'html' }, ask)).body).to.match(/^<!DOCTYPE html>/);
      expect(await under({ kind: 'empty' }, ask)).to.include({ status: 200, body: '' });
    });

    it('short: promise more than they send', async () => {
      expect(await under({ kind: 'short' }, failureOf)).to.equal('ECONNRESET');
    });

    it('cut-line: end properly after a whole line, as when the script was killed', async () => {
      const [first = ''] = honest.split('\n');
      expect((await under({ kind: 'cut-line' }, ask)).body).to.equal(`${first}\n`);
      expect((await under({ kind: 'cut-line', lines: 0 }, ask)).body).to.equal('');
      expect(firstLines('a\nb\nc\nd\n')).to.equal('a\nb\n');
    });

    it('cut-number: end in the middle of a number, without a trace in the framing', async () => {
      const { headers, body } = await under({ kind: 'cut-number' }, ask);
      expect(headers.connection).to.equal('close');
      expect(headers).to.not.have.any.keys('content-length', 'transfer-encoding');
      expect(honest.startsWith(body)).to.equal(true);
      expect(body).to.match(/ \d+$/);
      expect(await under({ kind: 'cut-number', chunked: true }, ask)).to.deep.include({ status: 200, body });
      expect(cutInNumber('wan: 123456 1\n')).to.equal('wan: 123');
    });

    it('flood: never end', async () => {
      expect(await under({ kind: 'flood' }, (url) => failureOf(url, { most: 4_000_000 }))).to.equal('too large');
    });

    it('trickle: a byte at a time', async () => {
      const begin = performance.now();
      expect((await under({ kind: 'trickle', ms: 1 }, (url) => ask(url, { wait: 5000 }))).body).to.equal(honest);
      expect(performance.now() - begin).to.be.greaterThan(honest.length);
    });

    it('huge-header: more header than any client takes', async () => {
      expect(await under({ kind: 'huge-header' }, failureOf)).to.equal('HPE_HEADER_OVERFLOW');
    });

    it('lie: one field of each kind says what it cannot, the rest is honest', async () => {
      expect((await under({ kind: 'lie', lie: 'negative' }, ask)).body).to.equal(honest.replace(/ \d+/, ' -5'));
      expect(distort('wan: 12 34\n', 'infinite')).to.equal('wan: 1e999 34\n');
      expect(distort(`1763704800 ${PHONE} 192.168.1.10 phone *\n`, 'nan')).to.equal(`NaN ${PHONE} 192.168.1.10 phone *\n`);
      expect(distort(`1763704800 ${PHONE} 192.168.1.10 phone *\n`, 'mac')).to.equal('1763704800 zz:00:5e:00:53:01 192.168.1.10 phone *\n');
      const all = render(world, 'gateway', 'wrtmeter');
      for (const lie of ALL_LIES) {
        const distorted = distort(all, lie).split('\n');
        const changed = all.split('\n').filter((line, i) => line !== distorted[i]);
        const kinds = lie === 'mac' ? ['station', 'lease'] : ['uplink', 'station', 'lease'];
        expect(changed.map((line) => line.split(' ')[0])).to.deep.equal(kinds);
      }
    });

    it('lie: of hosts and peers too', () => {
      const counted = createWorld(site(1, START, { method: 'nftables' }));
      counted.transfer(WIRED.mac, bytes(5, 6));
      const all = render(counted, 'gateway', 'wrtmeter');
      const kinds = (lie: Lie) => {
        const distorted = distort(all, lie).split('\n');
        return all.split('\n').flatMap((line, i) => (line === distorted[i] ? [] : [line.split(' ')[0]]));
      };
      expect(kinds('fraction')).to.include.members(['up', 'down', 'peer']);
      expect(kinds('mac')).to.include('up').and.to.not.include('peer');
    });

    it('affects only its script, and ends when it is removed', async () => {
      await gateway().setFault({ kind: 'status', status: 500 }, 'wan');
      expect((await ask(gateway().urls.wan ?? '')).status).to.equal(500);
      expect((await ask(gateway().urls.stations)).status).to.equal(200);
      await gateway().setFault({ kind: 'status', status: 503 });
      expect((await ask(gateway().urls.stations)).status).to.equal(503);
      await gateway().setFault(null);
      expect((await ask(gateway().urls.wan ?? '')).status).to.equal(200);
    });
  });

  it('close at once, also while a client waits for an answer', async () => {
    const doomed = await startRouters(world);
    await doomed.router('attic').setFault({ kind: 'hang' });
    const waiting = failureOf(doomed.router('attic').urls.stations);
    while (doomed.router('attic').requests.totalwifi === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await doomed.close();
    expect(await waiting).to.equal('ECONNRESET');
  });

  it('leave no router behind when one port is taken', async () => {
    const port = Number(new URL(running.router('attic').url).port);
    const error = await startRouters(world, { port: port - 1 }).catch((e: NodeJS.ErrnoException) => e);
    expect(error).to.have.property('code', 'EADDRINUSE');
  });
});
