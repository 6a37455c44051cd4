import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Observation } from '../../../src/domain/observation.ts';
import { forget, keptOf } from '../../../src/ledger/storage/forget.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { metaBatch } from '../../../src/ledger/storage/meta.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';
import {
  type Bench,
  classic,
  complete,
  LAPTOP,
  lease,
  leases,
  openBench,
  PHONE,
  START,
  station,
  system,
  wan,
} from '../../support/ledger/rounds.ts';

const device = (key: string) => ({ kind: 'device', key }) as const;
const uplink = { kind: 'wan', router: 'gateway', interface: 'wan' } as const;
const boot = { system: system('8d1f3b0e', 5000) };

describe('forgetting a device (Rule: forgotten device)', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
  });
  afterEach(() => bench.close());

  /** As the command does it: with the service stopped. */
  async function forgotten(mac: string) {
    await bench.ledger.close();
    const store = await openStore(bench.directory);
    const kept = await forget(store, mac, START).finally(() => store.close());
    await bench.restart();
    return kept;
  }

  async function classicDays(): Promise<void> {
    const both = (phone: number, laptop: number) => classic(station(PHONE, phone, 0), station(LAPTOP, laptop, 0));
    await bench.read(
      0,
      both(1000, 5000),
      wan({ download: 0, upload: 0 }),
      leases([lease(PHONE, 'annas-phone'), lease(LAPTOP, 'laptop', '192.168.1.11')]),
    );
    await bench.read(15, both(1100, 5200), wan({ download: 400, upload: 4 }));
    await bench.read(30, both(50, 5300), wan({ download: 500, upload: 5 }));
  }

  it('takes out a WireGuard peer that its server has no more, and no other', async () => {
    const [anna, ben] = ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw='];
    const peers = (bytes: number, ...keys: string[]): Observation => ({
      source: 'peers',
      rules: PEER_RULES,
      interfaces: ['wg0'],
      peers: keys.map((publicKey) => ({
        ...{ interface: 'wg0', publicKey, name: null, endpoint: '203.0.113.9:51820', allowedIps: ['10.7.0.2/32'], state: 'active' },
        ...{ latestHandshake: 0, bytes: { download: bytes, upload: bytes }, bits: 64, epoch: null },
      })),
    });
    await bench.read(0, peers(0, anna, ben));
    await bench.read(15, peers(100, anna, ben));
    await bench.read(30, peers(150, ben));
    expect(await forgotten(anna)).to.deep.include({ accounts: 1, hours: 1, days: 1, peers: 1, running: 0, baselines: 1 });
    expect([...bench.ledger.books.peers.values()].map(({ publicKey }) => publicKey)).to.deep.equal([ben]);
    const account = (key: string) => ({ kind: 'peer', router: 'gateway', interface: 'wg0', key }) as const;
    expect([bench.total(account(anna)), bench.total(account(ben))]).to.deep.equal([undefined, { download: 150, upload: 150 }]);
    expect((await readFile(join(bench.directory, 'ledger.db'))).includes(anna)).to.equal(false);
    expect(await brokenRules(bench.store)).to.deep.equal([]);
  });

  it('takes out its accounts, history, names, leases and audit rows; the sums of others are untouched', async () => {
    await classicDays();
    await bench.read(45, classic(station(LAPTOP, 5300, 0)), leases([lease(LAPTOP, 'laptop', '192.168.1.11')]));
    const before = await bench.sums(device(LAPTOP));
    expect(await forgotten(PHONE)).to.deep.include({
      accounts: 2,
      hours: 2,
      days: 2,
      names: 1,
      leases: 1,
      audit: 1,
      running: 0,
      baselines: 1,
    });
    expect(bench.total(device(PHONE))).to.equal(undefined);
    expect(bench.total(device(LAPTOP))).to.deep.equal({ download: 300, upload: 0 });
    expect(bench.total(uplink)).to.deep.equal({ download: 500, upload: 5 });
    expect(await bench.sums(device(LAPTOP))).to.deep.equal(before);
    expect(await brokenRules(bench.store)).to.deep.equal([]);
    expect(Object.values(await keptOf(bench.store, PHONE)).every((count) => count === 0)).to.equal(true);
  });

  it('leaves neither the MAC nor the name in the bytes of the file, and an audit row without them', async () => {
    await classicDays();
    await bench.read(45, classic(station(LAPTOP, 5300, 0)), leases([]));
    await forgotten(PHONE);
    await bench.ledger.close();
    for (const end of ['', '-wal']) {
      const bytes = await readFile(join(bench.directory, `ledger.db${end}`)).catch(() => Buffer.alloc(0));
      for (const text of [PHONE, 'annas-phone']) expect(bytes.includes(text), `${text} in ledger.db${end}`).to.equal(false);
    }
    await bench.restart();
    const rows = await bench.store.all("SELECT * FROM audit WHERE kind = 'forget'");
    expect(rows).to.have.length(1);
    expect(JSON.stringify(rows)).to.not.match(/02:00|annas/);
  });

  it('nothing of it stays in what is remembered for notices and limits, and of others all', async () => {
    await classicDays();
    await bench.read(45, classic(station(LAPTOP, 5300, 0)));
    const remembered = (macs: string[]) => ({
      notices: { since: START, silent: {}, here: Object.fromEntries(macs.map((mac) => [mac, true])), offload: [] },
      limits: Object.fromEntries([['rule night', START], ...macs.map((mac) => [`quota tv 0.8 rolling device ${mac}`, START])]),
    });
    const rows = (macs: string[]) => Object.entries(remembered(macs)).map(([key, value]) => ({ key, value: JSON.stringify(value) }));
    await bench.store.commit([metaBatch(rows([PHONE, LAPTOP]).map(({ key, value }) => [key, value]))]);
    await forgotten(PHONE);
    const kept = await bench.store.all("SELECT key, value FROM meta WHERE key IN ('notices', 'limits') ORDER BY key DESC");
    expect(kept).to.deep.equal(rows([LAPTOP]));
    await bench.ledger.close();
    expect((await readFile(join(bench.directory, 'ledger.db'))).includes(PHONE)).to.equal(false);
    await bench.restart();
  });

  it('a device that is still on the air starts again: its counter is not posted again', async () => {
    await classicDays();
    expect((await forgotten(PHONE)).running).to.equal(1);
    await bench.read(45, classic(station(PHONE, 58, 0), station(LAPTOP, 5300, 0)));
    expect(bench.total(device(PHONE))).to.deep.equal({ download: 8, upload: 0 });
    expect(await bench.sums(device(PHONE))).to.deep.equal({ hours: { download: 8, upload: 0 }, days: { download: 8, upload: 0 } });
  });

  it('a counter that only the last answer lacked is not posted again either', async () => {
    await classicDays();
    await bench.read(45, classic(station(LAPTOP, 5300, 0)));
    expect(await forgotten(PHONE)).to.deep.include({ running: 0, baselines: 1 });
    await bench.read(60, classic(station(PHONE, 58, 0), station(LAPTOP, 5310, 0)));
    await bench.read(75, classic(station(PHONE, 60, 0), station(LAPTOP, 5320, 0)));
    expect([bench.total(device(PHONE)), bench.total(device(LAPTOP))]).to.deep.equal([
      { download: 2, upload: 0 },
      { download: 320, upload: 0 },
    ]);
  });

  it('the same where the router proves when a counter began; the baseline goes with the counter', async () => {
    const epoch = { boot: '8d1f3b0e', instance: null, began: 4000, margin: 2 };
    const on = (uptime: number, bytes: number) =>
      bench.readFrom('gateway', uptime - 5000, [complete(station(PHONE, bytes, 0, { interface: 'phy0-ap0', epoch }))], {
        system: system('8d1f3b0e', uptime),
      });
    await on(5000, 1000);
    await on(5015, 1200);
    await forgotten(PHONE);
    await on(5030, 1210);
    expect(bench.total(device(PHONE))).to.deep.equal({ download: 10, upload: 0 });
    await bench.readFrom('gateway', 45, [complete()], { system: system('8d1f3b0e', 5045) });
    await forgotten(PHONE);
    expect(Object.values(await keptOf(bench.store, PHONE)).every((count) => count === 0)).to.equal(true);
  });

  it('a MAC that the ledger does not know, or no longer knows, is said so', async () => {
    await bench.readFrom('gateway', 0, [classic(station(PHONE, 10, 0))], boot);
    await bench.ledger.close();
    const store = await openStore(bench.directory);
    const said = async (mac: string) => (await forget(store, mac, START).catch((error) => error)).message;
    expect(await said(LAPTOP)).to.equal(`The ledger has nothing about "${LAPTOP}"`);
    await forget(store, PHONE, START);
    expect(await said(PHONE)).to.match(/^The ledger only has the baseline of a running counter of "02:00:00:00:00:01"/);
    await store.close();
    await bench.restart();
  });
});
