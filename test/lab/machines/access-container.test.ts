import { expect } from 'chai';
import { interfaceOf, serverOf } from '../../../src/app/control/peers.ts';
import { machineOf } from '../../../src/app/tools/machines.ts';
import { changePeer, isFailure, listPeers } from '../../../src/control/change.ts';
import type { PeerTarget } from '../../../src/control/target.ts';
import type { WireguardConfig } from '../../../src/sources/wireguard/config.ts';
import { type ContainerHost, startContainerHost, type WireguardContainer } from '../../support/wireguard/container.ts';
import { holdsKey } from '../../support/wireguard/keys.ts';
import { HERE, serverConfig } from '../../support/wireguard/read-wireguard.ts';

const CONF = '/opt/amnezia/awg/wg0.conf';

describe('access to the peers of a server in a container', () => {
  let host: ContainerHost;
  let container: WireguardContainer;
  before(async () => {
    host = await startContainerHost();
    container = host.container;
  });
  after(() => host?.close());

  const soon = () => AbortSignal.timeout(40_000);
  const peersOf = async () => (await container.run('wg', 'show', 'wg0', 'peers')).trim();

  for (const [way, more] of Object.entries({ 'on this machine': () => ({}), 'over ssh': () => ({ ssh: host.sshd.terms }) })) {
    it(`${way}: revokes, restores and lists, in AmneziaVPN’s file`, async () => {
      const wireguard: WireguardConfig = { ...HERE, container: container.name, ...more() };
      const machine = machineOf(wireguard);
      let heard = '';
      const run: typeof machine.run = async (argv, stdin, signal) => {
        const answer = await machine.run(machine.asRoot(argv), stdin, signal);
        heard += answer;
        return answer;
      };
      const target: PeerTarget = { ...interfaceOf(wireguard, 'wg0'), publicKey: container.publicKey };
      const before = await container.run('wg', 'show', 'wg0', 'dump');
      expect(await changePeer(run, target, 'revoke', soon())).to.deep.equal({
        ok: true,
        state: 'revoked',
        changed: true,
        place: 'both',
        notes: [],
      });
      expect(await peersOf()).to.equal('');
      expect(await container.run('cat', CONF)).not.to.contain(container.publicKey);
      const listing = await listPeers(run, target, soon());
      if (isFailure(listing)) throw new Error(listing.reason);
      expect(listing.peers).to.deep.equal([
        { publicKey: container.publicKey, state: 'revoked', place: 'record', allowedIps: ['10.8.1.2/32'] },
      ]);
      expect(await changePeer(run, target, 'restore', soon())).to.deep.include({ ok: true, state: 'active', changed: true, place: 'both' });
      expect(await container.run('wg', 'show', 'wg0', 'dump')).to.equal(before);
      for (const key of container.secrets) expect(holdsKey(heard, key)).to.equal(false);
    });
  }

  it('a container that is not there is reported as such, and nothing is in doubt', async () => {
    const found = serverOf(serverConfig({ ...HERE, container: 'wrtmeter-no-such' }));
    if ('why' in found) throw new Error(found.why);
    const target = { ...interfaceOf(found.wireguard, 'wg0'), publicKey: container.publicKey };
    const result = await found.server.change(target, 'revoke', soon());
    expect(result).to.deep.include({ ok: false, step: 'connect' });
    expect(result).to.have.property('reason').that.contains('No such container: wrtmeter-no-such');
  });
});
