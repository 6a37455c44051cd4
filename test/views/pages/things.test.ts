import { expect } from 'chai';
import { createPeople, NOBODY } from '../../../src/domain/people/people.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import { labelText } from '../../../src/views/metrics/labels.ts';
import { userFamilies } from '../../../src/views/metrics/users.ts';
import { devicesPage } from '../../../src/views/pages/devices/page.ts';
import { usersCard } from '../../../src/views/pages/home/users.ts';
import { peerPage, peersPage } from '../../../src/views/pages/peers/page.ts';
import { uplinkPage, uplinksPage } from '../../../src/views/pages/uplinks/page.ts';
import { userPage, usersPage } from '../../../src/views/pages/users/page.ts';
import type { View } from '../../../src/views/view.ts';
import { openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { pageReaderOf } from '../../support/web/web.ts';
import { words } from '../../support/web/words.ts';
import { peer, peers, publicKey } from '../../support/wireguard/peers.ts';

const NOW = Date.UTC(2026, 10, 20, 17);
const KIB = 1024;
const [PHONE, LAPTOP, DIARY] = ['00:00:5e:00:53:01', '00:00:5e:00:53:02', '00:00:5e:00:53:03'] as const;
const HOSTILE = '"><i>wan</i>';

describe('the pages of users, peers and uplinks', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
    const read = (at: number, n: number) =>
      home.read(at, {
        gateway: {
          sources: {
            stations: stations([PHONE, LAPTOP, DIARY].map((mac) => ({ mac, bytes: { download: n * 10 * KIB, upload: n * KIB } }))),
            wan: wan([
              { name: 'wan', bytes: { download: n * 40 * KIB, upload: n * 4 * KIB } },
              { name: HOSTILE, bytes: { download: n * KIB, upload: 0 }, up: false },
            ]),
            peers: peers([peer(1, { name: '<b>anna</b>', bytes: { download: n * 5 * KIB, upload: 0 } }), peer(2, { name: 'ben' })]),
          },
        },
      });
    const times = [Date.UTC(2026, 9, 5, 12, 1), Date.UTC(2026, 9, 5, 12, 2), Date.UTC(2026, 10, 19, 6, 1), NOW];
    // A month's silence is spread over its days: nothing moves in it.
    for (const [i, at] of times.entries()) await read(at, [0, 1, 1, 1][i] ?? 0);
    await read(NOW + 30_000, 2);
  });
  after(() => home.close());

  const people = createPeople({
    users: [
      { ...plainUser('anna'), title: 'Anna <A>' },
      { ...plainUser('lodger'), isPrivate: true },
    ],
    devices: [
      { name: 'phone', macs: [PHONE], user: 'anna' },
      { name: 'laptop', macs: [LAPTOP], user: 'lodger' },
      { name: 'diary', macs: [DIARY], user: 'anna', isPrivate: true },
    ],
    peers: [
      { name: 'bens', publicKey: publicKey(2), user: 'lodger' },
      { name: 'annas', publicKey: publicKey(1), user: 'anna' },
    ],
  });
  const view = (changes: Partial<View> = {}): View => home.view(NOW + 60_000, { people, ...changes });
  const read = () => pageReaderOf(home);
  const said = (page: Promise<string>) => page.then(String, ({ status, message }) => `${status} ${message}`);

  it('lead from each list to each of its things', () => {
    expect(usersPage(view())).to.include('<a href="user?name=anna"><bdi>Anna &lt;A&gt;</bdi></a>').and.include('href="user?name=others"');
    expect(peersPage(view(), {})).to.include(
      `<a href="peer?router=gateway&amp;interface=wg0&amp;key=${encodeURIComponent(publicKey(1))}">`,
    );
    expect(uplinksPage(view())).to.include('<a href="uplink?router=gateway&amp;interface=wan"><bdi>wan</bdi></a>');
    expect(words(uplinksPage(view()))).to.include('2 uplinks');
  });

  it('show days and months of an uplink, with what is known of it', async () => {
    const text = words(await uplinkPage(view(), { router: 'gateway', interface: 'wan' }, read()));
    expect(text).to.include('20 Nov 40.0 KiB 4.00 KiB 44.0 KiB').and.include('Oct 2026 40.0 KiB 4.00 KiB 44.0 KiB');
    expect(text).to.include('its bytes are in the sum of the home').and.include('First seen 2026-10-05 14:01');
  });

  it('show days and months of a user, the days without private devices', async () => {
    const text = words(await userPage(view(), { name: 'anna' }, read()));
    expect(text).to.include('20 Nov 10.0 KiB 1.00 KiB 11.0 KiB').and.include('Oct 2026 20.0 KiB 2.00 KiB 22.0 KiB');
    expect(text).to.include('Days are without private devices').and.include(PHONE).and.not.include(DIARY);
  });

  it('show months only of a private user, and of a private peer', async () => {
    const user = words(await userPage(view(), { name: 'lodger' }, read()));
    expect(user).to.include('It is private: only months are shown').and.include('Oct 2026 10.0 KiB');
    for (const secret of ['20 Nov 1', LAPTOP, 'laptop', 'on the air']) expect(user).to.not.include(secret);
    const peerText = words(await peerPage(view(), { router: 'gateway', interface: 'wg0', key: publicKey(2) }, read()));
    expect(peerText).to.include('It is private: only months are shown');
    for (const secret of ['bens', 'ben ', '10.8.0.2', '198.51.100.7', '20 Nov 0']) expect(peerText).to.not.include(secret);
  });

  it('show days and months of a peer, with what is known of it', async () => {
    const text = words(await peerPage(view(), { router: 'gateway', interface: 'wg0', key: publicKey(1) }, read()));
    expect(text).to.include('20 Nov 5.00 KiB 0 B 5.00 KiB').and.include('Addresses 10.8.0.1/32').and.include('Endpoint 198.51.100.7:51820');
    expect(text).to.match(/ User Anna (<A>|&lt;A&gt;) /);
  });

  it('show what strangers wrote as text', async () => {
    const all = [
      uplinksPage(view()),
      peersPage(view(), {}),
      await uplinkPage(view(), { router: 'gateway', interface: HOSTILE }, read()),
      await peerPage(view(), { router: 'gateway', interface: 'wg0', key: publicKey(1) }, read()),
      await userPage(view(), { name: 'anna' }, read()),
    ];
    for (const page of all) expect(page).to.not.match(/<[ib]>|<A>/);
  });

  it('show users that only devices and peers name, without others', async () => {
    const named = createPeople({
      users: [],
      devices: [{ name: 'phone', macs: [PHONE], user: 'anna' }],
      peers: [{ name: 'bens', publicKey: publicKey(2), user: 'ben' }],
    });
    const shown = view({ people: named });
    const list = usersPage(shown);
    expect(list).to.include('<a href="user?name=anna">').and.include('<a href="user?name=ben">').and.not.include('others');
    expect(list).to.include('<a href="users" aria-current="page">Users</a>');
    expect(String(usersCard(shown)?.text)).to.include('<a href="user?name=anna">');
    const text = words(await userPage(shown, { name: 'anna' }, read()));
    expect(text).to.include('20 Nov 10.0 KiB 1.00 KiB 11.0 KiB').and.include('Oct 2026 10.0 KiB 1.00 KiB 11.0 KiB');
    expect(words(await userPage(shown, { name: 'ben' }, read()))).to.include('1 peer:');
    expect(await said(userPage(shown, { name: 'others' }, read()))).to.equal('404 There is no user "others"');
    const search = devicesPage(shown, {});
    expect(search).to.include('<option value="anna">anna</option>').and.not.include('value="others"');
    const peerBytes = userFamilies(shown).find(({ name }) => name.endsWith('user_month_peer_download_bytes'));
    expect(peerBytes?.samples).to.deep.equal({ labels: [labelText(['user'], ['ben'])], values: [0] });
  });

  it('show no users where the configuration names none', async () => {
    const shown = view({ people: NOBODY });
    expect(usersPage(shown)).to.include('The configuration has no users.').and.not.include('>Users</a>');
    expect(usersCard(shown)).to.equal(null);
    expect(devicesPage(shown, {})).to.not.include('All users');
  });

  it('refuse what there is not', async () => {
    expect(await said(userPage(view(), { name: 'nobody' }, read()))).to.equal('404 There is no user "nobody"');
    expect(await said(peerPage(view(), { router: 'gateway' }, read()))).to.match(/^404 There is no peer ""/);
    expect(await said(uplinkPage(view(), { interface: 'wan' }, read()))).to.equal('404 There is no uplink "wan" at a router ""');
    expect(() => peersPage(view(), { page: '0' })).to.throw('"page" is "0"');
  });
});
