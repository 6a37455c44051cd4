import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createLog } from '../app/log/log.ts';
import { ending, runService } from '../app/run-service.ts';
import { hashToken, newToken } from '../auth/token.ts';
import { changeTokens } from '../auth/token-file.ts';
import { systemZone, variable } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { dayOf, lastPeriods, localText, type Month, startOfDay } from '../domain/calendar.ts';
import type { Traffic } from '../domain/traffic.ts';
import { noProblems } from '../fields/problems.ts';
import type { AccountName } from '../ledger/account.ts';
import type { Figure } from '../ledger/import/figures.ts';
import { planImport } from '../ledger/import/plan.ts';
import { useDriver } from '../ledger/storage/driver/choose.ts';
import { importBatches } from '../ledger/storage/import/write-import.ts';
import { loadBooks } from '../ledger/storage/load.ts';
import { openStore } from '../ledger/storage/store.ts';
import { type RunningDemo, startDemo } from '../simulator/demo.ts';
import { pastDay, pastOf } from '../simulator/past.ts';
import type { ServeIo } from './common/command-io.ts';
import { exitCodeOf } from './common/exit-code.ts';
import type { Start } from './common/register.ts';

const LISTEN = '127.0.0.1:9780';

export function register(program: Command, start: Start): void {
  program
    .command('demo')
    .description('run the exporter with simulated routers; nothing is kept')
    .option('--listen <address:port>', `address and port to listen on (default: WRTMETER_LISTEN, else ${LISTEN})`)
    .action((options: { listen?: string }) => start((io) => demo(options, io)));
}

/** `wrtmeter demo`: a simulated home and the exporter, with a ledger that is deleted at the end. Returns the exit code. */
export async function demo(options: { listen?: string }, io: ServeIo): Promise<number> {
  // Whenever it is stopped, the folder goes.
  let isStopped = false;
  const ended = ending(io.signals).finally(() => {
    isStopped = true;
  });
  const data = await mkdtemp(join(tmpdir(), 'wrtmeter-demo-'));
  const home = await startDemo({ now: io.clock.now, script: io.version });
  // A demo never touches a real ledger or router: of the user's settings, only those that fit the program to this machine count.
  const { WRTMETER_LEDGER_DRIVER } = io.env;
  const env = { WRTMETER_HEARTBEAT: '5', WRTMETER_LISTEN: variable(io.env, 'WRTMETER_LISTEN')?.value ?? LISTEN, WRTMETER_LEDGER_DRIVER };
  const path = join(data, 'wrtmeter.yaml');
  const timezone = systemZone(env, io.systemTimezone, noProblems());
  await writeFile(
    path,
    JSON.stringify({ routers: routersOf(home), devices: devicesOf(home), ...PEOPLE, limits: limitsAt(io.clock.now(), timezone) }),
  );
  const load = () => loadConfig({ ...io, env, cwd: data, cli: { ...options, data, config: path } });
  try {
    return await exitCodeOf(io, async () => {
      const { config } = await load();
      const log = await createLog('info', io.logReader);
      useDriver(config.ledger.driver);
      await importPast(home, data, timezone, io.clock.now());
      if (isStopped) return 0;
      io.stdout.write(
        `${home.routers.length + 1} simulated routers; open the address below, or scrape its /metrics with Prometheus; stop with Ctrl-C\n`,
      );
      io.stdout.write(`limits can be set on its page "Limits" with the token ${await controlToken(data, io.clock.now())}\n`);
      await runService(config, log, io, load, {
        ended,
        limitsChannel:
          ({ name }) =>
          (wanted) =>
            home.limits(name, wanted),
      });
      return 0;
    });
  } finally {
    await home.close();
    await rm(data, { recursive: true, force: true });
  }
}

/** Billing periods before the demo that the home was counted in, by other programs. */
const PAST = 14;

/** Imports what other programs counted before the demo, as the owner of the home would: days of the uplink, and months of the devices. */
async function importPast({ world }: RunningDemo, data: string, timezone: string, now: number): Promise<void> {
  const { seed, routers } = world.spec;
  const today = dayOf(now, timezone);
  const months = lastPeriods(today, { day: 1 }, PAST)
    .map(({ start, end }) => ({ start, end: Math.min(end, today) }))
    .filter(({ start, end }) => start < end);
  const days = Array.from({ length: today - (months[0]?.start ?? today) }, (_, i) => today - 1 - i);
  const uplink = { kind: 'wan', router: routers[0]?.name ?? '', interface: 'wan', key: '' } as const;
  const macs = [...world.devices.values()].map(({ spec: { mac } }) => mac);
  const figure = (account: AccountName, kind: Figure['kind'], { start, end }: Month, bytes: Traffic): Figure => ({
    ...{ account, kind, bytes },
    ...{ from: start, to: end, until: startOfDay(end, timezone) },
  });
  const found = { most: new Map(), names: [], readers: [], leftOut: [] };
  const ofUplink = days.map((day) => figure(uplink, 'day', { start: day, end: day + 1 }, pastDay(seed, day)));
  const ofDevices = macs.flatMap((mac) =>
    months.map((month) => figure({ kind: 'device', router: '', interface: '', key: mac }, 'stretch', month, pastOf(seed, mac, month))),
  );
  const terms = { timezone, now, lineRate: () => 1e9, mostAccounts: 1000, routers: new Set(routers.map(({ name }) => name)) };
  const store = await openStore(data);
  try {
    for (const [program, figures] of [['vnstat', ofUplink] as const, ['nlbwmon', ofDevices] as const]) {
      const books = await loadBooks(store);
      const plan = planImport(books, new Map(), { program, figures, ...found }, terms);
      await store.commit(importBatches(books, plan, 'the past of the demo', now));
    }
  } finally {
    await store.close();
  }
}

/** Creates a token that ends with the demo. */
async function controlToken(data: string, created: number): Promise<string> {
  const token = newToken();
  await changeTokens(data, () => [{ name: 'demo', scope: 'control', created, hash: hashToken(token) }]);
  return token;
}

/** Who lives there, the cap of their line, and what their television may have in a day. */
const PEOPLE = {
  control: true,
  users: {
    anna: { name: 'Anna', hostnames: ['annas-*'] },
    ben: { name: 'Ben', hostnames: ['ben-*'] },
    kids: { hostnames: ['kids-*', 'games-*'] },
    tv: { name: 'TV', hostnames: ['living-room-*'] },
  },
  tariffs: { off_peak: { hours: '00:00-07:00', counts: 0 } },
  quotas: {
    line: { of: 'home', limit: '250GB', steps: { '75%': 'notify', '100%': 'notify' } },
    tv: { of: 'user tv', limit: '200MB', per: 'day', steps: { '80%': 'notify', '100%': 'slow 4Mbit' } },
  },
};

/** One that always holds, and bedtime, which begins with the demo: it is evening there, whatever the hour is outside. */
function limitsAt(now: number, timezone: string) {
  const [, hour = 0, minute = 0] = (/ (\d\d):(\d\d)/.exec(localText(now, timezone)) ?? []).map(Number);
  const time = (hours: number) => `${String((hour + hours) % 24).padStart(2, '0')}:${minute < 30 ? '00' : '30'}`;
  return {
    workshop: { of: 'device workshop-pc', slow: { down: '2Mbit', up: '500kbit' } },
    bedtime: { of: 'user kids', pause: true, at: [`${time(0)}-${time(11)}`] },
  };
}

/** The device that has a limit of its own. */
const devicesOf = ({ world }: RunningDemo) => ({
  'workshop-pc': { macs: [...world.devices.values()].flatMap(({ spec: { hostname, mac } }) => (hostname === 'workshop-pc' ? [mac] : [])) },
});

/** The routers of the home, as its owner would write them down. The login is never used: the gateway takes limits in memory. */
const routersOf = ({ routers, tplink: { name, url, password } }: RunningDemo) => ({
  ...Object.fromEntries(
    routers.map((router) => [
      router.name,
      { url: router.url, ...(router.urls.wan !== undefined && { limits: { ssh: `root@${router.name}` } }) },
    ]),
  ),
  [name]: { line_rate: '100Mbit', tplink: { url, password, protocol: 'dm' } },
});
