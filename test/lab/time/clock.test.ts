import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { type FakedClock, fakedClock } from '../../support/program/faked-clock.ts';
import { type Sample, sampleValue } from '../../support/prometheus/text.ts';
import { SCRIPTED_MAC, type ScriptedRouter, startScriptedRouter } from '../../support/routers/scripted-router.ts';

const MB = 1_000_000;

interface Bucket {
  start: string;
  download_bytes: number;
  upload_bytes: number;
}

describe('the running exporter, with its wall clock moved', () => {
  let folder: string;
  let clock: FakedClock;
  let router: ScriptedRouter;
  let exporter: Exporter | undefined;
  /** What the router's own clock says; null: the same as the exporter's. */
  let routersTime: string | null;
  /** Ms that the router ran while the machine of the exporter slept. */
  let slept: number;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-clock-test-'));
    clock = fakedClock('2026-01-10T12:00:00Z');
    routersTime = null;
    slept = 0;
    const routersClock = () => (routersTime === null ? clock.now() : Date.parse(routersTime));
    router = await startScriptedRouter(routersClock, () => performance.now() + slept);
    const gateway = { url: router.url, billing: { day: 15 } };
    const config = { timezone: 'Europe/Berlin', billing: { day: 31 }, heartbeat: 0, routers: { gateway } };
    writeFileSync(join(folder, 'wrtmeter.yaml'), JSON.stringify(config));
  });

  afterEach(async () => {
    await exporter?.kill();
    exporter = undefined;
    await router?.close();
    clock?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const running = (): Exporter => exporter ?? expect.fail('no exporter runs');

  async function startAt(instant: string): Promise<void> {
    clock.set(instant);
    exporter = await startExporter({ args: ['--config', join(folder, 'wrtmeter.yaml')], dataDir: join(folder, 'data'), env: clock.env });
  }

  /** Moves bytes, sets the clock and reads. */
  async function readAt(instant: string | number, download = 0, upload = 0): Promise<Sample[]> {
    router.move(download, upload);
    clock.set(instant);
    return running().scrape();
  }

  /** The same after the time until then has passed, for the router too: the machine of the exporter sleeps meanwhile. */
  function sleepUntil(instant: string | number, download = 0, upload = 0): Promise<Sample[]> {
    slept += new Date(instant).getTime() - clock.now();
    return readAt(instant, download, upload);
  }

  const device = (samples: Sample[], what: string) => sampleValue(samples, `wrtmeter_device_${what}`, { mac: SCRIPTED_MAC });
  const wan = (samples: Sample[], what: string) => sampleValue(samples, `wrtmeter_wan_${what}`, { router: 'gateway' });

  /** The device's bytes by hour, day or month. */
  async function usage(by: string, from: string, to: string, kind = 'device'): Promise<Bucket[]> {
    const query = new URLSearchParams({ by, from, to, kind });
    const { series } = (await running().api(`/api/v1/usage?${query}`)) as { series: { buckets: Bucket[] }[] };
    expect(series.length).to.be.at.most(1);
    return series[0]?.buckets ?? [];
  }

  it('begins the month on its day, which a month that lacks it has as its last, and divides what was read across midnight', async () => {
    await startAt('2026-02-27T23:50:00+01:00');
    await running().scrape();
    const before = await sleepUntil('2026-02-27T23:59:00+01:00', 7 * MB, MB);
    expect(device(before, 'month_download_bytes')).to.equal(7 * MB);
    expect(
      sampleValue(
        before.filter(({ labels }) => !labels.router),
        'wrtmeter_month_start_timestamp_seconds',
      ),
    ).to.equal(seconds('2026-01-31T00:00:00+01:00'));
    expect(
      sampleValue(
        before.filter(({ labels }) => !labels.router),
        'wrtmeter_month_end_timestamp_seconds',
      ),
    ).to.equal(seconds('2026-02-28T00:00:00+01:00'));

    const after = await sleepUntil('2026-02-28T00:03:00+01:00', 4 * MB, 400);
    expect(device(after, 'download_bytes_total')).to.equal(11 * MB);
    expect(device(after, 'month_download_bytes')).to.be.closeTo(3 * MB, 0.05 * MB); // three of the four minutes
    expect(
      sampleValue(
        after.filter(({ labels }) => !labels.router),
        'wrtmeter_month_start_timestamp_seconds',
      ),
    ).to.equal(seconds('2026-02-28T00:00:00+01:00'));
    expect(
      sampleValue(
        after.filter(({ labels }) => !labels.router),
        'wrtmeter_month_end_timestamp_seconds',
      ),
    ).to.equal(seconds('2026-03-31T00:00:00+02:00'));

    const months = await usage('month', '2026-01-31', '2026-03-31');
    expect(months.map(({ start }) => start)).to.deep.equal(['2026-01-31', '2026-02-28']);
    expect(sum(months, 'download_bytes')).to.equal(11 * MB);
    expect(sum(months, 'upload_bytes')).to.equal(MB + 400);
    expect(months[1]?.download_bytes).to.equal(device(after, 'month_download_bytes'));
  });

  it('keeps the own month of an uplink apart from that of the home', async () => {
    await startAt('2026-02-14T23:58:00+01:00');
    await running().scrape();
    await sleepUntil('2026-02-14T23:59:30+01:00', 5 * MB, MB);
    const after = await sleepUntil('2026-02-15T00:30:00+01:00', 0, 0);
    const later = await sleepUntil('2026-02-15T00:31:00+01:00', 2 * MB, MB);
    expect([wan(after, 'month_download_bytes'), device(after, 'month_download_bytes')]).to.deep.equal([0, 5 * MB]);
    expect([wan(later, 'month_download_bytes'), device(later, 'month_download_bytes')]).to.deep.equal([2 * MB, 7 * MB]);
    expect(wan(later, 'download_bytes_total')).to.equal(7 * MB);
    expect(sampleValue(later, 'wrtmeter_month_start_timestamp_seconds', { router: 'gateway' })).to.equal(
      seconds('2026-02-15T00:00:00+01:00'),
    );
  });

  it('turns the month by itself, without a reading', async () => {
    await startAt('2026-01-30T23:00:00+01:00');
    await running().scrape();
    await readAt('2026-01-30T23:30:00+01:00', MB, MB);
    const month = async () =>
      ((await running().api('/api.php?action=clients')) as { data: { tx_bytes: number }[] }).data.map((row) => row.tx_bytes);
    expect(await month()).to.deep.equal([MB]);
    clock.set('2026-01-31T00:00:05+01:00');
    expect(await month()).to.deep.equal([0]);
  });

  for (const [season, day, hours, offsets] of [
    [
      'spring, without the hour from two to three',
      '2026-03-29',
      23,
      ['00:00:00+01:00', '01:00:00+01:00', '03:00:00+02:00', '04:00:00+02:00'],
    ],
    [
      'autumn, with the hour from two to three twice',
      '2026-10-25',
      25,
      ['00:00:00+02:00', '01:00:00+02:00', '02:00:00+02:00', '02:00:00+01:00', '03:00:00+01:00'],
    ],
  ] as const) {
    it(`loses and repeats no hour's bytes in the night of ${season}`, async () => {
      const midnight = seconds(`${day}T00:00:00${offsets[0].slice(8)}`) * 1000;
      const end = midnight + hours * 3_600_000;
      await startAt(new Date(midnight - 60_000).toISOString());
      await running().scrape();
      await sleepUntil(midnight);
      let last: Sample[] = [];
      // Every 20 minutes for 6 hours, and the rest of the day in one reading.
      for (let at = midnight + 1_200_000; at <= midnight + 6 * 3_600_000; at += 1_200_000) last = await sleepUntil(at, 3 * MB, 300_001);
      const rows = await usage('hour', day, nextDay(day));
      expect(rows.slice(0, offsets.length).map(({ start }) => start)).to.deep.equal(offsets.map((time) => `${day}T${time}`));
      for (const row of rows.slice(0, 6)) expect(row.download_bytes, row.start).to.be.closeTo(9 * MB, 0.05 * MB);
      expect(sum(rows, 'download_bytes'))
        .to.equal(device(last, 'download_bytes_total'))
        .and.to.equal(54 * MB);
      expect(sum(rows, 'upload_bytes'))
        .to.equal(device(last, 'upload_bytes_total'))
        .and.to.equal(18 * 300_001);

      last = await sleepUntil(end - 2000, 100 * MB + 1, 1);
      const whole = await usage('hour', day, nextDay(day));
      expect(whole).to.have.lengthOf(hours);
      expect(new Set(whole.map(({ start }) => start)).size).to.equal(hours);
      expect(sum(whole, 'download_bytes'))
        .to.equal(154 * MB + 1)
        .and.to.equal(device(last, 'download_bytes_total'));
      expect(sum(await usage('day', day, nextDay(day)), 'download_bytes')).to.equal(154 * MB + 1);
    });

    it(`divides one reading over the whole night of ${season}`, async () => {
      const midnight = seconds(`${day}T00:00:00${offsets[0].slice(8)}`) * 1000;
      await startAt(new Date(midnight - 60_000).toISOString());
      await sleepUntil(midnight);
      const last = await sleepUntil(midnight + 5 * 3_600_000, 50 * MB + 3, 7);
      const rows = await usage('hour', day, nextDay(day));
      for (const row of rows.slice(0, 5)) expect(row.download_bytes, row.start).to.be.closeTo(10 * MB, 0.05 * MB);
      expect(rows.slice(0, offsets.length).map(({ start }) => start)).to.deep.equal(offsets.map((time) => `${day}T${time}`));
      expect(sum(rows, 'download_bytes'))
        .to.equal(50 * MB + 3)
        .and.to.equal(device(last, 'download_bytes_total'));
      expect(sum(rows, 'upload_bytes')).to.equal(7);
    });
  }

  it('is suspended while the clock of a board without a battery is in 1970, says so, and loses no byte of that time', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    await readAt('2026-01-10T12:10:00Z', 10 * MB, MB);
    await running().kill();

    await startAt('1970-01-01T00:00:30Z');
    const suspended = await readAt('1970-01-01T00:01:00Z', 20 * MB, 2 * MB);
    expect(sampleValue(suspended, 'wrtmeter_ledger_clock_ok')).to.equal(0);
    expect([device(suspended, 'download_bytes_total'), wan(suspended, 'download_bytes_total')]).to.deep.equal([10 * MB, 10 * MB]);
    expect(sampleValue(suspended, 'wrtmeter_router_up')).to.equal(1);
    const health = (await running().api('/-/healthy')) as { problems: string[] };
    expect(health.problems.join('\n')).to.match(/clock/).and.to.match(/1970/);
    expect(running().logs.join('\n')).to.match(/Nothing is posted while the clock says 1970/);
    for (const page of ['/', '/api.php?action=combined', '/api/v1/devices', '/api/v1/usage', '/-/ready']) {
      expect((await fetch(running().url + page)).status, page).to.equal(200);
    }

    router.move(30 * MB, 3 * MB);
    const right = await readAt('2026-01-10T14:10:00Z', 40 * MB, 4 * MB);
    expect(sampleValue(right, 'wrtmeter_ledger_clock_ok')).to.equal(1);
    expect([device(right, 'download_bytes_total'), device(right, 'upload_bytes_total')]).to.deep.equal([100 * MB, 10 * MB]);
    expect([wan(right, 'download_bytes_total'), wan(right, 'upload_bytes_total')]).to.deep.equal([100 * MB, 10 * MB]);
    expect(((await running().api('/-/healthy')) as { problems: string[] }).problems).to.deep.equal([]);
    const hours = await usage('hour', '2026-01-10', '2026-01-11');
    expect(sum(hours, 'download_bytes')).to.equal(100 * MB);
    expect(sum(await usage('day', '1970-01-01', '2025-01-01'), 'download_bytes')).to.equal(0);
    expect(device(right, 'month_download_bytes')).to.equal(100 * MB);
  });

  it('is suspended while the clock is set back by an hour, and continues without a byte lost or counted twice', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    await readAt('2026-01-10T13:00:00Z', 10 * MB, MB);
    routersTime = '2026-01-10T13:04:00Z';
    const suspended = await readAt('2026-01-10T12:05:00Z', 20 * MB, MB);
    expect([sampleValue(suspended, 'wrtmeter_ledger_clock_ok'), device(suspended, 'download_bytes_total')]).to.deep.equal([0, 10 * MB]);
    const right = await readAt('2026-01-10T13:05:00Z', 5 * MB, MB);
    expect([sampleValue(right, 'wrtmeter_ledger_clock_ok'), device(right, 'download_bytes_total')]).to.deep.equal([1, 35 * MB]);
    expect(sum(await usage('hour', '2026-01-10', '2026-01-11'), 'download_bytes')).to.equal(35 * MB);
  });

  it('is suspended while the clock has jumped a year ahead and the router contradicts it', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    await readAt('2026-01-10T12:10:00Z', 10 * MB, MB);
    routersTime = '2026-01-10T12:20:00Z';
    const ahead = await readAt('2027-01-10T12:20:00Z', 20 * MB, MB);
    expect(sampleValue(ahead, 'wrtmeter_ledger_clock_ok')).to.equal(0);
    const right = await readAt('2026-01-10T12:30:00Z', 5 * MB, MB);
    expect([sampleValue(right, 'wrtmeter_ledger_clock_ok'), device(right, 'download_bytes_total')]).to.deep.equal([1, 35 * MB]);
    expect(sum(await usage('day', '2026-01-10', '2026-01-11'), 'download_bytes')).to.equal(35 * MB);
    expect(sum(await usage('day', '2026-01-11', '2028-01-01'), 'download_bytes')).to.equal(0);
  });

  it('is not suspended for a year because the clock was once a year ahead: it continues when the router agrees', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    const ahead = await readAt('2027-01-10T12:00:00Z', 10 * MB, MB); // the router's clock errs with it
    expect(device(ahead, 'download_bytes_total')).to.equal(10 * MB);
    const right = await readAt('2026-01-10T12:10:00Z', 20 * MB, 2 * MB);
    expect([sampleValue(right, 'wrtmeter_ledger_clock_ok'), device(right, 'download_bytes_total')]).to.deep.equal([1, 30 * MB]);
    const later = await readAt('2026-01-10T12:20:00Z', 30 * MB, 3 * MB);
    expect([device(later, 'download_bytes_total'), device(later, 'upload_bytes_total')]).to.deep.equal([60 * MB, 6 * MB]);
    expect(sum(await usage('day', '2026-01-10', '2028-01-01'), 'download_bytes')).to.equal(60 * MB);
  });

  it('shows the current month while the clock is in 1970, not an empty one', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    await readAt('2026-01-10T12:10:00Z', 10 * MB, MB);
    const suspended = await readAt('1970-01-01T00:01:00Z', 20 * MB, 2 * MB);
    expect(device(suspended, 'month_download_bytes')).to.equal(10 * MB);
    expect(
      sampleValue(
        suspended.filter(({ labels }) => !labels.router),
        'wrtmeter_month_start_timestamp_seconds',
      ),
    ).to.equal(seconds('2025-12-31T00:00:00+01:00'));
  });

  it('begins a ledger when the clock is right, not in 1970', async () => {
    await startAt('1970-01-01T00:00:30Z');
    expect(sampleValue(await running().scrape(), 'wrtmeter_ledger_clock_ok')).to.equal(0);
    await readAt('2026-01-10T12:00:00Z', MB, MB);
    const samples = await readAt('2026-01-10T12:01:00Z', 2 * MB, MB);
    expect(device(samples, 'download_bytes_total')).to.equal(2 * MB);
    expect(sampleValue(samples, 'wrtmeter_ledger_start_timestamp_seconds')).to.be.at.least(seconds('2026-01-10T12:00:00Z'));
  });

  it('still shows every device and the current month while the clock is a year ahead', async () => {
    await startAt('2026-01-10T12:00:00Z');
    await running().scrape();
    await readAt('2026-01-10T12:10:00Z', 10 * MB, MB);
    routersTime = '2026-01-10T12:20:00Z';
    const ahead = await readAt('2027-01-10T12:20:00Z', 20 * MB, MB);
    expect([device(ahead, 'download_bytes_total'), device(ahead, 'month_download_bytes')]).to.deep.equal([10 * MB, 10 * MB]);
    expect(wan(ahead, 'download_bytes_total')).to.equal(10 * MB);
  });
});

const seconds = (instant: string): number => Date.parse(instant) / 1000;

const nextDay = (day: string): string => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);

const sum = (rows: readonly Bucket[], field: 'download_bytes' | 'upload_bytes'): number =>
  rows.reduce((total, row) => total + row[field], 0);
