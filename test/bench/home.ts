import { readRound } from '../../src/collector/round.ts';
import { NOBODY } from '../../src/domain/people/people.ts';
import { newStatus, updateStatuses } from '../../src/domain/status.ts';
import type { Ledger, LedgerTerms } from '../../src/ledger/ledger.ts';
import { render } from '../../src/simulator/answers/answers.ts';
import { wrtmeterProbe } from '../../src/sources/openwrt/wrtmeter.ts';
import { createMetrics } from '../../src/views/metrics/metrics.ts';
import type { TextParts } from '../../src/views/metrics/text.ts';
import { quotaRows } from '../../src/views/rows/quotas.ts';
import type { World } from '../support/simulator/world.ts';
import { advanceBench, type BenchWorld, benchWorld } from './routers/world.ts';

export const BENCH_TERMS: LedgerTerms = {
  timezone: 'Europe/Berlin',
  billing: { day: 1 },
  routerBilling: new Map(),
  accounting: 'auto',
  lineRate: () => 1e11,
  keepHours: 62 * 86_400,
  gapAfter: 0,
  mostAccounts: 200_000,
  mostNewAccounts: 200_000,
};

/** A simulated home whose rounds are read and posted in this process. Everything but the network is the program's own. */
export interface BenchHome {
  world: World;
  /** Lets time pass, reads all routers and posts the round. Where hosts are counted, the first `moving` devices move something. */
  round(ledger: Ledger, seconds: number, moving?: number): Promise<void>;
  /** The text of `/metrics`, without the metrics of the process. */
  text(ledger: Ledger): TextParts;
}

export function benchHome(options: BenchWorld): BenchHome {
  const world = benchWorld(options);
  const clock = { now: () => world.now, tick: () => world.now - options.start };
  const names = [...world.routers.keys()];
  const read = async ({ url }: { url: string }) => ({ text: render(world, url, 'wrtmeter'), framed: true });
  const routers = names.map((name) => ({ name, probes: [wrtmeterProbe(name, read)], timeout: 10 }));
  const statuses = new Map(names.map((name) => [name, newStatus(name, [name], [])]));
  const never = new AbortController().signal;
  const metrics = createMetrics();
  return {
    world,
    async round(ledger, seconds, moving) {
      advanceBench(world, seconds, moving);
      const round = await readRound(routers, never, clock);
      const posted = await ledger.post(round, clock.tick);
      if (posted.status !== 'posted') throw new Error(`A round was ${posted.status}`);
      updateStatuses(statuses, round);
    },
    text(ledger) {
      const shown = {
        now: world.now,
        wallClock: world.now,
        timezone: BENCH_TERMS.timezone,
        expire: 30 * 86_400,
        version: 'bench',
        books: ledger.books,
        months: ledger.months,
        ledger: ledger.state,
        routers: [...statuses.values()],
        aliases: new Map(),
        peerNames: new Map(),
        notices: [],
        people: NOBODY,
        implied: false,
      };
      return metrics.render({ ...shown, quotas: quotaRows({ ...shown, models: new Map() }) }, '');
    },
  };
}
