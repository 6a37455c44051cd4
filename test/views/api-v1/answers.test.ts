import { expect } from 'chai';
import { apiPhp } from '../../../src/views/api-php.ts';
import { devicesAnswer, leasesAnswer, routersAnswer, wanAnswer } from '../../../src/views/api-v1/answers.ts';
import { leases, openHome, type SmallHome, stations, system, wan } from '../../support/homes/small-home.ts';
import { metricsText } from '../../support/metrics-text.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const LAPTOP = '02:00:00:00:00:01';
const DOCK = '00:00:5e:00:53:02';
const TV = '00:00:5e:00:53:03';

describe('api/v1', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  it('a device with several MACs is one row under the first of them, its bytes added up', async () => {
    const laptop = { name: 'Anna’s laptop', mac: LAPTOP, user: 'anna' };
    home = await openHome({ routers: { gateway: [] }, aliases: new Map([LAPTOP, DOCK].map((mac) => [mac, laptop])) });
    await readStations({ [DOCK]: [0, 0], [LAPTOP]: [0, 0], [TV]: [0, 0] }, NOW - 7_200_000);
    await readStations({ [DOCK]: [500, 50], [LAPTOP]: [3000, 20], [TV]: [1000, 1] }, NOW - 3_600_000);
    const { devices } = devicesAnswer(home.view(NOW));
    expect(devices.map(({ mac, macs, name, user }) => ({ mac, macs, name, user }))).to.deep.equal([
      { mac: LAPTOP, macs: [DOCK, LAPTOP], name: 'Anna’s laptop', user: 'anna' },
      { mac: TV, macs: [TV], name: TV, user: null },
    ]);
    expect(devices[0]).to.include({
      download_bytes: 3500,
      upload_bytes: 70,
      month_download_bytes: 3500,
      month_upload_bytes: 70,
      randomized: true,
    });
  });

  it('a device shows where it is on the air by the last answer, and nowhere once that failed', async () => {
    home = await openHome({ routers: { gateway: [], attic: [] } });
    const seen = stations([{ mac: TV, bytes: { download: 1, upload: 1 }, signal: -47 }], [['phy1-ap0', 5180]]);
    await home.read(NOW, { attic: { sources: { stations: seen } } });
    const air = () => devicesAnswer(home.view(NOW)).devices.map((device) => device.on_air);
    expect(air()).to.deep.equal([
      [
        {
          router: 'attic',
          interface: 'phy1-ap0',
          ssid: 'Our Home',
          frequency_mhz: 5180,
          signal_dbm: -47,
          link_download_bytes_per_second: 65_000_000,
          link_upload_bytes_per_second: 54_000_000,
          connected_seconds: 3600,
        },
      ],
    ]);
    await home.read(NOW + 1000, { attic: { sources: { stations: { reason: 'timeout', message: 'No answer within 2 s' } } } });
    expect(air()).to.deep.equal([[]]);
  });

  it('addresses come from current leases and neighbours, IPv4 first, without link-local ones', async () => {
    home = await openHome({ routers: { gateway: [] } });
    const neighbour = (ip: string, state = 'REACHABLE') => ({ ip, interface: 'br-lan', mac: TV, state });
    await home.read(NOW, {
      gateway: {
        sources: {
          stations: stations([{ mac: TV, bytes: { download: 0, upload: 0 } }]),
          leases: leases([{ mac: TV, ip: '192.168.1.24', hostname: 'tv' }]),
          neighbours: {
            source: 'neighbours',
            neighbours: [neighbour('fd00::24'), neighbour('fe80::1'), neighbour('192.168.1.24'), neighbour('192.168.1.99', 'FAILED')],
          },
        },
      },
    });
    expect(devicesAnswer(home.view(NOW)).devices.map(({ ips }) => ips)).to.deep.equal([['192.168.1.24', 'fd00::24']]);
  });

  it("an uplink inside another is shown but left out of the home's sum, and one that is down stays", async () => {
    home = await openHome({ routers: { gateway: [] }, routerBilling: { gateway: 15 } });
    const uplinks = (wanBytes: number, vpnBytes: number) => ({
      gateway: {
        sources: {
          wan: wan([
            { name: 'wan', bytes: { download: wanBytes, upload: wanBytes / 10 } },
            { name: 'vpn', bytes: { download: vpnBytes, upload: 0 }, overlay: true, protocol: 'wireguard' },
            { name: 'wwan', bytes: null, up: false, device: null },
          ]),
        },
      },
    });
    await home.read(NOW - 3_600_000, uplinks(1000, 500));
    await home.read(NOW, uplinks(31_000, 10_500));
    const answer = wanAnswer(home.view(NOW));
    expect(answer.home).to.include({ download_bytes: 30_000, upload_bytes: 3000, month_download_bytes: 30_000 });
    expect(
      answer.uplinks.map(({ interface: name, up, overlay, download_bytes, month, first_seen }) => [
        name,
        up,
        overlay,
        download_bytes,
        month.start,
        first_seen,
      ]),
    ).to.deep.equal([
      ['wan', true, false, 30_000, '2026-11-15', '2026-11-20T17:00:00Z'],
      ['wwan', false, false, 0, '2026-11-15', null],
      ['vpn', true, true, 10_000, '2026-11-15', '2026-11-20T17:00:00Z'],
    ]);
  });

  it("an uplink that was never counted takes no other out of the home's sum, and main_wan of /api.php is the same sum", async () => {
    home = await openHome({ routers: { gateway: [] } });
    const vpn = (bytes: number) => ({
      gateway: {
        sources: {
          wan: wan([
            { name: 'vpn', device: 'wg0', bytes: { download: bytes, upload: 0 }, overlay: true, protocol: 'wireguard' },
            { name: 'wan', bytes: null, up: false, device: null },
          ]),
        },
      },
    });
    await home.read(NOW - 3_600_000, vpn(500));
    await home.read(NOW, vpn(10_500));
    const view = home.view(NOW);
    expect(wanAnswer(view).home).to.include({ download_bytes: 10_000, month_download_bytes: 10_000 });
    const [main] = (apiPhp(view, 'wan').body as { data: { rx_bytes: number }[] }).data;
    expect(main?.rx_bytes).to.equal(10_000);
  });

  it('leases say whether the last list had them; one without an end never expires', async () => {
    home = await openHome({ routers: { gateway: [] } });
    const list = (...all: Parameters<typeof leases>[0]) => home.read(NOW, { gateway: { sources: { leases: leases(all) } } });
    await list({ mac: TV, ip: '192.168.1.24', hostname: 'tv', expiry: 0 }, { mac: LAPTOP, ip: '192.168.1.22', hostname: null });
    await list({ mac: TV, ip: '192.168.1.24', hostname: 'tv', expiry: 0 });
    expect(leasesAnswer(home.view(NOW)).leases.map(({ mac, hostname, expires, listed }) => [mac, hostname, expires, listed])).to.deep.equal(
      [
        [TV, 'tv', null, true],
        [LAPTOP, null, '2026-11-18T11:06:40Z', false],
      ],
    );
  });

  it('a router shows what it says of itself and how each source fared', async () => {
    home = await openHome({ routers: { gateway: ['http://192.168.1.1'] } });
    const failed = { reason: 'status', message: 'http://192.168.1.1/cgi-bin/wan.cgi answered 500' } as const;
    await home.read(NOW, {
      gateway: { system: system({ time: 1_795_000_000, uptime: 100.4 }), sources: { stations: stations([]), wan: failed } },
    });
    const [router] = routersAnswer(home.view(NOW)).routers;
    expect(router).to.include({ name: 'gateway', up: true });
    expect(router?.system).to.include({ model: 'Linksys E8450 (UBI)', booted_at: '2026-11-18T11:05:00Z' });
    expect(router?.system?.flow_offload).to.deep.equal({ software: false, hardware: false });
    expect(router?.sources.map(({ source, success, last_tried, error }) => [source, success, last_tried, error])).to.deep.equal([
      ['stations', true, '2026-11-20T18:00:00Z', null],
      ['wan', false, '2026-11-20T18:00:00Z', failed],
      ['leases', false, null, null],
      ['neighbours', false, null, null],
    ]);
  });

  it('a source succeeds by the rule of wrtmeter_source_success: no longer than 15 minutes', async () => {
    home = await openHome({ routers: { gateway: ['http://192.168.1.1'] } });
    await home.read(NOW, { gateway: { sources: { stations: stations([]) } } });
    for (const [age, success] of [
      [900_000, true],
      [900_001, false],
    ] as const) {
      const view = home.view(NOW + age);
      const found = routersAnswer(view).routers[0]?.sources.find(({ source }) => source === 'stations');
      expect(found?.success, String(age)).to.equal(success);
      const metrics = await metricsText(view);
      expect(metrics).to.include(`wrtmeter_source_success{router="gateway",source="stations"} ${success ? 1 : 0}\n`);
    }
  });

  async function readStations(bytes: Record<string, [download: number, upload: number]>, at: number): Promise<void> {
    const list = Object.entries(bytes).map(([mac, [download, upload]]) => ({ mac, bytes: { download, upload } }));
    await home.read(at, { gateway: { sources: { stations: stations(list) } } });
  }
});
