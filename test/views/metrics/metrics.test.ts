import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { CounterRules } from '../../../src/domain/counter.ts';
import type { HostCounter, Observation } from '../../../src/domain/observation.ts';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { QuotaOf } from '../../../src/domain/people/quota.ts';
import type { SourceResult } from '../../../src/domain/round.ts';
import { newStatus, updateStatuses } from '../../../src/domain/status.ts';
import { createMetrics } from '../../../src/views/metrics/metrics.ts';
import { quotaRows } from '../../../src/views/rows/quotas.ts';
import type { View } from '../../../src/views/view.ts';
import { quota } from '../../support/ledger/quota-view.ts';
import {
  type Bench,
  classic,
  complete,
  failed,
  LAPTOP,
  lease,
  leases,
  ok,
  openBench,
  PHONE,
  START,
  station,
  system,
  TERMS,
  wan,
} from '../../support/ledger/rounds.ts';
import { joined, metricsText } from '../../support/metrics-text.ts';

const GOLDEN = join(import.meta.dirname, '../../golden/metrics.txt');
const TABLET = '02:00:00:00:00:03';

const HOST_RULES: CounterRules = { directions: 'apart', absent: 'ended', unknown: 'began', fall: 'reset', refresh: 10 };
const hosts = (...list: HostCounter[]): Observation => ({
  source: 'hosts',
  rules: HOST_RULES,
  method: 'nftables',
  hosts: list,
  devices: ['br-lan'],
  uncounted: null,
});

/** One that is connected, one that was revoked. */
function peers(grown: number, name: string): Observation {
  const facts = { interface: 'wg0', endpoint: null, epoch: null, bits: 64 as const, allowedIps: ['10.7.0.2/32'] };
  return {
    source: 'peers',
    rules: { ...HOST_RULES, directions: 'together', absent: 'kept' },
    interfaces: ['wg0'],
    peers: [
      {
        ...facts,
        publicKey: `${'A'.repeat(43)}=`,
        name,
        state: 'active',
        latestHandshake: 1_772_000_000,
        bytes: { download: grown * 70, upload: 5 },
      },
      { ...facts, publicKey: `${'B'.repeat(42)}A=`, name: null, state: 'revoked', latestHandshake: 0, bytes: null },
    ],
  };
}

/** Two rounds of a gateway with radios and an access point with classic scripts, one source of which fails. */
async function viewOf(bench: Bench, names: { phone: string; laptop: string }): Promise<View> {
  const statuses = new Map(
    [
      newStatus('gateway', ['http://gateway'], ['stations', 'wan', 'leases']),
      newStatus('attic', ['http://attic'], ['stations', 'wan']),
    ].map((s) => [s.name, s]),
  );
  const air = { interface: 'phy0-ap0', signal: -52, connected: 60, linkDownload: 1e8, linkUpload: 5e7 };
  for (const [seconds, grown] of [
    [0, 0],
    [60, 1],
  ] as const) {
    const at = START + seconds * 1000;
    const gateway: SourceResult[] = [
      ok(complete(station(PHONE, 1e10 + grown * 3e9, 500 + grown * 7, air)), at),
      ok(wan({ download: grown * 5e9, upload: grown * 100 }), at),
      ok(
        hosts(
          { counts: 'upload', mac: PHONE, ip: '192.168.1.10', bytes: { download: 0, upload: grown * 40 }, bits: 64, epoch: null },
          { counts: 'download', mac: null, ip: '192.168.1.10', bytes: { download: grown * 4e9, upload: 0 }, bits: 64, epoch: null },
          { counts: 'download', mac: null, ip: '10.7.0.2', bytes: { download: grown * 33, upload: 0 }, bits: 64, epoch: null },
        ),
        at,
      ),
      ok(peers(grown, names.phone), at),
      ok(leases([{ ...lease(PHONE, names.phone), expiry: 1_800_000_000 }, lease(LAPTOP, names.laptop, '192.168.1.11')]), at),
    ];
    const attic = [ok(classic(station(LAPTOP, grown * 11, grown * 22), station(TABLET, 0, grown)), at), failed('wan', at)];
    const known = {
      ...system('8d1f3b0e-5c0f', 1000 + seconds),
      model: 'Archer "C7"',
      release: 'OpenWrt 23.05',
      time: Math.floor(at / 1000),
    };
    const routers = [
      { router: 'gateway', system: known, results: gateway },
      { router: 'attic', system: null, results: attic },
    ];
    await bench.readAll(seconds, routers);
    updateStatuses(statuses, { routers, startedAt: at, finishedAt: at });
  }
  Object.assign(bench.ledger.state, { commitSeconds: 0.001, databaseBytes: 4096 });
  const view = {
    now: START + 60_000,
    wallClock: START + 60_000,
    timezone: TERMS.timezone,
    expire: 30 * 86_400,
    version: '1.2.3',
    books: bench.ledger.books,
    months: bench.ledger.months,
    ledger: bench.ledger.state,
    routers: [...statuses.values()],
    peerNames: new Map(),
    notices: [],
    aliases: new Map([LAPTOP, TABLET].map((mac) => [mac, { name: "Anna's things", mac: LAPTOP, user: 'anna' }])),
    people: createPeople({ users: [], devices: [{ name: "Anna's things", macs: [LAPTOP, TABLET], user: 'anna' }], peers: [] }),
    implied: false,
  };
  return { ...view, quotas: quotaRows({ ...view, models: new Map() }) };
}

describe('/metrics', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  it('is the golden text (UPDATE_GOLDEN=1 rewrites it: read it before you keep it)', async () => {
    const text = (await metricsText(await viewOf(bench, { phone: 'annas-phone', laptop: 'laptop' }))).replace(process.version, 'NODE');
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text);
    expect(text).to.equal(readFileSync(GOLDEN, 'utf8'));
  });

  it('has quotas, and the month by tariff, where they are configured', async () => {
    await bench.restart({
      ...TERMS,
      tariffs: [{ name: 'off_peak', counts: 0, windows: [{ days: [1], from: 26, to: 30 }] }],
      quotas: [
        quota('line', { kind: 'home' }, 8e9, { steps: [{ share: 0.5, actions: [] }] }),
        quota('each', { kind: 'each device', user: 'anna' }, 100, { tariff: 'off_peak', per: 'day' }),
      ],
    });
    const view = await viewOf(bench, { phone: 'annas-phone', laptop: 'laptop' });
    const text = await metricsText(view);
    const shown = text.split('\n').filter((line) => /^wrtmeter_(quota_|\w+_tariff_)/.test(line));
    // 13:00 to 13:01 on a Tuesday in Berlin: everything is off-peak.
    expect(shown).to.include.members([
      'wrtmeter_wan_month_tariff_download_bytes{router="gateway",interface="wan",tariff="on_peak"} 0',
      'wrtmeter_wan_month_tariff_download_bytes{router="gateway",interface="wan",tariff="off_peak"} 5000000000',
      'wrtmeter_device_month_tariff_upload_bytes{mac="02:00:00:00:00:02",hostname="Anna\'s things",tariff="off_peak"} 23',
      'wrtmeter_user_month_tariff_upload_bytes{user="anna",tariff="off_peak"} 23',
      'wrtmeter_quota_used_bytes{quota="line",of="home",name=""} 0',
      'wrtmeter_quota_used_bytes{quota="each",of="device",name="Anna\'s things"} 34',
      'wrtmeter_quota_left_bytes{quota="each",of="device",name="Anna\'s things"} 66',
      'wrtmeter_quota_step{quota="line",of="home",name=""} 0',
    ]);
    expect(shown.filter((line) => /quota_(forecast|left_bytes_per_day)/.test(line))).to.have.length(1);
  });

  it('name a quota that is now of something else by what it is of', async () => {
    const metrics = createMetrics();
    const labels = async (of: QuotaOf) => {
      await bench.restart({ ...TERMS, quotas: [quota('line', of, 8e9)] });
      const text = joined(metrics.render(await viewOf(bench, { phone: 'phone', laptop: 'laptop' }), ''));
      return /^wrtmeter_quota_limit_bytes\{(.*)\}/m.exec(text)?.[1];
    };
    expect(await labels({ kind: 'home' })).to.equal('quota="line",of="home",name=""');
    expect(await labels({ kind: 'others' })).to.equal('quota="line",of="others",name=""');
  });

  it('is clean by promtool, whatever devices call themselves', async () => {
    const names = { phone: 'a"b\\c{}\n=,\u2028', laptop: '"} 1\nwrtmeter_wan_download_bytes_total 99' };
    const text = await metricsText({ ...(await viewOf(bench, names)), aliases: new Map() });
    expect(execFileSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' })).to.equal('');
    expect(text).to.not.match(/^wrtmeter_wan_download_bytes_total 99/m);
  });

  it('shows no series twice', async () => {
    const text = await metricsText(await viewOf(bench, { phone: 'same', laptop: 'same' }));
    const series = text.split('\n').flatMap((line) => (/^#|^$/.test(line) ? [] : [line.replace(/ \S+$/, '')]));
    expect(series.filter((name, i) => series.indexOf(name) !== i)).to.deep.equal([]);
  });

  it('what was counted of a source stays while the router lacks it', async () => {
    const view = await viewOf(bench, { phone: 'p', laptop: 'l' });
    const series = 'wrtmeter_ledger_rejected_bytes_total{router="gateway",source="hosts"}';
    expect(await metricsText(view)).to.contain(`${series} 0`);
    for (const { name, sources } of view.routers) if (name === 'gateway') sources.delete('hosts');
    const counts = bench.ledger.state.counts.get('gateway\nhosts');
    if (counts === undefined) throw new Error('no counts');
    counts.rejectedBytes = 77;
    const text = await metricsText(view);
    expect(text).to.contain(`${series} 77`);
    expect(text).to.not.contain('wrtmeter_source_success{router="gateway",source="hosts"}');
  });

  it('a server that is not asked for flow offloading has none to show', async () => {
    const view = await viewOf(bench, { phone: 'p', laptop: 'l' });
    expect(await metricsText(view)).to.contain('wrtmeter_router_flow_offload{router="gateway",kind="software"} 0');
    for (const router of view.routers) if (router.system !== null) router.system = { ...router.system, flowOffload: null };
    const text = await metricsText(view);
    expect(text).to.contain('wrtmeter_router_info{router="gateway"').and.not.contain('wrtmeter_router_flow_offload{');
  });

  it('a device that was not seen for expire disappears, and returns with its totals', async () => {
    const view = await viewOf(bench, { phone: 'p', laptop: 'l' });
    const later = await metricsText({ ...view, routers: [], now: view.now + 31 * 86_400_000 });
    for (const family of ['device', 'station', 'user']) expect(later).to.not.contain(`wrtmeter_${family}_`);
    expect(later).to.contain('wrtmeter_build_info');
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 3e9, upload: 7 });
  });

  it('a device with several MACs is there as a whole while one of them is seen', async () => {
    const view = await viewOf(bench, { phone: 'p', laptop: 'l' });
    const devices = (text: string) =>
      text.split('\n').filter((line) => /^wrtmeter_device_(month|download|info)/.test(line) && line.includes(LAPTOP));
    const before = devices(await metricsText(view));
    expect(before).to.have.length(4);
    const [laptop] = [...view.books.accounts.values()].filter(({ kind, key }) => kind === 'device' && key === LAPTOP);
    if (laptop !== undefined) laptop.lastSeen -= 31 * 86_400_000;
    expect(devices(await metricsText(view))).to.have.members(before);
  });

  it('a device whose first MAC was never seen has information under it, as it has months', async () => {
    const view = await viewOf(bench, { phone: 'p', laptop: 'l' });
    const first = '00:00:5e:00:53:77';
    const text = await metricsText({
      ...view,
      aliases: new Map([
        [LAPTOP, { name: 'laptop', mac: first, user: null }],
        [first, { name: 'laptop', mac: first, user: null }],
      ]),
    });
    expect(text).to.include(`wrtmeter_device_month_download_bytes{mac="${first}",hostname="laptop"} `);
    expect(text).to.include(`wrtmeter_device_info{mac="${first}",hostname="laptop",ip="",user="",randomized="false"} 1`);
  });
});
