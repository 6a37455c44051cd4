import { expect } from 'chai';
import fc from 'fast-check';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { AccountName } from '../../../src/ledger/account.ts';
import { LOOSE_REFS } from '../../../src/ledger/account-refs.ts';
import { KnownFeeds } from '../../../src/ledger/posting/counters/readings.ts';
import { comingEvent, eventText, MOST_LISTED, ratesEvent, retryText } from '../../../src/views/live/events.ts';
import type { LiveRouter } from '../../../src/views/live/live-router.ts';
import { schemas } from '../../../src/views/openapi/schemas.ts';
import { openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { violations } from '../../support/schema.ts';

const NOW = Date.UTC(2026, 10, 20);
const mac = (i: number) => `02:00:00:00:00:${i.toString(16).padStart(2, '0')}`;
const HOSTILE = 'x\n\nevent: end\ndata: {}\n\n</script><b>\u2028"';

describe('the events of live', () => {
  let home: SmallHome;
  before(async () => {
    const aliases = new Map([
      [mac(1), { name: HOSTILE, mac: mac(1), user: 'anna' }],
      [mac(2), { name: HOSTILE, mac: mac(1), user: 'anna' }],
      [mac(3), { name: 'diary', mac: mac(3), user: null }],
    ]);
    const devices = [
      { name: HOSTILE, macs: [mac(1), mac(2)], user: 'anna' },
      { name: 'diary', macs: [mac(3)], isPrivate: true },
    ];
    home = await openHome({ routers: { gateway: [] }, aliases, people: createPeople({ users: [], devices, peers: [] }) });
    const list = Array.from({ length: 80 }, (_, i) => ({ mac: mac(i + 1), bytes: { download: 1, upload: 1 } }));
    const uplinks = [{ name: 'vpn', overlay: true, device: 'wg0', bytes: { download: 1, upload: 1 } }];
    for (const at of [NOW - 30_000, NOW]) await home.read(at, { gateway: { sources: { stations: stations(list), wan: wan(uplinks) } } });
  });
  after(() => home.close());

  const device = (i: number): AccountName => ({ kind: 'device', router: '', interface: '', key: mac(i) });
  const uplink = (name: string, overlay = false): AccountName => ({ kind: 'wan', router: 'gateway', interface: name, key: '', overlay });

  function routerOf(rates: [AccountName, number | null][], more: Partial<LiveRouter> = {}): LiveRouter {
    const base = {
      origin: '',
      boot: null,
      uptime: null,
      counters: new Map(),
      at: NOW,
      tick: 0,
      duration: 0,
      feeds: new KnownFeeds('stations', LOOSE_REFS),
    };
    const accounts = rates.map(([account, rate]) => ({ account, rate: rate === null ? null : { download: rate, upload: 0 } }));
    return { sources: new Map([['wan', { base, rates: { seconds: 2, accounts } }]]), readTick: 60_000, failure: null, ...more };
  }

  const event = (routers: Record<string, LiveRouter>, tick = 60_000) => {
    const made = ratesEvent(home.view(NOW), new Map(Object.entries(routers)), { at: NOW, tick }, 2);
    expect(violations(made, schemas.LiveRates, schemas)).to.deep.equal([]);
    return made;
  };

  it('add up the MACs of a device and its access points, and leave out who is private, new, or moves nothing', () => {
    const rates = event({
      attic: routerOf([
        [device(1), 100.4],
        [device(3), 9000],
        [device(4), 0.2],
      ]),
      cellar: routerOf([
        [device(1), 20],
        [device(2), 3],
        [device(200), 50],
        [device(5), null],
      ]),
    });
    expect(rates.devices).to.deep.equal([{ mac: mac(1), name: HOSTILE, user: 'anna', download: 123, upload: 0, undirected: null }]);
    expect(rates.devices_moving).to.equal(1);
  });

  it('have the sum of the uplinks whose rate is known, without those inside others', () => {
    const { home: sum, uplinks } = event({
      gateway: routerOf([
        [uplink('wan'), 100],
        [uplink('lte'), null],
        [uplink('vpn'), 70],
      ]),
    });
    expect(sum).to.deep.equal({ download: 100, upload: 0 });
    // As its account says.
    expect(uplinks.map(({ interface: name, overlay, download }) => [name, overlay, download])).to.deep.equal([
      ['wan', false, 100],
      ['lte', false, null],
      ['vpn', true, 70],
    ]);
    expect(event({ gateway: routerOf([[uplink('vpn'), 70]]) }).home).to.deep.equal({ download: 70, upload: 0 });
    expect(event({}).home).to.deep.equal({ download: null, upload: null });
  });

  it('list the busiest, and count all', () => {
    const { devices, devices_moving: all } = event({ attic: routerOf(Array.from({ length: 76 }, (_, i) => [device(i + 4), i + 1])) });
    expect([devices.length, all, devices[0]?.mac]).to.deep.equal([MOST_LISTED, 76, mac(79)]);
    const { devices: came, more } =
      comingEvent(home.view(NOW), { devices: devices.concat(devices).map((d) => d.mac), peers: [] }, { at: NOW, tick: 0 }) ?? expect.fail();
    expect([came.length, more]).to.deep.equal([MOST_LISTED, MOST_LISTED]);
    expect(comingEvent(home.view(NOW), { devices: [], peers: [] }, { at: NOW, tick: 0 })).to.equal(null);
  });

  it('leave out who turned out to be private after they came', () => {
    const coming = (macs: string[]) => comingEvent(home.view(NOW), { devices: macs, peers: [] }, { at: NOW, tick: 0 });
    expect(coming([mac(3)])).to.equal(null);
    expect(coming([mac(3), mac(4)])?.devices.map((device) => device.mac)).to.deep.equal([mac(4)]);
  });

  it('say which router is late', () => {
    const late = (router: LiveRouter, tick: number) => event({ gateway: router }, tick).routers[0]?.late;
    const router = routerOf([]);
    expect([late(router, 62_900), late(router, 63_100), late({ ...router, readTick: null }, 60_000)]).to.deep.equal([false, true, true]);
  });

  it('whatever things are called, an event is what was meant', () => {
    expect(retryText(3000)).to.equal('retry: 3000\n\n');
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(HOSTILE)), (name) => {
        const text = eventText('rates', { name });
        const [head, data = '', ...rest] = text.split(/\r\n|\r|\n/);
        expect([head, rest, data.slice(0, 6)]).to.deep.equal(['event: rates', ['', ''], 'data: ']);
        expect(JSON.parse(data.slice(6))).to.deep.equal({ name });
      }),
    );
  });
});
