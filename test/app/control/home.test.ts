import { expect } from 'chai';
import { limitedHome } from '../../../src/app/control/home.ts';
import { thingsOf } from '../../../src/domain/people/limits/home.ts';
import type { LimitOf } from '../../../src/domain/people/limits/limit.ts';
import { quotaPeriod } from '../../../src/domain/people/quota-period.ts';
import { PEER_RULES } from '../../../src/sources/openwrt/peers.ts';
import { quotaSubjects } from '../../../src/views/rows/quota-subjects.ts';
import type { View } from '../../../src/views/view.ts';
import { configOf, withText } from '../../config/support.ts';
import { leases, openHome, type SmallHome, stations } from '../../support/homes/small-home.ts';
import { quota } from '../../support/ledger/quota-view.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const [TABLET, STRANGER] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const [PHONE, OTHER] = ['xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw='];
const PHONES = quota('phone', { kind: 'peer', name: 'phone' }, 10);

// Who limits somebody else must not have to do more than to choose a name.
describe('a name of the configuration', () => {
  let home: SmallHome;
  let view: View;
  before(async () => {
    const aliases = new Map([[TABLET, { name: 'tablet', mac: TABLET, user: null }]]);
    const terms = { quotas: [PHONES] };
    home = await openHome({ routers: { gateway: [] }, aliases, terms });
    for (const [age, bytes] of [
      [7200, 0],
      [3600, 100],
    ] as const) {
      const moved = { download: bytes, upload: bytes };
      const peer = { interface: 'wg0', endpoint: null, allowedIps: [], latestHandshake: 0, state: 'active' as const, bytes: moved };
      await home.read(NOW - age * 1000, {
        gateway: {
          sources: {
            stations: stations([TABLET, STRANGER].map((mac) => ({ mac, bytes: moved }))),
            leases: leases([{ mac: STRANGER, ip: '192.168.1.3', hostname: 'tablet' }]),
            peers: {
              source: 'peers',
              rules: PEER_RULES,
              interfaces: ['wg0'],
              peers: [
                { ...peer, publicKey: PHONE, name: 'anything', bits: 64 as const, epoch: null },
                { ...peer, publicKey: OTHER, name: 'phone', bits: 64 as const, epoch: null },
              ],
            },
          },
        },
      });
    }
    view = home.view(NOW, { peerNames: new Map([[PHONE, 'phone']]) });
  });
  after(() => home.close());

  it('is that of its device and peer alone, whatever others call themselves', async () => {
    const config = await configOf(withText('routers: { gateway: { url: http://192.168.1.1 } }\n'));
    const all = limitedHome(view, config, { addressesOn: () => new Map(), hand: [], ownAddresses: [] });
    expect(all.devices.map(({ id }) => id)).to.have.members([TABLET, STRANGER]);
    const idsOf = (of: LimitOf) => thingsOf(of, all).map(({ id }) => id);
    expect(idsOf({ kind: 'device', name: 'tablet' })).to.deep.equal([TABLET]);
    expect(idsOf({ kind: 'peer', name: 'phone' })).to.deep.equal([PHONE]);
    expect(idsOf({ kind: 'peer', name: OTHER })).to.deep.equal([OTHER]);
  });

  it('means the same to quotas, of which limits come as well', () => {
    const subjects = quotaSubjects(view)(PHONES, quotaPeriod('month', NOW, 'UTC', { day: 1 }));
    expect(subjects.map(({ id }) => id)).to.deep.equal([PHONE]);
  });
});
