import { expect } from 'chai';
import { factsOf, seesAll } from '../../../src/app/notify/facts.ts';
import { USUAL_NOTICES } from '../../../src/config/notify/notices.ts';
import type { SourceName } from '../../../src/domain/observation.ts';
import { NOBODY } from '../../../src/domain/people/people.ts';
import { newStatus, type RouterStatus } from '../../../src/domain/status.ts';
import type { Watched } from '../../../src/notify/settings.ts';
import {
  type Bench,
  classic,
  LAPTOP,
  lease,
  leases,
  openBench,
  PHONE,
  START,
  station,
  statistics,
  system,
  TERMS,
} from '../../support/ledger/rounds.ts';

const GLOBAL = '04:00:00:00:00:01';

describe('the facts that notices are decided from', () => {
  let bench: Bench;
  let router: RouterStatus;
  beforeEach(async () => {
    bench = await openBench({ ...TERMS, accounting: 'hosts' });
    router = newStatus('attic', [], ['stations', 'leases']);
  });
  afterEach(() => bench.close());

  const facts = (more: { watch?: Watched[]; aliases?: [string, string][]; since?: number; reported?: string[] } = {}) =>
    factsOf({
      config: { notices: { ...USUAL_NOTICES, watch: more.watch ?? [] } },
      books: bench.ledger.books,
      routers: [router],
      aliases: new Map((more.aliases ?? []).map(([mac, name]) => [mac, { name, mac, user: null }])),
      peerNames: new Map(),
      people: NOBODY,
      ...{ now: START + 60_000, timezone: 'UTC', startedAt: START, seeingSince: START, since: more.since ?? START - 1 },
      isReported: (key) => more.reported?.includes(key) ?? false,
    });

  it('a device on the air is seen, also where its bytes are counted as those of a host', async () => {
    await bench.readFrom('attic', 0, [classic(station(PHONE, 0, 0))]);
    await bench.readFrom('attic', 30, [classic(station(PHONE, 0, 0))]);
    const watch = [{ kind: 'device', name: null, macs: [PHONE] } as const, { kind: 'device', name: 'tv', macs: [GLOBAL] } as const];
    expect(facts({ watch }).watched).to.deep.equal([
      { id: PHONE, name: PHONE, lastSeen: START + 30_000 },
      { id: GLOBAL, name: 'tv', lastSeen: null },
    ]);
  });

  it('recent devices are those that the configuration does not name, and that are new and not reported', async () => {
    await bench.close();
    bench = await openBench();
    await bench.readFrom('attic', 0, [classic(...[PHONE, LAPTOP, GLOBAL].map((mac) => station(mac, 0, 0))), leases([lease(GLOBAL, 'tv')])]);
    const macs = (more: Parameters<typeof facts>[0]) => facts(more).recent.map(({ mac }) => mac);
    expect(macs({})).to.have.members([PHONE, LAPTOP, GLOBAL]);
    expect(macs({ aliases: [[PHONE, 'annas-phone']], reported: [`device ${LAPTOP}`] })).to.deep.equal([GLOBAL]);
    expect(macs({ since: START })).to.deep.equal([]);
    expect(
      facts({
        aliases: [
          [PHONE, 'annas-phone'],
          [LAPTOP, 'laptop'],
        ],
      }).recent,
    ).to.deep.equal([{ mac: GLOBAL, name: 'tv', ip: '192.168.1.10', randomized: false, firstSeen: START, lastSeen: START }]);
  });

  it('a home with a TP-Link router alone has devices that are new, and that come and go', async () => {
    const watch = [{ kind: 'device', name: null, macs: [PHONE] } as const];
    await bench.readFrom('attic', 0, [statistics({ [PHONE]: 1000 })]);
    expect(facts({ watch }).watched).to.deep.equal([{ id: PHONE, name: PHONE, lastSeen: START }]);
    await bench.readFrom('attic', 15, [statistics({ [PHONE]: 1500, [LAPTOP]: 70 })]);
    // An entry stays in the list after its machine has left.
    await bench.readFrom('attic', 30, [statistics({ [PHONE]: 1500, [LAPTOP]: 90 })]);
    expect(facts({ watch }).watched).to.deep.equal([{ id: PHONE, name: PHONE, lastSeen: START + 15_000 }]);
    expect(facts().recent.map(({ mac, firstSeen, lastSeen }) => [mac, firstSeen, lastSeen])).to.deep.equal([
      [PHONE, START, START + 15_000],
      [LAPTOP, START + 15_000, START + 30_000],
    ]);
  });

  it('a device that was counted without directions is not new where it is counted with them', async () => {
    await bench.close();
    bench = await openBench();
    await bench.readFrom('attic', 0, [statistics({ [PHONE]: 1000 })]);
    await bench.readFrom('attic', 15, [statistics({ [PHONE]: 1500 })]);
    await bench.readFrom('garden', 30, [classic(station(PHONE, 0, 0))]);
    expect(facts({ since: START + 20_000 }).recent).to.deep.equal([]);
    expect(facts().recent.map(({ firstSeen, lastSeen }) => [firstSeen, lastSeen])).to.deep.equal([[START, START + 30_000]]);
  });

  it('a name is that of another MAC by the ledger or by the configuration', async () => {
    await bench.readFrom('attic', 0, [classic(station(PHONE, 0, 0)), leases([lease(PHONE, 'Phone')])]);
    const { isNameOfAnother } = facts({ aliases: [[LAPTOP, 'laptop']] });
    expect(isNameOfAnother('phone', PHONE)).to.equal(false);
    expect(isNameOfAnother('phone', GLOBAL)).to.equal(true);
    expect(isNameOfAnother('Laptop', GLOBAL)).to.equal(true);
    expect(isNameOfAnother('other', GLOBAL)).to.equal(false);
  });

  it('what was last read is known from the ledger after a start, and offloading from the router', async () => {
    await bench.readFrom('attic', 0, [classic(station(PHONE, 0, 0))]);
    expect(facts().routers).to.deep.equal([
      {
        name: 'attic',
        sources: [
          { source: 'stations', lastRead: START, why: null },
          { source: 'leases', lastRead: null, why: null },
        ],
        offload: null,
      },
    ]);
    router.system = { ...system('b', 1), flowOffload: { software: true, hardware: true } };
    expect(facts().routers[0]?.offload).to.deep.equal(['hardware']);
    router.system = { ...system('b', 1), flowOffload: null };
    expect(facts().routers[0]?.offload).to.equal(null);
  });

  it('a router whose stations cannot be read hides devices; one whose leases cannot does not', () => {
    const reads = (...sources: SourceName[]) => {
      for (const [name, source] of router.sources) source.success = sources.includes(name);
      return seesAll([router]);
    };
    expect([reads('stations', 'leases'), reads('stations'), reads('leases'), reads()]).to.deep.equal([true, true, false, false]);
    router = newStatus('den', [], ['statistics', 'leases']);
    expect([reads('statistics', 'leases'), reads('statistics'), reads('leases')]).to.deep.equal([true, true, false]);
  });
});
