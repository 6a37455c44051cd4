import type { Registry } from 'prom-client';
import { newStatus } from '../../domain/status.ts';
import type { View } from '../view.ts';
import { createMetrics } from './metrics.ts';

const INTRODUCTION = `# Metrics

Every family that \`/metrics\` can show. Bytes are whole numbers; download and upload are seen from the device or the home. A family
without a sample is left out. Byte counters never fall, also over restarts of routers and of wrtmeter: they are totals kept in the
ledger. For what was used in a month take the month gauges, which are exact, and not \`increase()\`, which is an estimate.

\`router\` is the configured name; \`hostname\` is the owner's name for the device, else the last name known, else the MAC. A device that
was not seen for \`expire\` (30 days) leaves \`/metrics\` and comes back with its totals.
`;

/** The text of docs/metrics.md. */
export async function metricsDocument(own: Registry): Promise<string> {
  const rows = createMetrics()
    .families(EMPTY)
    .map(({ name, type, labels, help }) => [`\`${name}\``, type, labels.join(', ') || '–', help]);
  const defaults = (await own.getMetricsAsJSON()).map(({ name, type, help }) => [`\`${name}\``, String(type), '', help]);
  return [
    INTRODUCTION,
    table(rows),
    "\n## The process itself\n\nAs Prometheus' client library for Node gives them.\n",
    table(defaults.map(([name = '', type = '', , help = '']) => [name, type, '–', help])),
    '',
  ].join('\n');
}

const table = (rows: readonly (readonly string[])[]): string =>
  [['metric', 'type', 'labels', 'what it says'], ['---', '---', '---', '---'], ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');

const EMPTY: View = {
  now: 0,
  timezone: 'UTC',
  expire: 0,
  version: '',
  books: {
    accounts: new Map(),
    devices: new Map(),
    leases: new Map(),
    peers: new Map(),
    hostsSince: 0,
    feeding: { by: 'stations', from: 0, fromTick: 0 },
    readers: new Map(),
    claims: new Map(),
    startedAt: 0,
    postedAt: 0,
  },
  months: { home: { start: 0, end: 0 }, routers: new Map() },
  ledger: {
    startedAt: 0,
    writeErrors: 0,
    backupErrors: 0,
    commitSeconds: 0,
    databaseBytes: 0,
    suspendedBecause: null,
    counts: new Map(),
  },
  routers: [newStatus('', [], [])],
  aliases: new Map(),
  peerNames: new Map(),
  implied: false,
};
