import { expect } from 'chai';
import type { LimitsStatus } from '../../../src/views/limits-status.ts';
import { limitFamilies } from '../../../src/views/metrics/limits.ts';
import { openHome, type SmallHome } from '../../support/homes/small-home.ts';
import { devicesOf } from '../../support/ledger/devices.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const [TV, OTHER] = ['02:00:00:00:00:03', '02:00:00:00:00:04'];
const LIMITS: LimitsStatus = {
  hand: [],
  decided: [],
  routers: [
    {
      router: 'gateway',
      limits: [
        {
          thing: { of: 'user', id: 'kids' },
          effect: { kind: 'slow', download: 125_000, upload: null },
          reason: 'quota',
          state: 'active',
          why: null,
        },
        { thing: { of: 'device', id: TV }, effect: { kind: 'pause' }, reason: 'hand', state: 'active', why: null },
        { thing: { of: 'others', id: '' }, effect: { kind: 'pause' }, reason: 'schedule', state: 'waiting', why: null },
      ],
      ...{ askedAt: 1, failure: null, left: 0, notes: [] },
      dropped: [{ thing: { of: 'user', id: 'kids' }, reason: 'quota', download: 7000, upload: 3 }],
    },
    { router: 'vps', limits: [], askedAt: null, failure: 'it cannot be reached', left: 0, notes: [], dropped: [] },
  ],
};

describe('metrics of limits', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  after(() => home.close());

  const lines = (limits: LimitsStatus | null) =>
    limitFamilies({ ...home.view(NOW), limits }).flatMap(({ name, samples }) =>
      samples.labels.map((labels, i) => `${name}${labels} ${samples.values[i]}`),
    );

  it('are the limits that stand, their rates, and what they held back', () => {
    expect(lines(LIMITS)).to.deep.equal([
      'wrtmeter_limit_active{router="gateway",of="user",name="kids",reason="quota"} 1',
      `wrtmeter_limit_active{router="gateway",of="device",name="${TV}",reason="hand"} 1`,
      'wrtmeter_limit_rate_bytes_per_second{router="gateway",of="user",name="kids",reason="quota",direction="download"} 125000',
      'wrtmeter_limit_dropped_bytes_total{router="gateway",of="user",name="kids",reason="quota",direction="download"} 7000',
      'wrtmeter_limit_dropped_bytes_total{router="gateway",of="user",name="kids",reason="quota",direction="upload"} 3',
      'wrtmeter_limits_success{router="gateway"} 1',
      'wrtmeter_limits_success{router="vps"} 0',
    ]);
    expect(lines(null)).to.deep.equal([]);
  });

  it('tell two devices of one name apart, as anybody can give a device the name of another', () => {
    const things = [TV, OTHER].map((id) => ({ of: 'device', id }) as const);
    const routers = LIMITS.routers.map((router) => ({
      ...router,
      limits: things.map((thing) => ({ thing, effect: { kind: 'pause' }, reason: 'hand', state: 'active', why: null }) as const),
      dropped: things.map((thing) => ({ thing, reason: 'hand', download: 1, upload: 1 }) as const),
    }));
    const view = home.view(NOW);
    const devices = devicesOf([TV, OTHER].map((mac) => ({ mac, name: 'tv', namedBy: 'lease', ip: null, network: null, ssid: null })));
    const series = limitFamilies({ ...view, books: { ...view.books, devices }, limits: { ...LIMITS, routers } }).flatMap(
      ({ name, samples }) => samples.labels.map((labels) => `${name}${labels}`),
    );
    expect(series).to.include(`wrtmeter_limit_active{router="gateway",of="device",name="tv (${OTHER})",reason="hand"}`);
    expect([...new Set(series)]).to.deep.equal(series);
  });

  it('a router that has no room for all has not taken all', () => {
    const routers = LIMITS.routers.map((router) => ({ ...router, left: 1 }));
    expect(lines({ ...LIMITS, routers })).to.include('wrtmeter_limits_success{router="gateway"} 0');
  });
});
