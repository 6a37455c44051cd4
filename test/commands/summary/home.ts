import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readFile } from '../../../src/app/read-file.ts';
import { type SummaryOptions, summary } from '../../../src/commands/summary/summary.ts';
import { leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { writeAudit } from '../../support/ledger/audit-rows.ts';
import { peer, peers, publicKey } from '../../support/wireguard/peers.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);
const DAY = 86_400_000;
export const [TV, TABLET, DIARY, GUEST] = ['00:00:5e:00:53:03', '00:00:5e:00:53:05', '02:00:00:00:00:01', '02:00:00:00:00:02'] as const;
export const MIB = 1_048_576;

/** Off-peak is half of the day, and counts half. */
const CONFIG = `data: .
timezone: UTC
routers: { gateway: { url: http://192.168.1.1 } }
users:
  kids: { name: The kids, macs: [${TV}] }
  anna: { macs: [${TABLET}], peers: [${publicKey(1)}] }
  lodger: { name: Secret, macs: [${DIARY}], private: true }
tariffs: { off_peak: { hours: 00:00-12:00, counts: 0.5 } }
quotas:
  line: { of: home, limit: 1GiB, steps: { 90%: notify } }
  tv: { of: user kids, limit: 200MiB }
  daily: { of: home, limit: 1GiB, per: day }
`;

/**
 * Read at each midnight (UTC) from September to 20 November: the uplink gains 24 MiB down (48 from November) and 2 up a day, the TV 12, the
 * tablet 6, the private diary 3, the guest 1, and a peer 5. With its configuration in \`wrtmeter.yaml\`.
 */
export async function summaryHome(more = ''): Promise<SmallHome> {
  const windows = [{ days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 24 }];
  const home = await openHome({
    routers: { gateway: [] },
    timezone: 'UTC',
    terms: { tariffs: [{ name: 'off_peak', windows, counts: 0.5 }] },
  });
  const begin = Date.UTC(2026, 8, 1);
  const november = (Date.UTC(2026, 10, 1) - begin) / DAY;
  for (let day = 0; begin + day * DAY <= NOW; day += 1) {
    const bytes = (mib: number) => ({ download: day * mib * MIB, upload: 0 });
    const line = { download: (day + Math.max(0, day - november)) * 24 * MIB, upload: day * 2 * MIB };
    const macs = [TV, TABLET, DIARY, GUEST].map((mac, i) => ({ mac, bytes: bytes([12, 6, 3, 1][i] ?? 0) }));
    await home.read(begin + day * DAY, {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: line }]),
          stations: stations(macs),
          peers: peers([peer(1, { name: 'annas-tunnel', bytes: bytes(5) })]),
          leases: leases([
            { mac: TV, ip: '192.168.1.24', hostname: 'TV' },
            { mac: TABLET, ip: '192.168.1.25', hostname: 'tablet' },
            { mac: DIARY, ip: '192.168.1.26', hostname: 'secret-diary' },
            { mac: GUEST, ip: '192.168.1.27', hostname: 'guest' },
          ]),
        },
      },
    });
  }
  await writeAudit(home.ledger.store, [
    { at: Date.UTC(2026, 9, 5), kind: 'gap', router: 'gateway', source: 'wan', why: 'no reading for 7200 s' },
    { at: Date.UTC(2026, 10, 5), kind: 'gap', router: 'gateway', source: 'stations', why: 'no reading for 7200 s' },
    {
      at: Date.UTC(2026, 10, 6),
      kind: 'reset',
      router: 'gateway',
      source: 'stations',
      counter: `phy1-ap0 ${TV}`,
      download: 9,
      why: 'boot',
    },
    {
      at: Date.UTC(2026, 10, 7),
      kind: 'rejected',
      router: 'gateway',
      source: 'wan',
      counter: 'wan wan',
      download: 2 ** 40,
      why: 'more than 1000000000 bit/s could carry in 30 s',
    },
  ]);
  await writeFile(join(home.directory, 'wrtmeter.yaml'), `${CONFIG}${more}`);
  return home;
}

/** Runs a command on the home, at `now`. */
export async function finished(
  home: SmallHome,
  options: SummaryOptions = {},
  { now = NOW, columns = 0, run = summary }: { now?: number; columns?: number; run?: typeof summary } = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const out = { stdout: '', stderr: '' };
  const write = (stream: keyof typeof out) => (text: string) => {
    out[stream] += text;
  };
  const io = { env: {}, cwd: home.directory, readFile, systemTimezone: 'UTC', clock: { now: () => now } };
  const code = await run(
    { config: 'wrtmeter.yaml', ...options },
    { ...io, stdout: { write: write('stdout'), columns }, stderr: { write: write('stderr') } },
  );
  return { code, ...out };
}
