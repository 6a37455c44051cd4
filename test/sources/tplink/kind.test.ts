import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { kindOf } from '../../../src/sources/registry.ts';
import type { SourceReading } from '../../../src/sources/source.ts';
import { parseBlocks } from '../../../src/sources/tplink/dm/blocks.ts';
import { lanHostsOf } from '../../../src/sources/tplink/dm/names.ts';
import { statisticsOf } from '../../../src/sources/tplink/dm/statistics.ts';
import { dataOf } from '../../../src/sources/tplink/stok/json.ts';
import { clientsOf, trafficOf } from '../../../src/sources/tplink/stok/lists.ts';
import { leasesOf, statisticsOf as pageStatisticsOf } from '../../../src/sources/tplink/userrpm/pages.ts';
import { configOf, errorsOf, withText } from '../../config/support.ts';

const TABLET = '00:00:5e:00:53:a1';
const RADIO = '00:00:5e:00:53:a2';
const NOW = 1_773_000_000_000;
const fixture = (name: string) => readFileSync(`test/fixtures/tplink/${name}`, 'utf8');
const json = (name: string) => dataOf({ status: 200, framed: true, text: fixture(name) });

/** The files in test/fixtures/tplink are written after what public programs read, not captured. */
describe('answers of TP-Link routers, as their formats promise', () => {
  function machinesOf({ observation, skipped }: SourceReading) {
    expect(skipped).to.equal(0);
    return observation && 'machines' in observation
      ? observation.machines.map(({ mac, ip, bytes, packets }) => [mac, ip, bytes, packets])
      : [];
  }
  function namesOf({ observation, skipped }: SourceReading) {
    expect(skipped).to.equal(0);
    return 'leases' in observation ? observation.leases.map(({ mac, ip, hostname, expiry }) => [mac, ip, hostname, expiry]) : [];
  }
  const ENDS = NOW / 1000 + 5400;

  it('dm', () => {
    expect(machinesOf(statisticsOf(parseBlocks(fixture('dm-statistics.txt')), 32))).to.deep.equal([
      [TABLET, '192.168.1.100', 4_294_900_001, 3_411_622],
      [RADIO, '10.0.0.103', 0, 0],
    ]);
    expect(namesOf(lanHostsOf(parseBlocks(fixture('dm-names.txt')), NOW))).to.deep.equal([
      [TABLET, '192.168.1.100', 'annas-tablet', ENDS],
      [RADIO, '10.0.0.103', null, 0],
    ]);
  });

  it('dm-encrypted, with directions: what the router receives for a machine is its download', () => {
    const { observation } = statisticsOf(parseBlocks(fixture('dm-encrypted-statistics.txt')), 32);
    expect(observation).to.have.deep.property('hosts', [
      {
        ...{ counts: 'both', mac: TABLET, ip: '192.168.1.100', epoch: null },
        // Without packets no width is trusted: a pass of the end would look like a restart.
        ...{ bytes: { download: 5_000_000_000, upload: 70_000 }, bits: 64 },
      },
    ]);
  });

  it('stok', () => {
    expect(machinesOf(trafficOf(json('stok-traffic.json'), 64))).to.deep.equal([
      [TABLET, '192.168.0.104', 5_000_000_001, null],
      [RADIO, '192.168.0.105', 0, null],
    ]);
    expect(namesOf(clientsOf(json('stok-clients.json'), NOW))).to.deep.equal([
      [TABLET, '192.168.0.104', 'annas-tablet', ENDS],
      [RADIO, '192.168.0.105', null, 0],
    ]);
  });

  it('userrpm', () => {
    expect(machinesOf(pageStatisticsOf(fixture('userrpm-statistics.html'), 64))).to.deep.equal([
      [TABLET, '192.168.0.100', 4_294_900_001, 3_411_622],
      [RADIO, '192.168.0.101', 0, 0],
    ]);
    expect(namesOf(leasesOf(fixture('userrpm-leases.html'), NOW))).to.deep.equal([
      [TABLET, '192.168.0.100', 'annas-tablet', ENDS],
      [RADIO, '192.168.0.101', null, 0],
    ]);
  });

  for (const [name, parse] of [
    ['dm-statistics.txt', (text: string) => statisticsOf(parseBlocks(text), 32)],
    ['dm-names.txt', (text: string) => lanHostsOf(parseBlocks(text), NOW)],
    ['stok-traffic.json', (text: string) => trafficOf(dataOf({ status: 200, framed: true, text }), 64)],
    ['userrpm-statistics.html', (text: string) => pageStatisticsOf(text, 64)],
  ] as const)
    it(`${name}, cut anywhere, is refused as a whole`, () => {
      const text = fixture(name).trimEnd();
      const end = name.endsWith('html') ? text.indexOf(');') + 1 : text.length - 1;
      for (let length = 0; length <= end; length += 1) expect(() => parse(text.slice(0, length)), `${length}`).to.throw();
    });
});

describe('the configuration of a TP-Link router', () => {
  const errors = (text: string) => errorsOf(withText(`routers:\n  den: ${text}\n`));

  it('names what is wrong, with its line, and shows no password', async () => {
    expect(await errors('{ tplink: nonsense }')).to.deep.equal([
      'wrtmeter.yaml:2: routers.den.tplink: "nonsense" is not an http or https URL; use for example http://192.168.1.1',
    ]);
    expect((await errors('{ tplink: "http://192.168.0.1" }'))[0]).to.match(
      /^wrtmeter.yaml:2: routers.den.tplink: has no password; set tplink.password_file/,
    );
    expect((await errors('{ tplink: { password: geheim } }'))[0]).to.match(/has no address; set url/);
    expect((await errors('{ tplink: { url: "http://192.168.0.1", password: geheim, protocol: telnet } }'))[0]).to.match(
      /protocol: "telnet" is not a valid value/,
    );
    expect((await errors('{ tplink: { url: "http://192.168.0.1", username: admin } }'))[0]).to.match(/is set without a password/);
    const twice = await errorsOf(
      withText(
        'routers:\n  den: { tplink: { url: "http://192.168.0.1", password: a } }\n  attic: { tplink: { url: "http://192.168.0.1/", password: a } }\n',
      ),
    );
    expect(twice[0]).to.match(/reads the same router as "den"/);
  });

  it('where a password cannot be read, it is not called missing', async () => {
    for (const text of [
      '{ tplink: { url: "http://192.168.0.1", password_file: /none } }',
      '{ username: admin, password_file: /none, tplink: "http://192.168.0.1" }',
    ])
      expect(await errors(text), text)
        .to.have.length(1)
        .with.property('0')
        .that.matches(/password_file: cannot read "\/none"/);
  });

  it('may have the login of the router itself', async () => {
    const text = 'routers:\n  den: { username: admin, password: geheim, tplink: "http://192.168.0.1/webpages/login.html" }\n';
    const [router] = (await configOf(withText(text))).routers;
    expect(router?.kinds).to.deep.equal([{ kind: 'tplink', url: 'http://192.168.0.1', login: null, protocol: 'auto' }]);
    expect(router?.credentials).to.deep.equal({ kind: 'basic', username: 'admin', password: 'geheim' });
  });

  it('is told in a line, without its password', async () => {
    const text = 'routers:\n  den: { tplink: { url: "http://192.168.0.1", username: me, password: geheim, protocol: dm } }\n';
    const [router] = (await configOf(withText(text))).routers;
    const [config] = router?.kinds ?? [];
    const kind = kindOf('tplink');
    if (config?.kind !== 'tplink') return expect.fail('no router');
    expect(kind.describe(config)).to.deep.equal([['tplink', 'http://192.168.0.1, protocol dm, as me']]);
    expect(kind.addresses(config)).to.deep.equal(['http://192.168.0.1']);
    expect(kind.lacks({ ...config, login: null }, null)).to.match(/has no password/);
  });
});
