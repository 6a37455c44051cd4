import { expect } from 'chai';
import fc from 'fast-check';
import { dayOf } from '../../../src/domain/calendar.ts';
import type { Observation } from '../../../src/domain/observation.ts';
import type { Traffic } from '../../../src/domain/traffic.ts';
import { Accounts } from '../../../src/ledger/accounts.ts';
import { accountsIn, planImport } from '../../../src/ledger/import/plan.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { readDays } from '../../../src/ledger/storage/import/read-days.ts';
import { importBatches } from '../../../src/ledger/storage/import/write-import.ts';
import { loadBooks } from '../../../src/ledger/storage/load.ts';
import { openStoreToRead, type Store } from '../../../src/ledger/storage/store.ts';
import { reconciliationAnswer, reconciliationJson } from '../../../src/views/api-v1/reconciliation.ts';
import { createMetrics } from '../../../src/views/metrics/metrics.ts';
import { reconciliationFamilies } from '../../../src/views/metrics/reconciliation.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import { gatherEvidence } from '../../../src/views/reconciliation/evidence.ts';
import { type Reconciliation, reconciliations } from '../../../src/views/reconciliation/reconciliation.ts';
import { shownAccounts } from '../../../src/views/view.ts';
import { type HomeOptions, hosts, openHome, type SmallHome, system, wan } from '../../support/homes/small-home.ts';
import { writeAudit } from '../../support/ledger/audit-rows.ts';
import { violations } from '../../support/schema.ts';
import { readerOf } from '../../support/web/web.ts';

/** 20 November, 19:00 in Berlin. */
const NOW = Date.UTC(2026, 10, 20, 18);
const DAY = 86_400_000;
const PC = '00:00:5e:00:53:01';
const IP = '192.168.1.10';
const GIB = 1024 ** 3;
const of = (download: number, upload: number): Traffic => ({ download, upload });

describe('reconciliation', () => {
  let home: SmallHome;
  const open = async (options: Partial<HomeOptions> = {}) => {
    home = await openHome({ routers: { gateway: [] }, ...options });
  };
  afterEach(() => home.close());

  const line = (bytes: Traffic) => wan([{ name: 'wan', bytes }]);
  const pc = (bytes: Traffic, changes: Parameters<typeof hosts>[1] = {}) => hosts([{ mac: PC, ip: IP, bytes }], changes);
  async function read(at: number, sources: { wan?: Observation; hosts?: Observation; peers?: Observation }, given = system()) {
    await home.read(at, { gateway: { system: { ...given, uptime: given.uptime + (at - NOW) / 1000, time: at / 1000 }, sources } });
  }
  const familiesAt = (now: number) => reconciliationFamilies(home.view(now), shownAccounts(home.view(now)));
  async function gateway(): Promise<Reconciliation> {
    const view = home.view(NOW);
    const evidence = await gatherEvidence(view, readerOf(home));
    const [found] = reconciliations(view, evidence);
    return found ?? expect.fail('no gateway');
  }
  /** The same of the file, as after a restart. */
  async function reopened(): Promise<Reconciliation[]> {
    const store = await openStoreToRead(home.directory);
    const { books, months } = await openLedger(store, home.terms, NOW);
    const view = { ...home.view(NOW), books, months };
    await store.close();
    return reconciliations(view, await gatherEvidence(view, readerOf(home)));
  }
  const kinds = ({ reasons }: Reconciliation) => reasons.map(({ kind }) => kind);
  const reason = (found: Reconciliation, kind: string) =>
    found.reasons.find((each) => each.kind === kind) ?? expect.fail(`no reason ${kind}`);

  it('compares the uplinks with the hosts, each direction separately, without overlays', async () => {
    await open();
    const uplinks = (bytes: number) =>
      wan([
        { name: 'wan', bytes: of(bytes * 100, bytes * 10) },
        { name: 'wwan', device: 'wwan0', bytes: of(bytes * 5, bytes) },
        { name: 'vpn', device: 'wg1', bytes: of(bytes * 50, bytes), overlay: true, protocol: 'wireguard' },
      ]);
    const two = (bytes: number) =>
      hosts([
        { mac: PC, ip: IP, bytes: of(bytes * 90, bytes * 8) },
        { mac: null, ip: '10.7.0.2', bytes: of(bytes * 3, bytes) },
      ]);
    await read(NOW - 3_600_000, { wan: uplinks(0), hosts: two(0) });
    await read(NOW, { wan: uplinks(1000), hosts: two(1000) });
    const found = await gateway();
    expect(found).to.deep.include({
      router: 'gateway',
      wan: of(105_000, 11_000),
      hosts: of(93_000, 9_000),
      unknown: of(3_000, 1_000),
      unattributed: of(12_000, 2_000),
      rest: of(12_000, 2_000),
      share: 14 / 116,
      method: 'nftables',
      hostsSince: NOW - 3_600_000,
    });
    expect(kinds(found)).to.deep.equal(['tunnel', 'own']);
    expect(reason(found, 'tunnel').bytes).to.deep.equal(of(50_000, 1_000));
  });

  it('a router without hosts, or without an uplink, is not a gateway', async () => {
    await open({ routers: { gateway: [], modem: [], switch: [] } });
    for (const at of [NOW - 60_000, NOW]) {
      await home.read(at, { modem: { sources: { wan: line(of(at, 0)) } }, switch: { sources: { hosts: pc(of(at, 0)) } } });
    }
    expect(reconciliations(home.view(NOW))).to.deep.equal([]);
  });

  it('a gateway that has counted no host yet says so', async () => {
    await open();
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: hosts([]) });
    await read(NOW, { wan: line(of(500, 5)), hosts: hosts([]) });
    const found = await gateway();
    expect(found).to.deep.include({ unattributed: of(500, 5), share: 1, hostsSince: null });
    expect(reason(found, 'counted_since').text).to.equal('No host has been counted yet');
  });

  it('Rule: imported days – only the time in which both sides were counted is compared: hosts since the middle of the month', async () => {
    await open();
    await read(NOW - 10 * DAY, { wan: line(of(0, 0)) });
    await read(NOW - 2 * 3_600_000, { wan: line(of(40 * GIB, 4 * GIB)) });
    await read(NOW - 3_600_000, { wan: line(of(40 * GIB, 4 * GIB)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(42 * GIB, 5 * GIB)), hosts: pc(of(2 * GIB - 1000, GIB - 50)) });
    const found = await gateway();
    expect(found).to.deep.include({ from: NOW - 3_600_000, wan: of(2 * GIB, GIB), unattributed: of(1000, 50), rest: of(1000, 50) });
    expect(found.share).to.be.closeTo(1050 / (3 * GIB), 1e-12);
    expect(reason(found, 'counted_since').text).to.equal(
      'Hosts have only been counted since 2026-11-20 18:00; the 40.0 GiB down and 4.00 GiB up that the uplink has from before are not compared',
    );
    expect(reconciliations(home.view(NOW))[0], '/metrics, without evidence').to.deep.include({ unattributed: of(1000, 50) });
    expect(await reopened(), 'after a restart').to.deep.equal([found]);
  });

  it('hosts that begin within an hour of the uplink are compared from the next whole hour on', async () => {
    await open();
    await read(NOW - 90 * 60_000, { wan: line(of(0, 0)) });
    await read(NOW - 80 * 60_000, { wan: line(of(30 * GIB, 0)), hosts: pc(of(0, 0)) });
    await read(NOW - 60 * 60_000, { wan: line(of(31 * GIB, 0)), hosts: pc(of(GIB, 0)) });
    expect(await gateway()).to.deep.include({ from: NOW - 60 * 60_000, unattributed: of(0, 0) });
    await read(NOW, { wan: line(of(33 * GIB, 0)), hosts: pc(of(2 * GIB, 0)) });
    expect(await gateway()).to.deep.include({ wan: of(2 * GIB, 0), hosts: of(GIB, 0), share: 0.5 });
  });

  it('an uplink that is counted later than the hosts: what they moved before is not compared', async () => {
    await open();
    await read(NOW - 10 * DAY, { hosts: pc(of(0, 0)) });
    await read(NOW - 3_600_000, { hosts: pc(of(50 * GIB, 0)), wan: line(of(7 * GIB, 0)) });
    await read(NOW, { hosts: pc(of(51 * GIB, 0)), wan: line(of(8 * GIB + 100, 0)) });
    expect(await gateway()).to.deep.include({ wan: of(GIB + 100, 0), hosts: of(GIB, 0), unattributed: of(100, 0) });
  });

  describe('imported days (Rule: imported days)', () => {
    const TODAY = dayOf(NOW, 'Europe/Berlin');
    /** What vnStat counted on each day of this month before today, and today so far. */
    const importUplink = async (store: Store, at: number, days: number[]) => {
      const books = await loadBooks(store);
      const account = { kind: 'wan', router: 'gateway', interface: 'wan', key: '' } as const;
      const figures = days.map((day) => ({
        ...{ account, kind: 'day' as const, from: day, to: day + 1 },
        ...{ until: Math.min(at, (day + 1) * DAY), bytes: of(100 * GIB, 10 * GIB) },
      }));
      const found = { program: 'vnstat' as const, figures, most: new Map(), names: [], readers: [], leftOut: [] };
      const terms = { timezone: 'Europe/Berlin', now: at, lineRate: () => 1e12, mostAccounts: 100, routers: new Set(['gateway']) };
      const plan = planImport(books, await readDays(store, accountsIn(books, found)), found, terms);
      expect(plan.leftOut).to.deep.equal([]);
      await store.commit(importBatches(books, plan, 'vnstat.json', at));
    };
    const daysUpTo = (last: number) => Array.from({ length: 19 + last - (TODAY - 1) }, (_, i) => last - i);

    it('imported first, then counted: the imported days and the imported part of today are compared with nothing', async () => {
      await open({ before: (store) => importUplink(store, NOW - 7_200_000, daysUpTo(TODAY)) });
      await read(NOW - 7_100_000, { wan: line(of(9 * GIB, 0)), hosts: pc(of(9 * GIB, 0)) });
      await read(NOW - 3_600_000, { wan: line(of(9 * GIB, 0)), hosts: pc(of(9 * GIB, 0)) });
      await read(NOW, { wan: line(of(11 * GIB, 0)), hosts: pc(of(10 * GIB, 0)) });
      const found = await gateway();
      expect(found).to.deep.include({ wan: of(2 * GIB, 0), hosts: of(GIB, 0), unattributed: of(GIB, 0), share: 0.5, restShare: 0.5 });
      expect(reason(found, 'counted_since').bytes).to.deep.equal(of(2000 * GIB, 200 * GIB));
      const month = Object.fromEntries(familiesAt(NOW).map(({ name, samples }) => [name, samples.values[0]]));
      expect(month.wrtmeter_router_unattributed_month_download_bytes).to.equal(GIB);
    });

    it('counted first, then imported: nothing of what is compared changes', async () => {
      await open();
      await read(NOW - 3_600_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
      await read(NOW, { wan: line(of(2 * GIB, 0)), hosts: pc(of(2 * GIB - 7, 0)) });
      const before = await gateway();
      await importUplink(home.ledger.store, NOW, daysUpTo(TODAY - 1));
      const [after] = await reopened();
      expect(after?.reasons.map(({ kind }) => kind)).to.deep.equal(kinds(before));
      expect({ ...after, reasons: [] }).to.deep.equal({ ...before, reasons: [] });
      expect(after?.unattributed).to.deep.equal(of(7, 0));
    });

    it('an uplink of which all is imported is compared with nothing', async () => {
      await open({ before: (store) => importUplink(store, NOW - 7_200_000, daysUpTo(TODAY - 1)) });
      for (const hour of [2, 1, 0]) await read(NOW - hour * 3_600_000, { hosts: pc(of(3 * GIB - hour * GIB, 0)) });
      expect(reconciliations(home.view(NOW))).to.deep.equal([]);
    });
  });

  it('hosts and uplink that started together, or before the month, are not a reason', async () => {
    await open({ routerBilling: { gateway: 20 } });
    await read(NOW - 10 * DAY, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(10_000, 0)), hosts: pc(of(10_000, 0)) });
    const found = await gateway();
    expect(kinds(found)).to.deep.equal(['own']);
    expect(found.unattributed, 'both are spread over the same days').to.deep.equal(of(0, 0));
    expect([found.month.start, found.wan.download < 1000]).to.deep.equal([20_777, true]);
  });

  it('a first host seen shortly after the uplink is not a reason', async () => {
    await open();
    await read(NOW - 1_800_000, { wan: line(of(0, 0)), hosts: hosts([]) });
    await read(NOW - 1_740_000, { wan: line(of(5000, 0)), hosts: pc(of(4900, 0)) });
    expect(kinds(await gateway())).to.deep.equal(['own']);
  });

  it('is negative if the hosts have more than the uplink, with its own reason', async () => {
    await open();
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(4096, 100)), hosts: pc(of(5120, 90)) });
    const found = await gateway();
    expect(found).to.deep.include({ unattributed: of(-1024, 10), rest: of(-1024, 10) });
    expect(found.share, 'a part of what the hosts have').to.equal(-1014 / 5210);
    expect(reason(found, 'larger')).to.deep.include({ bytes: of(1024, 0) });
    expect(reason(found, 'larger').text).to.match(/^The hosts have 1\.00 KiB down more than the uplink: they also use/);
    const [decimal] = reconciliations({ ...home.view(NOW), units: 'si' });
    expect(reason(decimal ?? expect.fail('no gateway'), 'larger').text, 'units: si').to.match(/^The hosts have 1\.02 kB down more/);
    await writeAudit(home.ledger.store, [
      { at: NOW, kind: 'rejected', router: 'gateway', source: 'wan', counter: 'wan wan', download: 2 ** 40 },
    ]);
    expect(reason(await gateway(), 'larger').text).to.include('1.00 TiB down of the uplink were rejected');
  });

  it('reports offloading, full sets, rejected bytes and gaps, with their bytes', async () => {
    await open();
    const offloading = (hardware: boolean) => system({ flowOffload: { software: true, hardware } });
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(9000, 0)), hosts: pc(of(1000, 0), { uncounted: of(2048, 0) }) }, offloading(false));
    await writeAudit(home.ledger.store, [
      { at: NOW - 40 * DAY, kind: 'gap', router: 'gateway', source: 'hosts' },
      { at: NOW - DAY, kind: 'gap', router: 'gateway', source: 'hosts' },
      { at: NOW - DAY, kind: 'gap', router: 'gateway', source: 'wan' },
      { at: NOW - DAY, kind: 'gap', router: 'other', source: 'hosts' },
      { at: NOW - DAY, kind: 'rejected', router: 'gateway', source: 'hosts', counter: 'down 192.168.1.10', download: 2 ** 50 },
    ]);
    const found = await gateway();
    expect(kinds(found)).to.deep.equal(['software_offload', 'overflow', 'refused', 'gaps', 'own']);
    expect(reason(found, 'overflow').bytes).to.deep.equal(of(2048, 0));
    expect(reason(found, 'refused').text).to.match(/^1\.00 PiB down of hosts were rejected/);
    expect(reason(found, 'gaps').text).to.match(/for a while, once: /);
    expect(found.rest, 'none of them tells what this month lacks').to.deep.equal(of(8000, 0));
    await read(NOW + 1000, { wan: line(of(9000, 0)), hosts: pc(of(1000, 0)) }, offloading(true));
    expect(kinds(await gateway()))
      .to.include('hardware_offload')
      .and.not.include('software_offload');
  });

  it('nlbwmon sees offloaded flows too', async () => {
    await open();
    const offloading = system({ flowOffload: { software: true, hardware: true } });
    for (const bytes of [0, 1000]) {
      await read(NOW + bytes, { wan: line(of(bytes, 0)), hosts: pc(of(bytes, 0), { method: 'nlbwmon' }) }, offloading);
    }
    expect(kinds(await gateway())).to.deep.equal(['own']);
  });

  it('hosts that fail while the uplink answers are late, not lost', async () => {
    await open();
    await read(NOW - 7_200_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(5000, 0)) });
    expect(reason(await gateway(), 'silent').text).to.equal(
      'Hosts were last read on 2026-11-20 17:00, the uplink on 2026-11-20 19:00; what they moved since then is added with their next reading',
    );
  });

  it('the home uploads what WireGuard peers download, which explains that part of the rest', async () => {
    await open();
    const peers = (bytes: Traffic): Observation => ({
      source: 'peers',
      rules: { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 0 },
      interfaces: ['wg0', 'vpn'],
      peers: ['wg0', 'vpn'].map((name) => ({
        interface: name,
        publicKey: `${'A'.repeat(43)}=`,
        name: null,
        endpoint: null,
        allowedIps: [],
        state: 'active',
        latestHandshake: 0,
        bytes,
        bits: 64,
        epoch: null,
      })),
    });
    const uplinks = (bytes: Traffic) =>
      wan([
        { name: 'wan', bytes },
        { name: 'vpn', device: 'vpn', bytes, overlay: true, protocol: 'wireguard' },
      ]);
    await read(NOW - 60_000, { wan: uplinks(of(0, 0)), hosts: pc(of(0, 0)), peers: peers(of(0, 0)) });
    await read(NOW, { wan: uplinks(of(10_000, 9000)), hosts: pc(of(9000, 1000)), peers: peers(of(7000, 300)) });
    const found = await gateway();
    expect(reason(found, 'peers').bytes, 'the provider’s peer of a tunnel of the router is no such').to.deep.equal(of(300, 7000));
    expect(found.rest).to.deep.equal(of(700, 1000));
  });

  it('for any figures: the sums add up, and reasons subtract at most what is left', async () => {
    await open();
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    const view = home.view(NOW);
    const bytes = fc
      .record({ download: fc.maxSafeNat(), upload: fc.maxSafeNat() })
      .map(({ download, upload }) => of(Math.floor(download / 2), Math.floor(upload / 2)));
    const small = fc.record({ download: fc.nat(), upload: fc.nat() });
    fc.assert(
      fc.property(bytes, bytes, small, small, fc.boolean(), (uplink, host, sooner, refused, offload) => {
        const accounts = new Accounts();
        for (const [key, account] of view.books.accounts) accounts.set(key, { ...account, month: account.kind === 'wan' ? uplink : host });
        const routers = view.routers.map((status) => ({
          ...status,
          system: system({ flowOffload: { software: offload, hardware: false } }),
        }));
        const before = { uplinks: sooner, hosts: refused, peers: refused };
        const months = { ...view.months, compared: new Map([['{router="gateway"}', { from: NOW - 60_000, before }]]) };
        const evidence = new Map([['{router="gateway"}', { refusedHosts: refused, refusedWan: refused, gaps: 0 }]]);
        const [found] = reconciliations({ ...view, months, routers, books: { ...view.books, accounts } }, evidence);
        if (found === undefined) return expect.fail('no gateway');
        expect(found.wan.download - found.hosts.download).to.equal(found.unattributed.download);
        for (const direction of ['download', 'upload'] as const) {
          expect(found.rest[direction]).to.be.at.most(found.unattributed[direction]);
          expect(found.rest[direction] >= 0 || found.rest[direction] === found.unattributed[direction]).to.equal(true);
        }
        for (const share of [found.share, found.restShare]) expect(share ?? 0, 'never over 100 %').to.be.within(-1, 1);
        for (const { text } of found.reasons) expect(text).to.match(/^[A-Z\d].*[^.]$/);
        expect(violations(reconciliationJson([found]), schemas.Reconciliation, schemas)).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });

  it('metrics: month sums and what is unattributed, by router', async () => {
    await open();
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(1000, 100)), hosts: pc(of(1200, 60), { uncounted: of(5, 0) }) });
    const shown = Object.fromEntries(
      familiesAt(NOW).map(({ name, samples }) => [name, samples.labels.map((labels, i) => [labels, samples.values[i]])]),
    );
    expect(shown).to.deep.equal({
      wrtmeter_router_hosts_month_download_bytes: [['{router="gateway"}', 1200]],
      wrtmeter_router_hosts_month_upload_bytes: [['{router="gateway"}', 60]],
      wrtmeter_router_unattributed_month_download_bytes: [['{router="gateway"}', -200]],
      wrtmeter_router_unattributed_month_upload_bytes: [['{router="gateway"}', 40]],
      wrtmeter_router_uncounted_download_bytes: [['{router="gateway"}', 5]],
      wrtmeter_router_uncounted_upload_bytes: [['{router="gateway"}', 0]],
      wrtmeter_router_hosts_start_timestamp_seconds: [['{router="gateway"}', (NOW - 60_000) / 1000]],
    });
    expect(
      familiesAt(NOW + 31 * DAY).flatMap(({ samples }) => samples.labels),
      'long unseen',
    ).to.deep.equal([]);
    expect([...createMetrics().families(home.view(NOW))].map(({ name }) => name)).to.include(
      'wrtmeter_router_unattributed_month_download_bytes',
    );
  });

  it('the API shows the same, shares with four digits', async () => {
    await open();
    await read(NOW - 60_000, { wan: line(of(0, 0)), hosts: pc(of(0, 0)) });
    await read(NOW, { wan: line(of(3000, 0)), hosts: pc(of(2000, 0)) });
    const { gateways } = await reconciliationAnswer(home.view(NOW), {}, readerOf(home));
    expect(violations({ gateways }, schemas.Reconciliation, schemas)).to.deep.equal([]);
    expect(gateways[0]).to.deep.include({
      router: 'gateway',
      month: { start: '2026-11-01', end: '2026-12-01' },
      counted_by: 'nftables',
      hosts_since: '2026-11-20T17:59:00Z',
      unattributed: { download_bytes: 1000, upload_bytes: 0, share: 0.3333 },
      unexplained: { download_bytes: 1000, upload_bytes: 0, share: 0.3333 },
    });
    const asked = (query: Record<string, string>) =>
      reconciliationAnswer(home.view(NOW), query, readerOf(home)).catch((error: Error) => error.message);
    expect(await asked({ router: 'gateway' })).to.deep.equal({ gateways });
    expect(await asked({ router: 'attic' })).to.equal('"attic" is not a gateway that counts hosts: use "gateway"');
    expect(await asked({ from: '1' })).to.equal('There is no parameter "from": use router');
  });
});
