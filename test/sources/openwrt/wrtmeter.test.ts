import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../../src/errors.ts';
import { parseStations, stationLines } from '../../../src/sources/openwrt/stations.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';
import type { SourceReading } from '../../../src/sources/source.ts';
import { system } from '../../support/ledger/rounds.ts';

const ANSWER = `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime 123456.78
time 1763664918
hostname gateway
model TP-Link Archer C7 v5
release OpenWrt 23.05.3 r23809-234f1a2efa
counter_bits 32
flow_offload software 1
flow_offload hardware 0
begin wan
uplink wan up pppoe-wan 12 pppoe 9876543210 123456789
uplink vpn up wg0 14 wireguard 55 66
uplink wwan down - - qmi - -
end wan
begin stations
radio phy0-ap0 ap 0 5180 Our Home
radio phy1-mesh0 mesh 0 2412 -
station phy0-ap0 02:00:00:00:00:01 1234567 7654321 -52 866.7 1083.3 3600 120 119856.204
station phy1-mesh0 02:00:00:00:00:99 5 6 - - - 30 - -
end stations
begin leases
lease 1763668518 02:00:00:00:00:01 192.168.1.10 anna-laptop 01:02:00:00:00:00:01
lease6 0 000100012c8f5a1b020000000001 fd00::10 -
end leases
begin names
host 02:00:00:00:00:05 192.168.1.5 nas
name 192.168.1.6 printer
end names
begin neighbours
neighbour 192.168.1.10 br-lan 02:00:00:00:00:01 REACHABLE
neighbour fe80::1 br-lan 02:00:00:00:00:01 STALE
end neighbours
end wrtmeter
`;

const parse = (text: string) => parseWrtmeter({ text, framed: true });
const without = (text: string | RegExp, by = '') => ANSWER.replace(text, by);

function observationOf(text: string, source: string): SourceReading['observation'] | undefined {
  return parse(text).sources.find((s) => s.source === source)?.observation;
}

function errorOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof SourceError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

describe('parseWrtmeter', () => {
  it('reads what the router reports about itself', () => {
    expect(parse(ANSWER).system).to.deep.equal({
      bootId: '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10',
      uptime: 123456.78,
      time: 1_763_664_918,
      hostname: 'gateway',
      model: 'TP-Link Archer C7 v5',
      release: 'OpenWrt 23.05.3 r23809-234f1a2efa',
      counterBits: 32,
      flowOffload: { software: true, hardware: false },
      script: null,
    });
  });

  it('reads every uplink; one inside another is an overlay, one that is down has no counter', () => {
    const wan = observationOf(ANSWER, 'wan');
    if (wan instanceof SourceError || wan?.source !== 'wan') throw new Error('no WAN');
    expect(wan.uplinks.map((u) => [u.name, u.up, u.device, u.overlay, u.bytes, u.epoch?.instance])).to.deep.equal([
      ['wan', true, 'pppoe-wan', false, { download: 9_876_543_210, upload: 123_456_789 }, 12],
      ['vpn', true, 'wg0', true, { download: 55, upload: 66 }, 14],
      ['wwan', false, null, false, null, null],
    ]);
  });

  it('reads what each uplink lies on; an answer without layers, PPP without a port and a tunnel leave that open', () => {
    const below = (text: string) => {
      const wan = observationOf(text, 'wan');
      if (wan instanceof SourceError || wan?.source !== 'wan') throw new Error('no WAN');
      return wan.uplinks.map((uplink) => uplink.below);
    };
    expect(below(ANSWER)).to.deep.equal([undefined, undefined, undefined]);
    const layers = (lines: string) => without('end wan\n', `uplink lan4 up eth1 3 dhcp 1 1\nend wan\nbegin layers\n${lines}end layers\n`);
    expect(below(layers(''))).to.deep.equal([undefined, undefined, undefined, []]);
    expect(below(layers('layer pppoe-wan eth0.2 eth0\nlayer eth1\nlayer eth12 eth0\nnonsense\n'))).to.deep.equal([
      ['eth0.2', 'eth0'],
      undefined,
      undefined,
      [],
    ]);
  });

  it('an interface of type P2P-GO is an access point, a P2P client is none', () => {
    const access = (type: string) => {
      const stations = observationOf(without('radio phy0-ap0 ap 0', `radio phy0-ap0 ${type} 0`), 'stations');
      if (stations instanceof SourceError || stations?.source !== 'stations') throw new Error('no stations');
      return stations.stations[0]?.access;
    };
    expect(['p2p-go', 'P2P-GO', 'ap/vlan', 'p2p-client', 'managed'].map(access)).to.deep.equal([true, true, true, false, false]);
  });

  it('reads stations, with an epoch from the association, and which have the bytes of one device', () => {
    const stations = observationOf(ANSWER, 'stations');
    if (stations instanceof SourceError || stations?.source !== 'stations') throw new Error('no stations');
    const [phone, mesh] = stations.stations;
    expect(phone).to.deep.equal({
      interface: 'phy0-ap0',
      mac: '02:00:00:00:00:01',
      counter: 'phy0-ap0 02:00:00:00:00:01',
      bytes: { download: 7_654_321, upload: 1_234_567 },
      bits: 64,
      epoch: { boot: '8d1f3b0e', instance: null, began: 119856.204, margin: 0.01 },
      access: true,
      signal: -52,
      linkDownload: 135_412_500,
      linkUpload: 108_337_500,
      connected: 3600,
    });
    expect(mesh).to.deep.include({ access: false, signal: null, linkDownload: null });
    expect(mesh?.epoch).to.deep.equal({ boot: '8d1f3b0e', instance: null, began: 123456.78 - 30, margin: 10 });
  });

  it('what no radio can have is unknown', () => {
    const shown = (signal: string, rate: string, connected: string, frequency = '5180') => {
      const line = `${signal} ${rate} ${rate} ${connected} 120 -`;
      const answer = ANSWER.replace('ap 0 5180', `ap 0 ${frequency}`).replace('-52 866.7 1083.3 3600 120 119856.204', line);
      const found = observationOf(answer, 'stations');
      if (found instanceof SourceError || found?.source !== 'stations') throw new Error('no stations');
      const [station] = found.stations;
      return [station?.signal, station?.linkDownload, station?.linkUpload, station?.connected, found.radios[0]?.frequency];
    };
    expect(shown('-200', '0', '0')).to.deep.equal([-200, 0, 0, 0, 5180]);
    expect(shown('50', '1000000', '9999')).to.deep.equal([50, 1.25e11, 1.25e11, 9999, 5180]);
    const nothing = [null, null, null, null, null];
    expect(shown('-1e305', '1e305', '1e305', '1e305')).to.deep.equal(nothing);
    expect(shown('51', '-1', '-1', '-5180')).to.deep.equal(nothing);
    expect(shown('-200.1', '1000001', '1000000001', '1000001')).to.deep.equal(nothing);
    expect(shown('NaN', 'Infinity', '-', 'many')).to.deep.equal(nothing);
  });

  it('a station that is there twice on one interface is one: the first counts (Rule: identity)', () => {
    const line = (mac: string, bytes: number, name = 'phy0-ap0') => `station ${name} ${mac} ${bytes} ${bytes} - - - - - -`;
    const [one, two] = ['02:00:00:00:00:0a', '02:00:00:00:00:0b'];
    const known = stationLines();
    const read = (...lines: string[]) => {
      const { observation } = parseStations(lines, system('8d1f3b0e-5c0f', 5000), known, { entries: 100, known: 100 });
      return observation.source === 'stations' ? observation.stations.map(({ interface: name, bytes }) => [name, bytes.download]) : [];
    };
    for (let i = 0; i < 3; i++) {
      expect(read(line(one, 7), line(two, 1), line(one, 7), line(one.toUpperCase(), 9), line(one, 5, 'phy1-ap0'))).to.deep.equal([
        ['phy0-ap0', 7],
        ['phy0-ap0', 1],
        ['phy1-ap0', 5],
      ]);
      expect(read(line(one, 8))).to.deep.equal([['phy0-ap0', 8]]);
    }
  });

  it('Rule: epoch: the start of a station that makes no sense is unknown', () => {
    const startOf = (connected: string, associated: string) => {
      const stations = observationOf(without('3600 120 119856.204', `${connected} 120 ${associated}`), 'stations');
      if (stations instanceof SourceError || stations?.source !== 'stations') throw new Error('no stations');
      return stations.stations[0]?.epoch?.began;
    };
    expect(startOf('3600', '119856.204')).to.equal(119856.204);
    expect(startOf('3659', '119856.204')).to.equal(119856.204);
    expect(startOf('3661', '119856.204')).to.equal(null);
    expect(startOf('3530', '119856.204')).to.equal(null);
    expect(startOf('-', '119856.204')).to.equal(119856.204);
    expect(startOf('3600', '-')).to.equal(123456.78 - 3600);
    for (const associated of ['0.000', '-5', '123516.78', '900123456']) {
      expect(startOf('3600', associated), associated).to.equal(null);
      expect(startOf('-', associated), associated).to.equal(null);
    }
    // What only JavaScript takes for a number, as a line that lost its end, is none: its start would be another one.
    for (const associated of ['119856.', '1e5', '0x1d430']) expect(startOf('3600', associated), associated).to.equal(123456.78 - 3600);
    for (const connected of ['0', '-1', '999999999']) expect(startOf(connected, '-'), connected).to.equal(null);
    // The station associated while the router was asked.
    expect(startOf('0', '123460.5')).to.equal(123460.5);
    expect(startOf('0', '119856.204')).to.equal(null);
  });

  it('reads leases, names and neighbours', () => {
    expect(observationOf(ANSWER, 'leases')).to.deep.equal({
      source: 'leases',
      leases: [
        { mac: '02:00:00:00:00:01', ip: '192.168.1.10', hostname: 'anna-laptop', clientId: '01:02:00:00:00:00:01', expiry: 1_763_668_518 },
      ],
      leases6: [{ duid: '000100012c8f5a1b020000000001', ip: 'fd00::10', hostname: null, expiry: 0 }],
      staticHosts: [{ mac: '02:00:00:00:00:05', ip: '192.168.1.5', name: 'nas' }],
      hosts: [{ ip: '192.168.1.6', name: 'printer' }],
    });
    expect(observationOf(ANSWER, 'neighbours')).to.deep.include({ source: 'neighbours' }).and.have.property('neighbours').with.length(2);
  });

  it('a section that the router could not read fails alone', () => {
    const text = without(/begin stations[\s\S]*end stations\n/, 'failed stations iw: not found\n');
    expect(String(observationOf(text, 'stations'))).to.equal('SourceError: the router could not read it: "iw: not found"');
    expect(observationOf(text, 'wan')).to.have.property('source', 'wan');
  });

  it('a section that cannot be parsed fails alone', () => {
    const text = without(/begin wan[\s\S]*end wan\n/, 'begin wan\nsomething else\nend wan\n');
    expect(String(observationOf(text, 'wan'))).to.equal('SourceError: not an uplink line: "something else"');
    expect(observationOf(text, 'stations')).to.have.property('source', 'stations');
  });

  it('Rule: isolation: an uplink whose counters make no sense is there without bytes, and is named', () => {
    for (const lie of ['-5', '163000000000000000', '1e9', '18446744073709551615']) {
      const reading = parse(without('9876543210', lie)).sources.find(({ source }) => source === 'wan');
      const uplinks = reading?.observation instanceof Error || reading?.observation.source !== 'wan' ? [] : reading.observation.uplinks;
      expect(uplinks.filter(({ up, bytes }) => up && bytes === null)).to.have.length(1);
      expect(reading?.skipped).to.equal(1);
      expect(reading?.skippedBecause?.[0])
        .to.match(/^uplink "\w+": rx bytes is not a byte counter: /)
        .and.to.include(lie);
    }
  });

  it('Rule: isolation: a station line that makes no sense costs itself only', () => {
    const before = parse(ANSWER).sources.find(({ source }) => source === 'stations')?.observation;
    if (before instanceof Error || before?.source !== 'stations') throw new Error('no stations');
    for (const odd of ['station phy0-ap0 zz:00:5e:00:53:01 1 2', 'station phy0-ap0 02:00:00:00:00:99 99999999999999999 2', 'noise']) {
      const reading = parse(without('end stations\n', `${odd}\nend stations\n`)).sources.find(({ source }) => source === 'stations');
      expect(reading?.observation).to.deep.equal(before);
      expect([reading?.skipped, reading?.skippedBecause?.length]).to.deep.equal([1, 1]);
    }
  });

  it('a number that is not an ifindex is unknown, not stored', () => {
    for (const odd of ['-', '1.5', '0x10', '1e5', '99999999999']) {
      const text = without(/^(uplink \S+ up \S+ )\d+/m, `$1${odd}`);
      const wan = observationOf(text, 'wan');
      if (wan instanceof SourceError || wan?.source !== 'wan') throw new Error('no WAN');
      expect(wan.uplinks.find(({ up }) => up)?.epoch?.instance, odd).to.equal(null);
    }
  });

  it('a truncated answer is detected, wherever it was cut', () => {
    const lines = ANSWER.split('\n');
    for (let kept = 1; kept < lines.length - 1; kept++) {
      expect(
        errorOf(() => parse(`${lines.slice(0, kept).join('\n')}\n`)),
        `${kept} lines`,
      ).to.equal('truncated: the answer is truncated: its last line "end wrtmeter" is missing');
    }
    for (let cut = 1; cut < ANSWER.length - 1; cut += 7) expect(errorOf(() => parse(ANSWER.slice(0, cut)))).to.not.equal('nothing thrown');
  });

  it('text after the last line is called that, and not a cut', () => {
    for (const rest of ['<!-- added -->', 'noise\nmore noise', 'end'])
      expect(errorOf(() => parse(`${ANSWER}${rest}\n`))).to.equal(
        `parse: text follows the last line "end wrtmeter": "${rest.replace('\n', ' ')}"`,
      );
    expect(errorOf(() => parse(`${ANSWER}\n\n`))).to.equal('nothing thrown');
  });

  it('an answer without its boot, its uptime or its time is not used', () => {
    for (const fact of ['boot_id', 'uptime', 'time'])
      for (const value of [`${fact} -`, 'nothing'])
        expect(errorOf(() => parse(without(new RegExp(`^${fact} .*$`, 'm'), value)))).to.match(new RegExp(`^parse: ${fact} is not `));
  });

  it('a hostile host name skips only its own line', () => {
    const text = without('lease 1763668518 02:00:00:00:00:01', 'lease end leases\nlease 1763668518 02:00:00:00:00:01');
    const leases = parse(text).sources.find((s) => s.source === 'leases');
    expect(leases?.skipped).to.equal(1);
    expect(leases?.observation).to.have.property('leases').with.length(1);
  });

  it('rejects another answer, or a later format', () => {
    expect(errorOf(() => parse('<html>\n'))).to.equal('parse: not an answer of wrtmeter.cgi: "<html>"');
    expect(errorOf(() => parseWrtmeter({ text: '<html>', framed: false }))).to.equal('parse: not an answer of wrtmeter.cgi: "<html>"');
    for (const text of ['wrtme', 'wrtmeter', 'wrtmeter 1\nboot_id 8d1f'])
      expect(
        errorOf(() => parseWrtmeter({ text, framed: false })),
        text,
      ).to.match(/^truncated: /);
    expect(errorOf(() => parse(without('wrtmeter 1', 'wrtmeter 2')))).to.equal(
      'parse: the answer has format 2, this version reads only format 1: update wrtmeter',
    );
  });

  it('throws nothing but a SourceError, whatever is changed in an answer', () => {
    fc.assert(
      fc.property(fc.nat(ANSWER.length - 1), fc.nat(20), fc.string({ unit: 'binary', maxLength: 10 }), (at, length, text) => {
        expect(errorOf(() => parse(ANSWER.slice(0, at) + text + ANSWER.slice(at + length)))).to.match(
          /^(nothing thrown|parse: |truncated: )/,
        );
      }),
      { numRuns: 1000 },
    );
  });
});
