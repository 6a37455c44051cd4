import type { QuotaRow } from '../../domain/people/quota-row.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { type QuotaView, quotaRows } from '../rows/quotas.ts';
import { isOf, isPrivateUser } from './who.ts';

/** The quotas of the home or of one user: lines first, then users, then those of which most is used. */
export function quotasOf(view: QuotaView, user: string | null): QuotaRow[] {
  const rows = quotaRows(view);
  const isWanted = user === null ? () => true : isQuotaOf(view, user);
  return rows.filter(isWanted).sort((a, b) => rank(a) - rank(b) || b.used / b.limit - a.used / a.limit);
}

function isQuotaOf(view: QuotaView, user: string): (row: QuotaRow) => boolean {
  const isOwn = isPrivateUser(view, user) ? () => false : isOf(view, user);
  return ({ of, id }) => {
    switch (of) {
      case 'user':
        return id === user;
      case 'others':
        return user === OTHERS;
      case 'device':
        return isOwn(id);
      case 'home':
      case 'uplink':
      case 'peer':
        return false;
      default:
        return of satisfies never;
    }
  };
}

function rank({ of }: QuotaRow): number {
  if (of === 'home' || of === 'uplink') return 0;
  return of === 'user' || of === 'others' ? 1 : 2;
}
