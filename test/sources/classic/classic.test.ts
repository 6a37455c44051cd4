import { expect } from 'chai';
import fc from 'fast-check';
import { newStatus } from '../../../src/domain/status.ts';
import { SourceError } from '../../../src/errors.ts';
import { classicProbes, parseLeases, parseStations } from '../../../src/sources/classic/classic.ts';
import { type ClassicUrls, classic } from '../../../src/sources/classic/kind.ts';
import { parseWan } from '../../../src/sources/classic/wan.ts';

const whole = (text: string) => ({ text, framed: true });
const closed = (text: string) => ({ text, framed: false });

function reasonOf(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    if (error instanceof SourceError) return `${error.reason}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

describe('parseStations (totalwifi.cgi)', () => {
  it('turns the access point’s rx into the device’s upload', () => {
    const [station] = parseStations(whole('02:00:00:00:00:0A 100 2000\n')).stations;
    expect(station).to.deep.include({ mac: '02:00:00:00:00:0a', bytes: { download: 2000, upload: 100 }, interface: null });
  });

  it('reads an empty list as a list without stations', () => {
    expect(parseStations(whole('')).stations).to.deep.equal([]);
    expect(parseStations(closed('')).stations).to.deep.equal([]);
  });

  it('keeps every line of a MAC that appears twice', () => {
    expect(parseStations(whole('02:00:00:00:00:01 1 2\r\n02:00:00:00:00:01 3 4\r\n')).stations).to.have.length(2);
  });

  it('Rule: isolation: a line that makes no sense costs itself only, is counted, and is named', () => {
    const list = (line: string) => {
      const { stations, ...skipped } = parseStations(whole(`02:00:00:00:00:01 1 2\n${line}\n02:00:00:00:00:03 5 6\n`));
      expect(stations.map(({ mac }) => mac)).to.deep.equal(['02:00:00:00:00:01', '02:00:00:00:00:03']);
      return skipped;
    };
    const foreign = (line: string) => ({ skipped: 1, skippedBecause: [`not a station line: "${line}"`], unread: [] });
    for (const line of ['<html>', 'wan: 500000 60000', 'total 3 4', 'zz:00:5e:00:53:01 1 2'])
      expect(list(line)).to.deep.equal(foreign(line));
    expect(list('02:00:00:00:00:02 1').skippedBecause).to.deep.equal(['station 02:00:00:00:00:02: tx_bytes is not a byte counter: ""']);
    for (const lie of ['-1', '1e3', 'NaN', '0x10', '1.5', '99999999999999999999', '9007199254740993']) {
      expect(list(`02:00:00:00:00:02 ${lie} 2`), lie).to.deep.equal({
        skipped: 1,
        skippedBecause: [`station 02:00:00:00:00:02: rx_bytes is not a byte counter: "${lie}"`],
        unread: ['02:00:00:00:00:02'],
      });
    }
  });

  it('rejects a list without any line that makes sense', () => {
    expect(reasonOf(() => parseStations(whole('<html>\n</html>\n')))).to.equal('parse: not a station line: "<html>"');
    expect(reasonOf(() => parseStations(whole('wan: 1 2\n')))).to.equal('parse: not a station line: "wan: 1 2"');
  });

  it('rejects an answer that may end in the middle of a number', () => {
    expect(reasonOf(() => parseStations(closed('02:00:00:00:00:01 100 20')))).to.equal(
      'truncated: the answer is truncated: it ends in the middle of a line',
    );
    expect(parseStations(whole('02:00:00:00:00:01 100 20')).stations).to.have.length(1);
  });

  it('calls a web page or JSON what it is, although it ends in the middle of a line', () => {
    for (const text of ['<html></html>', '\r\n<!DOCTYPE html>\n<p>Log in', '{"error":"not found"}', '[]'])
      for (const parse of [parseStations, parseLeases, parseWan])
        expect(reasonOf(() => parse(closed(text)))).to.equal('parse: the answer is a web page or JSON, not the lines of a script');
  });

  it('limits the lines of an answer', () => {
    expect(reasonOf(() => parseStations(whole('02:00:00:00:00:01 1 2\n'.repeat(150_001))))).to.equal(
      'too_large: the answer has more than 150000 lines',
    );
  });

  it('throws nothing but a SourceError whatever it is given', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^([0-9a-f]{2}[:-]){5}[0-9a-f]{2} \d{1,30} ?-?\d*\n?$/)),
        fc.boolean(),
        (text, framed) => {
          expect(reasonOf(() => parseStations({ text, framed }))).to.match(/^(nothing thrown|parse: |truncated: )/);
        },
      ),
    );
  });
});

describe('parseWan (wan.cgi)', () => {
  it('turns the interface’s rx into the home’s download', () => {
    expect(parseWan(whole('wan: 5000000000 60\n')).uplink).to.deep.include({
      name: 'wan',
      up: true,
      bytes: { download: 5_000_000_000, upload: 60 },
    });
  });

  it('skips and counts lines of another kind', () => {
    const { uplink, skipped } = parseWan(whole('warning: something odd here\nwan: 1 2\nbye\n'));
    expect([uplink.bytes, skipped]).to.deep.equal([{ download: 1, upload: 2 }, 2]);
  });

  it('Rule: isolation: a line of another name, and a repetition, cost themselves only', () => {
    for (const foreign of ['eth9: 7 8', 'eth9:7 8', 'eth9: x', 'wan: 1 2', 'wan: 1', 'wan: not found', '<html>']) {
      for (const text of [`wan: 1 2\n${foreign}\n`, `${foreign}\nwan: 1 2\n`]) {
        const { uplink, skipped, skippedBecause } = parseWan(whole(text));
        expect(uplink.bytes, text).to.deep.equal({ download: 1, upload: 2 });
        expect(skipped, text).to.equal(1);
        expect(skippedBecause[0]).to.include(foreign);
      }
    }
  });

  it('a line of another name counts while there was none called wan, and never in its place', () => {
    expect(parseWan(whole('pppoe-wan: 1 2\n')).uplink.bytes).to.deep.equal({ download: 1, upload: 2 });
    for (const text of ['wan: x y\neth9: 7 8\n', 'wan: 1\neth9: 7 8\n', 'eth8: 1 2\neth9: 7 8\n', 'wan: 1 2\nwan: 3 4\neth9: 7 8\n'])
      expect(
        reasonOf(() => parseWan(whole(text))),
        text,
      ).to.match(/^parse/);
    const counted = new Set<string>();
    expect(parseWan(whole('eth9: 7 8\n'), 64, counted).uplink.bytes).to.deep.equal({ download: 7, upload: 8 });
    parseWan(whole('wan: 1 2\neth9: 7 8\n'), 64, counted);
    expect(reasonOf(() => parseWan(whole('eth9: 7 8\n'), 64, counted))).to.equal('parse: not the line "wan: RX TX": "eth9: 7 8"');
  });

  it('a line of another name is of that device: another one has another counter', () => {
    const devices = ['wan: 1 2', 'eth0.2: 1 2', 'wwan0: 9 9'].map((line) => parseWan(whole(`${line}\n`)).uplink);
    expect(devices.map(({ name, device }) => [name, device])).to.deep.equal([
      ['wan', null],
      ['wan', 'eth0.2'],
      ['wan', 'wwan0'],
    ]);
  });

  it('rejects an answer without its line, or with two that differ', () => {
    expect(reasonOf(() => parseWan(whole('')))).to.equal('parse: not the line "wan: RX TX": ""');
    expect(reasonOf(() => parseWan(whole('wan: 1 2\nwan: 3 4\n')))).to.equal('parse: more than one line "wan: RX TX": "wan: 1 2 wan: 3 4"');
    expect(reasonOf(() => parseWan(whole('wan: 1\n')))).to.match(/^parse/);
    expect(reasonOf(() => parseWan(closed('wan: 1 2')))).to.match(/^truncated/);
  });
});

describe('parseLeases (dhcp.cgi)', () => {
  const file = `1763668518 02:00:00:00:00:01 192.168.1.10 annas-laptop 01:02:00:00:00:00:01
0 02:00:00:00:00:02 192.168.1.11 * *
duid 00:01:00:01:2c:8f:5a:1b:02:00:00:00:00:01
1763668518 33554433 fd00::10 annas-laptop 00:01:00:01:2c
`;

  it('keeps leases without a host name or client id, and skips DHCPv6', () => {
    expect(parseLeases(whole(file))).to.deep.equal({
      skipped: 0,
      skippedBecause: [],
      unread: [],
      leases: [
        { mac: '02:00:00:00:00:01', ip: '192.168.1.10', hostname: 'annas-laptop', clientId: '01:02:00:00:00:00:01', expiry: 1_763_668_518 },
        { mac: '02:00:00:00:00:02', ip: '192.168.1.11', hostname: null, clientId: null, expiry: 0 },
      ],
    });
  });

  it('skips and counts only the bad line itself', () => {
    const { leases, skipped } = parseLeases(whole(`${file}$(reboot) <script>\n1 02:00:00:00:00:03 not-an-ip x *\n`));
    expect([leases.length, skipped]).to.deep.equal([2, 2]);
  });

  it('removes control characters from names and limits their length', () => {
    const [lease] = parseLeases(whole(`1 02:00:00:00:00:01 192.168.1.10 a\u0007b\u202ec${'x'.repeat(100)} *\n`)).leases;
    expect(lease?.hostname).to.equal(`abc${'x'.repeat(60)}`);
  });

  it('rejects text that is not a lease file', () => {
    expect(reasonOf(() => parseLeases(whole('<html><body>404</body></html>\n')))).to.match(/^parse: not a line of a lease file/);
  });
});

describe('classicProbes', () => {
  it('requests only what has a URL', () => {
    const probes = classicProbes({ wan: 'http://router/wan.cgi' }, async () => whole('wan: 1 2\n'));
    expect(probes.map(({ sources, origin }) => ({ sources, origin: origin }))).to.deep.equal([
      { sources: ['wan'], origin: 'classic http://router/wan.cgi' },
    ]);
  });
});

describe('what the doctor says of classic scripts', () => {
  it('is what each router does not report', () => {
    const urls = { stations: 'http://a/totalwifi.cgi', wan: 'http://a/wan.cgi' };
    const hosts = 'http://a/hosts.cgi';
    const router = (name: string, config: ClassicUrls) => ({
      ...{ name, config, status: newStatus(name, [], []), warnings: [] },
      ...{ hadHosts: false, lineRate: 1e9, sinceRead: null },
    });
    const found = classic.check(
      [router('old', urls), router('mixed', { ...urls, hosts }), router('attic', urls), router('gateway', { hosts })],
      '0',
    );
    expect(found.map(({ what }) => what)).to.deep.equal([
      'old, attic: read by the classic scripts, which report no restarts, no hosts, no signal and only one uplink',
      'mixed: read by hosts.cgi and the classic scripts, which report no restarts, no signal and only one uplink',
      'gateway: read by hosts.cgi alone, which reports no uplinks, stations and leases',
    ]);
    expect(classic.check([], '0')).to.deep.equal([]);
  });
});
