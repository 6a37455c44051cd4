import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { render } from '../../src/simulator/answers/answers.ts';
import { bytes, LAPTOP, NAS, PHONE, SMALL, small } from '../support/simulator/small.ts';
import { createWorld } from '../support/simulator/world.ts';

/** A little life, so that every field has something to say. */
function lived() {
  const world = small();
  world.advance(90);
  world.transfer(PHONE, bytes(7654321, 1234567));
  world.connect(PHONE, 'gateway', 'phy0-ap0');
  world.transfer(PHONE, bytes(11, 22), { lan: true });
  world.transfer(NAS, bytes(1000, 2000));
  world.advance(1.234);
  return world;
}

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

describe('the answer of', () => {
  it('totalwifi.cgi has a line for every association, received bytes (upload) first', () => {
    expect(render(lived(), 'gateway', 'totalwifi')).to.equal(`${PHONE} 22 11\n${PHONE} 1234567 7654321\n`);
    expect(render(lived(), 'attic', 'totalwifi')).to.equal(`${LAPTOP} 0 0\n`);
  });

  it('wan.cgi calls every uplink wan, received bytes (download) first', () => {
    expect(render(lived(), 'gateway', 'wan')).to.equal('wan: 7660321 1236867\n');
    expect(render(lived(), 'attic', 'wan')).to.equal('');
  });

  it('wan.cgi names no uplink that is down', () => {
    const world = lived();
    world.setUplink('gateway', 'wan', false);
    expect(render(world, 'gateway', 'wan')).to.equal('');
    world.setUplink('gateway', 'wwan', true);
    expect(render(world, 'gateway', 'wan')).to.equal('wan: 0 0\n');
  });

  it('wan.cgi starts again at 4 GiB on a kernel with counters of 32 bits', () => {
    const [gateway] = SMALL.routers;
    const world = createWorld({ ...SMALL, routers: [{ ...(gateway ?? expect.fail()), counterBits: 32 }, ...SMALL.routers.slice(1)] });
    world.transfer(NAS, bytes(2 ** 32, 5));
    expect(render(world, 'gateway', 'wan')).to.equal('wan: 5000 305\n');
    expect(render(world, 'gateway', 'wrtmeter'))
      .to.include('\ncounter_bits 32\n')
      .and.to.include('pppoe 5000 305\n');
  });

  it('dhcp.cgi is the lease file as it is', () => {
    expect(render(lived(), 'gateway', 'dhcp')).to.equal(
      [`1763704800 ${PHONE} 192.168.1.10 phone 01:${PHONE}`, `1763704800 ${LAPTOP} 192.168.1.11 * *`, ''].join('\n'),
    );
    expect(render(lived(), 'attic', 'dhcp')).to.equal('');
  });

  it('wrtmeter.cgi reports everything', () => {
    expect(render(lived(), 'gateway', 'wrtmeter')).to.equal(`wrtmeter 1
script ${version}
boot_id ${lived().router('gateway').bootId}
uptime 1091.23
time 1763661691
hostname gateway
model Test Box 1
release OpenWrt 24.10.0 r28427-6df0e3d02a
counter_bits 64
flow_offload software 0
flow_offload hardware 0
begin wan
uplink wan up pppoe-wan 12 pppoe 7660321 1236867
uplink wwan down - - qmi - -
end wan
begin layers
layer pppoe-wan eth0.2 eth0
end layers
begin stations
radio phy0-ap0 ap 0 2437 Home
station phy0-ap0 ${PHONE} 22 11 -63 78.0 104.0 1 1234 1090.000
radio phy1-ap0 ap 0 5180 Home, Sweet Home
station phy1-ap0 ${PHONE} 1234567 7654321 -53 702.0 702.0 91 1234 1000.000
end stations
begin leases
lease 1763704800 ${PHONE} 192.168.1.10 phone 01:${PHONE}
lease 1763704800 ${LAPTOP} 192.168.1.11 * *
lease6 1763704800 000100012c8f5a1b020000000001 fd00::10 phone
end leases
begin names
host ${NAS} 192.168.1.5 nas
name 192.168.1.6 printer
end names
begin neighbours
neighbour 192.168.1.10 br-lan ${PHONE} REACHABLE
neighbour fd00::10 br-lan ${PHONE} REACHABLE
neighbour 192.168.1.11 br-lan ${LAPTOP} STALE
neighbour 192.168.1.5 br-lan ${NAS} REACHABLE
end neighbours
end wrtmeter
`);
  });

  it('wrtmeter.cgi of an access point has neither uplinks nor leases', () => {
    const world = lived();
    world.rebootRouter('attic');
    world.advance(0.019);
    const answer = render(world, 'attic', 'wrtmeter');
    expect(answer).to.include('\nuptime 0.01\n').and.to.include('\nbegin wan\nend wan\n').and.to.include('\nbegin leases\nend leases\n');
    expect(answer).to.match(/^station phy0-ap0 02:00:00:00:00:02 0 0 -\d\d [\d.]+ [\d.]+ 0 19 0.001$/m);
  });
});
