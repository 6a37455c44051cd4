import { HOST_METHODS, SOURCES } from '../../domain/observation.ts';
import { FAILURE_REASONS } from '../../errors.ts';
import { SHOWN_KINDS } from '../../ledger/account.ts';
import { BY } from '../api-v1/usage-query.ts';
import { CONFIDENCES, SIGNS } from '../device-suggestions/duplicate-evidence.ts';
import { REASON_KINDS } from '../reconciliation/reasons.ts';

/** The part of JSON Schema that is used here. */
export interface Schema {
  type?: string | readonly string[];
  description?: string;
  format?: string;
  enum?: readonly (string | null)[];
  properties?: Readonly<Record<string, Schema>>;
  required?: readonly string[];
  additionalProperties?: boolean;
  items?: Schema;
  anyOf?: readonly Schema[];
  $ref?: string;
  minimum?: number;
  maximum?: number;
}

export const text = (description?: string): Schema => ({ type: 'string', ...(description && { description }) });
const flag = (description: string): Schema => ({ type: 'boolean', description });
const number = (description: string): Schema => ({ type: 'number', description });
const bytes = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const time = (description: string): Schema => ({ type: 'string', format: 'date-time', description });
const date = (description: string): Schema => ({ type: 'string', format: 'date', description });
const oneOf = (words: readonly string[], description: string): Schema => ({ type: 'string', enum: words, description });
const list = (items: Schema): Schema => ({ type: 'array', items });
const ref = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** An object whose properties are all required. */
export function record(properties: Readonly<Record<string, Schema>>, description?: string): Schema {
  return {
    type: 'object',
    ...(description && { description }),
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  };
}

function orNull(schema: Schema): Schema {
  if (typeof schema.type !== 'string') return { anyOf: [schema, { type: 'null' }] };
  return { ...schema, type: [schema.type, 'null'], ...(schema.enum && { enum: [...schema.enum, null] }) };
}

const sums = {
  download_bytes: bytes('Downloaded since counting started'),
  upload_bytes: bytes('Uploaded since counting started'),
  month_download_bytes: bytes('Downloaded in the current billing period'),
  month_upload_bytes: bytes('Uploaded in the current billing period'),
};

const pair = (what: string) => ({ download_bytes: bytes(what), upload_bytes: bytes(what) });

/** Bytes that may be negative. */
const difference = (what: string) => ({
  download_bytes: { type: 'integer', description: what },
  upload_bytes: { type: 'integer', description: what },
});

const mac = text('MAC address, lower case with colons');
const router = text("The router's configured name");

/** Schemas of the answers, by name. */
export const schemas = {
  Error: record({ error: text('What is wrong, in one line') }),
  Month: record(
    { start: date('First day of the billing period, local'), end: date('First day of the next one') },
    'A billing period in the configured time zone',
  ),
  Routers: record({ routers: list(ref('Router')) }),
  Router: record({
    name: router,
    addresses: list(text('Address that is read, without credentials')),
    up: flag('Whether at least one source was read in the last round'),
    system: orNull(ref('System')),
    sources: list(ref('Source')),
  }),
  System: record(
    {
      hostname: text(),
      model: text(),
      release: text(),
      booted_at: time("When it booted, by the router's own clock"),
      counter_bits: { type: 'integer', description: "Width of its kernel's network device counters" },
      flow_offload: record({
        software: flag('Whether packets may bypass the firewall'),
        hardware: flag('Whether packets may bypass the CPU'),
      }),
    },
    'What the router last reported about itself; null if it never did, as with the classic scripts',
  ),
  Source: record({
    source: oneOf(SOURCES, 'The kind of reading'),
    success: flag('Whether it was read in the last round'),
    last_tried: orNull(time('Null before the first round')),
    last_success: orNull(time('Null if it never succeeded since the program started')),
    duration_seconds: number('Duration of the last reading'),
    skipped_lines: { type: 'integer', minimum: 0, description: 'Lines of the last answer that were skipped' },
    error: orNull(record({ reason: oneOf(FAILURE_REASONS, 'Why the last reading failed'), message: text('The error message') })),
  }),
  Devices: record({ month: ref('Month'), devices: list(ref('Device')) }),
  Device: record(
    {
      mac: text('First MAC of the device, lower case with colons'),
      macs: list(text('A MAC of the device that was seen')),
      name: text('Its configured name, otherwise its last known name, otherwise its MAC'),
      user: orNull(text('User in the configuration')),
      ips: list(text('A current address, otherwise the last one')),
      randomized: flag('Whether its MAC is randomized'),
      ...sums,
      first_seen: time('When it was first counted'),
      last_seen: time('When it was last counted'),
      on_air: list(ref('OnAir')),
    },
    'A device, with all its MACs; sorted by bytes in the current billing period',
  ),
  DeviceSuggestions: record({ suggestions: list(ref('DeviceSuggestion')) }),
  DeviceSuggestion: record({
    name: text('Suggested name of the device'),
    configured: orNull(text('The configured device that would get more MACs; null for a new device')),
    confidence: oneOf(CONFIDENCES, 'Confidence of the weakest sign that joins them'),
    macs: list(
      record({
        mac,
        name: text('As in /api/v1/devices'),
        randomized: flag('Whether its MAC is randomized'),
        last_seen: orNull(time('When it was last counted; null if never')),
      }),
    ),
    signs: list(
      record({
        by: oneOf(SIGNS, 'What they have in common'),
        text: text('In a sentence'),
        confidence: oneOf(CONFIDENCES, 'How reliable the sign is'),
        macs: list(text('A MAC that has it in common')),
      }),
    ),
    yaml: text('Lines for wrtmeter.yaml'),
  }),
  OnAir: record(
    {
      router,
      interface: orNull(text('Null if the router does not report it')),
      ssid: orNull(text()),
      frequency_mhz: orNull(number('Of the radio')),
      signal_dbm: orNull(number('As received by the access point')),
      link_download_bytes_per_second: orNull(number('Rate of the radio link')),
      link_upload_bytes_per_second: orNull(number('Rate of the radio link')),
      connected_seconds: orNull(number('Since it associated')),
    },
    'Where a device is on the air, by the last answer of an access point',
  ),
  Wan: record({
    home: record({ month: ref('Month'), ...sums }, 'Sum of all uplinks, except VPN uplinks that run inside others'),
    uplinks: list(ref('Uplink')),
  }),
  Uplink: record({
    router,
    interface: text("netifd's logical name, or wan for the classic script"),
    up: orNull(flag('Whether it is up, by the last answer of the router; null if that failed')),
    device: orNull(text('Network device')),
    protocol: orNull(text()),
    overlay: flag('Whether it runs inside another uplink, and is left out of the sum of the home'),
    ...sums,
    month: ref('Month'),
    first_seen: orNull(time('Null if it was never counted')),
    last_seen: orNull(time('Null if it was never counted')),
  }),
  Peers: record({ month: ref('Month'), peers: list(ref('Peer')) }),
  Peer: record({
    id: orNull({ type: 'integer', description: 'Id in /api/clients; null before its first reading' }),
    router,
    interface: text('WireGuard or AmneziaWG interface'),
    public_key: text(),
    name: text('Its configured name, otherwise its name on the server, otherwise the beginning of its key'),
    allowed_ips: list(text()),
    endpoint: orNull(text('Last known endpoint')),
    state: oneOf(['active', 'revoked', 'gone'], 'gone: no longer on its server'),
    online: flag('Whether the last handshake was within five minutes'),
    latest_handshake: orNull(time('Null = never')),
    ...sums,
    first_seen: orNull(time('Null if it was never counted')),
    last_seen: orNull(time('Null if it was never counted')),
  }),
  Leases: record({ leases: list(ref('Lease')), leases6: list(ref('Lease6')) }),
  Lease: record({
    router,
    mac,
    name: text('As in /api/v1/devices'),
    ip: text(),
    hostname: orNull(text('Host name sent by the client')),
    client_id: orNull(text()),
    expires: orNull(time('Null = never')),
    listed: flag('Whether it is in the last list of the router'),
  }),
  Lease6: record({ router, duid: text(), ip: text(), hostname: orNull(text()), expires: orNull(time('Null = never')) }),
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
      download_bytes: bytes('In the requested time'),
      upload_bytes: bytes('In the requested time'),
      buckets: list(ref('UsageBucket')),
    },
    'Series without bytes in this time are left out, unless "mac" is given',
  ),
  UsageBucket: record(
    {
      start: text('First day of the bucket, or its local start time for by=hour'),
      download_bytes: bytes('In the bucket'),
      upload_bytes: bytes('In the bucket'),
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
    kind: text('What happened, such as reset, rejected or gap; see docs/ledger.md. New kinds may be added'),
    outcome: oneOf(
      ['booked', 'refused', 'noted'],
      'Whether its bytes are in the totals (booked), are not (refused), or the row is only for information (noted)',
    ),
    router: orNull(router),
    source: orNull(text('The kind of reading')),
    what: text('What it concerns: a device or uplink by name, or everything that was read'),
    mac: orNull(mac),
    interface: orNull(text('Interface of the access point for a station, or the uplink')),
    download_bytes: bytes('0 if the row has no bytes'),
    upload_bytes: bytes('0 if the row has no bytes'),
    why: text('In a sentence'),
  }),
  Index: record({
    version: text('Of wrtmeter'),
    description: text('Where the OpenAPI document is'),
    routes: list(
      record({
        method: text(),
        path: text('With {names} in place of what differs'),
        parameters: list(text('A parameter of the query')),
        summary: text('What it answers or does'),
      }),
    ),
  }),
  Health: record({
    status: oneOf(['ok', 'failing'], 'Whether wrtmeter works'),
    problems: list(text('A problem to look at')),
  }),
} as const satisfies Record<string, Schema>;

const received = {
  rx_bytes: bytes('Upload of a client, download of the uplink'),
  tx_bytes: bytes('Download of a client, upload of the uplink'),
};

/** The answers of `/api.php`, by action. */
export const phpAnswers: Readonly<Record<'clients' | 'wan' | 'leases' | 'combined', Schema>> = {
  clients: record({ data: list(record({ id: mac, ...received })) }),
  wan: record({
    data: list(record({ id: oneOf(['main_wan'], 'The home'), ...received, last_update: text('YYYY-MM-DD HH:MM:SS, local') })),
  }),
  leases: record({
    data: list(
      record({
        mac_address: mac,
        lease_end_time: { type: 'integer', description: 'Unix seconds, 0 = never' },
        ip_address: text(),
        hostname: text('Unknown if the client sent none'),
        client_id: text('* if the client sent none'),
        timestamp: text('YYYY-MM-DD HH:MM:SS, local: when it was last seen'),
      }),
    ),
  }),
  combined: record({
    wan_stats: record({ ...received, last_update: orNull(text('YYYY-MM-DD HH:MM:SS, local; null before the first reading')) }),
    client_stats: list(record({ ...received, hostname: text('Name, otherwise IP, otherwise MAC') })),
  }),
};
