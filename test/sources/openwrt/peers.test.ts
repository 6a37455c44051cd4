import { expect } from 'chai';
import { SourceError } from '../../../src/errors.ts';
import { parsePeers } from '../../../src/sources/openwrt/peers.ts';
import { system } from '../../support/ledger/rounds.ts';

const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const peersOf = (...lines: string[]) => {
  const { observation } = parsePeers(lines, system('8d1f3b0e-5c0f', 5000));
  return observation.source === 'peers' ? observation.peers : [];
};

describe('the peers in an answer of wrtmeter.cgi', () => {
  it('are read with their epoch: the boot and the number of their interface', () => {
    const [peer] = peersOf(
      'interface wg0 wireguard 14',
      `peer wg0 ${KEY} 203.0.113.9:51820 10.7.0.2/32,fd07::2/128 1763664900 4321 8765 anna-phone`,
    );
    expect(peer).to.deep.equal({
      interface: 'wg0',
      publicKey: KEY,
      name: 'anna-phone',
      endpoint: '203.0.113.9:51820',
      allowedIps: ['10.7.0.2/32', 'fd07::2/128'],
      state: 'active',
      latestHandshake: 1763664900,
      bytes: { download: 8765, upload: 4321 },
      bits: 64,
      epoch: { boot: '8d1f3b0e', instance: 14, began: null, margin: 0 },
    });
  });

  it('that are there twice are one: the first counts', () => {
    const line = (bytes: number) => `peer wg0 ${KEY} - 10.7.0.2/32 0 ${bytes} ${bytes} -`;
    const found = peersOf(
      'interface wg0 wireguard 14',
      line(7),
      line(9),
      'interface wg1 wireguard 15',
      `peer wg1 ${KEY} - 10.7.0.2/32 0 3 3 -`,
    );
    expect(found.map(({ interface: name, bytes }) => [name, bytes?.download])).to.deep.equal([
      ['wg0', 7],
      ['wg1', 3],
    ]);
  });

  it('have only valid addresses and endpoints, because they become labels of metrics', () => {
    const long = 'x'.repeat(100_000);
    const [peer] = peersOf('interface wg0 wireguard 14', `peer wg0 ${KEY} ${long} 10.7.0.2/32,${long},= 0 0 0 -`);
    expect([peer?.endpoint, peer?.allowedIps]).to.deep.equal([null, ['10.7.0.2/32']]);
    const [revoked] = peersOf(`disabled wg0 ${KEY} ${long} ${long}`);
    expect([revoked?.allowedIps, revoked?.name?.length]).to.deep.equal([[], 63]);
  });

  it('have an interface name that Linux accepts', () => {
    for (const name of ['w'.repeat(16), 'wg\u202e0', KEY]) {
      expect(() => peersOf(`interface ${name} wireguard 14`), name).to.throw(SourceError, 'not a peer line');
      expect(() => peersOf(`peer ${name} ${KEY} - - 0 0 0 -`), name).to.throw(SourceError, 'not a peer line');
    }
  });
});
