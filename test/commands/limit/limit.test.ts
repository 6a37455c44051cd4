import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readConfig } from '../../../src/app/read-file.ts';
import type { OwnedIo } from '../../../src/commands/common/command-io.ts';
import { clear, set } from '../../../src/commands/limit/limit.ts';
import { list } from '../../../src/commands/limit/list.ts';
import type { LimitOptions } from '../../../src/commands/limit/options.ts';
import { readAudit } from '../../../src/ledger/storage/read-audit.ts';
import { openStore, openStoreToRead } from '../../../src/ledger/storage/store.ts';
import { filledMac, fillLedger } from '../../support/ledger/filled.ts';

/** 19:00 in Berlin, on a Friday. */
const NOW = Date.UTC(2026, 10, 20, 18);
const CONFIG = `control: true
routers: { gateway: { url: http://192.0.2.1, limits: { ssh: root@192.0.2.1 } } }
timezone: Europe/Berlin
devices: { tv: { macs: [02:00:00:00:00:03], user: kids } }
limits: { dinner: { of: user kids, slow: { down: 1Mbit }, at: 18:30-19:30 } }
`;

describe('wrtmeter limit', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'wrtmeter-limit-'));
    await writeFile(join(cwd, 'wrtmeter.yaml'), CONFIG);
    await (await openStore(join(cwd, 'data'))).close();
  });
  afterEach(() => rm(cwd, { recursive: true }));

  async function said(command: (io: OwnedIo) => Promise<number>, columns?: number) {
    const out = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof out) => ({ write: (text: string) => (out[stream] += text) });
    const io = { env: {}, cwd, readFile: readConfig, systemTimezone: 'UTC', clock: { now: () => NOW }, user: () => 'mum' };
    const code = await command({ ...io, stdout: { ...into('stdout'), ...(columns !== undefined && { columns }) }, stderr: into('stderr') });
    return { code, ...out };
  }
  const OPTIONS = { data: 'data' };
  const setting = (of: string, action: string, rate?: string, more: LimitOptions = {}) =>
    said((io) => set(of, action, rate, { ...OPTIONS, ...more }, io));
  const listed = (more: LimitOptions = {}) => said((io) => list({ ...OPTIONS, ...more }, io));
  const listedIn = (columns: number) => said((io) => list(OPTIONS, io), columns);
  const cleared = (of: string) => said((io) => clear(of, OPTIONS, io));

  it('sets, lists and clears, while the service is stopped; the audit has who and what', async () => {
    expect(await setting('device tv', 'pause', undefined, { until: '21:00' })).to.deep.equal({
      code: 0,
      stdout: 'device tv is paused until 2026-11-20 21:00, once the service runs; "wrtmeter limit clear 1" ends it\n',
      stderr: '',
    });
    expect((await listed()).stdout).to.equal(
      `No.  Of         Is                       Why                                        Since             Until
  1  device tv  paused                   paused by user "mum" on this machine       2026-11-20 19:00  2026-11-20 21:00
     user kids  slowed to 1 Mbit/s down  slowed to 1 Mbit/s down by limit "dinner"  2026-11-20 18:30  2026-11-20 19:30

2 limits
`,
    );
    expect((await setting('user kids', 'allow')).code).to.equal(0);
    expect((await listed()).stdout).to.match(
      /^ +2 +user kids +allowed +allowed by user "mum" on this machine +2026-11-20 19:00 +cleared *\n +put aside: slowed to 1 Mbit\/s down by limit "dinner"/m,
    );
    expect(await cleared('user kids')).to.deep.equal({ code: 0, stdout: 'user kids is no longer allowed by hand\n', stderr: '' });
    expect((await cleared('1')).stdout).to.equal('device tv is no longer paused by hand\n');
    expect(await cleared('1')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'Nothing was set by hand for "1": "wrtmeter limit list" and the page /limits show all\n',
    });
    const store = await openStoreToRead(join(cwd, 'data'));
    const audit = (await readAudit(store, {}, 10).finally(() => store.close())).map(
      ({ kind, counter, why }) => `${kind}, ${counter}: ${why}`,
    );
    expect(audit).to.deep.equal([
      'limit, 02:00:00:00:00:03: cleared by user "mum" on this machine',
      'limit, user kids: cleared by user "mum" on this machine',
      'limit, user kids: allowed by user "mum" on this machine',
      'limit, 02:00:00:00:00:03: paused until 2026-11-20 21:00 by user "mum" on this machine',
    ]);
  });

  it('lists a user by its name, with the key that commands take where that is another', async () => {
    const listedOf = async (name: string) => {
      await writeFile(join(cwd, 'wrtmeter.yaml'), `${CONFIG}users: { kids: { name: ${name} } }\n`);
      return /^ +(user .*?) {2,}/m.exec((await listed()).stdout)?.[1];
    };
    expect(await listedOf('The little ones')).to.equal('user The little ones (kids)');
    expect(await listedOf('Kids')).to.equal('user Kids');
  });

  it('a limit under a MAC that became a second one of a device is of that device: what is set replaces it, and what is cleared ends it', async () => {
    const [own, other] = ['02:00:00:00:00:03', '02:00:00:00:00:04'];
    const before = CONFIG.replace('devices: {', `devices: { phone: { macs: [${other}] },`);
    const after = CONFIG.replace(`macs: [${own}]`, `macs: [${own}, ${other}]`);
    for (const [set, end, rest] of [
      ['device tv', 'device tv', 0],
      [null, 'device tv', 0],
      [null, `device ${other}`, 0],
    ] as const) {
      await writeFile(join(cwd, 'wrtmeter.yaml'), before);
      expect((await setting('device phone', 'pause')).code).to.equal(0);
      await writeFile(join(cwd, 'wrtmeter.yaml'), after);
      if (set !== null) {
        await setting(set, 'allow');
        expect(JSON.parse((await listed({ json: true })).stdout).hand).to.have.length(1);
      }
      expect((await cleared(end)).code).to.equal(0);
      expect(JSON.parse((await listed({ json: true })).stdout).hand).to.have.length(rest);
    }
  });

  it('a thousand that have ended take no room from new ones', async () => {
    const store = await openStore(join(cwd, 'data'));
    const add =
      "INSERT INTO hand_limit(of, id, action, at, until, decided_by) SELECT 'user', value ->> 0, 'pause', 1, value ->> 1, 'x' FROM json_each(?)";
    const fill = async (until: number) =>
      store.commit([
        { sql: 'DELETE FROM hand_limit', rows: null },
        { sql: add, rows: Array.from({ length: 1000 }, (_, i) => [`u${i}`, until]) },
      ]);
    await fill(NOW - 1000);
    expect((await setting('device tv', 'pause')).stderr).to.equal('');
    await fill(NOW + 1000);
    expect((await setting('device tv', 'pause')).stderr).to.equal('There are already 1000 limits by hand: clear some\n');
    await store.close();
  });

  it('lists each device that is there by the ledger, and what was set for a user who is gone, which can be cleared', async () => {
    await setting('user kids', 'pause');
    const rules = 'limits: { each: { of: each device, slow: 1Mbit } }\nusers: { mum: { macs: [02:00:00:00:00:03] } }\n';
    await writeFile(join(cwd, 'wrtmeter.yaml'), CONFIG.replace(', user: kids', '').replace(/limits: \{ dinner.*\n/, rules));
    await fillLedger(join(cwd, 'data'), { devices: 2, days: 1, hours: 1, now: NOW });
    const shown = (await listed()).stdout;
    expect(shown)
      .to.match(new RegExp(`device ${filledMac(1)} +slowed to 1 Mbit/s +slowed to 1 Mbit/s by limit "each"`))
      .and.to.include('3 limits');
    expect(shown).to.match(/user kids \(not in the configuration\) +paused/);
    const narrow = (await listedIn(80)).stdout;
    expect(narrow)
      .to.include(`device ${filledMac(1)}  `)
      .and.include('user kids (not in the configuration)  ')
      .and.include('(no room for Is, Since)');
    for (const line of narrow.split('\n')) expect(line.length, line).to.be.at.most(80);
    expect((await cleared('user kids')).stdout).to.equal('user kids is no longer paused by hand\n');
  });

  it('says when: a running service does it with its next round', async () => {
    const service = await openStore(join(cwd, 'data'));
    const { stdout } = await setting('device tv', 'pause').finally(() => service.close());
    expect(stdout).to.equal('device tv is paused, with the next round of the service; "wrtmeter limit clear 1" ends it\n');
  });

  it('takes one rate for both directions, or one of each', async () => {
    expect((await setting('user kids', 'slow', '1Mbit')).stdout).to.include('user kids is slowed to 1 Mbit/s, once');
    expect((await setting('user kids', 'slow', undefined, { up: '512kbit' })).stdout).to.include('is slowed to 512 kbit/s up, once');
  });

  for (const [what, call, stderr] of [
    ['a wrong action', () => setting('user kids', 'stop'), '"action" is "stop": use slow, pause, allow\n'],
    ['no rate', () => setting('user kids', 'slow'), 'slow needs a rate; use for example 1Mbit\n'],
    ['nobody', () => setting('user kidz', 'pause'), 'There is no user "kidz": did you mean "kids"?\n'],
    [
      'nothing to clear',
      () => cleared('user kids'),
      'Nothing was set by hand for "user kids": "wrtmeter limit list" and the page /limits show all\n',
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      expect(await call()).to.deep.equal({ code: 2, stdout: '', stderr });
    });
  }

  it('says that nothing can be limited', async () => {
    await writeFile(join(cwd, 'wrtmeter.yaml'), 'routers: { gateway: { url: http://192.0.2.1 } }\n');
    expect(await setting('others', 'pause')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'Nothing can be limited: set "control: true" in the configuration, and "limits" for a router\n',
    });
    expect((await listed()).stdout).to.equal('Nothing is limited; no router is asked for limits\n');
  });
});
