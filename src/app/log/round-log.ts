import type { Logger } from 'pino';
import type { Round } from '../../domain/round.ts';
import { type RouterStatus, readTwice, readTwiceWords } from '../../domain/status.ts';
import { figuresOf, plusUsage } from '../../domain/traffic.ts';
import type { AuditKind, AuditRow } from '../../ledger/books.ts';
import type { Posted } from '../../ledger/ledger.ts';
import { bytesOfRow, meaningOf } from '../../views/audit-words.ts';

/** Logs when sources start to fail or answer again. Call it before the statuses are updated with the round. */
export function logRound(log: Logger, statuses: ReadonlyMap<string, RouterStatus>, round: Round): void {
  for (const { router, results } of round.routers) {
    const answering: string[] = [];
    const failing = new Map<string, { reason: string; sources: string[] }>();
    for (const result of results) {
      const before = statuses.get(router)?.sources.get(result.source);
      const { source } = result;
      if (result.status === 'ok') {
        if (before === undefined || before.lastSuccess === null || before.error !== null) answering.push(source);
      } else if (before?.error?.reason !== result.reason) {
        const group = failing.get(result.message) ?? { reason: result.reason, sources: [] };
        group.sources.push(source);
        failing.set(result.message, group);
      }
    }
    if (answering.length > 0) log.info({ router }, `Reading ${answering.join(', ')} of ${router}`);
    for (const [message, { reason, sources }] of failing)
      log.warn({ router, reason }, `Cannot read ${sources.join(', ')} of ${router}: ${message}`);
  }
}

/** Logs which routers are read twice, each group once. */
export function createTwiceLog(log: Logger): (routers: readonly RouterStatus[]) => void {
  const logged = new Set<string>();
  return (routers) => {
    for (const names of readTwice(routers)) {
      if (logged.has(names.join())) continue;
      logged.add(names.join());
      const { what, todo } = readTwiceWords(names);
      log.warn({ routers: names }, `${what}. ${todo}`);
    }
  };
}

/** Audit rows that need no attention. */
const USUAL: ReadonlySet<AuditKind> = new Set(['wrap', 'dip', 'hosts', 'learned']);

/** So many rows of a round that are alike get a line each: a router whose counters all fell is one thing to know. */
const MOST_ALIKE = 3;

/** Rows that differ in their counter alone, or each by itself where they are few. */
function alike(audit: readonly AuditRow[]): (readonly [AuditRow, ...AuditRow[]])[] {
  const found = new Map<string, [AuditRow, ...AuditRow[]]>();
  for (const row of audit) {
    const key = JSON.stringify([row.kind, row.router, row.source, row.why]);
    const rows = found.get(key);
    if (rows === undefined) found.set(key, [row]);
    else rows.push(row);
  }
  return [...found.values()].flatMap((rows) => (rows.length > MOST_ALIKE ? [rows] : rows.map((row): [AuditRow] => [row])));
}

function logAudit(log: Logger, rows: readonly [AuditRow, ...AuditRow[]]): void {
  const [{ kind, router, source, counter, why }] = rows;
  const { download, upload, undirected } = figuresOf(rows.map(bytesOfRow).reduce(plusUsage));
  const bytes = undirected === null ? { download, upload } : { undirected };
  const { title, outcome } = meaningOf(kind);
  const level = kind === 'reset' ? 'debug' : USUAL.has(kind) ? 'info' : 'warn';
  const others = rows.length === 1 ? '' : ` (${rows.length} counters of ${source} of ${router}, each with a row in the audit)`;
  const which = rows.length === 1 ? { counter } : { counters: rows.length };
  log[level]({ router, source, ...which, ...bytes }, `${outcome === 'refused' ? 'Not posted' : title}: ${why}${others}`);
}

/** Logs the posting of a round; a repeated failure is logged once. */
export function logPosting(log: Logger, posted: Posted, before: Posted | null): void {
  switch (posted.status) {
    case 'posted':
      if (before !== null && before.status !== 'posted') log.info('Posting to the ledger again');
      for (const rows of alike(posted.audit)) logAudit(log, rows);
      for (const { router, was } of posted.renamed) log.warn({ router }, renamedText(router, was));
      return;
    case 'suspended':
      if (before?.status !== 'suspended') log.warn(`Nothing is posted while ${posted.why}; baselines are kept`);
      return;
    case 'failed':
      if (before?.status !== 'failed' || before.error.message !== posted.error.message) {
        log.error(`Cannot write the ledger, so nothing is posted and baselines are kept: ${posted.error.message}`);
      }
      return;
    default:
      posted satisfies never;
  }
}

const renamedText = (router: string, was: string): string =>
  `${router} is read where ${was} was, which the configuration no longer has. If it is the same router under a new name, ` +
  `add was: [${/^[\w.-]+$/.test(was) ? was : JSON.stringify(was)}] to it: then the totals of ${was} continue in it.`;
