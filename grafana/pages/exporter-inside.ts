import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { colour, now, overTime, paint, queries, unit } from '../panels/look.ts';
import { attention, lines, numbers, perMinute } from '../panels/panels.ts';
import { orSayNone } from '../queries/queries.ts';
import { ofProcess, one, rateOf } from '../queries/series.ts';

const router = 'router=~"$router"';
const third = { width: 8, height: 7 };

/** The ledger row of the Exporter dashboard. */
export const ledgerPanels = (): (Builder<Panel> | string)[] => ['Ledger', ledger(), oddities(), commit(), growth(), resetsOverTime()];

/** The process row of the Exporter dashboard. */
export const processPanels = (): (Builder<Panel> | string)[] => ['Process', memory(), cpu(), scrape()];

const ledger = () =>
  numbers({
    title: 'Ledger',
    description:
      'The day the ledger was created, and how much its file ledger.db and the log that SQLite writes before it (ledger.db-wal) take on disk.',
    width: 12,
    height: 4,
    unit: unit.volume,
  })
    .overrideByName('Counting since', [{ id: 'unit', value: unit.date }])
    .targets(
      queries(
        now(`${one('wrtmeter_ledger_start_timestamp_seconds')} * 1000`, 'Counting since'),
        now(one('wrtmeter_ledger_database_bytes'), 'On disk'),
      ),
    );

const oddities = () =>
  numbers({
    title: 'Resets and rejected bytes',
    description:
      'Counters that started again from zero (a router rebooted, a device reconnected), and bytes that were not posted because the line cannot carry that many in the time. See the audit for each case.',
    width: 12,
    height: 4,
    unit: unit.count,
  })
    .overrideByName('Rejected', [{ id: 'unit', value: unit.volume }, ...attention(1, colour.warn)])
    .targets(
      queries(
        now(`sum(${one('wrtmeter_ledger_resets_total', router)}) or 0 * sum(${one('wrtmeter_router_up', router)})`, 'Counter resets'),
        now(`sum(${one('wrtmeter_ledger_rejected_bytes_total', router)}) or 0 * sum(${one('wrtmeter_router_up', router)})`, 'Rejected'),
      ),
    );

const commit = () =>
  lines({ title: 'Commit', description: 'Duration of the last durable commit to disk.', ...third, unit: unit.seconds })
    .overrideByName('Commit', paint(colour.both))
    .targets(queries(overTime(one('wrtmeter_ledger_commit_seconds'), 'Commit')));

const growth = () =>
  lines({
    title: 'Ledger on disk',
    description:
      'What ledger.db takes on disk, with the log that SQLite writes before it (ledger.db-wal, a few MB at most, which comes and goes). Fifty devices add about 1 MB per year.',
    ...third,
    unit: unit.volume,
  })
    .overrideByName('ledger.db and its log', paint(colour.both))
    .targets(queries(overTime(one('wrtmeter_ledger_database_bytes'), 'ledger.db and its log')));

const resetsOverTime = () =>
  perMinute({
    title: 'Counter resets over time',
    description: 'Resets per minute by router. Some are normal: every device that leaves and returns causes one. None if there were none.',
    ...third,
    unit: unit.perMinute,
  }).targets(
    queries(
      overTime(
        orSayNone(`sum by (router) (${rateOf('wrtmeter_ledger_resets_total', router)}) * 60`, 'router', one('wrtmeter_router_up', router)),
        '{{router}}',
      ),
    ),
  );

const memory = () =>
  lines({
    title: 'Memory',
    description: 'Memory of the process, and the part used by JavaScript objects.',
    ...third,
    unit: unit.volume,
  }).targets(
    queries(
      overTime(ofProcess('process_resident_memory_bytes'), 'Resident'),
      overTime(ofProcess('nodejs_heap_size_used_bytes'), 'Heap used'),
    ),
  );

const cpu = () =>
  lines({
    title: 'CPU',
    description: 'CPU time of the exporter: 100 % is one fully used core.',
    ...third,
    unit: unit.share,
  })
    .overrideByName('CPU', paint(colour.both))
    .targets(queries(overTime(ofProcess('process_cpu_seconds_total', '$__rate_interval'), 'CPU')));

const scrape = () =>
  lines({
    title: 'Scrape',
    description: 'How long Prometheus waited for the answer, including the round over all routers.',
    ...third,
    unit: unit.seconds,
  })
    .overrideByName('Scrape', paint(colour.both))
    .targets(queries(overTime(ofProcess('scrape_duration_seconds'), 'Scrape')));
