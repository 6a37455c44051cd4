import { expect } from 'chai';
import { parsePublicKey } from '../../src/domain/public-key.ts';
import { render } from '../../src/simulator/answers/answers.ts';
import { home } from '../../src/simulator/home/home.ts';
import { bytes, SMALL, START } from '../support/simulator/small.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const PHONE = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const TABLET = 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=';

/** The small world, whose gateway has an active phone and a revoked tablet. */
function tunnelled(): World {
  const [gateway, ...others] = SMALL.routers;
  if (gateway === undefined) throw new Error('the small world has no gateway');
  const peers = [
    { publicKey: PHONE, name: 'annas-phone', address: '10.7.0.2', endpoint: '203.0.113.9:51820' },
    { publicKey: TABLET, address: '10.7.0.3', endpoint: '203.0.113.10:51820', revoked: true },
  ];
  const counting = { method: 'nftables', networks: [['vpn', 'wg0']] } as const;
  return createWorld({ ...SMALL, routers: [{ ...gateway, counting, tunnels: [{ interface: 'wg0', ifindex: 14, peers }] }, ...others] });
}

function section(world: World): string[] {
  const lines = render(world, 'gateway', 'wrtmeter').split('\n');
  return lines.slice(lines.indexOf('begin peers') + 1, lines.indexOf('end peers'));
}

describe('simulated WireGuard peers', () => {
  it('are shown with what the server received first, and those that are switched off without counters', () => {
    const world = tunnelled();
    expect(section(world)).to.deep.equal([
      'interface wg0 wireguard 14',
      `peer wg0 ${PHONE} - 10.7.0.2/32 0 0 0 annas-phone`,
      `disabled wg0 ${TABLET} 10.7.0.3/32 -`,
    ]);
    world.advance(500);
    world.transferPeer('gateway', PHONE, bytes(9000, 400));
    const [, line = ''] = section(world);
    expect(line).to.match(/^peer wg0 \S+ 203\.0\.113\.9:51820 10\.7\.0\.2\/32 \d+ 400 9000 annas-phone$/);
    const handshake = Number(line.split(' ')[5]);
    expect(world.now / 1000 - handshake).to.be.within(0, 120);
  });

  it('cross the uplink the other way round, and a second time where they continue to the Internet', () => {
    const world = tunnelled();
    world.transferPeer('gateway', PHONE, bytes(9000, 400), { lan: true });
    expect(world.truth().wan.get('gateway')?.get('wan')).to.deep.equal(bytes(400, 9000));
    world.transferPeer('gateway', PHONE, bytes(50, 5));
    expect(world.truth().wan.get('gateway')?.get('wan')).to.deep.equal(bytes(400 + 5 + 50, 9000 + 50 + 5));
    expect(world.truth().peers.get('gateway')?.get(`wg0 ${PHONE}`)).to.deep.equal(bytes(9050, 405));
    expect(world.truth().beyond.get('gateway')?.get(`wg0 ${PHONE}`)).to.deep.equal(bytes(50, 5));
    expect(render(world, 'gateway', 'wrtmeter'))
      .to.include('\nup - 10.7.0.2 5\n')
      .and.to.include('\ndown 10.7.0.2 50\n');
  });

  it('count from zero with the interface, with the router, and when they are put back', () => {
    const world = tunnelled();
    const zero = `peer wg0 ${PHONE} - 10.7.0.2/32 0 0 0 annas-phone`;
    const begins = (again: () => void, ifindex: number) => {
      world.transferPeer('gateway', PHONE, bytes(9, 4));
      again();
      expect(section(world).slice(0, 2)).to.deep.equal([`interface wg0 wireguard ${ifindex}`, zero]);
    };
    begins(() => world.restartTunnel('gateway', 'wg0'), 19);
    begins(() => {
      world.setPeer('gateway', PHONE, false);
      expect(section(world)).to.include(`disabled wg0 ${PHONE} 10.7.0.2/32 annas-phone`);
      expect(() => world.transferPeer('gateway', PHONE, bytes(1, 1))).to.throw(`The peer ${PHONE} is not on its interface`);
      world.setPeer('gateway', PHONE, true);
    }, 19);
    begins(() => world.rebootRouter('gateway'), 14);
    expect(world.truth().peers.get('gateway')?.get(`wg0 ${PHONE}`)).to.deep.equal(bytes(27, 12));
  });

  it('the home’s: some are there, one never came, one may no more, and all of their keys are keys', () => {
    const world = createWorld(home(2, { start: START, utcOffset: 60 }));
    world.advance(86_400);
    const lines = section(world);
    const handshakes = lines.flatMap((line) => (line.startsWith('peer ') ? [Number(line.split(' ')[5])] : []));
    expect(handshakes.filter((at) => at === 0)).to.have.length(1);
    expect(handshakes.filter((at) => world.now / 1000 - at < 300)).to.have.length.of.at.least(1);
    expect(lines.filter((line) => line.startsWith('disabled '))).to.have.length(1);
    expect(lines.slice(1).map((line) => parsePublicKey(line.split(' ')[2] ?? ''))).to.not.include(null);
    const upload = world.truth().peers.get('gateway');
    expect([...(upload?.values() ?? [])].filter((moved) => moved.upload > 1e6)).to.have.length.of.at.least(2);
  });
});
