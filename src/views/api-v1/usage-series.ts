import { localText } from '../../domain/calendar.ts';
import { isZero, NOTHING, plus, type Traffic } from '../../domain/traffic.ts';
import { type Account, hasRouter, ipOf, macOf, publicKeyOf, type ShownKind } from '../../ledger/account.ts';
import type { UsageRow } from '../../ledger/storage/read-usage.ts';
import { nameOf, nameOfPeer, type PeerRef, userOf, userOfPeer } from '../view.ts';
import { type Counted, deviceMac, PLACE, type ShownAccount, type UsageView } from './usage-subjects.ts';

/** The bytes of an uplink, a device, a host, a station or a peer over the time asked for. */
export interface UsageSeries {
  kind: ShownKind;
  router: string | null;
  interface: string | null;
  mac: string | null;
  /** Of a host whose MAC is not known. */
  ip: string | null;
  public_key: string | null;
  name: string | null;
  user: string | null;
  overlay: boolean;
  download_bytes: number;
  upload_bytes: number;
  buckets: UsageBucket[];
}

interface UsageBucket {
  start: string;
  download_bytes: number;
  upload_bytes: number;
}

/** The series of some subjects from their rows; those without bytes only if `silentToo`. `text` writes the start of a bucket. */
export function seriesOf(
  view: UsageView,
  subjects: readonly Counted[],
  rows: readonly UsageRow[],
  text: (time: number) => string,
  silentToo: boolean,
): UsageSeries[] {
  const byAccount = new Map<number, UsageRow[]>();
  for (const row of rows) {
    const own = byAccount.get(row.account);
    if (own === undefined) byAccount.set(row.account, [row]);
    else own.push(row);
  }
  return subjects.flatMap(({ account, accounts }) => {
    const own = accounts.flatMap(({ id }) => byAccount.get(id) ?? []);
    const series = oneSeries(view, account, own, text);
    return series.buckets.length > 0 || silentToo ? [series] : [];
  });
}

function oneSeries(view: UsageView, account: ShownAccount, rows: readonly UsageRow[], text: (time: number) => string): UsageSeries {
  const byTime = new Map<number, Traffic>();
  for (const { time, bytes } of rows) byTime.set(time, plus(byTime.get(time) ?? NOTHING, bytes));
  const own = macOf(account);
  const mac = own === null ? null : deviceMac(view, own);
  const peer = peerOf(account);
  return {
    kind: account.kind,
    router: hasRouter(account.kind) ? account.router : null,
    interface: account.interface === '' ? null : account.interface,
    mac,
    ip: ipOf(account),
    public_key: publicKeyOf(account),
    name: mac !== null ? nameOf(view, mac) : peer === null ? null : nameOfPeer(view, peer),
    user: mac !== null ? userOf(view, mac) : peer === null ? null : userOfPeer(view, peer),
    overlay: account.overlay,
    ...bytesJson(rows.map(({ bytes }) => bytes).reduce(plus, NOTHING)),
    buckets: [...byTime]
      .filter(([, bytes]) => !isZero(bytes))
      .sort(([a], [b]) => a - b)
      .map(([time, bytes]) => ({ start: text(time), ...bytesJson(bytes) })),
  };
}

function peerOf(account: Account): PeerRef | null {
  const publicKey = publicKeyOf(account);
  return publicKey === null ? null : { router: account.router, interface: account.interface, publicKey };
}

const bytesJson = ({ download, upload }: Traffic) => ({ download_bytes: download, upload_bytes: upload });

const subject = ({ mac, ip, public_key }: UsageSeries): string => mac ?? ip ?? public_key ?? '';

/** By kind, then the one with the most bytes first. */
export function byKindAndSize(a: UsageSeries, b: UsageSeries): number {
  const size = (series: UsageSeries) => series.download_bytes + series.upload_bytes;
  return PLACE[a.kind] - PLACE[b.kind] || size(b) - size(a) || (subject(a) < subject(b) ? -1 : 1);
}

/** Local time with its offset, by which the two equal hours of an autumn night differ. Caches hours, because time zones are slow. */
export function hourText(timezone: string): (instant: number) => string {
  const known = new Map<number, string>();
  return (instant) => {
    const text = known.get(instant) ?? withOffset(instant, timezone);
    known.set(instant, text);
    return text;
  };
}

function withOffset(instant: number, timezone: string): string {
  const local = localText(instant, timezone).replace(' ', 'T');
  const minutes = Math.round((Date.parse(`${local}Z`) - instant) / 60_000);
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(Math.abs(minutes) / 60)}:${two(Math.abs(minutes) % 60)}`;
}
