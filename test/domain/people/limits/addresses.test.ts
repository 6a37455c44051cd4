import { expect } from 'chai';
import { type AddressFacts, addressesByMac, isRouted, MOST_ADDRESSES } from '../../../../src/domain/people/limits/addresses.ts';

const [ANNA, BERT] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];

/** What a router shows that knows nothing else. */
const known = (facts: Partial<AddressFacts>) => [
  ...addressesByMac({ leases: [], leases6: [], neighbours: [], never: new Set(), ...facts }),
];
const neighbour = (ip: string, mac = ANNA, state = 'STALE', on = 'br-lan') => ({ mac, ip, interface: on, state });

describe('addresses of devices', () => {
  it('are those of leases, and those of neighbours with their interface, without those that no router passes on', () => {
    const found = known({
      leases: [{ mac: ANNA, ip: '192.168.1.2' }],
      leases6: ['2001:db8::99'],
      neighbours: [
        neighbour('fe80::1', ANNA, 'REACHABLE'),
        neighbour('192.168.1.2', ANNA, 'REACHABLE'),
        neighbour('2001:db8::7'),
        neighbour('192.168.1.9', BERT, 'FAILED'),
        neighbour('192.168.1.3', BERT),
        ...['', '-br', 'a b', 'br-lan\nreboot', 'x'.repeat(16)].map((on) => neighbour('192.168.1.4', BERT, 'STALE', on)),
      ],
    });
    expect(found).to.have.deep.members([
      [ANNA, ['192.168.1.2', '2001:db8::7 br-lan']],
      [BERT, ['192.168.1.3 br-lan']],
    ]);
  });

  it('one that a lease gives is of that device alone, and of nobody while another is reached there', () => {
    const leases = [{ mac: ANNA, ip: '192.168.1.2' }];
    const ofState = (state: string) => known({ leases, neighbours: [neighbour('192.168.1.2', BERT, state)] });
    expect(ofState('STALE')).to.deep.equal([[ANNA, ['192.168.1.2']]]);
    expect(ofState('REACHABLE'), 'another one is reached there: nobody is limited for another').to.deep.equal([]);
  });

  it('one that is claimed in another network as well is of each on its interface: the router knows on which it counts', () => {
    const neighbours = [neighbour('192.168.3.5', ANNA, 'REACHABLE'), neighbour('192.168.3.5', BERT, 'STALE', 'br-guest')];
    expect(known({ neighbours })).to.have.deep.members([
      [ANNA, ['192.168.3.5 br-lan']],
      [BERT, ['192.168.3.5 br-guest']],
    ]);
  });

  it('are of the home: nobody makes an address of the Internet, of a router or of the meter a member by one packet', () => {
    const never = new Set(['192.168.77.1', 'fd07::1']);
    const elsewhere = ['1.1.1.1', '8.8.8.8', '198.51.100.1', '172.32.0.1', '100.128.0.1', '2606:4700:4700::1111', '2001:db8:0:1::5'];
    const claimed = [...elsewhere, ...never].map((ip) => neighbour(ip, ANNA, 'REACHABLE'));
    const leases6 = ['2001:db8::10'];
    expect(known({ neighbours: claimed, never, leases6 })).to.deep.equal([]);
    expect(known({ leases: [{ mac: ANNA, ip: '192.168.77.1' }], never }), 'not even by a lease').to.deep.equal([]);
    const own = ['10.1.2.3', '100.64.1.1', '172.16.0.9', '192.168.77.11', '2001:db8::abcd', 'fd00:1:2:3::4'];
    expect(known({ neighbours: own.map((ip) => neighbour(ip)), leases6 })).to.deep.equal([[ANNA, own.map((ip) => `${ip} br-lan`)]]);
    const leased = [{ mac: ANNA, ip: '203.0.113.7' }];
    expect(known({ leases: leased }), 'a home with public addresses').to.deep.equal([[ANNA, ['203.0.113.7']]]);
  });

  it('of one device are few, and MACs of groups have none', () => {
    const neighbours = Array.from({ length: 500 }, (_, i) => neighbour(`fd00::${i.toString(16)}`));
    const group = neighbour('192.168.1.4', '01:00:5e:00:00:01', 'REACHABLE');
    const found = known({ leases: [{ mac: ANNA, ip: '192.168.1.9' }], neighbours: [...neighbours, group] });
    expect(found.map(([mac, ips]) => [mac, ips.length])).to.deep.equal([[ANNA, MOST_ADDRESSES]]);
    expect(found[0]?.[1], 'with its lease').to.include('192.168.1.9');
  });

  it('are addresses at all', () => {
    expect(['192.168.1.1', '2001:db8::1', 'fd07::2'].every(isRouted)).to.equal(true);
    expect(
      [
        '',
        '127.0.0.1',
        '0.0.0.0',
        '224.0.0.1',
        '169.254.1.1',
        '::1',
        '::',
        'fe80::1',
        'ff02::1',
        '1.2.3',
        '1.2.3.256',
        '01.2.3.4',
        '1::2::3',
        '2001:db8::1%eth0',
        '2001:db8::1.2.3.4',
        '2001:DB8::1',
        '; reboot',
      ].some(isRouted),
    ).to.equal(false);
  });
});
