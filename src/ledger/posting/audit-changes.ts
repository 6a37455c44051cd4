import type { Change } from '../../domain/change.ts';
import { NOTHING, total } from '../../domain/traffic.ts';
import type { AuditLog } from './audit-log.ts';
import type { PostResult } from './postings.ts';

/** Notes what a reading meant for the books, where that is not the usual. Rule: audit. */
export function noteChange({ note, counts }: AuditLog, counter: string, change: Change): void {
  switch (change.kind) {
    case 'reset':
      counts.resets += 1;
      note('reset', counter, change.bytes, change.why);
      break;
    case 'wrap':
      note('wrap', counter, change.bytes, 'a counter of 32 bits went past its end');
      break;
    case 'rejected':
      counts.rejectedBytes += total(change.bytes);
      note('rejected', counter, change.bytes, change.why);
      break;
    case 'dip':
      if (!change.why.includes('still')) note('dip', counter, change.short, change.why);
      break;
    case 'baseline':
    case 'increase':
    case 'began':
      break;
    default:
      change satisfies never;
  }
}

/** Notes what an account had no room for. */
export function notePosting({ note, counts }: AuditLog, counter: string, change: Change, result: PostResult): void {
  switch (result) {
    case 'no room':
      counts.leftOut += 1;
      break;
    case 'too many bytes': {
      const bytes = 'bytes' in change ? change.bytes : NOTHING;
      counts.rejectedBytes += total(bytes);
      note('rejected', counter, bytes, 'with these bytes, the total would be too large to be counted exactly');
      break;
    }
    case 'posted':
      break;
    default:
      result satisfies never;
  }
}
