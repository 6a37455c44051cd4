import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { createLog } from '../app/log/log.ts';
import { runService } from '../app/run-service.ts';
import { hashToken, newToken } from '../auth/token.ts';
import { changeTokens } from '../auth/token-file.ts';
import { systemZone } from '../config/environment.ts';
import type { CliOptions } from '../config/input.ts';
import { loadConfig } from '../config/load.ts';
import { dayOf, dayText, lastPeriods, localText } from '../domain/calendar.ts';
import { noProblems } from '../fields/problems.ts';
import { type RunningDemo, startDemo } from '../simulator/demo.ts';
import { pastDevices, pastUplink } from '../simulator/past.ts';
import type { ServeIo } from './common/command-io.ts';
import { exitCodeOf } from './common/exit-code.ts';
import type { Start } from './common/register.ts';
import { importFrom } from './import/import.ts';
import type { ImportOptions } from './import/options.ts';

export function register(program: Command, start: Start): void {
  program
    .command('demo')
    .description('run the exporter with simulated routers; nothing is kept')
    .option('--listen <address:port>', 'address and port to listen on', '127.0.0.1:9780')
    .action((options: { listen: string }) => start((io) => demo(options, io)));
}

/** `wrtmeter demo`: a simulated home and the exporter, with a ledger that is deleted at the end. Returns the exit code. */
export async function demo({ listen }: { listen: string }, io: ServeIo): Promise<number> {
  const data = await mkdtemp(join(tmpdir(), 'wrtmeter-demo-'));
  const home = await startDemo({ now: io.clock.now, script: io.version });
  // Ignores the user's settings: a demo never touches a real ledger or router.
  const env = { WRTMETER_HEARTBEAT: '5' };
  const path = join(data, 'wrtmeter.yaml');
  const timezone = systemZone(env, io.systemTimezone, noProblems());
  await writeFile(
    path,
    JSON.stringify({ routers: routersOf(home), devices: devicesOf(home), ...PEOPLE, limits: limitsAt(io.clock.now(), timezone) }),
  );
  const load = () => loadConfig({ ...io, env, cwd: data, cli: { listen, data, config: path } });
  try {
    return await exitCodeOf(io, async () => {
      const { config } = await load();
      const log = await createLog('info', io.logReader);
      await importPast(home, timezone, { data, config: path }, { ...io, env, cwd: data });
      io.stdout.write(
        `${home.routers.length + 1} simulated routers; open the address below, or scrape its /metrics with Prometheus; stop with Ctrl-C\n`,
      );
      io.stdout.write(`limits can be set on its page "Limits" with the token ${await controlToken(data, io.clock.now())}\n`);
      await runService(config, log, io, load, {
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

/** Imports what other programs counted before the demo, as the owner of the home would. */
async function importPast(home: RunningDemo, timezone: string, cli: CliOptions & { data: string }, io: ServeIo): Promise<void> {
  const { seed } = home.world.spec;
  const macs = [...home.world.devices.values()].map(({ spec }) => spec.mac);
  const today = dayOf(io.clock.now(), timezone);
  const months = lastPeriods(today, { day: 1 }, PAST).map(({ start, end }) => ({ start, end: Math.min(end, today) }));
  const [first] = months;
  if (first === undefined) return;
  const quiet = { ...io, stdout: { write: () => undefined }, stdin: { async *[Symbol.asyncIterator]() {} } };
  const from = async (program: 'vnstat' | 'nlbwmon', text: string, options: ImportOptions) => {
    const file = join(cli.data, `${program}-export`);
    await writeFile(file, text);
    await importFrom(program, [file], { ...cli, ...options }, quiet);
    await rm(file);
  };
  await from('vnstat', pastUplink(seed, first.start, today), { router: 'gateway', interface: 'wan' });
  for (const month of months) {
    if (month.start < month.end)
      await from('nlbwmon', pastDevices(seed, macs, month), { from: dayText(month.start), to: dayText(month.end) });
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
