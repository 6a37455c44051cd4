import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseLeases, parseStations } from '../../src/sources/classic/classic.ts';
import { parseWan } from '../../src/sources/classic/wan.ts';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import { fixtures } from '../support/routers/busybox.ts';

/** The answers that answers.test.ts checks the scripts against, parsed by the exporter: two sides of one format. */
describe('what the scripts answer is understood', () => {
  const routers = readdirSync(fixtures).filter((name) => name !== 'bin');
  const answer = (router: string, script: string) => ({
    text: readFileSync(join(fixtures, router, 'answers', `${script}.txt`), 'utf8'),
    framed: true,
  });
  for (const router of routers)
    it(`${router}: every section of wrtmeter.cgi, and no line of it left out`, () => {
      const { sources } = parseWrtmeter(answer(router, 'wrtmeter'));
      expect(
        sources.map(({ source, skipped, observation }) => [source, skipped, observation instanceof Error ? observation.message : 'read']),
      ).to.have.deep.members(
        ['stations', 'wan', 'leases', 'neighbours']
          .concat(router === 'gateway' ? ['hosts', 'peers'] : [])
          .map((source) => [source, 0, 'read']),
      );
    });
  it('the classic lists, the same stations, uplink and leases as wrtmeter.cgi shows', () => {
    for (const router of ['pppoe', 'vlan']) {
      const { sources } = parseWrtmeter(answer(router, 'wrtmeter'));
      for (const { observation } of sources) {
        if (observation instanceof Error) throw observation;
        if (observation.source === 'stations') {
          const counted = observation.stations.filter((station) => station.access).map(({ mac, bytes }) => ({ mac, bytes }));
          expect(parseStations(answer(router, 'totalwifi')).stations.map(({ mac, bytes }) => ({ mac, bytes }))).to.deep.equal(counted);
        }
        if (observation.source === 'wan')
          expect(parseWan(answer(router, 'wan')).uplink.bytes).to.deep.equal(observation.uplinks.find(({ up }) => up)?.bytes);
        if (observation.source === 'leases') expect(observation.leases).to.deep.include.members(parseLeases(answer(router, 'dhcp')).leases);
      }
    }
  });
});
