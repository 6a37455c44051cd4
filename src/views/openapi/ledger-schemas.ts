import { HOST_METHODS } from '../../domain/observation.ts';
import { SHOWN_KINDS } from '../../ledger/account.ts';
import { BY } from '../api-v1/usage-query.ts';
import { REASON_KINDS } from '../reconciliation/reasons.ts';
import { bytes, flag, list, mac, number, oneOf, orNull, record, ref, router, type Schema, text, time, used } from './schema.ts';

const pair = (what: string) => ({ download_bytes: bytes(what), upload_bytes: bytes(what) });

/** Bytes that may be negative. */
const difference = (what: string) => ({
  download_bytes: { type: 'integer', description: what },
  upload_bytes: { type: 'integer', description: what },
});

/** Schemas of what the ledger tells of the past: usage, reconciliation and the audit. */
export const ledgerSchemas = {
  Usage: record({
    by: oneOf(BY, 'Length of a bucket'),
    timezone: text('Time zone of the days and hours, IANA name'),
    from: text('Inclusive: a date, or a time for by=hour'),
    to: text('Exclusive'),
    series: list(ref('UsageSeries')),
    next: orNull(text('Give it as "cursor" for the series that follow; null where these were the last')),
  }),
  UsageSeries: record(
    {
      kind: oneOf(SHOWN_KINDS, 'What is counted. The kinds count the same bytes: never add them up'),
      router: orNull(text('Null for a device, which is counted over all routers')),
      interface: orNull(text('The uplink for wan, the interface for a peer')),
      mac: orNull(mac),
      ip: orNull(text('For a host whose MAC is unknown')),
      public_key: orNull(text('For a WireGuard peer')),
      name: orNull(text()),
      user: orNull(text()),
      overlay: flag('Whether the uplink runs inside another'),
      ...used('in the requested time'),
      buckets: list(ref('UsageBucket')),
    },
    'Series without bytes in this time are left out, unless "mac" is given',
  ),
  UsageBucket: record(
    {
      start: text('First day of the bucket, or its local start time for by=hour'),
      ...used('in the bucket'),
    },
    'A period; those without bytes are left out',
  ),
  Reconciliation: record({ gateways: list(ref('Gateway')) }),
  Gateway: record({
    router,
    month: ref('Month'),
    compared_since: orNull(time('When both sides were counted, if that began within the month; what is older is not compared')),
    counted_by: orNull(oneOf(HOST_METHODS, 'What counts the hosts on the router; null if its last answer did not say')),
    hosts_since: orNull(time('When the first host was counted; null before that')),
    wan: record(pair('All uplinks in the compared time, except VPN uplinks that run inside others')),
    hosts: record(pair('All hosts in the compared time')),
    hosts_without_mac: record(pair('The part of it from addresses whose MAC is unknown')),
    unattributed: record({
      ...difference('Uplinks minus hosts'),
      share: orNull(number('Fraction of the bytes of the side that has more, negative if that is the hosts; null if both are 0')),
    }),
    unexplained: record({
      ...difference('The unattributed bytes minus the reasons whose bytes are known'),
      share: orNull(number('Fraction of the bytes of the side that has more; null if both are 0')),
    }),
    reasons: list(
      record({
        kind: oneOf(REASON_KINDS, 'Why the two differ'),
        text: text('In a sentence'),
        download_bytes: orNull(bytes('How many bytes it concerns; null if unknown')),
        upload_bytes: orNull(bytes('How many bytes it concerns; null if unknown')),
      }),
    ),
  }),
  Audit: record({
    rows: list(ref('AuditRow')),
    next_before: orNull({ type: 'integer', description: 'Pass it as "before" to get the next rows; null if there are none' }),
  }),
  AuditRow: record({
    id: { type: 'integer', description: 'Grows in the order of writing' },
    at: time('When it happened'),
    kind: text('What happened, such as reset, rejected or gap; see docs/use/ledger.md. New kinds may be added'),
    outcome: oneOf(
      ['booked', 'refused', 'noted'],
      'Whether its bytes are in the totals (booked), are not (refused), or the row is only for information (noted)',
    ),
    router: orNull(router),
    source: orNull(text('The kind of reading')),
    what: text('What it concerns: a device or uplink by name, or everything that was read'),
    mac: orNull(mac),
    interface: orNull(text('Interface of the access point for a station, or the uplink')),
    ...used('of the row; 0 if it has none'),
    why: text('In a sentence'),
  }),
} as const satisfies Record<string, Schema>;
