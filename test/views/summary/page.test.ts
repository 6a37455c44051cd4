import { expect } from 'chai';
import { NO_USAGE } from '../../../src/domain/traffic.ts';
import { pageOf } from '../../../src/views/summary/page.ts';
import type { Summary } from '../../../src/views/summary/summary.ts';
import { publicKey } from '../../support/wireguard/peers.ts';

const used = { directed: { download: 2, upload: 1 }, undirected: null, total: 3 };

const SUMMARY: Summary = {
  period: { by: 'month', days: { start: 0, end: 31 }, before: { start: -31, end: 0 } },
  ...{ madeAt: 0, running: false, firstDay: 0, auditIsCut: false, timezone: 'UTC', units: 'iec', until: 30, user: null },
  ...{ countedBy: 'devices', used: NO_USAGE, compared: null, quotas: [], users: [], devices: [], peers: [] },
  ...{ tariffs: [], missing: [], gateways: [] },
};

const device = (mac: string, name: string, user: string | null = null) => ({
  ...{ mac, name, user, userTitle: user === 'kids' ? 'The kids' : user, isPrivate: false, used, share: 0.5, change: null },
});

const namesIn = (summary: Partial<Summary>, title: string) =>
  pageOf({ ...SUMMARY, ...summary })
    .sections.find((section) => section.title === title)
    ?.table?.rows.map(([name]) => name);

describe('the page of a summary', () => {
  it('calls no two devices the same', () => {
    const devices = [
      device('02:00:00:00:00:01', 'tv'),
      device('02:00:00:00:00:02', 'tv'),
      device('02:00:00:00:00:03', 'tv', 'kids'),
      device('02:00:00:00:00:04', 'phone'),
    ];
    expect(namesIn({ devices }, 'By device')).to.deep.equal(['tv (02:00:00:00:00:01)', 'tv (02:00:00:00:00:02)', 'tv (The kids)', 'phone']);
  });

  it('nor two peers', () => {
    const peer = (router: string, seed: number, name: string) => ({
      ...{ router, interface: 'wg0', publicKey: publicKey(seed), name, bytes: { download: 2, upload: 1 } },
    });
    const names = namesIn({ peers: [peer('home', 1, 'anna'), peer('office', 1, 'anna'), peer('home', 2, 'ben')] }, 'WireGuard peers') ?? [];
    expect(names[0]).to.match(/^anna \(.{8,12} on home\)$/);
    expect(names[1]).to.match(/^anna \(.{8,12} on office\)$/);
    expect(names[2]).to.equal('ben');
  });
});
