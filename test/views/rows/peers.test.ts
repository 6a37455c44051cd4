import { expect } from 'chai';
import type { Peer } from '../../../src/domain/observation.ts';
import { createPeople } from '../../../src/domain/people/people.ts';
import { usageReader } from '../../../src/ledger/storage/read-usage.ts';
import { peersAnswer } from '../../../src/views/api-v1/answers.ts';
import { usageAnswer } from '../../../src/views/api-v1/usage.ts';
import { homePage } from '../../../src/views/pages/home/page.ts';
import { openHome, type SmallHome } from '../../support/homes/small-home.ts';
import { peer as peerOf, peers } from '../../support/wireguard/peers.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const ANNA = `${'A'.repeat(43)}=`;
const BERTA = `${'B'.repeat(42)}A=`;
const GONE = `${'C'.repeat(42)}A=`;

const peer = (publicKey: string, more: Partial<Peer> = {}): Peer => peerOf(1, { publicKey, name: null, ...more });

describe('peers', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { vpn: ['ssh://vpn'] } });
  });
  afterEach(() => home.close());

  const read = (at: number, ...list: Peer[]) => home.read(at, { vpn: { sources: { peers: peers(list) } } });
  const rows = (view = home.view(NOW)) =>
    peersAnswer(view).peers.map(({ name, state, online, month_download_bytes, latest_handshake }) => [
      name,
      state,
      online,
      month_download_bytes,
      latest_handshake,
    ]);

  it('most bytes first; a revoked peer keeps its bytes, and so does one that is no longer on its server', async () => {
    await read(NOW - 60_000, peer(ANNA, { name: 'anna' }), peer(BERTA), peer(GONE, { name: 'gone' }));
    await read(
      NOW - 30_000,
      peer(ANNA, { name: 'anna', bytes: { download: 500, upload: 0 }, latestHandshake: NOW / 1000 - 100 }),
      peer(BERTA, { bytes: { download: 70, upload: 0 } }),
      peer(GONE, { bytes: { download: 9, upload: 0 } }),
    );
    await read(NOW, peer(ANNA, { bytes: null, state: 'revoked' }), peer(BERTA, { bytes: { download: 80, upload: 0 } }));
    expect(rows()).to.deep.equal([
      ['anna', 'revoked', false, 500, '2026-11-20T17:58:20Z'],
      ['BBBBBBBB…', 'active', false, 80, null],
      ['gone', 'gone', false, 9, null],
    ]);
  });

  it('one that returns continues with its total, even after a restart of its interface', async () => {
    await read(NOW - 60_000, peer(ANNA, { bytes: { download: 1000, upload: 0 } }));
    await read(NOW - 45_000, peer(ANNA, { bytes: { download: 1500, upload: 0 } }));
    await read(NOW - 30_000, peer(ANNA, { bytes: null, state: 'revoked' }));
    await read(NOW, peer(ANNA, { bytes: { download: 70, upload: 0 }, latestHandshake: NOW / 1000 - 10 }));
    expect(rows()).to.deep.equal([['AAAAAAAA…', 'active', true, 570, '2026-11-20T17:59:50Z']]);
  });

  it('the configured name takes precedence over the server’s', async () => {
    await read(NOW, peer(ANNA, { name: 'wg-client-1' }));
    expect(rows(home.view(NOW, { peerNames: new Map([[ANNA, 'Anna’s phone']]) }))[0]?.[0]).to.equal('Anna’s phone');
  });

  it('the usage has its user', async () => {
    await read(NOW - 60_000, peer(ANNA), peer(BERTA));
    await read(NOW, peer(ANNA, { bytes: { download: 5, upload: 0 } }), peer(BERTA, { bytes: { download: 4, upload: 0 } }));
    const own = { name: 'Anna’s phone', publicKey: ANNA, user: 'anna' };
    const people = createPeople({ users: [], devices: [], peers: [own] });
    const view = home.view(NOW, { peerNames: new Map([[ANNA, own.name]]), people });
    const { series } = await usageAnswer(view, home.terms, { kind: 'peer' }, usageReader(home.ledger.store));
    expect(series.map(({ name, user }) => [name, user])).to.deep.equal([
      ['Anna’s phone', 'anna'],
      ['BBBBBBBB…', null],
    ]);
  });

  it('an interface that is not listed says nothing about its peers', async () => {
    await read(NOW - 60_000, peer(ANNA, { name: 'anna' }), peer(BERTA, { interface: 'wg1', name: 'berta' }));
    await home.read(NOW, { vpn: { sources: { peers: peers([peer(ANNA)]) } } });
    expect(rows().map(([name, state]) => [name, state])).to.deep.equal([
      ['anna', 'active'],
      ['berta', 'active'],
    ]);
  });

  it('are on the home page, whatever their names', async () => {
    expect(homePage(home.view(NOW), null)).to.not.include('id="peers"');
    await read(NOW, peer(ANNA, { name: '<script>alert(1)</script>', latestHandshake: NOW / 1000 - 10 }));
    const text = homePage(home.view(NOW), null);
    expect(text).to.include('WireGuard peers this month').and.include('1 online, 1 known').and.not.include('<script>');
  });
});
