import { expect } from 'chai';
import type { HostCounter, Neighbour, Observation } from '../../../src/domain/observation.ts';
import { createPeople, type PeopleTerms } from '../../../src/domain/people/people.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { AccountKind } from '../../../src/ledger/account.ts';
import type { LedgerTerms } from '../../../src/ledger/ledger.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { HOST_RULES } from '../../../src/sources/openwrt/hosts.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';
import { type Bench, complete, LAPTOP, lease, leases, openBench, PHONE, START, station, TERMS } from '../../support/ledger/rounds.ts';

const HOUR = 3600;
const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

const termsOf = (people: Partial<PeopleTerms>): LedgerTerms => ({
  ...TERMS,
  people: createPeople({ users: [], devices: [], peers: [], ...people }),
});
const PRIVATE_PHONE = termsOf({ devices: [{ name: 'phone', macs: [PHONE], isPrivate: true }] });

const both = (bytes: number): Observation => complete(station(PHONE, bytes, 1), station(LAPTOP, bytes, 1));
const neighbours = (...list: Partial<Neighbour>[]): Observation => ({
  source: 'neighbours',
  neighbours: list.map((one) => ({ ip: '192.168.1.10', interface: 'br-lan', mac: PHONE, state: 'REACHABLE', ...one })),
});
const hosts = (...list: Pick<HostCounter, 'counts' | 'mac' | 'ip' | 'bytes'>[]): Observation => ({
  ...{ source: 'hosts', rules: HOST_RULES['hosts iptables'], method: 'iptables', devices: [], uncounted: null },
  hosts: list.map((one) => ({ ...one, bits: 64, epoch: null })),
});
const peer = (bytes: number): Observation => ({
  source: 'peers',
  rules: PEER_RULES,
  interfaces: ['wg0'],
  peers: [
    {
      ...{ interface: 'wg0', publicKey: KEY, name: 'annas-tunnel', endpoint: null, allowedIps: [], state: 'active', latestHandshake: 0 },
      ...{ bytes: { download: bytes, upload: bytes }, bits: 64, epoch: null },
    },
  ],
});

describe('Rule: private hours', () => {
  let bench: Bench;
  afterEach(async () => {
    expect(await brokenRules(bench.store)).to.deep.equal([]);
    await bench.close();
  });

  const hoursOf = async (key: string) => {
    const rows = await bench.store.all('SELECT count(*) AS n FROM hour JOIN account ON account.id = hour.account WHERE key = ?', key);
    return Number(rows[0]?.n);
  };
  const daysOf = (kind: AccountKind, key: string) =>
    bench.sums({ kind, key, router: kind === 'device' ? '' : 'gateway' }).then(({ days }) => days);

  it('no hours are written of a private device, in any of its accounts; its days and totals are', async () => {
    bench = await openBench(PRIVATE_PHONE);
    for (const [i, bytes] of [0, 100, 300].entries()) await bench.read(i * HOUR, both(bytes));
    expect([await hoursOf(PHONE), (await hoursOf(LAPTOP)) > 0]).to.deep.equal([0, true]);
    for (const kind of ['station', 'device'] as const) expect(await daysOf(kind, PHONE)).to.deep.equal({ download: 300, upload: 0 });
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 300, upload: 0 });
  });

  it('hours from before are deleted when the configuration is read, and no one else’s', async () => {
    bench = await openBench();
    for (const [i, bytes] of [0, 100, 300].entries()) await bench.read(i * HOUR, both(bytes));
    const before = await hoursOf(LAPTOP);
    expect(await hoursOf(PHONE)).to.equal(before);
    await bench.ledger.setTerms(PRIVATE_PHONE, START + 3 * HOUR * 1000);
    expect([await hoursOf(PHONE), await hoursOf(LAPTOP)]).to.deep.equal([0, before]);
  });

  it('a device that comes into a private network has no hours from its first byte, and one that moves there loses its own', async () => {
    bench = await openBench(termsOf({ users: [{ ...plainUser('guests'), networks: ['guest'], isPrivate: true }] }));
    await bench.read(0, complete(station(LAPTOP, 0, 0)), neighbours());
    await bench.read(HOUR, both(100), neighbours({ interface: 'br-guest' }, { mac: LAPTOP }));
    expect([await hoursOf(PHONE), (await hoursOf(LAPTOP)) > 0]).to.deep.equal([0, true]);
    await bench.read(2 * HOUR, both(200), neighbours({ interface: 'br-guest' }, { mac: LAPTOP, interface: 'br-guest' }));
    await bench.read(3 * HOUR, both(300), neighbours({ interface: 'br-guest' }, { mac: LAPTOP, interface: 'br-guest' }));
    expect([await hoursOf(PHONE), await hoursOf(LAPTOP)]).to.deep.equal([0, 0]);
  });

  it('a device that gets the name of a private user has none from that round on', async () => {
    bench = await openBench(termsOf({ users: [{ ...plainUser('anna'), hostnames: ['annas-*'], isPrivate: true }] }));
    await bench.read(0, complete());
    await bench.read(HOUR, both(100), leases([lease(PHONE, 'annas-phone')]));
    expect([await hoursOf(PHONE), (await hoursOf(LAPTOP)) > 0]).to.deep.equal([0, true]);
  });

  it('the hours of an address go when its MAC is found to be private', async () => {
    bench = await openBench({ ...PRIVATE_PHONE, accounting: 'hosts' });
    const down = (bytes: number) => hosts({ counts: 'download', mac: null, ip: '192.168.1.10', bytes: { download: bytes, upload: 0 } });
    for (const [i, bytes] of [0, 100, 300].entries()) await bench.read(i * 15, down(bytes));
    expect(await hoursOf('192.168.1.10')).to.be.above(0);
    await bench.read(45, down(300), neighbours({}));
    expect(bench.total({ kind: 'device', key: PHONE })).to.deep.equal({ download: 300, upload: 0 });
    expect([await hoursOf('192.168.1.10'), await hoursOf(PHONE)]).to.deep.equal([0, 0]);
  });

  it('no hours are written of a private user’s peers', async () => {
    bench = await openBench(termsOf({ users: [{ ...plainUser('anna'), peers: ['annas-tunnel'], isPrivate: true }] }));
    for (const [i, bytes] of [0, 100, 300].entries()) await bench.read(i * HOUR, peer(bytes));
    expect(await hoursOf(KEY)).to.equal(0);
    expect(bench.total({ kind: 'peer', router: 'gateway', interface: 'wg0', key: KEY })).to.deep.equal({ download: 300, upload: 300 });
  });

  it('a user’s own retention deletes its hours earlier, from the first round after the start', async () => {
    const users = [{ ...plainUser('anna'), macs: [PHONE], keepHours: 2 * HOUR }];
    bench = await openBench();
    for (let i = 0; i <= 6; i++) await bench.read(i * HOUR, both(i * 100));
    const all = await hoursOf(LAPTOP);
    await bench.restart(termsOf({ users }));
    await bench.read(6 * HOUR + 60, both(700));
    const oldest = async (key: string) =>
      Number(
        (await bench.store.all('SELECT min(hour) AS at FROM hour JOIN account ON account.id = hour.account WHERE key = ?', key))[0]?.at,
      );
    expect((await oldest(PHONE)) - START).to.equal(5 * HOUR * 1000);
    expect(await hoursOf(LAPTOP)).to.equal(all + 2);
    for (let i = 7; i <= 9; i++) await bench.read(i * HOUR + 60, both(i * 100 + 100));
    expect((await oldest(PHONE)) - START).to.equal(8 * HOUR * 1000);
    expect((await oldest(LAPTOP)) - START).to.equal(0);
  });
});
