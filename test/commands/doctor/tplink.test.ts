import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readBytes } from '../../../src/app/read-file.ts';
import { captureText } from '../../../src/commands/doctor/capture.ts';
import { doctor } from '../../../src/commands/doctor/doctor.ts';
import { hostFindings } from '../../../src/commands/doctor/hosts.ts';
import { routerFindings } from '../../../src/commands/doctor/routers.ts';
import { takeSurvey } from '../../../src/commands/doctor/survey.ts';
import { newStatus, type RouterStatus } from '../../../src/domain/status.ts';
import type { CheckedRouter } from '../../../src/sources/kind.ts';
import { checkTplink } from '../../../src/sources/tplink/checks.ts';
import type { TplinkConfig } from '../../../src/sources/tplink/config.ts';
import { SUM_RULES } from '../../../src/sources/tplink/reading.ts';
import { EITHER } from '../../../src/sources/tplink/words.ts';
import { configOf, withText } from '../../config/support.ts';
import { ANSWERS, startTestRouter } from '../../support/routers/tplink/routers.ts';

const MAC = '4c:e1:73:0a:0b:0c';

describe('wrtmeter doctor on a TP-Link router', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-capture-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  for (const protocol of Object.keys(ANSWERS)) {
    it(`--capture writes what ${protocol} answers, and nothing of the home`, async () => {
      const test = await startTestRouter(protocol, { password: 'geheim123' });
      test.table.move(MAC, '192.168.7.31', 4711, 'annas-phone');
      const config = `routers: { den: { tplink: { url: "${test.running.url}", password: geheim123 } } }`;
      try {
        const lines: string[] = [];
        const write = (text: string) => void lines.push(text);
        const io = {
          ...{ cwd: directory, env: {}, version: '1.2.3', systemTimezone: 'UTC' },
          clock: { now: () => Date.now(), tick: () => performance.now() },
          stdout: { write },
          stderr: { write },
          readFile: async (path: string, limit: number) => (path.endsWith('wrtmeter.yaml') ? Buffer.from(config) : readBytes(path, limit)),
        };
        await doctor({ config: 'wrtmeter.yaml', capture: 'capture.txt' }, io as unknown as Parameters<typeof doctor>[1]);
        const text = await readFile(join(directory, 'capture.txt'), 'utf8');
        expect(text).to.match(/^wrtmeter capture 1\nversion 1\.2\.3\n/);
        for (const secret of [
          'geheim123',
          Buffer.from('admin:geheim123').toString('base64'),
          'annas-phone',
          '192.168.7.31',
          '3232237343',
          '127.0.0.1',
          MAC,
          MAC.toUpperCase(),
          '4C-E1-73',
        ])
          expect(text, secret).not.to.include(secret);
        if (!/encrypted/.test(protocol))
          expect(text)
            .to.include('4711')
            .and.to.match(/02[:-]00[:-]00[:-]00[:-]00[:-]01/);
        expect((await stat(join(directory, 'capture.txt'))).mode & 0o077).to.equal(0);
        expect(lines.join('')).not.to.include('geheim123');
        expect(await doctor({ config: 'wrtmeter.yaml', capture: 'capture.txt' }, io as unknown as Parameters<typeof doctor>[1])).to.equal(
          2,
        );
        expect(lines.join('')).to.match(/Cannot write .*: the file exists; give the name of a new one/);
        expect(test.router.logins.counts.logins).to.equal(test.router.logins.counts.logouts);
      } finally {
        await test.running.close();
      }
    });
  }

  const login = { username: 'admin', password: 'geheim123' };

  it('a record hides texts in pages, keys that are names, and tokens of addresses', () => {
    const request = { url: `http://192.168.0.1/ABCDEFGHIJKLMNOP/userRpm/StatusRpm.htm` };
    const answer = { status: 200, framed: true, text: `${JSON.stringify({ 'Our Home': { psk_key: 'wifi-secret', total_byte: 5 } })}` };
    const page = { ...answer, text: 'var wlanPara = new Array(\n"Our Home", "wifi-secret", 1 );\n<b>Our Home</b>' };
    const text = captureText(
      [
        { router: 'den', login, request, answer },
        { router: 'den', login, request, answer: page },
        { router: 'den', login, request, answer: 'failed: timeout' },
      ],
      '1',
    );
    for (const secret of ['Our Home', 'wifi-secret', 'ABCDEFGHIJKLMNOP', '192.168.0.1', 'den']) expect(text).not.to.include(secret);
    expect(text).to.include('"total_byte":5').and.to.include('failed: timeout').and.to.include('GET /TOKEN/userRpm/StatusRpm.htm');
  });

  it('a record hides numbers and keys that are not known, deep JSON, and text outside of quotes', () => {
    const request = { url: 'http://192.168.0.1/cgi?5', body: 'x' };
    const answered = (text: string) => captureText([{ router: 'den', login, request, answer: { status: 200, framed: true, text } }], '1');
    const json = answered(JSON.stringify({ zzsecretzz: 1, pin: 12345678, total_byte: 5, enable: 'zzsecretzz', errorcode: 'zz"secret' }));
    expect(json).to.include('"total_byte":5');
    for (const secret of ['zzsecretzz', '12345678', 'zz"secret', 'secret']) expect(json).not.to.include(secret);
    expect(answered('var x = new Array(\n1, "a", secret );')).not.to.include('secret');
    expect(answered('{"success":false,"errorcode":"no geheim123"}')).to.include('"no …"');
    expect(answered('totalBytes=secret')).not.to.include('secret');
    expect(answered(`${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`)).to.include('(deeper)');
    expect(answered(JSON.stringify({ data: Array.from({ length: 5000 }, () => ({ name: 'secret', total_byte: 7 })) }))).to.include(
      '"total_byte":7',
    );
  });

  function read(name: string, macs: readonly string[], packets: number | null = 1): RouterStatus {
    const status = newStatus(name, [], ['statistics']);
    const source = status.sources.get('statistics');
    const machines = macs.map((mac) => ({ mac, ip: '192.168.0.2', bytes: 1, packets, bits: 32 as const }));
    if (source !== undefined) source.observation = { source: 'statistics', rules: SUM_RULES, machines };
    return status;
  }
  const checked = (status: RouterStatus, lineRate = 1e8, sinceRead: number | null = null): CheckedRouter<TplinkConfig> => ({
    ...{ name: status.name, config: {} as TplinkConfig, status, hadHosts: false, lineRate, sinceRead, warnings: [] },
  });

  it('warns where a counter may pass its end unseen', () => {
    const found = (lineRate: number, sinceRead: number | null) => checkTplink([checked(read('den', [MAC]), lineRate, sinceRead)]);
    expect(found(1e8, 170)).to.deep.equal([]);
    expect(found(1e8, null)).to.deep.equal([]);
    expect(found(1e8, 300)[0]).to.deep.include({ grade: 'wrong', kind: 'wrap_unknown' });
    expect(found(1e8, 300)[0]?.todo).to.match(/^Read it at least every 85 s/);
    expect(found(1e10, null)[0]).to.deep.include({ grade: 'advice', kind: 'wrap_unknown' });
  });

  /** Findings about routers, without a ledger. */
  async function findingsAt(...urls: string[]): Promise<string[]> {
    const routers = urls.map((url, i) => `  ${['den', 'cee'][i]}: { tplink: { url: "${url}", password: geheim123 } }\n`);
    const config = await configOf({ ...withText(`routers:\n${routers.join('')}`), cli: { data: 'none', listen: '127.0.0.1:9' } });
    const clock = { now: Date.now, tick: () => performance.now() };
    const seen = await takeSurvey(config, { cwd: directory, clock, version: '1' });
    return [...routerFindings(seen), ...hostFindings(seen)].map(({ grade, kind, what }) => `${grade} ${kind}: ${what}`);
  }

  it('says that a session may be open: its own, or that of somebody else', async () => {
    const test = await startTestRouter('stok', { password: 'geheim123' });
    try {
      test.router.logins.setOwner(true);
      expect((await findingsAt(test.running.url))[0]).to.match(/^failing source_auth: .*somebody else is logged in at the router/);
      test.router.logins.setOwner(false);
      expect(await findingsAt(test.running.url)).to.deep.equal([]);
      test.fault = ({ path }, honest) => (path.includes('form=logout') ? { status: 404, body: '' } : honest());
      expect(await findingsAt(test.running.url)).to.deep.equal([
        'wrong session_open: the session may still be open, because the router did not confirm the logout',
      ]);
    } finally {
      await test.running.close();
    }
  });

  it('says that somebody is logged in where the router does not, if it was read before', async () => {
    const test = await startTestRouter('dm', { password: 'geheim123' });
    const open = (all: readonly string[]) => all.filter((line) => /session_open/.test(line));
    try {
      test.router.logins.setOwner(true);
      expect(open(await findingsAt(test.running.url))).to.deep.equal([]);
      const status = read('den', [MAC]);
      const source = status.sources.get('statistics');
      if (source !== undefined) source.error = { reason: 'auth', message: `${EITHER}; waiting` };
      expect(checkTplink([checked(status, 1e8, 20)]).map(({ kind, what }) => `${kind} ${what}`)[0]).to.equal(
        'session_open somebody is logged in at it, unless its password was changed: the service has read it before',
      );
    } finally {
      await test.running.close();
    }
  });

  it('names the devices that two TP-Link routers list', async () => {
    const test = await startTestRouter('stok', { password: 'geheim123' });
    const other = await startTestRouter('stok', { password: 'geheim123' });
    test.table.move(MAC, '192.168.0.100', 5000);
    test.table.move('02:00:00:00:00:01', '192.168.0.101', 5000);
    try {
      const seen = () => findingsAt(test.running.url, other.running.url);
      expect(await seen()).to.deep.equal([]);
      other.table.move(MAC, '192.168.0.100', 5000);
      expect(await seen()).to.deep.equal([`wrong counted_twice: den and cee both list ${MAC}, so their undirected bytes are added twice`]);
    } finally {
      await test.running.close();
      await other.running.close();
    }
  });

  it('says that without packets a pass of the end cannot be told from a restart', () => {
    expect(checkTplink([checked(read('den', [MAC], null))]).map(({ grade, kind, what }) => [grade, kind, what])).to.deep.equal([
      [
        'advice',
        'wrap_unknown',
        'its counters end at 4 GiB, and it shows no packets: a pass cannot be told from a restart, and counts as one, which is less',
      ],
    ]);
  });
});
