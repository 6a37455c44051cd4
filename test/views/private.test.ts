import { expect } from 'chai';
import { createPeople } from '../../src/domain/people/people.ts';
import { QUOTA_PERS } from '../../src/domain/people/quota.ts';
import { plainUser } from '../../src/domain/people/user.ts';
import { usageReader } from '../../src/ledger/storage/read-usage.ts';
import { apiPhp } from '../../src/views/api-php.ts';
import { devicesAnswer, leasesAnswer, peersAnswer, usersAnswer } from '../../src/views/api-v1/answers.ts';
import { auditAnswer } from '../../src/views/api-v1/audit.ts';
import { quotasAnswer } from '../../src/views/api-v1/quotas.ts';
import { tariffsAnswer } from '../../src/views/api-v1/tariffs.ts';
import { type UsageAnswer, usageAnswer } from '../../src/views/api-v1/usage.ts';
import { suggestionsAnswer } from '../../src/views/device-suggestions/suggestions.ts';
import { findDevices } from '../../src/views/find-device.ts';
import { auditPage } from '../../src/views/pages/audit/page.ts';
import { devicePage } from '../../src/views/pages/device/page.ts';
import { devicesPage } from '../../src/views/pages/devices/page.ts';
import { homePage } from '../../src/views/pages/home/page.ts';
import { peerPage, peersPage } from '../../src/views/pages/peers/page.ts';
import { quotasPage } from '../../src/views/pages/quotas/page.ts';
import { routerPage, routersPage } from '../../src/views/pages/router/page.ts';
import { userPage, usersPage } from '../../src/views/pages/users/page.ts';
import { quotaNotices } from '../../src/views/quota-notices.ts';
import type { View } from '../../src/views/view.ts';
import { hosts, leases, openHome, type SmallHome, stations } from '../support/homes/small-home.ts';
import { writeAudit } from '../support/ledger/audit-rows.ts';
import { quota } from '../support/ledger/quota-view.ts';
import { metricsText } from '../support/metrics-text.ts';
import { pageReaderOf } from '../support/web/web.ts';
import { words } from '../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const [DIARY, LODGER, TV] = ['02:00:00:00:00:01', '02:00:00:00:00:02', '00:00:5e:00:53:03'] as const;
const KEY = 'AAAAAAAA5rboUvnH4htodjb6e697QjLERt1NAB4mZqo=';
/** What only the private devices have: names, addresses, their user and its peer's name. */
const SECRETS = /annas-diary|lodgers-phone|lodger6|192\.168\.1\.(10|11)|tunnel-of|10\.7\.0\.9|203\.0\.113/;

const people = createPeople({
  users: [
    { ...plainUser('lodger'), title: 'The lodger', hostnames: ['lodgers-*'], peers: [KEY], isPrivate: true },
    { ...plainUser('anna'), title: 'Anna', hostnames: ['annas-*'] },
  ],
  devices: [{ name: 'annas-diary', macs: [DIARY], isPrivate: true }],
  peers: [],
});
const aliases = new Map([[DIARY, { name: 'annas-diary', mac: DIARY, user: null }]]);
/** One of each kind for each time, that everyone has used up. */
const quotas = QUOTA_PERS.flatMap((per) => {
  const more = { per, steps: [{ share: 1, actions: [{ kind: 'notify' }] }] } as const;
  return [
    quota(`devices-${per}`, { kind: 'each device', user: null }, 10, more),
    quota(`diary-${per}`, { kind: 'device', name: 'annas-diary' }, 10, more),
    quota(`users-${per}`, { kind: 'each user' }, 10, more),
    quota(`lodger-${per}`, { kind: 'user', name: 'lodger' }, 10, more),
    quota(`peers-${per}`, { kind: 'each peer' }, 10, more),
  ];
});
const all = (bytes: number) => [DIARY, LODGER, TV].map((mac) => ({ mac, bytes: { download: bytes, upload: bytes } }));

describe('what is shown of a private device', () => {
  let home: SmallHome;
  let view: View;
  before(async () => {
    const tariffs = [{ name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 48 }], counts: 0 }];
    home = await openHome({ routers: { gateway: [] }, aliases, people, terms: { quotas, tariffs } });
    for (const [age, bytes] of [
      [7200, 0],
      [3600, 100],
    ] as const) {
      const peer = { interface: 'wg0', publicKey: KEY, name: 'tunnel-of-lodger', endpoint: '203.0.113.9:5', allowedIps: ['10.7.0.9/32'] };
      await home.read(NOW - age * 1000, {
        gateway: {
          sources: {
            stations: stations(all(bytes), [['phy1-ap0', 5180]]),
            hosts: hosts(all(bytes).map((one, i) => ({ ...one, ip: `192.168.1.1${i}` }))),
            leases: {
              ...leases([
                { mac: DIARY, ip: '192.168.1.10', hostname: 'annas-diary' },
                { mac: LODGER, ip: '192.168.1.11', hostname: 'lodgers-phone' },
                { mac: TV, ip: '192.168.1.12', hostname: 'tv' },
              ]),
              ...{ leases6: [{ duid: '0001', ip: 'fd00::1', hostname: 'lodgers-phone', expiry: 0 }] },
            } as ReturnType<typeof leases>,
            peers: {
              source: 'peers',
              rules: { directions: 'together', absent: 'kept', unknown: 'began', fall: 'reset', refresh: 10 },
              interfaces: ['wg0'],
              peers: [
                {
                  ...peer,
                  state: 'active',
                  latestHandshake: NOW / 1000 - 10,
                  bytes: { download: bytes, upload: bytes },
                  bits: 64,
                  epoch: null,
                },
              ],
            },
          },
        },
      });
    }
    view = home.view(NOW);
  });
  after(() => home.close());

  const usage = (query: Record<string, string>): Promise<UsageAnswer> =>
    usageAnswer(view, home.terms, query, usageReader(home.ledger.store));
  const macs = ({ series }: UsageAnswer) => [...new Set(series.map(({ mac, public_key }) => mac ?? public_key))];

  it('are its totals, under its MAC', async () => {
    expect(devicesAnswer(view).devices.find(({ mac }) => mac === LODGER)).to.deep.include({
      ...{ name: LODGER, private: true, user: null, ips: [], on_air: [], last_seen: null, month_download_bytes: 100 },
    });
    const text = await metricsText(view);
    expect(text).to.include(`wrtmeter_device_download_bytes_total{mac="${LODGER}",hostname="${LODGER}"} 100`);
    expect(text).to.include(`wrtmeter_device_info{mac="${DIARY}",hostname="${DIARY}",ip="",user="",randomized="true"} 1`);
    expect(text).to.include('wrtmeter_user_month_download_bytes{user="lodger"} 100');
    expect(text).to.include('wrtmeter_user_month_download_bytes{user="anna"} 100');
    expect(text).to.include('wrtmeter_user_month_peer_download_bytes{user="lodger"} 100');
  });

  it('are no names, addresses and times, in metrics, API and pages', async () => {
    const text = await metricsText(view);
    const php = ['clients', 'leases', 'combined'].map((action) => JSON.stringify(apiPhp(view, action).body));
    const json = [devicesAnswer(view), leasesAnswer(view), peersAnswer(view), usersAnswer(view), suggestionsAnswer(view)].map((answer) =>
      JSON.stringify(answer),
    );
    const read = pageReaderOf(home);
    const pages = [
      homePage(view, { rows: await read.history(view, 'lines'), periods: read.periods(view, 13) }),
      devicesPage(view, {}),
      usersPage(view),
      peersPage(view, {}),
      quotasPage(view, {}),
      routersPage(view),
      ...(await Promise.all([DIARY, LODGER].map((mac) => devicePage(view, { mac }, read)))),
      ...(await Promise.all(['lodger', 'anna', 'others'].map((name) => userPage(view, { name }, read)))),
      await peerPage(view, { router: 'gateway', interface: 'wg0', key: KEY }, read),
      await routerPage(view, { name: 'gateway' }, read),
      await auditPage(view, {}, read),
    ];
    for (const shown of [text, ...php, ...json, ...pages]) expect(SECRETS.exec(shown)?.[0]).to.equal(undefined);
    expect(words(peersPage(view, {})))
      .to.match(/private gateway wg0 · address not shown/)
      .and.not.match(/never connected|no address/);
    const dated = text
      .split('\n')
      .filter((line) => /^wrtmeter_(device_last_seen|station_(signal|connected|link)|dhcp_lease_expiry|wireguard_peer_latest)/.test(line));
    expect(dated.filter((line) => [DIARY, LODGER, KEY].some((key) => line.includes(key)))).to.deep.equal([]);
    expect(dated.filter((line) => line.includes(TV))).to.have.length(6);
  });

  it('are no rows of the audit, which tell when they were there', async () => {
    const row = { at: NOW, kind: 'reset', router: 'gateway', why: 'new association' } as const;
    await writeAudit(home.ledger.store, [
      { ...row, source: 'stations', counter: `phy1-ap0 ${DIARY}` },
      { ...row, source: 'hosts', counter: LODGER },
      { ...row, source: 'peers', counter: `wg0 ${KEY}` },
      { ...row, source: 'stations', counter: `phy1-ap0 ${TV}` },
    ]);
    const { rows } = await auditAnswer(view, { kind: 'reset' }, pageReaderOf(home).audit);
    expect(rows.map(({ mac }) => mac)).to.deep.equal([TV]);
    await writeAudit(
      home.ledger.store,
      Array.from({ length: 101 }, () => ({ ...row, kind: 'dip', source: 'hosts', counter: LODGER }) as const),
    );
    // There are older rows, though none of these is shown.
    expect(words(await auditPage(view, { kind: 'dip' }, pageReaderOf(home))))
      .to.include('Rows of what is private are not shown. Show all Older rows')
      .and.not.include('no such row');
  });

  it('are no hours and days, and no month that is cut', async () => {
    for (const query of [
      { by: 'hour', from: '2026-11-20', to: '2026-11-21' },
      { by: 'day' },
      { by: 'month', from: '2026-11-20', to: '2026-11-21' },
      { by: 'year', from: '2026-11-20', to: '2026-11-21' },
    ]) {
      expect(macs(await usage(query)), query.by).to.deep.equal([TV]);
    }
    for (const query of [{ by: 'month' }, { by: 'year' }]) expect(macs(await usage(query))).to.have.members([DIARY, LODGER, TV, KEY]);
    expect(JSON.stringify(await usage({ by: 'month' }))).to.not.match(SECRETS);
    const refused = await usage({ mac: LODGER }).catch(({ message }) => message);
    expect(refused).to.equal(
      `"${LODGER}" is private: only its whole months and years are shown, with by=month or by=year and without tariff`,
    );
  });

  it('are no quotas that tell times', async () => {
    const names = ['tv', 'anna'];
    const isOpen = (row: { name: string }) => names.includes(row.name);
    const shown = (per: string) => view.quotas.filter(({ quota }) => quota.per === per);
    for (const per of ['hour', 'day', '24h']) {
      expect(
        shown(per).map(({ name }) => name),
        per,
      ).to.have.members(['tv', 'anna']);
    }
    for (const per of ['week', 'month', '30d'])
      expect(
        shown(per).filter((row) => !isOpen(row)),
        per,
      ).to.have.length(6);
    const text = await metricsText(view);
    const told = quotaNotices(view).map(({ subject }) => subject);
    const hidden = [DIARY, LODGER, KEY.slice(0, 8), 'lodger'];
    for (const line of [...text.split('\n'), ...told, ...quotasAnswer(view).quotas.map((row) => JSON.stringify(row))]) {
      if (/(devices|diary|users|lodger|peers)-(hour|day|24h)/.test(line))
        expect(hidden.filter((name) => line.includes(name))).to.deep.equal([]);
    }
  });

  it('are no bytes by tariff, which say when it was used: in metrics, API and pages', async () => {
    const lines = (await metricsText(view)).split('\n').filter((line) => /^wrtmeter_(device|user|wireguard_peer)_month_tariff_/.test(line));
    expect(lines.filter((line) => ![TV, 'user="others"'].some((each) => line.includes(each)))).to.deep.equal([]);
    expect(lines.filter((line) => line.includes(TV))).to.have.length(4);
    const { tariffs } = tariffsAnswer(view);
    expect(new Set(tariffs.flatMap(({ of, id }) => (of === 'home' ? [] : id)))).to.deep.equal(new Set([TV, 'others']));
    for (const by of ['month', 'year'])
      for (const tariff of ['on_peak', 'off_peak'])
        expect([[], [TV]], `${by} ${tariff}`).to.deep.include(macs(await usage({ by, tariff })));
    const read = pageReaderOf(home);
    expect(await devicePage(view, { mac: TV }, read)).to.include('off peak');
    for (const mac of [DIARY, LODGER]) expect(await devicePage(view, { mac }, read)).to.not.include('off peak');
    expect(await peerPage(view, { router: 'gateway', interface: 'wg0', key: KEY }, read)).to.not.include('off peak');
  });

  it('is found by its name, by whoever knows it', () => {
    expect(findDevices(view, 'annas-diary')).to.deep.equal([DIARY]);
  });
});
