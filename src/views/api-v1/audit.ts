import { instantText } from '../../domain/calendar.ts';
import { quote } from '../../errors.ts';
import type { AuditQuery, AuditRecord } from '../../ledger/storage/read-audit.ts';
import { AUDIT_KINDS, bytesOfRow, meaningOf, type Outcome, subjectOf, whyText } from '../audit-words.ts';
import { isPrivate, isPrivatePeer, type NamesView, type View } from '../view.ts';
import { bad, type Given, oneOf, parseLimit, parseSpan, type QueryParameters, single, unknownRouter } from './query.ts';
import { usageJson } from './usage-json.ts';

/** `/api/v1/audit` */
export interface AuditAnswer {
  rows: AuditLine[];
  /** Pass it as `before` to get the next rows; null if there are none. */
  next_before: number | null;
}

export interface AuditLine {
  id: number;
  at: string;
  kind: string;
  outcome: Outcome;
  router: string | null;
  source: string | null;
  what: string;
  mac: string | null;
  interface: string | null;
  download_bytes: number | null;
  upload_bytes: number | null;
  undirected_bytes: number | null;
  total_bytes: number;
  why: string;
}

/** Reads audit rows from the ledger, newest first. */
export type ReadAudit = (query: AuditQuery, most: number) => Promise<AuditRecord[]>;

export type AuditView = NamesView & Pick<View, 'timezone' | 'routers'>;

const NAMES = ['from', 'to', 'kind', 'router', 'source', 'limit', 'before'] as const;
const USUAL_ROWS = 100;
export const MOST_ROWS = 1000;

/** Answers `/api/v1/audit`. Throws a RequestError where the query is wrong. */
export async function auditAnswer(view: AuditView, parameters: QueryParameters, read: ReadAudit): Promise<AuditAnswer> {
  const given = single(parameters, NAMES);
  const most = given.limit === undefined ? USUAL_ROWS : parseLimit(given.limit, MOST_ROWS);
  const query = auditQuery(given, view.timezone);
  const found = await read(query, most + 1);
  if (found.length === 0 && query.router !== undefined && !isKnown(view, query.router)) {
    throw unknownRouter(view, query.router);
  }
  const rows = found.slice(0, most);
  const open = rows.filter((row) => !isOfPrivate(view, row));
  return { rows: open.map((row) => auditLine(view, row)), next_before: found.length > most ? (rows.at(-1)?.id ?? null) : null };
}

/** A row as the API and the terminal show it. */
export function auditLine(view: NamesView, row: AuditRecord): AuditLine {
  const subject = subjectOf(view, row);
  return {
    id: row.id,
    at: instantText(row.at),
    kind: row.kind,
    outcome: meaningOf(row.kind).outcome,
    router: row.router === '' ? null : row.router,
    source: row.source === '' ? null : row.source,
    what: subject.text,
    mac: subject.mac,
    interface: subject.interface,
    ...usageJson(bytesOfRow(row)),
    why: whyText(row),
  };
}

function auditQuery(given: Given<(typeof NAMES)[number]>, timezone: string): AuditQuery {
  const { from, to } = parseSpan(given, timezone);
  return {
    ...(from && { from: from.instant }),
    ...(to && { to: to.instant }),
    ...(given.kind && { kinds: given.kind.split(',').map((kind) => oneOf('kind', kind, AUDIT_KINDS)) }),
    ...(given.router && { router: given.router }),
    ...(given.source && { source: given.source }),
    ...(given.before && { before: parseBefore(given.before) }),
  };
}

function parseBefore(text: string): number {
  const value = Number(text);
  if (/^[1-9]\d*$/.test(text) && Number.isSafeInteger(value)) return value;
  throw bad(`"before" is ${quote(text)}: it must be the number of a row`);
}

/** Whether a row is about a private device or peer: its time would tell when it was there. */
function isOfPrivate(view: AuditView, row: AuditRecord): boolean {
  const { mac } = subjectOf(view, row);
  if (mac !== null) return isPrivate(view, mac);
  const [name = '', publicKey = ''] = row.source === 'peers' ? row.counter.split(' ') : [];
  return publicKey !== '' && isPrivatePeer(view, { router: row.router, interface: name, publicKey });
}

const isKnown = ({ books, routers }: AuditView, router: string): boolean =>
  routers.some(({ name }) => name === router) ||
  [...books.readers.values(), ...books.accounts.values()].some((one) => one.router === router);
