import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { agreed, atThisPace, bothRates, busiest, firstDay, lastDay, monthOfUsers, period } from '../../grafana/queries/queries.ts';
import { ofProcess } from '../../grafana/queries/series.ts';
import { finish } from '../support/program/command.ts';
import { drawing, fill, readDashboards } from '../support/prometheus/grafana.ts';

const day = 86400;
const values = {
  instance: 'a:9780',
  router: '.+',
  uplink: '.+',
  user: '.+',
  mac: '02:00:00:00:00:01',
  __rate_interval: '4m',
  __range: '1h',
};

/** A household with one uplink whose billing period is the site's: 30 days, and 100 GB down, 20 GB up in it so far. */
const oneUplink = {
  'wrtmeter_month_start_timestamp_seconds{}': '0x40',
  'wrtmeter_month_end_timestamp_seconds{}': `${30 * day}x40`,
  'wrtmeter_wan_month_download_bytes{router="gateway", interface="wan"}': '100e9x40',
  'wrtmeter_wan_month_upload_bytes{router="gateway", interface="wan"}': '20e9x40',
  'wrtmeter_ledger_start_timestamp_seconds{}': '-1000000x40',
};
const ownPeriod = {
  'wrtmeter_month_start_timestamp_seconds{router="gateway"}': `${14 * day}x40`,
  'wrtmeter_month_end_timestamp_seconds{router="gateway"}': `${44 * day}x40`,
};

describe('grafana: queries', () => {
  it("a billing period is the uplink's own if it has one, otherwise the site's", async () => {
    await holds(oneUplink, '20d', [
      [firstDay(`(${agreed(period('start'))})`), { '{}': 12 * 3600 * 1000 }],
      [lastDay(`(${agreed(period('end'))})`), { '{}': 29.5 * day * 1000 }],
    ]);
    await holds({ ...oneUplink, ...ownPeriod }, '20d', [
      [period('start'), { '{router="gateway"}': 14 * day }],
      [period('end'), { '{router="gateway"}': 44 * day }],
    ]);
  });

  it('where uplinks have different periods, no single one is shown', async () => {
    const second = {
      'wrtmeter_wan_month_download_bytes{router="cabin", interface="wwan0"}': '5x40',
      'wrtmeter_wan_month_upload_bytes{router="cabin", interface="wwan0"}': '5x40',
    };
    await holds({ ...oneUplink, ...second }, '20d', [[agreed(period('start')), { '{}': 0 }]]);
    await holds({ ...oneUplink, ...second, ...ownPeriod }, '20d', [
      [agreed(period('start')), {}],
      [period('start'), { '{router="cabin"}': 0, '{router="gateway"}': 14 * day }],
    ]);
  });

  it('the forecast continues at the pace of what was counted', async () => {
    await holds(oneUplink, '15d', [[atThisPace(), { '{}': 240e9 }]]);
    await holds({ ...oneUplink, 'wrtmeter_ledger_start_timestamp_seconds{}': `${5 * day}x40` }, '15d', [[atThisPace(), { '{}': 300e9 }]]);
    await holds(oneUplink, '30d', [[atThisPace(), { '{}': 120e9 }]]);
  });

  it('the forecast of the first day guesses low, not wild', async () => {
    await holds({ ...oneUplink, 'wrtmeter_ledger_start_timestamp_seconds{}': `${20 * day}x40` }, '20d', [
      [atThisPace(), { '{}': 120e9 * 11 }],
    ]);
  });

  it('a device that changed its name stays among the busiest, with both its names', async () => {
    const counters = (way: string) => ({
      [`wrtmeter_device_${way}_bytes_total{mac="02:00:00:00:00:01", hostname="02:00:00:00:00:01"}`]: '0+6000x30 _x30',
      [`wrtmeter_device_${way}_bytes_total{mac="02:00:00:00:00:01", hostname="anna-laptop"}`]: '_x30 180000+6000x30',
      [`wrtmeter_device_${way}_bytes_total{mac="02:00:00:00:00:02", hostname="tv"}`]: '0+5000x60',
    });
    const top = `${bothRates('mac, hostname')} * 8 and on (mac) ${busiest(1)}`;
    const series = { ...counters('download'), ...counters('upload') };
    await holds(series, '58m', [[top, { '{mac="02:00:00:00:00:01", hostname="anna-laptop"}': 1600 }]], '1m');
  });

  it('devices and users of a router without directions have their bytes in one figure', async () => {
    const directed = (way: string) => ({
      [`wrtmeter_device_${way}_bytes_total{mac="a", hostname="tv"}`]: '0+6000x60',
      [`wrtmeter_user_month_${way}_bytes{user="anna"}`]: '5x60',
      [`wrtmeter_user_month_${way}_bytes{user="kids"}`]: '5x60',
    });
    const series = {
      ...{ ...directed('download'), ...directed('upload') },
      // What another router counted with its directions is the same bytes again.
      'wrtmeter_device_undirected_bytes_total{mac="a", hostname="tv"}': '0+6000x60',
      'wrtmeter_device_undirected_bytes_total{mac="b", hostname="tablet"}': '0+3000x60',
      'wrtmeter_user_month_total_bytes{user="kids"}': '12x60',
      'wrtmeter_user_month_total_bytes{user="ben"}': '7x60',
    };
    await holds(
      series,
      '58m',
      [
        [bothRates('mac'), { '{mac="a"}': 200, '{mac="b"}': 50 }],
        [monthOfUsers(), { '{user="anna"}': 10, '{user="kids"}': 12, '{user="ben"}': 7 }],
      ],
      '1m',
    );
  });

  it('a reboot, counters that began again and a router that could not be read are marked, and nothing else', async () => {
    const [reboots, resets, gaps] = (readDashboards().get('device.json')?.annotations.list ?? []).map(({ target }) =>
      fill(target.expr, values),
    );
    const series = {
      'wrtmeter_router_boot_time_seconds{router="attic"}': '5000x60',
      'wrtmeter_router_up{router="attic"}': '1x20 0x2 1x40',
      'wrtmeter_router_up{router="garden"}': '1x60',
      'wrtmeter_ledger_resets_total{router="attic", source="wan"}': '0x20 2x40',
      'wrtmeter_ledger_resets_total{router="attic", source="stations"}': '0+1x60',
    };
    await holds(
      series,
      '22m',
      [
        [reboots ?? '', { '{router="attic"}': 5_000_000 }],
        [`count(${resets})`, { '{}': 1 }],
        [gaps ?? '', { '{router="attic"}': 1 }],
      ],
      '1m',
    );
    await holds(
      series,
      '40m',
      [
        [resets ?? '', {}],
        [gaps ?? '', {}],
      ],
      '1m',
    );
  });

  it('the devices to choose from have the busiest of the month first, each once, also those without a month of their own', async () => {
    const info = (mac: string) => `wrtmeter_device_info{mac="${mac}", hostname="${mac}", ip="192.168.1.2", user="", randomized="false"}`;
    const { query = '', sort } =
      readDashboards()
        .get('device.json')
        ?.templating.list.find(({ name }) => name === 'mac') ?? {};
    const [, sorted = ''] = /^query_result\(sort_desc\((.*)\)\)$/.exec(fill(query, values)) ?? [];
    expect(sort, 'as they come').to.equal(0);
    const series = {
      ...{ [info('a')]: '1x40', [info('b')]: '1x40', [info('c')]: '1x40' },
      'wrtmeter_device_month_download_bytes{mac="a", hostname="a"}': '5x40',
      'wrtmeter_device_month_upload_bytes{mac="a", hostname="a"}': '1x40',
      'wrtmeter_device_month_total_bytes{mac="b", hostname="b"}': '9x40',
    };
    await holds(series, '1d', [[sorted, { '{mac="a", hostname="a"}': 6, '{mac="b", hostname="b"}': 9, '{mac="c", hostname="c"}': 0 }]]);
  });

  it('a device on two access points at once is one device on the air; nobody is zero only where stations were read', async () => {
    const station = (router: string, mac: string) =>
      `wrtmeter_station_connected_seconds{router="${router}", interface="phy0-ap0", mac="${mac}"}`;
    const told = (router: string) => ({ [`wrtmeter_router_info{router="${router}", model="m", release="r"}`]: '1x40' });
    const answered = {
      ...told('attic'),
      'wrtmeter_source_success{router="attic", source="stations"}': '1x40',
      'wrtmeter_source_success{router="garden", source="stations"}': '0x40',
    };
    const onTheAir = exprs('home.json', 'On the air')[0] ?? '';
    await holds(
      { ...answered, [station('attic', 'a')]: '5x40', [station('garden', 'a')]: '9x40', [station('garden', 'b')]: '9x40' },
      '1d',
      [[onTheAir, { '{}': 2 }]],
    );
    await holds(answered, '1d', [[onTheAir, { '{}': 0 }]]);
    await holds({ 'wrtmeter_source_success{router="attic", source="stations"}': '1x40' }, '1d', [[onTheAir, {}]]);
    await holds({ ...told('garden'), 'wrtmeter_source_success{router="garden", source="stations"}': '0x40' }, '1d', [[onTheAir, {}]]);
  });

  it('shares of the month add up to one, and a device without bytes has its share too', async () => {
    const month = (way: string, name: string, bytes: string) => ({
      [`wrtmeter_device_month_${way}_bytes{mac="${name}", hostname="${name}"}`]: bytes,
    });
    const series = {
      ...month('download', 'a', '500x40'),
      ...month('upload', 'a', '250x40'),
      ...month('download', 'b', '200x40'),
      ...month('upload', 'b', '50x40'),
      ...month('download', 'c', '0x40'),
      ...month('upload', 'c', '0x40'),
    };
    await holds(series, '1d', [
      [exprs('home.json', 'All devices this month')[4] ?? '', { '{mac="a"}': 0.75, '{mac="b"}': 0.25, '{mac="c"}': 0 }],
    ]);
    // Of some bytes of b no router knows the direction, and of all of d.
    await holds({ ...series, ...month('total', 'b', '1250x40'), ...month('total', 'd', '2000x40') }, '1d', [
      [exprs('home.json', 'All devices this month')[3] ?? '', { '{mac="a"}': 750, '{mac="b"}': 1250, '{mac="c"}': 0, '{mac="d"}': 2000 }],
      [
        exprs('home.json', 'All devices this month')[4] ?? '',
        { '{mac="a"}': 0.1875, '{mac="b"}': 0.3125, '{mac="c"}': 0, '{mac="d"}': 0.5 },
      ],
    ]);
  });

  it('a device has one row in the table, whatever its lease did', async () => {
    const info = (ip: string) => `wrtmeter_device_info{mac="a", hostname="anna", ip="${ip}", user="", randomized="false"}`;
    const rows = exprs('home.json', 'All devices this month')[0] ?? '';
    const month = { 'wrtmeter_device_month_download_bytes{mac="a", hostname="anna"}': '1x40' };
    await holds({ ...month, [info('192.168.1.2')]: '1x40', [info('192.168.1.3')]: '1x40' }, '1d', [[`count(${rows})`, { '{}': 1 }]]);
  });

  it("the process panels leave out other programs' series of the same name", async () => {
    const series = {
      'wrtmeter_build_info{job="wrtmeter", instance="a:9780", version="1"}': '1x40',
      'process_resident_memory_bytes{job="wrtmeter", instance="a:9780"}': '7x40',
      'process_resident_memory_bytes{job="prometheus", instance="a:9780"}': '8x40',
    };
    await holds(series, '1d', [[ofProcess('process_resident_memory_bytes'), { '{}': 7 }]]);
  });

  it('days of a device are its own, once for all jobs, also where several have its name or it is called by its MAC', async () => {
    const info = (mac: string, hostname: string, job = 'wrtmeter') =>
      `wrtmeter_device_info{job="${job}", instance="a:9780", mac="${mac}", hostname="${hostname}", ip="", user="", randomized="false"}`;
    const day = (name: string, start: string, more = 'job="wrtmeter-history", instance="a:9780"') =>
      `wrtmeter_history_day_download_bytes{${more}, of="device", name="${name}", start="${start}"}`;
    const [mac, other] = [values.mac, '02:00:00:00:00:02'];
    const [days = ''] = exprs('device.json', 'Days');
    const shown = (name: string, start: string) => `{of="device", name="${name}", start="${start}"}`;
    const twice = {
      ...{ [info(mac, 'tv')]: '1x60', [info(mac, 'tv', 'again')]: '1x60', [info(other, 'tv')]: '1x60' },
      [day(`tv (${mac})`, '2026-11-01')]: '5x60',
      [day(`tv (${mac})`, '2026-11-01', 'job="more", instance="a:9780"')]: '5x60',
      [day(`tv (${mac})`, '2026-11-02')]: '0x60',
      [day(`tv (${other})`, '2026-11-01')]: '7x60',
      [day(`tv (${mac})`, '2026-11-01', 'job="wrtmeter-history", instance="b:9780"')]: '9x60',
      'wrtmeter_history_day_download_bytes{job="wrtmeter-history", instance="a:9780", of="user", name="tv", start="2026-11-01"}': '8x60',
    };
    await holds(twice, '58m', [[days, { [shown(`tv (${mac})`, '2026-11-01')]: 5, [shown(`tv (${mac})`, '2026-11-02')]: 0 }]], '1m');
    const nameless = { [info(mac, mac)]: '1x60', [day(mac, '2026-11-01')]: '3x60', [day(other, '2026-11-01')]: '4x60' };
    await holds(nameless, '58m', [[days, { [shown(mac, '2026-11-01')]: 3 }]], '1m');
    await holds(
      { [info(mac, 'tv')]: '1x60', [day('tv', '2026-11-01')]: '3x60' },
      '58m',
      [[days, { [shown('tv', '2026-11-01')]: 3 }]],
      '1m',
    );
  });

  it('errors are a flat zero where a failure has never been seen', async () => {
    const errors = exprs('exporter.json', 'Errors')[0] ?? '';
    const healthy = { 'wrtmeter_source_success{router="attic", source="stations"}': '1x60' };
    await holds(healthy, '50m', [[errors, { '{reason="none"}': 0 }]], '1m');
    await holds(
      { ...healthy, 'wrtmeter_source_errors_total{router="attic", source="stations", reason="timeout"}': '0+1x60' },
      '50m',
      [[errors, { '{reason="timeout"}': 1 }]],
      '1m',
    );
  });
});

/** The queries of a panel, in their order. */
function exprs(file: string, title: string): string[] {
  const dashboard = readDashboards().get(file);
  if (dashboard === undefined) throw new Error(`No dashboard "${file}"`);
  return (
    drawing(dashboard)
      .find((panel) => panel.title === title)
      ?.targets?.map((target) => target.expr) ?? []
  );
}

/** A series as Prometheus keeps it: with the job and the instance, where the test names none. */
const scraped = (name: string) =>
  name.includes('instance=')
    ? name
    : name.replace(/\{(?=(.?))/, (_, next: string) => `{job="wrtmeter", instance="a:9780"${next === '}' ? '' : ', '}`);

/** Has promtool evaluate queries over series (in its notation, one value an interval) at a moment after the beginning of 1970. */
async function holds(
  series: Record<string, string>,
  at: string,
  cases: [expr: string, answer: Record<string, number>][],
  interval = '1d',
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-queries-'));
  try {
    const test = {
      interval,
      input_series: Object.entries(series).map(([name, samples]) => ({ series: scraped(name), values: samples })),
      promql_expr_test: cases.map(([expr, answer]) => ({
        expr: fill(expr, values),
        eval_time: at,
        exp_samples: Object.entries(answer).map(([labels, value]) => ({ labels, value })),
      })),
    };
    const file = join(folder, 'queries.yml');
    writeFileSync(file, JSON.stringify({ tests: [test] }));
    const { code, stdout, stderr } = await finish(['promtool', 'test', 'rules', file]);
    expect(code, `${stdout}${stderr}`).to.equal(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
