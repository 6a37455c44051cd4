import { expect } from 'chai';
import type { Observation } from '../../src/domain/observation.ts';
import { parseLeases, parseStations } from '../../src/sources/classic/classic.ts';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import type { SourceReading } from '../../src/sources/source.ts';
import { namesOf } from '../../src/sources/tplink/reading.ts';
import { answerOf } from '../support/routers/text-router.ts';

const ANNA = '02:00:00:00:00:01';
/** MACs that no single device has. */
const NOBODYS = ['00:00:00:00:00:00', 'ff:ff:ff:ff:ff:ff', '01:00:5e:00:00:fb', '33:33:00:00:00:01'];
const GROUPS = NOBODYS.slice(1);

describe('MACs that no single device has', () => {
  const all = [ANNA, ...NOBODYS];
  const sections = {
    stations: ['radio phy0-ap0 ap 0 5180 Home', ...all.map((mac) => `station phy0-ap0 ${mac} 5 6 - - - - - -`)],
    leases: all.map((mac, i) => `lease 0 ${mac} 192.168.1.${i} * *`),
    names: all.map((mac) => `host ${mac} - name`),
    neighbours: all.map((mac, i) => `neighbour 192.168.1.${i} br-lan ${mac} STALE`),
    hosts: ['counting nlbwmon 2026-11-01 5', ...all.map((mac, i) => `both ${mac} 192.168.1.${i} 5 6`)],
  };
  const read = (source: string): SourceReading & { observation: Observation } => {
    const found = parseWrtmeter({ text: answerOf({ time: 0, sections }), framed: true }).sources.find((each) => each.source === source);
    if (found === undefined || found.observation instanceof Error) throw new Error(`no ${source}`);
    return { ...found, observation: found.observation };
  };

  it('are skipped and counted in every section of wrtmeter.cgi', () => {
    const [stations, leases, neighbours] = [read('stations'), read('leases'), read('neighbours')];
    expect(stations.observation).to.have.property('stations').with.length(1);
    expect(stations.skipped).to.equal(4);
    expect(stations.skippedBecause?.[1]).to.equal('not a station line: "station phy0-ap0 ff:ff:ff:ff:ff:ff 5 6 - - - - - -"');
    expect(leases.observation).to.have.property('leases').with.length(1);
    expect(leases.observation).to.have.property('staticHosts').with.length(1);
    expect(leases.skipped).to.equal(8);
    expect(neighbours.observation).to.have.property('neighbours').with.length(1);
    expect(neighbours.skipped).to.equal(4);
  });

  it('of hosts too, but all zeros mean that the MAC is not known', () => {
    const { observation, skipped } = read('hosts');
    if (observation.source !== 'hosts') throw new Error('no hosts');
    expect(observation.hosts.map(({ mac, ip }) => [mac, ip])).to.deep.equal([
      [ANNA, '192.168.1.0'],
      [null, '192.168.1.1'],
    ]);
    expect(skipped).to.equal(GROUPS.length);
  });

  it('are skipped and counted in the classic lists', () => {
    const stations = parseStations({ text: all.map((mac) => `${mac} 5 6\n`).join(''), framed: true });
    expect(stations.stations.map(({ mac }) => mac)).to.deep.equal([ANNA]);
    expect(stations.skipped).to.equal(4);
    const leases = parseLeases({ text: all.map((mac, i) => `0 ${mac} 192.168.1.${i} * *\n`).join(''), framed: true });
    expect(leases.leases.map(({ mac }) => mac)).to.deep.equal([ANNA]);
    expect(leases.skipped).to.equal(4);
  });

  it('and in the lists of a TP-Link router', () => {
    const { observation, skipped } = namesOf(all.map((mac, i) => ({ mac, ip: `192.168.1.${i}`, name: 'x', expiry: 0 })));
    expect(observation).to.have.property('leases').with.length(1);
    expect(skipped).to.equal(4);
  });
});
