import { expect } from 'chai';
import { createPeople } from '../../../../src/domain/people/people.ts';
import { plainUser } from '../../../../src/domain/people/user.ts';
import { RequestError } from '../../../../src/views/api-v1/request-error.ts';
import { devicesPage } from '../../../../src/views/pages/devices/page.ts';
import type { View } from '../../../../src/views/view.ts';
import { leases, openHome, type SmallHome, stations } from '../../../support/homes/small-home.ts';
import { statistics } from '../../../support/ledger/rounds.ts';
import { words } from '../../../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 17);
const macOf = (i: number): string => `02:00:00:00:${String(Math.floor(i / 100)).padStart(2, '0')}:${String(i % 100).padStart(2, '0')}`;
const HOSTILE = '"><script>alert(1)</script>';

describe('the page of devices', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [], attic: [] } });
    const named = leases([
      { mac: macOf(0), ip: '192.168.1.20', hostname: 'annas-phone' },
      { mac: macOf(1), ip: '192.168.1.21', hostname: HOSTILE },
      { mac: macOf(2), ip: '192.168.1.22', hostname: 'diary' },
    ]);
    for (const more of [0, 1]) {
      const station = (i: number) => ({ mac: macOf(i), bytes: { download: more * (1000 - i) * 1024, upload: 0 } });
      const all = Array.from({ length: 1000 }, (_, i) => station(i));
      await home.read(NOW - 1000 + more, {
        gateway: { sources: { stations: stations(all.slice(1)), leases: named } },
        attic: { sources: { stations: stations(all.slice(0, 1)) } },
      });
    }
  });
  after(() => home.close());

  const people = createPeople({
    users: [{ ...plainUser('anna'), title: 'Grandma <G>' }],
    devices: [
      { name: 'annas-phone', macs: [macOf(0)], user: 'anna' },
      { name: 'diary', macs: [macOf(2)], isPrivate: true },
    ],
    peers: [],
  });
  const page = (query: Record<string, string> = {}, changes: Partial<View> = {}): string =>
    devicesPage(home.view(NOW, { people, ...changes }), query);
  const names = (query: Record<string, string>) =>
    [...page(query).matchAll(/<a href="device\?mac=[^"]*"><bdi[^>]*>([^<]*)</g)].map(([, name]) => name);

  it('shows all of a thousand by pages of 200, each small, and each device leads to its page', () => {
    const text = page({}, { watchable: true });
    expect(text.length).to.be.below(200_000);
    expect(words(text)).to.include('1000 devices').and.include('Page 1 of 5').and.not.include('Previous page');
    const all = ['1', '2', '3', '4', '5'].flatMap((number) => names({ page: number }));
    expect(new Set(all).size).to.equal(1000);
    expect(text).to.include('<a href="devices?page=2" rel="next">').and.include('href="device?mac=02%3A00%3A00%3A00%3A00%3A00"');
    expect(words(page({ page: '99' }))).to.include('Page 5 of 5');
  });

  it('finds by name, address, MAC and user, and keeps what was asked for in its links', () => {
    expect(names({ q: 'ANNAS' })).to.deep.equal(['annas-phone']);
    expect(names({ q: '192.168.1.20' })).to.deep.equal(['annas-phone']);
    expect(names({ q: macOf(7) })).to.deep.equal([macOf(7)]);
    for (const query of [{ user: 'anna' }, { q: 'grandma' }]) expect(names(query)).to.deep.equal(['annas-phone']);
    expect(page({ user: 'anna' })).to.include(' · <bdi>Grandma &lt;G&gt;</bdi></small>');
    expect(names({ router: 'attic' })).to.deep.equal(['annas-phone']);
    expect(page({ q: '02:00', sort: 'name', user: '' })).to.include('<a href="devices?q=02%3A00&amp;sort=name&amp;page=2" rel="next">');
    expect(page({ router: 'attic' })).to.include('<option value="attic" selected>attic</option>');
    expect(words(page({ q: 'nobody has this' }))).to.include('No device matches. Show all');
  });

  it('finds the devices of a router that counts without directions', async () => {
    const own = await openHome({ routers: { den: [], attic: [] } });
    for (const more of [0, 1])
      await own.read(NOW - 1000 + more, { den: { sources: { statistics: statistics({ [macOf(0)]: more * 1024 }) } } });
    const view = own.view(NOW);
    await own.close();
    expect(words(devicesPage(view, { router: 'den' }))).to.include('1 device');
    expect(words(devicesPage(view, { router: 'attic' }))).to.include('No device matches');
  });

  it('sorts by name and by when they were seen', () => {
    expect(names({ sort: 'name', q: '192.168' })).to.deep.equal(['&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;', 'annas-phone']);
    expect(names({ sort: 'seen' })).to.have.length(200);
  });

  it('of a private device nothing can be asked but its MAC', () => {
    const all = names({ q: macOf(2) });
    expect(all).to.deep.equal([macOf(2)]);
    expect(names({ q: 'diary' })).to.deep.equal([]);
    expect(names({ router: 'gateway', q: macOf(2) })).to.deep.equal([]);
    expect(names({ user: 'others', q: macOf(2) })).to.deep.equal([]);
    expect(words(page({ q: macOf(2) })))
      .to.include('private')
      .and.not.include('192.168.1.22');
  });

  it('shows what strangers wrote as text, also from its address', () => {
    expect(page()).to.include('&lt;script&gt;').and.not.include('<script');
    expect(page({ q: HOSTILE, router: HOSTILE })).to.not.include('<script');
  });

  it('refuses what it does not know', () => {
    expect(() => page({ sort: 'size' })).to.throw(RequestError, '"sort" is "size": use name, month, total, seen');
    expect(() => page({ colour: 'red' })).to.throw(RequestError, 'There is no parameter "colour"');
  });
});
