import { expect } from 'chai';
import { print } from '../../../src/commands/print/print.ts';
import type { PrintName } from '../../../src/commands/print/tables.ts';
import type { SummaryOptions } from '../../../src/commands/summary/summary.ts';
import type { SmallHome } from '../../support/homes/small-home.ts';
import { DIARY, finished, GUEST, MIB, NOW, summaryHome, TABLET, TV } from './home.ts';

const used = (download: number, upload = 0) => ({
  ...{ download_bytes: download, upload_bytes: upload, undirected_bytes: null, total_bytes: download + upload },
});

describe('wrtmeter summary', () => {
  let home: SmallHome;
  before(async () => {
    home = await summaryHome();
  });
  after(() => home.close());

  const json = async (options: SummaryOptions = {}, now = NOW) =>
    JSON.parse((await finished(home, { format: 'json', ...options }, { now })).stdout);
  const printed = async (what: PrintName) =>
    JSON.parse((await finished(home, {}, { run: (options, io) => print(what, { ...options, json: true }, io) })).stdout);

  it('has the running month, with what print has of it', async () => {
    const found = await json();
    expect(found).to.deep.include({ start: '2026-11-01', end: '2026-12-01', running: true, until: '2026-11-20', user: null });
    expect(found)
      .to.include(used(19 * 48 * MIB, 19 * 2 * MIB))
      .and.to.include({ counted_by: 'wan', counted_since: '2026-09-01' });
    const month = (await printed('months')).months.at(-1);
    expect(found).to.include(used(month.download_bytes, month.upload_bytes));
    const shown = (rows: Record<string, unknown>[], ...keys: string[]) => rows.map((row) => keys.map((key) => row[key]));
    expect(shown(found.devices, 'mac', 'name', 'total_bytes')).to.deep.equal(shown(month.devices, 'mac', 'name', 'total_bytes'));
    const { users } = await printed('users');
    const keys = ['month_download_bytes', 'month_upload_bytes', 'month_total_bytes', 'month_peer_download_bytes'];
    expect(shown(found.users, 'user', 'devices', ...keys.map((key) => key.replace('month_', '')))).to.deep.equal(
      shown(users, 'user', 'devices', ...keys),
    );
    const { tariffs } = await printed('tariffs');
    const home = tariffs.filter(({ of }: { of: string }) => of === 'home');
    expect(shown(found.tariffs, 'tariff', 'download_bytes', 'upload_bytes')).to.deep.equal(
      shown(home, 'tariff', 'month_download_bytes', 'month_upload_bytes'),
    );
    expect(found.tariffs[1]).to.include({ tariff: 'off_peak', download_bytes: 19 * 24 * MIB });
    const quotas = (await printed('quotas')).quotas.filter(({ per }: { per: string }) => per === 'month');
    expect(found.quotas).to.deep.equal(quotas);
    expect(found.quotas[0]).to.include({ quota: 'line', used_bytes: usedOf(found.tariffs, 19 * 50) });
    expect(found.quotas[0].forecast.bytes).to.be.above(found.quotas[0].used_bytes);
  });

  it('says what quotas count, and calls users by their names, as print does', async () => {
    const table = async (what: PrintName) => (await finished(home, {}, { run: (options, io) => print(what, options, io) })).stdout;
    expect(await table('devices')).to.match(/^TV \(The kids\) /m);
    expect(await table('tariffs')).to.match(/^user +The kids \(kids\) +off_peak /m);
    expect(await table('quotas')).to.match(/^Quota +Of +Counted +Used .*\nline +home +off_peak counts 0\.5 +712 MiB +1\.00 GiB /);
  });

  it('compares as many whole days of the month before, and nothing private with them', async () => {
    const { compared, users, devices } = await json();
    expect(compared).to.deep.equal({
      days: { start: '2026-11-01', end: '2026-11-20' },
      before: { start: '2026-10-01', end: '2026-10-20' },
      compared_bytes: 19 * 50 * MIB,
      before_bytes: 19 * 26 * MIB,
    });
    const changes = (rows: { user: string; mac?: string; compared_bytes: number | null; before_bytes: number | null }[]) =>
      rows.map((row) => [row.mac ?? row.user, row.compared_bytes, row.before_bytes]);
    expect(changes(users)).to.deep.equal([
      ['kids', 19 * 12 * MIB, 19 * 12 * MIB],
      ['anna', 19 * 6 * MIB, 19 * 6 * MIB],
      ['lodger', null, null],
      ['others', 19 * MIB, 19 * MIB],
    ]);
    expect(changes(devices).map(([mac, bytes]) => [mac, bytes])).to.deep.equal([
      [TV, 19 * 12 * MIB],
      [TABLET, 19 * 6 * MIB],
      [DIARY, null],
      [GUEST, 19 * MIB],
    ]);
  });

  it('has a month that is over, compared as a whole, without a forecast', async () => {
    const found = await json({ month: '2026-10' });
    expect(found).to.include({
      start: '2026-10-01',
      end: '2026-11-01',
      running: false,
      until: '2026-10-31',
      ...used(31 * 24 * MIB, 62 * MIB),
    });
    expect(found.compared).to.include({ compared_bytes: 31 * 26 * MIB, before_bytes: 30 * 26 * MIB });
    const lodger = found.users.find(({ user }: { user: string }) => user === 'lodger');
    expect(lodger).to.include({ name: 'lodger', private: true, total_bytes: 93 * MIB, before_bytes: 90 * MIB });
    const line = { quota: 'line', start: '2026-10-01', used_bytes: usedOf(found.tariffs, 31 * 26), forecast: null };
    expect(found.quotas[0]).to.deep.include(line);
    expect(found.missing).to.have.length(1);
    expect(await json({ month: 'last' })).to.deep.equal(found);
    expect(await json({ month: 'last', billingDay: '15' })).to.include({ start: '2026-10-15', end: '2026-11-15' });
    // The month before was not counted.
    expect(await json({ month: '2026-09' })).to.deep.include({ compared: null, ...used(720 * MIB, 60 * MIB) });
    expect((await finished(home, { month: '2026-09' })).stdout).to.include(
      'Not compared with the month before, because counting began on 2026-09-01',
    );
    const unknown = (await finished(home, { month: '2026-08' })).stdout;
    expect(unknown).to.include('Nothing is known of this month, because counting began on 2026-09-01');
    expect(unknown).to.not.match(/0 B|missing/);
    // The running month is the one of December then.
    expect(await json({}, Date.UTC(2026, 11, 1, 1))).to.deep.include({ start: '2026-12-01', compared: null, total_bytes: 0 });
  });

  it('of a user has only what is theirs', async () => {
    const found = await json({ user: 'the KIDS' });
    expect(found).to.deep.include({
      user: { user: 'kids', name: 'The kids', private: false },
      counted_by: 'devices',
      users: [],
      gateways: [],
    });
    expect(found).to.include(used(228 * MIB));
    expect(found.devices.map(({ mac }: { mac: string }) => mac)).to.deep.equal([TV]);
    expect(found.quotas.map(({ quota }: { quota: string }) => quota)).to.deep.equal(['tv']);
    expect(found.missing.map(({ kind, source }: Record<string, string>) => `${kind} ${source}`)).to.deep.equal([
      'reset stations',
      'gap stations',
    ]);
    expect(found.tariffs.map(({ download_bytes }: { download_bytes: number }) => download_bytes)).to.deep.equal([114 * MIB, 114 * MIB]);
    expect((await json({ user: 'anna' })).peers).to.have.length(1);
    expect(await json({ user: 'others' })).to.include(used(19 * MIB));
  });

  it('of a user with a private device has its bytes, but not when they were moved', async () => {
    const own = await summaryHome(`devices: { guest: { macs: ['${GUEST}'], user: kids, private: true } }\n`);
    const { stdout } = await finished(own, { user: 'kids', format: 'json' });
    await own.close();
    const found = JSON.parse(stdout);
    expect(found).to.include(used(247 * MIB));
    expect(found.tariffs.map(({ download_bytes }: { download_bytes: number }) => download_bytes)).to.deep.equal([114 * MIB, 114 * MIB]);
  });

  it('of a private user has only totals, and nobody sees its name', async () => {
    const found = await json({ user: 'lodger' });
    expect(found).to.deep.include({
      devices: [],
      peers: [],
      tariffs: [],
      compared: null,
      user: { user: 'lodger', name: 'lodger', private: true },
    });
    expect(found).to.include(used(57 * MIB));
    for (const format of ['text', 'markdown', 'html', 'json']) {
      for (const options of [{}, { user: 'lodger' }, { month: '2026-10' }]) {
        expect((await finished(home, { ...options, format })).stdout).to.not.match(/secret|192\.168/i);
      }
    }
  });

  it('in the terminal', async () => {
    // The end of this range is 265.5 MiB but for the last bits of a number, which differ between versions of Node.
    const { stdout } = await finished(home);
    expect(stdout.replace('between 266 MiB and 266 MiB', 'between 265 MiB and 266 MiB')).to.equal(`November 2026 so far
2026-11-01 to 2026-11-30, day 20 of 30

Download   912 MiB
Upload    38.0 MiB
Total      950 MiB
-  2026-11-01 to 2026-11-19: 950 MiB, 92 % more than in 2026-10-01 to 2026-10-19 (494 MiB)

QUOTAS
line
███████████████████████████░░░░░░░░░░░░░
712 MiB of 1.00 GiB used (70 %), off_peak counts 0.5, 312 MiB left, 28.3 MiB for each day until 2026-11-30. Forecast: 1021 MiB at the end, between 962 MiB and 1.05 GiB
The kids (tv)
██████████████████████████████████░░░░░░
171 MiB of 200 MiB used (86 %), off_peak counts 0.5, 29.0 MiB left, 2.64 MiB for each day until 2026-11-30. Forecast: 266 MiB at the end, between 265 MiB and 266 MiB; the limit will probably be reached on 2026-11-23

BY USER
User              Download  Upload     Total  Share  Change
The kids           228 MiB     0 B   228 MiB   55 %     0 %
anna               114 MiB     0 B   114 MiB   27 %     0 %
lodger (private)  57.0 MiB     0 B  57.0 MiB   14 %
Others            19.0 MiB     0 B  19.0 MiB  4.5 %     0 %
-  anna, apart from that: 1 WireGuard peer with 95.0 MiB

BY DEVICE
Device             Download  Upload     Total  Share  Change
TV (The kids)       228 MiB     0 B   228 MiB   55 %     0 %
tablet (anna)       114 MiB     0 B   114 MiB   27 %     0 %
02:00:00:00:00:01  57.0 MiB     0 B  57.0 MiB   14 %
guest              19.0 MiB     0 B  19.0 MiB  4.5 %     0 %

WIREGUARD PEERS
Peer          Download  Upload     Total
annas-tunnel  95.0 MiB     0 B  95.0 MiB
-  Bytes of peers may also be in those of devices, so the two are never added up

BY TARIFF
Tariff    Download    Upload    Total  Share
on peak    456 MiB  19.0 MiB  475 MiB   50 %
off peak   456 MiB  19.0 MiB  475 MiB   50 %

WHAT COULD NOT BE COUNTED, AND WHY
-  Uplinks of gateway, 1.00 TiB down refused: More than 1.00 Gb/s could carry in 30 s
-  Wi-Fi stations of gateway: The router had rebooted, and its counters restarted; what it had counted since the reading before is missing
-  Wi-Fi stations of gateway: No reading for 2 h in all; the bytes of that time are spread over it, without those of counters that were gone or had restarted

The total is what the uplinks counted; shares are of all devices. 1 GiB is 1024³ bytes, 1.07 GB. Made by wrtmeter on 2026-11-20 12:00 (UTC).
`);
  });

  it('fits the terminal', async () => {
    for (const columns of [40, 60, 100]) {
      const { stdout } = await finished(home, {}, { columns });
      for (const line of stdout.split('\n')) expect(line.length, line).to.be.at.most(columns);
    }
  });

  it('refuses what it cannot show, in one line', async () => {
    for (const [options, said] of [
      [{ month: '2026-13' }, '"month" is "2026-13": use the year and the month, like 2026-10, or "last"'],
      [{ month: '2026-12' }, '"month" is "2026-12", which has not begun: use an earlier one'],
      [{ user: 'kid' }, 'There is no user "kid": did you mean "kids"?'],
      [{ user: 'x' }, 'There is no user "x": use one of "kids", "anna", "lodger", "others"'],
      [{ format: 'pdf' }, '"format" is "pdf": use text, markdown, html, json'],
      [{ mail: true }, 'No mail target is configured: add one under notify, see docs/run/notices.md'],
      [{ to: 'x' }, '--to is only for --mail: add it'],
      [{ mail: true, format: 'json' }, '--format cannot be used with --mail, which sends text and HTML: leave one of them out'],
    ] as const) {
      expect(await finished(home, options)).to.deep.equal({ code: 2, stdout: '', stderr: `${said}\n` });
    }
  });
});

/** What counts of the tariffs of a month with that many MiB: on-peak all of it, off-peak half. */
function usedOf(tariffs: readonly { download_bytes: number; upload_bytes: number }[], mib: number): number {
  const [onPeak = 0, offPeak = 0] = tariffs.map(({ download_bytes, upload_bytes }) => download_bytes + upload_bytes);
  expect(onPeak + offPeak).to.equal(mib * MIB);
  return onPeak + Math.floor(offPeak / 2);
}
