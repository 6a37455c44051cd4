import type { Logger } from 'pino';
import type { Round } from '../../domain/round.ts';
import { type RouterStatus, readTwice, readTwiceWords } from '../../domain/status.ts';
import { figuresOf } from '../../domain/traffic.ts';
import type { AuditKind } from '../../ledger/books.ts';
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

/** Logs the posting of a round; a repeated failure is logged once. */
export function logPosting(log: Logger, posted: Posted, before: Posted | null): void {
  switch (posted.status) {
    case 'posted':
      if (before !== null && before.status !== 'posted') log.info('Posting to the ledger again');
      for (const row of posted.audit) {
        const { kind, router, source, counter, why } = row;
        const { download, upload, undirected } = figuresOf(bytesOfRow(row));
        const bytes = undirected === null ? { download, upload } : { undirected };
        const { title, outcome } = meaningOf(kind);
        const level = kind === 'reset' ? 'debug' : USUAL.has(kind) ? 'info' : 'warn';
        log[level]({ router, source, counter, ...bytes }, `${outcome === 'refused' ? 'Not posted' : title}: ${why}`);
      }
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
