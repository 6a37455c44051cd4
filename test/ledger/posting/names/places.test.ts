import { expect } from 'chai';
import type { Observation } from '../../../../src/domain/observation.ts';
import { HOST_RULES } from '../../../../src/sources/openwrt/hosts.ts';
import { type Bench, complete, failed, openBench, PHONE, START, station } from '../../../support/ledger/rounds.ts';

const RADIOS = [
  { interface: 'home0', type: 'ap', fourAddress: false, frequency: 5180, ssid: 'Home' },
  { interface: 'home1', type: 'ap', fourAddress: false, frequency: 2412, ssid: 'Home' },
  { interface: 'guest0', type: 'ap', fourAddress: false, frequency: 5180, ssid: 'Guest' },
];
const NETWORKS = [
  { name: 'lan', device: 'br-lan.1' },
  { name: 'guest', device: 'br-lan.20' },
];

const onAir = (...radios: string[]): Observation => {
  const stations = radios.map((name) => station(PHONE, 10, 1, { interface: name }));
  return { ...complete(...stations), radios: RADIOS } as Observation;
};
const seen = (...entries: [device: string, state: string][]): Observation => ({
  source: 'neighbours',
  neighbours: entries.map(([name, state], i) => ({ ip: `192.168.${i}.10`, interface: name, mac: PHONE, state })),
});
const counted: Observation = {
  ...{ source: 'hosts', rules: HOST_RULES['hosts nftables'], method: 'nftables', hosts: [], devices: [], uncounted: null },
  networks: NETWORKS,
};

describe('where a device is', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    await bench.read(0, complete());
  });
  afterEach(() => bench.close());

  const place = () => {
    const { network, ssid } = bench.ledger.books.devices.get(PHONE) ?? {};
    return [network, ssid];
  };

  it('is on the SSID of its station, and in the network of its neighbour entry, by its logical name where hosts are counted', async () => {
    await bench.read(60, onAir('guest0'), seen(['br-lan.20', 'REACHABLE']), counted);
    expect(place()).to.deep.equal(['guest', 'Guest']);
  });

  it('survives an absence and a restart', async () => {
    await bench.read(60, onAir('guest0'), seen(['br-guest', 'REACHABLE']));
    await bench.read(120, complete(), seen());
    await bench.read(180, failed('stations', START), failed('neighbours', START));
    expect(place()).to.deep.equal(['br-guest', 'Guest']);
    await bench.restart();
    expect(place()).to.deep.equal(['br-guest', 'Guest']);
  });

  it('does not change while it is on two radios of an SSID, or while its router remembers it in an earlier network', async () => {
    await bench.read(60, onAir('home0'), seen(['br-lan', 'REACHABLE']));
    await bench.read(120, onAir('guest0', 'home1'), seen(['br-guest', 'REACHABLE'], ['br-lan', 'DELAY']));
    expect(place()).to.deep.equal(['br-lan', 'Home']);
    await bench.read(180, onAir('guest0'), seen(['br-lan', 'STALE'], ['br-guest', 'REACHABLE']));
    expect(place()).to.deep.equal(['br-guest', 'Guest']);
    await bench.read(240, onAir('guest0'), seen(['br-lan', 'STALE']));
    expect(place()).to.deep.equal(['br-guest', 'Guest']);
  });

  it('forgets the SSID when it shows up in another network by cable', async () => {
    await bench.read(60, onAir('guest0'), seen(['br-guest', 'REACHABLE']));
    await bench.read(120, complete(), seen(['br-lan', 'REACHABLE']));
    expect(place()).to.deep.equal(['br-lan', null]);
  });

  it('keeps the name of the network while the hosts cannot be read', async () => {
    await bench.read(60, onAir('guest0'), seen(['br-lan.20', 'REACHABLE']), counted);
    await bench.read(120, onAir('guest0'), seen(['br-lan.20', 'REACHABLE']), failed('hosts', START));
    expect(place()).to.deep.equal(['guest', 'Guest']);
    await bench.read(180, onAir('home0'), seen(['br-lan.1', 'REACHABLE']), counted);
    expect(place()).to.deep.equal(['lan', 'Home']);
  });

  it('takes nothing from failed entries, and nothing from links that repeat other devices', async () => {
    await bench.read(
      60,
      { ...complete(station(PHONE, 10, 1, { interface: 'guest0', access: false }), station(PHONE, 1, 1)), radios: RADIOS } as Observation,
      seen(['br-guest', 'FAILED']),
    );
    expect(place()).to.deep.equal([null, null]);
  });

  it('is written only when it changes', async () => {
    await bench.read(60, onAir('home0'), seen(['br-lan', 'REACHABLE']));
    const before = bench.ledger.books.devices.get(PHONE);
    await bench.read(120, onAir('home1'), seen(['br-lan', 'STALE']));
    expect(bench.ledger.books.devices.get(PHONE)).to.equal(before);
  });
});
