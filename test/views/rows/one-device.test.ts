import { expect } from 'chai';
import { aliasesOf } from '../../../src/app/from-config.ts';
import { usageReader } from '../../../src/ledger/storage/read-usage.ts';
import { apiPhp } from '../../../src/views/api-php.ts';
import { devicesAnswer } from '../../../src/views/api-v1/answers.ts';
import { usageAnswer } from '../../../src/views/api-v1/usage.ts';
import { mergeSuggestions } from '../../../src/views/device-suggestions/suggestions.ts';
import { deviceRows } from '../../../src/views/rows/devices.ts';
import type { Alias } from '../../../src/views/view.ts';
import { configOf, withText } from '../../config/support.ts';
import { hosts, leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { metricsText } from '../../support/metrics-text.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const WIFI = '02:00:00:00:00:01';
const CABLE = '00:00:5e:00:53:02';
const IPS = { [WIFI]: '192.168.1.10', [CABLE]: '192.168.1.11' };
const DUID = `0004${'ab'.repeat(16)}`;
const ROUTERS = 'routers: { gateway: { url: http://192.168.1.1 } }\n';

/** A laptop on the Wi-Fi, then on its cable, then on both, behind a gateway that counts hosts. */
describe('several MACs configured as one device', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: ['http://192.168.1.1/cgi-bin/wrtmeter.cgi'] }, accounting: 'hosts' });
    await read(0, [0, 0], [0, 0]);
    await read(1, [1000, 100], [0, 0]);
    await read(2, [1000, 100], [70_000, 7000]);
    await read(3, [1005, 101], [70_020, 7002]);
  });
  afterEach(() => home.close());

  async function read(hour: number, wifi: readonly [number, number], cable: readonly [number, number]): Promise<void> {
    const bytes = ([download, upload]: readonly [number, number]) => ({ download, upload });
    const sum = { download: wifi[0] + cable[0], upload: wifi[1] + cable[1] };
    const lease = (mac: keyof typeof IPS, iaid: string) => ({ mac, ip: IPS[mac] ?? '', hostname: 'laptop', clientId: `ff${iaid}${DUID}` });
    await home.read(NOW - (3 - hour) * 3_600_000, {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: sum }]),
          stations: stations([{ mac: WIFI, bytes: { download: wifi[0] * 9, upload: wifi[1] * 9 } }]),
          hosts: hosts([
            { mac: WIFI, ip: IPS[WIFI] ?? '', bytes: bytes(wifi) },
            { mac: CABLE, ip: IPS[CABLE] ?? '', bytes: bytes(cable) },
          ]),
          leases: leases([lease(WIFI, '00000001'), lease(CABLE, '00000002')]),
        },
      },
    });
  }

  type Aliases = ReadonlyMap<string, Alias>;
  const configured = async (text: string): Promise<Aliases> => aliasesOf(await configOf(withText(ROUTERS + text)));
  const NONE: Aliases = new Map();

  /** Every figure and name that a view shows of the home. */
  async function shown(aliases: Aliases) {
    const view = home.view(NOW, { aliases });
    return {
      metrics: (await metricsText(view)).split('\n').filter((line) => !line.startsWith('wrtmeter_build_info')),
      devices: devicesAnswer(view),
      rows: deviceRows(view),
      clients: apiPhp(view, 'clients'),
      usage: await usageAnswer(view, home.terms, { by: 'hour', from: '2026-11-20', to: '2026-11-21' }, usageReader(home.ledger.store)),
    };
  }
  const family = (metrics: readonly string[], name: string) =>
    metrics.filter((line) => line.startsWith(`wrtmeter_${name}{`)).map((line) => line.slice(`wrtmeter_${name}`.length));

  it('month gauges, tables and the API show one device under its first MAC; counters stay by MAC', async () => {
    const { metrics, devices, rows, usage } = await shown(
      await configured(`devices:\n  anna-laptop: { macs: [${WIFI}, ${CABLE}], user: anna }\n`),
    );
    expect(family(metrics, 'device_month_download_bytes')).to.deep.equal([`{mac="${WIFI}",hostname="anna-laptop"} 71025`]);
    expect(family(metrics, 'device_month_upload_bytes')).to.deep.equal([`{mac="${WIFI}",hostname="anna-laptop"} 7103`]);
    expect(family(metrics, 'user_month_download_bytes')).to.deep.equal(['{user="anna"} 71025']);
    for (const name of ['device_download_bytes_total', 'host_download_bytes_total']) {
      expect(
        family(metrics, name).map((line) => line.replace('router="gateway",', '')),
        name,
      ).to.have.members([`{mac="${WIFI}",hostname="anna-laptop"} 1005`, `{mac="${CABLE}",hostname="anna-laptop"} 70020`]);
    }
    expect(devices.devices).to.have.length(1);
    expect(devices.devices[0]).to.deep.include({
      mac: WIFI,
      macs: [WIFI, CABLE],
      name: 'anna-laptop',
      month_download_bytes: 71_025,
      download_bytes: 71_025,
      ips: [IPS[WIFI], IPS[CABLE]],
    });
    expect(rows.map(({ total }) => total.directed)).to.deep.equal([{ download: 71_025, upload: 7103 }]);
    const own = usage.series.filter(({ kind }) => kind === 'device');
    expect(
      own.map(({ mac, download_bytes, buckets }) => [mac, download_bytes, buckets.map((bucket) => bucket.download_bytes)]),
    ).to.deep.equal([[WIFI, 71_025, [1000, 70_000, 25]]]);
  });

  it('Wi-Fi bytes and routed bytes are never added', async () => {
    const { devices } = await shown(NONE);
    expect(devices.devices.map(({ mac, download_bytes }) => [mac, download_bytes])).to.deep.equal([
      [CABLE, 70_020],
      [WIFI, 1005],
    ]);
  });

  it('removing the lines undoes it exactly, and the ledger is unchanged', async () => {
    const before = await shown(NONE);
    const accounts = await home.ledger.store.all('SELECT * FROM account JOIN total ON account = id ORDER BY id');
    const merged = await shown(await configured(mergeSuggestions(home.view(NOW))[0]?.yaml ?? 'devices: {}'));
    expect(merged.devices.devices, 'one device').to.have.length(1);
    expect(merged).to.not.deep.equal(before);
    expect(await shown(NONE)).to.deep.equal(before);
    expect(await home.ledger.store.all('SELECT * FROM account JOIN total ON account = id ORDER BY id')).to.deep.equal(accounts);
  });

  it('what is counted while they are one device stays with each MAC', async () => {
    const lines = `devices:\n  anna-laptop: { macs: [${CABLE}, ${WIFI}] }\n`;
    await shown(await configured(lines));
    await home.read(NOW + 60_000, {
      gateway: { sources: { hosts: hosts([{ mac: WIFI, ip: IPS[WIFI] ?? '', bytes: { download: 2005, upload: 101 } }]) } },
    });
    const month = async (aliases: Aliases) => family((await shown(aliases)).metrics, 'device_month_download_bytes');
    expect(await month(await configured(lines))).to.deep.equal([`{mac="${CABLE}",hostname="anna-laptop"} 72025`]);
    expect(await month(NONE)).to.have.members([`{mac="${WIFI}",hostname="laptop"} 2005`, `{mac="${CABLE}",hostname="laptop"} 70020`]);
  });
});
