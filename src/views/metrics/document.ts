import type { Registry } from 'prom-client';
import { NOBODY } from '../../domain/people/people.ts';
import { newStatus } from '../../domain/status.ts';
import { Accounts } from '../../ledger/accounts.ts';
import { Devices } from '../../ledger/devices.ts';
import { newLedgerState } from '../../ledger/state.ts';
import type { View } from '../view.ts';
import type { Family } from './family.ts';
import { historyFamilies } from './history.ts';
import { createMetrics } from './metrics.ts';

const INTRODUCTION = `# Metrics

All metrics on \`/metrics\`. Bytes are whole numbers; download and upload are seen from the device or the home. A metric without a
sample is left out. Byte counters never fall, even when routers or wrtmeter restart: they are totals kept in the ledger. For the usage
of a month, use the month gauges, which are exact. \`increase()\` is only an estimate.

\`router\` is the configured name. \`hostname\` is the configured name of the device, otherwise its last known name, otherwise its MAC. That
of a private device ([run/privacy.md](run/privacy.md)) is its MAC, and what would tell where and when it is there is left out.
A device that was not seen for \`expire\` (30 days) disappears from \`/metrics\`, and returns with its totals when it is seen again.
`;

const HISTORY = `
## History

On \`/metrics/history\`, for a scrape job of its own, every 15 minutes ([prometheus.yml](../prometheus/prometheus.yml)): what was used on each
of the last 62 days, and in each of the last 25 billing periods, by the home, its uplinks and its users; by each device and peer in the
last 13 periods; and by each device on the last 31 days, if at most 200 were seen in them. Imported days are in it. The day and the period
that run are the last ones. Nothing is read from routers.

\`of\` is home, uplink (\`name\` is the router and the interface), user, others, device or peer. \`start\` is the first day, such as 2026-11-01. Days
of private users and devices are left out. A Prometheus server looks back for five minutes only: ask for \`last_over_time(…[30m])\`.
`;

/** The text of docs/metrics.md. */
export async function metricsDocument(own: Registry): Promise<string> {
  const rows = (families: readonly Family[]) =>
    families.map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.join(', ') || '–', help]);
  const defaults = (await own.getMetricsAsJSON()).map(({ name, type, help }) => [`\`${name}\``, String(type), '', help]);
  return [
    INTRODUCTION,
    table(rows(listedFamilies())),
    HISTORY,
    table(rows([...historyFamilies([])])),
    '\n## Process metrics\n\nFrom prom-client, the Prometheus client library for Node.js.\n',
    table(defaults.map(([name = '', type = '', , help = '']) => [name, type, '–', help])),
    '',
  ].join('\n');
}

/** Every family that `/metrics` can show, without samples. */
export const listedFamilies = (): Family[] => [...createMetrics().families(EMPTY)];

const table = (rows: readonly (readonly string[])[]): string =>
  [['metric', 'type', 'labels', 'meaning'], ['---', '---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const EMPTY: View = {
  now: 0,
  wallClock: 0,
  timezone: 'UTC',
  expire: 0,
  version: '',
  books: {
    accounts: new Accounts(),
    devices: new Devices(),
    leases: new Map(),
    peers: new Map(),
    tariffs: new Map(),
    bonuses: [],
    hostsSince: 0,
    feeding: { by: 'stations', from: 0, fromTick: 0 },
    readers: new Map(),
    lastBaseline: 0,
    claims: new Map(),
    learned: { leases: new Map(), names: [] },
    startedAt: 0,
    postedAt: 0,
    postedDays: [],
  },
  months: {
    home: { start: 0, end: 0 },
    routers: new Map(),
    compared: new Map(),
    begun: '',
    begunAt: 0,
    sums: new Map(),
    quotas: [],
    hasTariffs: false,
    tariffs: [],
  },
  ledger: newLedgerState(),
  routers: [newStatus('', [], [])],
  aliases: new Map(),
  peerNames: new Map(),
  notices: [],
  people: NOBODY,
  quotas: [],
  implied: false,
};
