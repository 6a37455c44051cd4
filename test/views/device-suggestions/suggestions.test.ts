import { expect } from 'chai';
import fc from 'fast-check';
import { aliasesOf } from '../../../src/app/from-config.ts';
import { cleanName } from '../../../src/domain/names/name.ts';
import type { Lease6, Neighbour, Observation, StaticHost } from '../../../src/domain/observation.ts';
import type { KnownLease } from '../../../src/ledger/books.ts';
import { CONFIDENCES, SIGNS } from '../../../src/views/device-suggestions/duplicate-evidence.ts';
import { mergeSuggestions, type Suggestion, suggestionsAnswer } from '../../../src/views/device-suggestions/suggestions.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import type { Alias } from '../../../src/views/view.ts';
import { configOf, withText } from '../../config/support.ts';
import { hosts, leases, openHome, type SmallHome, stations } from '../../support/homes/small-home.ts';
import { devicesOf } from '../../support/ledger/devices.ts';
import { statistics } from '../../support/ledger/rounds.ts';
import { violations } from '../../support/schema.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const WIFI = '00:00:5e:00:53:01';
const CABLE = '00:00:5e:00:53:02';
const DOCK = '00:00:5e:00:53:03';
const MADE = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const;
const IP = '192.168.1.10';
const UUID = `0004${'ab'.repeat(16)}`;
const byDuid = (iaid: string, duid = UUID) => `ff${iaid}${duid}`;

interface Seen {
  mac: string;
  hostname?: string | null;
  clientId?: string | null;
  /** Before `NOW`, ms. */
  ago?: number;
}

describe('suggestions of devices', () => {
  let home: SmallHome;
  const open = async () => {
    home = await openHome({ routers: { gateway: [] }, accounting: 'hosts' });
  };
  const openAnother = async () => {
    await home.close();
    await open();
  };
  beforeEach(open);
  afterEach(() => home.close());

  const DAY = 86_400_000;
  const zero = { download: 0, upload: 0 };
  const list = (seen: readonly Seen[], more: { leases6?: Lease6[]; staticHosts?: StaticHost[] } = {}): Observation => ({
    ...(leases(
      seen.map(({ mac, hostname = null, clientId = null }, i) => ({ mac, ip: `192.168.1.${i + 10}`, hostname, clientId, expiry: 0 })),
    ) as Extract<Observation, { source: 'leases' }>),
    ...more,
  });

  /** Devices that were all counted, one after the other, and their leases. */
  async function see(
    seen: readonly Seen[],
    sources: Partial<Record<'leases' | 'neighbours' | 'stations', Observation>> = {},
  ): Promise<void> {
    for (const { mac, ago = DAY } of [...seen].sort((a, b) => (b.ago ?? DAY) - (a.ago ?? DAY))) {
      await home.read(NOW - ago, {
        gateway: { sources: { hosts: hosts([{ mac, ip: '192.168.1.200', bytes: { download: 1, upload: 1 } }]) } },
      });
    }
    await home.read(NOW, { gateway: { sources: { leases: list(seen), ...sources } } });
  }
  const suggested = (aliases: ReadonlyMap<string, Alias> = new Map()): Suggestion[] => mergeSuggestions(home.view(NOW, { aliases }));
  const short = (all: readonly Suggestion[]) => all.map(({ macs, confidence, signs }) => [macs, confidence, signs.map(({ by }) => by)]);

  it('a laptop with Wi-Fi and a cable, by the DUID in its client ids', async () => {
    await see([
      { mac: WIFI, hostname: 'annas-laptop', clientId: byDuid('00000001') },
      { mac: CABLE, clientId: byDuid('00000002') },
      { mac: DOCK, hostname: 'nas', clientId: byDuid('00000001', `0004${'cd'.repeat(16)}`) },
    ]);
    const [found] = suggested();
    expect(short(suggested())).to.deep.equal([[[WIFI, CABLE], 'high', ['duid']]]);
    expect(found).to.include({ name: 'annas-laptop', configured: null });
    expect(found?.yaml).to.equal(`devices:\n  annas-laptop: { macs: [${WIFI}, ${CABLE}] }\n`);
    expect(found?.signs[0]?.text).to.equal(
      'They use the same DHCP unique identifier (DUID), which identifies the machine, not the interface',
    );
  });

  it('by the DUID of DHCPv6, whose address leads to the MAC, and by the MAC that it was made from', async () => {
    const duid = `00030001${WIFI.replaceAll(':', '')}`;
    const neighbour = (ip: string, mac: string, state = 'REACHABLE'): Neighbour => ({ ip, mac, interface: 'br-lan', state });
    const seen = [{ mac: WIFI }, { mac: CABLE }, { mac: DOCK }];
    await see(seen, {
      leases: list(seen, {
        leases6: [
          { duid, ip: 'fd00::2', hostname: null, expiry: 0 },
          { duid, ip: 'fd00::3', hostname: null, expiry: 0 },
          { duid: 'nonsense', ip: 'fd00::2', hostname: null, expiry: 0 },
        ],
      }),
      neighbours: { source: 'neighbours', neighbours: [neighbour('fd00::2', CABLE), neighbour('fd00::3', DOCK, 'FAILED')] },
    });
    expect(short(suggested())).to.deep.equal([[[WIFI, CABLE], 'high', ['duid']]]);
    expect(suggested()[0]?.signs[0]?.text).to.include(`made from ${WIFI}`);
  });

  it('by one client id, unless that is only the MAC', async () => {
    await see([
      { mac: WIFI, clientId: `01:${DOCK}` },
      { mac: CABLE, clientId: '00:6c:61:70' },
      { mac: DOCK, clientId: '00:6c:61:70' },
    ]);
    expect(short(suggested())).to.deep.equal([[[CABLE, DOCK], 'high', ['client_id']]]);
    await openAnother();
    await see([
      { mac: CABLE, clientId: `01:${WIFI}` },
      { mac: DOCK, clientId: `01:${WIFI}` },
    ]);
    expect(suggested(), 'a client that gives another’s MAC').to.deep.equal([]);
  });

  it('a phone with randomized MACs, by its name', async () => {
    await see([
      { mac: MADE[0], hostname: 'Annas-Phone' },
      { mac: MADE[1], hostname: 'annas-phone.lan' },
      { mac: MADE[2], hostname: 'annas-phone', ago: 1000 }, // the only one that has moved a byte
    ]);
    expect(short(suggested())).to.deep.equal([[[MADE[2], MADE[0], MADE[1]], 'medium', ['name']]]);
    expect(suggested()[0]?.signs[0]?.text).to.equal(
      'They all have the name "annas-phone", and all their MACs are randomized, as with phones',
    );
  });

  it('two randomized MACs that are present at once are two phones', async () => {
    await see([
      { mac: MADE[0], hostname: 'annas-phone', ago: 60_000 },
      { mac: MADE[1], hostname: 'annas-phone', ago: 1000 },
    ]);
    expect(suggested()).to.deep.equal([]);
  });

  it('the same name alone is weak evidence, and a model name or a generic one weaker', async () => {
    await see([
      { mac: WIFI, hostname: 'bens-pc' },
      { mac: CABLE, hostname: 'bens-pc' },
      { mac: MADE[0], hostname: 'Galaxy-S21' },
      { mac: MADE[1], hostname: 'Galaxy-S21' },
    ]);
    expect(short(suggested())).to.deep.equal([
      [[WIFI, CABLE], 'low', ['name']],
      [[MADE[0], MADE[1]], 'low', ['name']],
    ]);
    for (const name of ['iPhone', 'android', 'ESP', 'localhost', 'Unknown', 'laptop-2', 'tv', 'x']) {
      await openAnother();
      await see([
        { mac: WIFI, hostname: name },
        { mac: CABLE, hostname: name },
        { mac: MADE[0], hostname: name },
        { mac: MADE[1], hostname: name },
      ]);
      expect(suggested(), name).to.deep.equal([]);
    }
  });

  it('two on the air at once share no name; a DUID that they share may be a copied system’s', async () => {
    const seen = [
      { mac: WIFI, hostname: 'bens-pc', clientId: byDuid('00000001') },
      { mac: CABLE, hostname: 'bens-pc', clientId: byDuid('00000001') },
    ];
    await see(seen, { stations: stations(seen.map(({ mac }) => ({ mac, bytes: zero }))) });
    expect(short(suggested())).to.deep.equal([[[WIFI, CABLE], 'low', ['duid']]]);
  });

  it('the same name in the router’s configuration is certain', async () => {
    const seen = [{ mac: WIFI }, { mac: CABLE }];
    await see(seen, { leases: list(seen, { staticHosts: seen.map(({ mac }) => ({ mac, ip: null, name: 'workshop' })) }) });
    expect(short(suggested())).to.deep.equal([[[WIFI, CABLE], 'high', ['name']]]);
  });

  it('signs join: the confidence is that of the weakest one needed', async () => {
    await see([
      { mac: WIFI, hostname: 'bens-pc', clientId: byDuid('00000001') },
      { mac: CABLE, clientId: byDuid('00000002') },
      { mac: DOCK, hostname: 'bens-pc' },
    ]);
    expect(short(suggested())).to.deep.equal([[[WIFI, CABLE, DOCK], 'low', ['duid', 'name']]]);
  });

  describe('with devices that are configured', () => {
    const device = (name: string, macs: readonly string[], user: string | null = null) =>
      macs.map((mac) => [mac, { name, mac: macs[0] ?? mac, user }] as const);

    it('none for MACs that are one device already', async () => {
      await see([
        { mac: WIFI, clientId: byDuid('00000001') },
        { mac: CABLE, clientId: byDuid('00000002') },
      ]);
      expect(suggested(new Map(device('laptop', [WIFI, CABLE])))).to.deep.equal([]);
    });

    it('none that would join two devices of the owner', async () => {
      await see([
        { mac: WIFI, clientId: byDuid('00000001') },
        { mac: CABLE, clientId: byDuid('00000002') },
      ]);
      expect(suggested(new Map([...device('one', [WIFI]), ...device('two', [CABLE])]))).to.deep.equal([]);
    });

    it('a new MAC comes after those of the device, which keeps its name and user', async () => {
      await see([
        { mac: WIFI, hostname: 'host-name', clientId: byDuid('00000001') },
        { mac: MADE[0], clientId: byDuid('00000002') },
      ]);
      const [found] = suggested(new Map(device('Anna’s laptop', [MADE[0], MADE[1]], 'anna')));
      expect(found).to.include({ name: 'Anna’s laptop', configured: 'Anna’s laptop' });
      expect(found?.yaml).to.equal(`devices:\n  "Anna’s laptop": { macs: [${MADE[0]}, ${MADE[1]}, ${WIFI}], user: anna }\n`);
    });

    it('a new device takes no name that another has', async () => {
      await see([
        { mac: WIFI, hostname: 'Laptop of Anna', clientId: byDuid('00000001') },
        { mac: CABLE, clientId: byDuid('00000002') },
      ]);
      expect(suggested(new Map(device('laptop of anna', [DOCK])))[0]?.name).to.equal('Laptop of Anna-2');
    });
  });

  for (const name of [
    'yes',
    'a: b',
    '"quoted"',
    "it's #1",
    '$' + '{HOME}',
    '- x',
    '{a}',
    'ÄÖ ü',
    '*',
    '!tag',
    '&a',
    '1e3',
    'a\\b',
    '%',
    '日本',
  ]) {
    it(`the lines are parsed correctly, with the name ${JSON.stringify(name)} too`, async () => {
      await see([
        { mac: WIFI, hostname: name, clientId: byDuid('00000001') },
        { mac: CABLE, clientId: byDuid('00000002') },
      ]);
      const [found] = suggested();
      const config = await configOf(withText(`routers: { gateway: { url: http://192.168.1.1 } }\n${found?.yaml}`));
      expect(config.devices).to.deep.equal([{ name: found?.name, macs: [WIFI, CABLE] }]);
      expect(suggested(aliasesOf(config)), 'and then there is no more to suggest').to.deep.equal([]);
    });
  }

  it('the API describes each MAC', async () => {
    await see([
      { mac: WIFI, hostname: 'annas-laptop', clientId: byDuid('00000001') },
      { mac: MADE[0], clientId: byDuid('00000002'), ago: 1000 },
    ]);
    const answer = suggestionsAnswer(home.view(NOW));
    expect(violations(answer, schemas.DeviceSuggestions, schemas)).to.deep.equal([]);
    expect(answer.suggestions[0]?.macs).to.deep.equal([
      { mac: WIFI, name: 'annas-laptop', randomized: false, last_seen: '2026-11-19T18:00:00Z' },
      { mac: MADE[0], name: MADE[0], randomized: true, last_seen: '2026-11-20T17:59:59Z' },
    ]);
    expect([CONFIDENCES.length, SIGNS.length]).to.deep.equal([3, 3]);
  });

  it('for any device names: no MAC is in two suggestions, and all lines together are a configuration', async () => {
    const macs = [WIFI, CABLE, DOCK, ...MADE];
    await see(macs.map((mac) => ({ mac })));
    const clientId = fc.oneof(
      fc.constantFrom(byDuid('00000001'), byDuid('00000002'), `01:${WIFI}`, '00:61', null),
      fc.string({ unit: 'binary', maxLength: 40 }),
    );
    const name = fc.oneof(
      fc.constantFrom('bens-pc', 'annas-phone', 'iPhone', null),
      fc.string({ unit: 'grapheme', maxLength: 70 }),
      fc.string({ unit: 'binary', maxLength: 70 }),
    );
    const anything = fc.array(fc.record({ mac: fc.constantFrom(...macs), clientId, name }), { maxLength: 12 });
    const owners = fc.array(fc.constantFrom(0, 1, 2), { minLength: macs.length, maxLength: macs.length });
    await fc.assert(
      fc.asyncProperty(anything, owners, async (said, owned) => {
        const view = home.view(NOW, { aliases: aliasesBy(macs, owned) });
        const devices = devicesOf(view.books.devices.values());
        const leases = new Map<string, KnownLease>();
        for (const { mac, clientId, name } of said) {
          const hostname = cleanName(name ?? '');
          leases.set(mac, { router: 'gateway', mac, ip: IP, hostname, clientId, expiry: 0, lastRead: null });
          devices.set(mac, { mac, name: hostname, namedBy: 'lease', ip: null, network: null, ssid: null });
        }
        const all = mergeSuggestions({ ...view, books: { ...view.books, leases: leases, devices } });
        const named = all.flatMap((suggestion) => suggestion.macs);
        expect(new Set(named).size).to.equal(named.length);
        for (const { macs } of all) {
          const own = new Set(macs.flatMap((mac) => view.aliases.get(mac)?.name ?? []));
          expect(own.size).to.be.below(2);
          expect(macs).to.have.length.above(1);
        }
        const lines = all.map(({ yaml }) => yaml.replace(/^devices:\n/, '')).join('');
        const { devices: read } = await configOf(withText(`routers: { gateway: { url: http://192.168.1.1 } }\ndevices:\n${lines}`));
        expect(read.map((device) => [device.name, device.macs])).to.deep.equal(all.map(({ name, macs }) => [name, macs]));
      }),
      { numRuns: 150 },
    );
  });

  /** The owner's devices, by number; 0 is none. */
  function aliasesBy(macs: readonly string[], owned: readonly number[]): Map<string, Alias> {
    const firsts = new Map<number, string>();
    return new Map(
      macs.flatMap((mac, i) => {
        const which = owned[i] ?? 0;
        if (which === 0) return [];
        firsts.set(which, firsts.get(which) ?? mac);
        return [[mac, { name: `device ${which}`, mac: firsts.get(which) ?? mac, user: null }] as const];
      }),
    );
  }

  it('too many MACs with one sign are not one device', async () => {
    await see(Array.from({ length: 17 }, (_, i) => ({ mac: `00:00:5e:00:54:${String(i).padStart(2, '0')}`, hostname: 'meter-of-ours' })));
    expect(suggested()).to.deep.equal([]);
  });

  it('know when devices of a router without directions were seen, and which has the most bytes', async () => {
    const known = list([
      { mac: WIFI, clientId: byDuid('00000001') },
      { mac: CABLE, clientId: byDuid('00000002') },
    ]);
    for (const n of [0, 1])
      await home.read(NOW - 2000 + n * 1000, {
        gateway: { sources: { statistics: statistics({ [WIFI]: n * 10, [CABLE]: n * 1000 }), leases: known } },
      });
    const [found] = suggestionsAnswer(home.view(NOW)).suggestions;
    expect(found?.macs.map(({ mac, last_seen }) => [mac, last_seen])).to.deep.equal([
      [CABLE, '2026-11-20T17:59:59Z'],
      [WIFI, '2026-11-20T17:59:59Z'],
    ]);
  });
});
