import { inspect } from 'node:util';
import { expect } from 'chai';
import type { WireguardConfig } from '../../../src/sources/wireguard/config.ts';
import { type ContainerHost, startContainerHost, type WireguardContainer } from '../../support/wireguard/container.ts';
import { holdsKey } from '../../support/wireguard/keys.ts';
import { failureIn, HERE, peersIn, readServer } from '../../support/wireguard/read-wireguard.ts';

describe('a WireGuard server in a container', () => {
  let host: ContainerHost;
  let container: WireguardContainer;
  before(async () => {
    host = await startContainerHost();
    container = host.container;
  });
  after(() => host?.close());

  const read = (more: Partial<WireguardConfig>) => readServer({ ...HERE, container: container.name, ...more });
  const ways = { 'on this machine': () => ({}), 'over ssh': () => ({ ssh: host.sshd.terms }) };

  for (const [way, more] of Object.entries(ways)) {
    it(`${way} shows its peers, with the names of AmneziaVPN’s table`, async () => {
      const round = await read(more());
      const { peers, interfaces } = peersIn(round);
      expect(interfaces).to.deep.equal(['wg0']);
      expect(peers).to.have.length(1);
      expect(peers[0]).to.deep.include({
        publicKey: container.publicKey,
        name: 'Anna’s phone',
        allowedIps: ['10.8.1.2/32'],
        bytes: { download: 0, upload: 0 },
      });
      expect(peers[0]?.epoch?.instance).to.equal(Number(await container.run('cat', '/sys/class/net/wg0/ifindex')));
      const text = inspect(round, { depth: 12, showHidden: true });
      for (const key of container.secrets) expect(holdsKey(text, key)).to.equal(false);
    });

    it(`${way} that has not the tool is reported as such`, async () => {
      expect(failureIn(await read({ ...more(), tool: 'awg' }))).to.equal('exec: "awg" is not installed on the server: install it');
    });

    it(`${way} that is not there is reported as such`, async () => {
      expect(failureIn(await read({ ...more(), container: 'wrtmeter-no-such' }))).to.match(
        /^exec: "docker" failed with 1: .*No such container: wrtmeter-no-such$/,
      );
    });
  }
});
