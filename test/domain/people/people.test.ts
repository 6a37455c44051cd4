import { expect } from 'chai';
import fc from 'fast-check';
import { createPeople, type DeviceFacts, NOBODY, type PeopleTerms } from '../../../src/domain/people/people.ts';
import { plainUser, type User } from '../../../src/domain/people/user.ts';

const MACS = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'] as const;
const [A, B, C] = MACS;
const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';

const user = (name: string, own: Partial<User> = {}): User => ({ ...plainUser(name), ...own });
const facts = (own: Partial<DeviceFacts> = {}): DeviceFacts => ({ name: null, network: null, ssid: null, ...own });
const people = (terms: Partial<PeopleTerms>) => createPeople({ users: [], devices: [], peers: [], ...terms });
const known = (entries: Record<string, Partial<DeviceFacts>>) =>
  new Map(Object.entries(entries).map(([mac, own]) => [mac, facts(own)] as const));

describe('whose a device is', () => {
  it('is what its own entry says, before all else', () => {
    const { userOfDevice } = people({
      users: [user('anna', { macs: [A], hostnames: ['*'] }), user('ben')],
      devices: [{ name: 'anna-laptop', macs: [A, B], user: 'ben' }],
    });
    expect([A, B].map((mac) => userOfDevice(mac, new Map()))).to.deep.equal(['ben', 'ben']);
  });

  it("is the user of its MAC, which counts for all MACs of the device, before its name's", () => {
    const { userOfDevice } = people({
      users: [user('guests', { hostnames: ['anna-*'] }), user('anna', { macs: [B] })],
      devices: [{ name: 'anna-laptop', macs: [A, B] }],
    });
    expect([A, B, C].map((mac) => userOfDevice(mac, known({ [C]: { name: 'anna-phone' } })))).to.deep.equal(['anna', 'anna', 'guests']);
  });

  it('is the user of its name, configured or last known, before that of its SSID or network', () => {
    const { userOfDevice } = people({
      users: [user('guests', { ssids: ['Guest'], networks: ['guest'] }), user('anna', { hostnames: ['anna-*'] })],
      devices: [{ name: 'anna-laptop', macs: [A] }],
    });
    const all = known({ [A]: { ssid: 'Guest' }, [B]: { name: 'anna-phone', network: 'br-guest' }, [C]: { name: 'x', ssid: 'Guest' } });
    expect(MACS.map((mac) => userOfDevice(mac, all))).to.deep.equal(['anna', 'anna', 'guests']);
  });

  it('knows a network by its logical name and by its bridge', () => {
    const { userOfDevice } = people({ users: [user('guests', { networks: ['guest'] })] });
    const all = known({ [A]: { network: 'guest' }, [B]: { network: 'br-guest' }, [C]: { network: 'br-guests' } });
    expect(MACS.map((mac) => userOfDevice(mac, all))).to.deep.equal(['guests', 'guests', null]);
  });

  it('is the first user of the configuration where several match by the same', () => {
    const { userOfDevice } = people({
      users: [user('anna', { hostnames: ['an*'], networks: ['lan'] }), user('ben', { hostnames: ['*'], ssids: ['Home'] })],
    });
    const all = known({ [A]: { name: 'anna' }, [B]: { name: 'zed' }, [C]: { network: 'lan', ssid: 'Home' } });
    expect(MACS.map((mac) => userOfDevice(mac, all))).to.deep.equal(['anna', 'ben', 'anna']);
  });

  it('is nobody where nothing matches, and users that only devices name are users too', () => {
    expect(NOBODY.userOfDevice(A, new Map())).to.equal(null);
    const { users, isConfigured, userOfDevice } = people({ devices: [{ name: 'tv', macs: [A], user: 'ben' }] });
    expect({ names: users.map(({ name }) => name), isConfigured }).to.deep.equal({ names: ['ben'], isConfigured: false });
    expect(MACS.map((mac) => userOfDevice(mac, new Map()))).to.deep.equal(['ben', null, null]);
  });

  it('is the same for every MAC of a device and one of its users or nobody, whatever is known', () => {
    const word = fc.constantFrom('a', 'b', 'ab', 'guest', 'lan');
    const some = fc.array(word, { maxLength: 2 });
    const users = fc
      .tuple(some, some, some, fc.subarray([...MACS]))
      .map(([hostnames, networks, ssids, macs]) => [user('one', { hostnames, networks }), user('two', { ssids, macs })]);
    const all = fc.array(fc.record({ name: fc.option(word), network: fc.option(word), ssid: fc.option(word) }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(users, all, fc.boolean(), (users, all, owned) => {
        const own = { name: 'ab', macs: [A, B], ...(owned && { user: 'three' }) };
        const { userOfDevice, users: listed } = people({ users, devices: [own] });
        const byMac = new Map(MACS.map((mac, i) => [mac, all[i] ?? facts()] as const));
        expect(userOfDevice(A, byMac)).to.equal(userOfDevice(B, byMac));
        for (const mac of MACS) expect([null, ...listed.map(({ name }) => name)]).to.include(userOfDevice(mac, byMac));
      }),
    );
  });
});

describe('whose a peer is', () => {
  it("is what its own entry says, then who has its key, then who has its name: the configured one before its server's", () => {
    const own = { name: 'anna-phone', publicKey: KEY };
    const users = [user('anna', { peers: ['anna-phone'] }), user('ben', { peers: [KEY, 'tablet'] }), user('cleo')];
    expect(people({ users, peers: [{ ...own, user: 'cleo' }] }).userOfPeer(KEY, null)).to.equal('cleo');
    expect(people({ users, peers: [own] }).userOfPeer(KEY, null)).to.equal('ben');
    expect(people({ users: users.slice(0, 1), peers: [own] }).userOfPeer(KEY, 'tablet')).to.equal('anna');
    expect(people({ users }).userOfPeer('other', 'tablet')).to.equal('ben');
    expect(people({ users }).userOfPeer('other', null)).to.equal(null);
  });
});

describe('how long hours are kept', () => {
  const terms = {
    users: [
      user('anna', { hostnames: ['anna-*'], keepHours: 7200, peers: [KEY] }),
      user('ben', { macs: [B], isPrivate: true, keepHours: 7200 }),
    ],
    devices: [{ name: 'diary', macs: [C], isPrivate: true }],
  };

  it('is nothing for a private device and for all devices of a private user', () => {
    const { keepHoursOfDevice, isPrivateDevice, keepHoursOfPeer, isPrivatePeer } = people(terms);
    const all = known({ [A]: { name: 'anna-phone' } });
    expect(MACS.map((mac) => keepHoursOfDevice(mac, all))).to.deep.equal([7200, 0, 0]);
    expect(MACS.map((mac) => isPrivateDevice(mac, all))).to.deep.equal([false, true, true]);
    expect([keepHoursOfDevice(A, new Map()), keepHoursOfPeer(KEY, null), isPrivatePeer(KEY, null)]).to.deep.equal([null, 7200, false]);
  });

  it('still tells whose a private device is, by its user', () => {
    expect(people(terms).userOfDevice(B, new Map())).to.equal('ben');
  });
});
