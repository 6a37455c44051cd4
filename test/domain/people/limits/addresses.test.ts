import { expect } from 'chai';
import { addressesByMac, isRouted } from '../../../../src/domain/people/limits/addresses.ts';

const [ANNA, BERT] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];

describe('addresses of devices', () => {
  it('are those of leases, neighbours and counted hosts, without those that no router passes on', () => {
    const found = addressesByMac({
      leases: [{ mac: ANNA, ip: '192.168.1.2' }],
      neighbours: [
        { mac: ANNA, ip: 'fe80::1', state: 'REACHABLE' },
        { mac: ANNA, ip: '2001:db8::7', state: 'STALE' },
        { mac: BERT, ip: '192.168.1.9', state: 'FAILED' },
      ],
      hosts: [
        { mac: ANNA, ip: '192.168.1.2' },
        { mac: null, ip: '192.168.1.8' },
        { mac: BERT, ip: '192.168.1.3' },
      ],
    });
    expect([...found]).to.have.deep.members([
      [ANNA, ['192.168.1.2', '2001:db8::7']],
      [BERT, ['192.168.1.3']],
    ]);
  });

  it('an address has one owner: who is reached there, before who has the lease, before who was there', () => {
    const leases = [{ mac: ANNA, ip: '192.168.1.2' }];
    const hosts = [{ mac: BERT, ip: '192.168.1.2' }];
    const ofState = (state: string) => [...addressesByMac({ leases, hosts, neighbours: [{ mac: BERT, ip: '192.168.1.2', state }] }).keys()];
    expect(ofState('REACHABLE')).to.deep.equal([BERT]);
    expect(ofState('STALE')).to.deep.equal([ANNA]);
  });

  it('of one device are 64 at most, and MACs of groups have none', () => {
    const neighbours = Array.from({ length: 500 }, (_, i) => ({ mac: ANNA, ip: `2001:db8::${i.toString(16)}`, state: 'REACHABLE' }));
    const group = { mac: '01:00:5e:00:00:01', ip: '192.168.1.4', state: 'REACHABLE' };
    const found = addressesByMac({ leases: [], hosts: [], neighbours: [...neighbours, group] });
    expect([...found].map(([mac, ips]) => [mac, ips.length])).to.deep.equal([[ANNA, 64]]);
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
