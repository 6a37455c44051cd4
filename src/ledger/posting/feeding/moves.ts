import { isZero, NOTHING, plus, type Traffic } from '../../../domain/traffic.ts';
import { type Account, type AccountKind, hasRouter, ipOf, isShownKind, ownedAs } from '../../account.ts';
import type { AccountRefs } from '../../account-refs.ts';
import type { Books } from '../../books.ts';
import { addAuditRow } from '../audit-log.ts';
import type { OwnerOf } from '../names/owners.ts';
import { hasRoomFor, type Postings } from '../postings.ts';
import type { RoundUpdate } from '../round-update.ts';
import { wasAlone } from './undirected.ts';

/** A lease lasts half a day: after this the address may be another machine's, so its bytes stay under the address. Rule: unknown address. */
const KEPT_FOR_OWNER_MS = 12 * 3_600_000;

/** What was kept under addresses whose MAC their router knows now goes over to the MAC. */
export function draftMoves(
  books: Books,
  refs: AccountRefs,
  owners: ReadonlyMap<string, OwnerOf>,
  postings: Postings,
  update: RoundUpdate,
): void {
  const moved = new Map<string, Traffic>();
  for (const { from, ip, kind } of unownedAccounts(books, update.at)) {
    const mac = owners.get(from.router)?.(ip) ?? null;
    if (mac === null || postings.has(from)) continue;
    // What it was counted without directions meanwhile may be the same bytes. Rule: undirected bytes.
    if (kind === 'device' && wasAlone(books, mac)) continue;
    const into = postings.accountFor(
      refs.of({ kind, router: hasRouter(kind) ? from.router : '', interface: '', key: mac }),
      update.at,
      from.router,
    );
    const sum = plus(moved.get(mac) ?? NOTHING, from.total);
    if (into === null || !hasRoomFor(into, sum)) continue;
    moved.set(mac, sum);
    update.moves.push({ from, into });
    if (!isShownKind(from.kind) || isZero(from.total)) continue;
    const why = `its MAC is ${mac}, which has its bytes from now on`;
    addAuditRow(update, { at: update.at, kind: 'learned', router: from.router, source: 'hosts', counter: ip, ...from.total, why });
  }
}

interface Unowned {
  from: Account;
  ip: string;
  /** Of the account that gets its bytes when its MAC is learned. */
  kind: AccountKind;
}

/** Accounts of routers' addresses whose MAC was not known when their bytes were posted. */
function unownedAccounts({ accounts }: Books, at: number): Unowned[] {
  const found: Unowned[] = [];
  for (const from of accounts.unowned) {
    const kind = ownedAs(from.kind);
    if (kind === null || at - from.lastSeen > KEPT_FOR_OWNER_MS) continue;
    const ip = ipOf(from);
    if (ip !== null) found.push({ from, ip, kind });
  }
  return found;
}
