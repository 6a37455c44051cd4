import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type PrintOptions, print } from '../../../src/commands/print/print.ts';
import type { PrintName } from '../../../src/commands/print/tables.ts';
import { dayNumber } from '../../../src/domain/calendar.ts';
import { believableHome } from '../../support/homes/believable-home.ts';
import { leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { writeAudit } from '../../support/ledger/audit-rows.ts';
import { fillUplinkDays } from '../../support/ledger/uplink-days.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const HOUR = 3_600_000;
const TV = '00:00:5e:00:53:03';
const TABLET = '00:00:5e:00:53:05';
const MIB = 1_048_576;

const used = (download: number) => ({ download_bytes: download, upload_bytes: 0, undirected_bytes: null, total_bytes: download });

describe('wrtmeter print months, days and audit', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  async function printed(what: PrintName, options: PrintOptions = {}, now = NOW) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const io = { env: {}, cwd: home.directory, readFile, systemTimezone: 'Europe/Berlin', clock: { now: () => now } };
    const code = await print(
      what,
      { data: '.', timezone: 'Europe/Berlin', ...options },
      { ...io, stdout: write('stdout'), stderr: write('stderr') },
    );
    return { code, ...out };
  }
  const json = async (what: PrintName, options: PrintOptions = {}) => JSON.parse((await printed(what, { json: true, ...options })).stdout);

  /** Read daily at noon of Berlin's winter: the uplink gains 24 MiB a day, the TV 12 and the tablet 6. */
  async function live(from: number, to: number, uplink = true): Promise<void> {
    for (let at = from, days = 0; at <= to; at += 24 * HOUR, days += 1) {
      const gained = (mib: number) => ({ download: days * mib * MIB, upload: 0 });
      const sources = {
        ...(uplink && { wan: wan([{ name: 'wan', bytes: gained(24) }]) }),
        stations: stations([
          { mac: TV, bytes: gained(12) },
          { mac: TABLET, bytes: gained(6) },
        ]),
        leases: leases([
          { mac: TV, ip: '192.168.1.24', hostname: 'TV' },
          { mac: TABLET, ip: '192.168.1.26', hostname: 'tablet' },
        ]),
      };
      await home.read(at, { gateway: { sources } });
    }
  }

  describe('months', () => {
    it('every billing month since counting started, with the devices that used most', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 9, 28, 23), Date.UTC(2026, 10, 18, 23));
      expect((await printed('months')).stdout).to.equal(
        [
          'Month                             Download  Upload     Total  Most by',
          '2026-10-01 to 2026-10-31          72.0 MiB     0 B  72.0 MiB  TV 36.0 MiB, tablet 18.0 MiB',
          '2026-11-01 to 2026-11-30, so far   432 MiB     0 B   432 MiB  TV 216 MiB, tablet 108 MiB',
          '',
          '2 months of the uplinks: 504 MiB down, 0 B up',
          '',
        ].join('\n'),
      );
    });

    it('a corrected billing day re-dates earlier months and changes no sum', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 8, 1), NOW);
      const sum = async (billingDay: string) => {
        const { months } = await json('months', { billingDay });
        return {
          starts: months.map((m: { start: string }) => m.start),
          sum: months.reduce((s: number, m: Bytes) => s + m.download_bytes, 0),
        };
      };
      const [first, corrected] = [await sum('1'), await sum('31')];
      expect(first.starts).to.deep.equal(['2026-09-01', '2026-10-01', '2026-11-01']);
      expect(corrected.starts).to.deep.equal(['2026-08-31', '2026-09-30', '2026-10-31']);
      expect(corrected.sum).to.equal(first.sum).and.be.above(0);
    });

    it('of one device, by its name in any case or any of its MACs', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 9, 28, 23), Date.UTC(2026, 10, 18, 23));
      const { stdout } = await printed('months', { device: 'tv' });
      expect(stdout).to.equal(
        [
          'Month                             Download  Upload     Total',
          '2026-10-01 to 2026-10-31          36.0 MiB     0 B  36.0 MiB',
          '2026-11-01 to 2026-11-30, so far   216 MiB     0 B   216 MiB',
          '',
          `2 months of TV (${TV}): 252 MiB down, 0 B up`,
          '',
        ].join('\n'),
      );
      expect((await printed('months', { device: TV.toUpperCase().replaceAll(':', '-') })).stdout).to.equal(stdout);
    });

    it('--json has every device', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 10, 1, 23), Date.UTC(2026, 10, 3, 23));
      expect(await json('months', { last: '1' })).to.deep.equal({
        timezone: 'Europe/Berlin',
        months: [
          {
            start: '2026-11-01',
            end: '2026-12-01',
            ...used(48 * MIB),
            counted_by: 'wan',
            devices: [
              { mac: TV, name: 'TV', ...used(24 * MIB) },
              { mac: TABLET, name: 'tablet', ...used(12 * MIB) },
            ],
          },
        ],
      });
    });

    it('--from and --to choose the time; a month that is cut has only its requested days', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 9, 28, 23), Date.UTC(2026, 10, 18, 23));
      const chosen = (await printed('months', { from: '2026-10-30', to: '2026-11-03', device: 'TV' })).stdout;
      expect(chosen.split('\n').slice(1, 3)).to.deep.equal([
        '2026-10-30 to 2026-10-31  24.0 MiB     0 B  24.0 MiB',
        '2026-11-01 to 2026-11-02  24.0 MiB     0 B  24.0 MiB',
      ]);
      const starts = async (options: PrintOptions) => (await json('months', options)).months.map((m: { start: string }) => m.start);
      expect(await starts({ to: '2026-11-01' })).to.deep.equal(['2026-10-01']);
      expect(await starts({ from: '2026-11-01' })).to.deep.equal(['2026-11-01']);
      expect((await printed('months', { to: '2026-01-01' })).stdout).to.equal('Nothing was counted in this time\n');
    });

    it('without an uplink they are the sums of the devices, and it says so', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 10, 1, 23), Date.UTC(2026, 10, 3, 23), false);
      expect((await printed('months')).stdout).to.include('1 month of the devices, because no uplink is counted: 36.0 MiB down, 0 B up');
    });
  });

  describe('days', () => {
    it('the last 31, including days without bytes', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 10, 15, 23), Date.UTC(2026, 10, 17, 23));
      expect((await printed('days')).stdout).to.equal(
        [
          'Day                     Download  Upload     Total  Most by',
          '2026-11-16 Mon          24.0 MiB     0 B  24.0 MiB  TV 12.0 MiB, tablet 6.00 MiB',
          '2026-11-17 Tue          24.0 MiB     0 B  24.0 MiB  TV 12.0 MiB, tablet 6.00 MiB',
          '2026-11-18 Wed               0 B     0 B       0 B',
          '2026-11-19 Thu               0 B     0 B       0 B',
          '2026-11-20 Fri, so far       0 B     0 B       0 B',
          '',
          '5 days of the uplinks: 48.0 MiB down, 0 B up',
          '',
        ].join('\n'),
      );
      expect((await json('days', { last: '4', device: 'tablet' })).days.map((day: Bytes) => day.download_bytes)).to.deep.equal([
        6 * MIB,
        0,
        0,
        0,
      ]);
    });

    it('days before counting began are left out, except those that were imported', async () => {
      const before = (store: Parameters<typeof fillUplinkDays>[0]) =>
        fillUplinkDays(store, [dayNumber(2026, 8, 30), dayNumber(2026, 11, 1), dayNumber(2026, 11, 3)], MIB);
      home = await openHome({ routers: { gateway: [] }, before });
      const first = async (what: PrintName) => (await printed(what)).stdout.split('\n').map((line) => line.split(/ {2,}/)[0]);
      const ending = ['', '2 days of the uplinks: 2.00 MiB down, 0 B up', ''];
      expect(await first('days')).to.deep.equal(['Day', '2026-11-01 Sun', '2026-11-03 Tue', ...ending]);
      await live(Date.UTC(2026, 10, 18, 23), Date.UTC(2026, 10, 18, 23));
      expect((await first('days')).slice(1, 5)).to.deep.equal([
        '2026-11-01 Sun',
        '2026-11-03 Tue',
        '2026-11-19 Thu',
        '2026-11-20 Fri, so far',
      ]);
      expect((await json('days', { last: '4' })).days.map(({ start }: { start: string }) => start)).to.deep.equal([
        '2026-11-19',
        '2026-11-20',
      ]);
      expect((await first('months')).slice(1, 3)).to.deep.equal(['2026-08-01 to 2026-08-31', '2026-11-01 to 2026-11-30, so far']);
      expect((await printed('days', { from: '2026-11-05', to: '2026-11-10' })).stdout).to.equal('Nothing was counted in this time\n');
    });

    it('--from and --to choose the days, and --last the newest of them', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(Date.UTC(2026, 8, 1), NOW);
      const starts = async (options: PrintOptions) => (await json('days', options)).days.map((day: { start: string }) => day.start);
      const all = await starts({ from: '2026-09-10' });
      expect([all.length, all[0], all.at(-1)]).to.deep.equal([72, '2026-09-10', '2026-11-20']);
      expect(await starts({ from: '2026-09-10', to: '2026-09-12' })).to.deep.equal(['2026-09-10', '2026-09-11']);
      expect(await starts({ to: '2026-09-12T12:00:00+02:00', last: '2' })).to.deep.equal(['2026-09-11', '2026-09-12']);
    });

    it('a believable month has one line per day', async () => {
      const believable = await believableHome();
      home = believable.home;
      const lines = (await printed('days', {}, believable.now)).stdout.split('\n');
      expect(lines).to.have.length(1 + 21 + 3);
      expect(lines.at(-3)).to.equal('');
      expect(lines[21]).to.match(/^2026-11-20 Fri, so far +\d.* GiB +\d.* GiB +\d.* GiB {2}living-room-tv \d+.*, annas-laptop/);
    });
  });

  describe('audit', () => {
    it('the newest row is at the bottom', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(NOW - 24 * HOUR, NOW - 24 * HOUR);
      await writeAudit(home.ledger.store, [
        {
          at: NOW - HOUR,
          kind: 'reset',
          router: 'gateway',
          source: 'stations',
          counter: `phy1-ap0 ${TV}`,
          download: 3 * MIB,
          upload: 9,
          why: 'boot',
        },
        {
          at: NOW,
          kind: 'rejected',
          router: 'gateway',
          source: 'wan',
          counter: 'wan wan',
          download: 2 ** 40,
          why: 'more than 1000000000 bit/s could carry in 30 s',
        },
        { at: NOW, kind: 'clock', why: 'the clock was wrong' },
      ]);
      expect((await printed('audit')).stdout).to.equal(
        [
          'When              Kind      Router   What            Bytes                         Why',
          '2026-11-20 18:00  reset     gateway  TV on phy1-ap0  booked 3.00 MiB down, 9 B up  The router had rebooted, and its counters restarted',
          '2026-11-20 19:00  rejected  gateway  uplink wan      refused 1.00 TiB down         More than 1.00 Gb/s could carry in 30 s',
          '2026-11-20 19:00  clock              the ledger                                    The clock was wrong',
          '',
          '3 rows',
          '',
        ].join('\n'),
      );
    });

    it('--from and --to choose the time', async () => {
      home = await openHome({ routers: { gateway: [] } });
      const rows = [1, 2, 3].map((day) => ({ at: Date.UTC(2026, 10, day), kind: 'gap' as const, why: `number ${day}` }));
      await writeAudit(home.ledger.store, rows);
      const { rows: found } = await json('audit', { from: '2026-11-02', to: '2026-11-03' });
      expect(found.map((row: { why: string }) => row.why)).to.deep.equal(['Number 2']);
      expect((await printed('audit', { to: '2026-10-01' })).stdout).to.equal('The audit log has no row of this time\n');
    });

    it('--device chooses the rows of one device, whatever counted it', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await live(NOW - 24 * HOUR, NOW - 24 * HOUR);
      const counters = [`phy1-ap0 ${TV}`, TV, `up ${TV} 192.168.1.24`, `${TV} 192.168.1.24`, `phy1-ap0 ${TABLET}`, 'wan wan', ''];
      await writeAudit(
        home.ledger.store,
        counters.map((counter) => ({ at: NOW, kind: 'reset', router: 'gateway', source: 'stations', counter, why: 'boot' })),
      );
      expect((await json('audit', { device: 'TV' })).rows).to.have.length(4);
      expect((await json('audit', { device: TABLET })).rows).to.have.length(1);
      expect((await printed('audit', { device: 'TV', to: '2026-10-01' })).stdout).to.equal(
        'The audit log has no row of this device and time\n',
      );
      expect(await printed('audit', { device: 'fridge' })).to.include({ code: 2 });
    });

    it('--last limits the rows, --json is for programs', async () => {
      home = await openHome({ routers: { gateway: [] } });
      await writeAudit(
        home.ledger.store,
        Array.from({ length: 60 }, (_, i) => ({ at: NOW, kind: 'gap', why: `number ${i}` })),
      );
      const { stdout } = await printed('audit');
      expect(stdout).to.include('Number 10\n').and.not.include('Number 9\n');
      expect(stdout).to.include('50 rows; --last shows more\n');
      expect((await json('audit', { last: '2' })).rows.map((row: { why: string }) => row.why)).to.deep.equal(['Number 59', 'Number 58']);
    });
  });

  it('an empty ledger says so', async () => {
    home = await openHome({ routers: {} });
    for (const what of ['months', 'days'] as const) expect((await printed(what)).stdout).to.equal('Nothing has been counted yet\n');
    expect((await printed('audit')).stdout).to.equal('The audit log is empty\n');
  });

  it('a usage error is one line and exit code 2', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await live(NOW - 48 * HOUR, NOW);
    const refused = async (what: PrintName, options: PrintOptions) => {
      const { code, stdout, stderr } = await printed(what, options);
      expect([code, stdout]).to.deep.equal([2, '']);
      return stderr;
    };
    expect(await refused('months', { device: 'fridge' })).to.equal(
      'No device "fridge" has been counted: "wrtmeter print devices" lists all devices\n',
    );
    expect(await refused('days', { device: 'tabelt' })).to.equal('No device "tabelt" has been counted: did you mean "tablet"?\n');
    expect(await refused('days', { from: '2026-11-31' })).to.match(/^"from" is "2026-11-31": write a date like 2026-01-31/);
    expect(await refused('audit', { from: '2026-11-02', to: '2026-11-02' })).to.equal(
      '"from" (2026-11-02) is not before "to" (2026-11-02)\n',
    );
    expect(await refused('days', { last: '0' })).to.equal('--last is "0": use a whole number from 1 to 9999\n');
    await home.read(NOW + HOUR, {
      gateway: { sources: { leases: leases([TV, TABLET].map((mac) => ({ mac, ip: '192.168.1.9', hostname: 'box' }))) } },
    });
    expect(await refused('days', { device: 'box' })).to.match(
      /^2 devices are called "box": use the MAC of one \(00:00:5e:00:53:0[35], 00:00:5e:00:53:0[35]\)\n$/,
    );
  });
});

interface Bytes {
  download_bytes: number;
}
