import { HOST_METHODS, SOURCES } from '../../domain/observation.ts';
import { FAILURE_REASONS } from '../../errors.ts';
import { SHOWN_KINDS } from '../../ledger/account.ts';
import { BY } from '../api-v1/usage-query.ts';
import { CONFIDENCES, SIGNS } from '../device-suggestions/duplicate-evidence.ts';
import { REASON_KINDS } from '../reconciliation/reasons.ts';

/** The part of JSON Schema that the descriptions here are written in. */
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

/** An object all of whose properties are always there. */
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
  download_bytes: bytes('Downloaded since counting began'),
  upload_bytes: bytes('Uploaded since counting began'),
  month_download_bytes: bytes('Downloaded in the running billing period'),
  month_upload_bytes: bytes('Uploaded in the running billing period'),
};

const pair = (what: string) => ({ download_bytes: bytes(what), upload_bytes: bytes(what) });

/** Bytes that may be below zero. */
const difference = (what: string) => ({
  download_bytes: { type: 'integer', description: what },
  upload_bytes: { type: 'integer', description: what },
});

const mac = text('MAC address, lower case with colons');
const router = text("The router's configured name");

/** What the answers are made of; by name, as the document refers to them. */
export const schemas = {
  Error: record({ error: text('What is wrong, in one line') }),
  Month: record(
    { start: date('First day of the billing period, local'), end: date('First day of the next one') },
    'A billing period in the configured time zone',
  ),
  Routers: record({ routers: list(ref('Router')) }),
  Router: record({
    name: router,
    addresses: list(text('What is asked, without credentials')),
    up: flag('Some source answered in the last round'),
    system: orNull(ref('System')),
    sources: list(ref('Source')),
  }),
  System: record(
    {
      hostname: text(),
      model: text(),
      release: text(),
      booted_at: time("When it started, by the router's own clock"),
      counter_bits: { type: 'integer', description: "Width of its kernel's network device counters" },
      flow_offload: record({ software: flag('Packets may bypass the firewall'), hardware: flag('Packets may bypass the processor') }),
    },
    'What a router last said of itself; null where it never did, as with the classic scripts',
  ),
  Source: record({
    source: oneOf(SOURCES, 'The kind of reading'),
    success: flag('Read in the last round'),
    last_tried: orNull(time('Null before the first round')),
    last_success: orNull(time('Null where it never succeeded since the program started')),
    duration_seconds: number('What the last reading took'),
    skipped_lines: { type: 'integer', minimum: 0, description: 'Lines of the last answer that were left out' },
    error: orNull(record({ reason: oneOf(FAILURE_REASONS, 'Why the last reading failed'), message: text('The same in words') })),
  }),
  Devices: record({ month: ref('Month'), devices: list(ref('Device')) }),
  Device: record(
    {
      mac: text("The first of the device's MACs, lower case with colons"),
      macs: list(text('A MAC of the device that was seen')),
      name: text("The owner's name for it, else the last name known, else the MAC"),
      user: orNull(text('Whose it is, by the configuration')),
      ips: list(text('An address it has, else the one it had last')),
      randomized: flag('The device made its MAC up'),
      ...sums,
      first_seen: time('When it was first counted'),
      last_seen: time('When it was last counted'),
      on_air: list(ref('OnAir')),
    },
    'A device, however many MACs it has; sorted by the bytes of the running billing period',
  ),
  DeviceSuggestions: record({ suggestions: list(ref('DeviceSuggestion')) }),
  DeviceSuggestion: record({
    name: text('What the device would be called'),
    configured: orNull(text('The configured device that would get further MACs; null where it would be a new one')),
    confidence: oneOf(CONFIDENCES, 'That of the weakest sign that holds them together'),
    macs: list(
      record({
        mac,
        name: text('As in /api/v1/devices'),
        randomized: flag('The device made its MAC up'),
        last_seen: orNull(time('When it was last counted; null where it never was')),
      }),
    ),
    signs: list(
      record({
        by: oneOf(SIGNS, 'What they have in common'),
        text: text('In a sentence'),
        confidence: oneOf(CONFIDENCES, 'How much it is worth'),
        macs: list(text('One of those that have it in common')),
      }),
    ),
    yaml: text('Lines for wrtmeter.yaml'),
  }),
  OnAir: record(
    {
      router,
      interface: orNull(text('Null where the list of the router names none')),
      ssid: orNull(text()),
      frequency_mhz: orNull(number('Of the radio')),
      signal_dbm: orNull(number('As the access point receives it')),
      link_download_bytes_per_second: orNull(number('What the radio link allows')),
      link_upload_bytes_per_second: orNull(number('What the radio link allows')),
      connected_seconds: orNull(number('Since it associated')),
    },
    "Where a device is on the air, by an access point's last answer",
  ),
  Wan: record({
    home: record({ month: ref('Month'), ...sums }, 'All uplinks together; VPN uplinks, which run inside others, are left out'),
    uplinks: list(ref('Uplink')),
  }),
  Uplink: record({
    router,
    interface: text("netifd's logical name, or wan for the classic script"),
    up: orNull(flag("By the router's last answer; null where that failed")),
    device: orNull(text('Network device')),
    protocol: orNull(text()),
    overlay: flag("Runs inside another uplink and is left out of the home's sum"),
    ...sums,
    month: ref('Month'),
    first_seen: orNull(time('Null where it was never counted')),
    last_seen: orNull(time('Null where it was never counted')),
  }),
  Peers: record({ month: ref('Month'), peers: list(ref('Peer')) }),
  Peer: record({
    id: orNull({ type: 'integer', description: 'What /api/clients calls it; null before its first reading' }),
    router,
    interface: text('Of WireGuard or AmneziaWG'),
    public_key: text(),
    name: text("The owner's name for it, else the server's, else the beginning of its key"),
    allowed_ips: list(text()),
    endpoint: orNull(text('Where it was heard last')),
    state: oneOf(['active', 'revoked', 'gone'], 'gone: its server knows it no more'),
    online: flag('It agreed on keys within the last five minutes'),
    latest_handshake: orNull(time('Null = never')),
    ...sums,
    first_seen: orNull(time('Null where it was never counted')),
    last_seen: orNull(time('Null where it was never counted')),
  }),
  Leases: record({ leases: list(ref('Lease')), leases6: list(ref('Lease6')) }),
  Lease: record({
    router,
    mac,
    name: text('As in /api/v1/devices'),
    ip: text(),
    hostname: orNull(text('What the client called itself')),
    client_id: orNull(text()),
    expires: orNull(time('Null = never')),
    listed: flag("The router's last list had it"),
  }),
  Lease6: record({ router, duid: text(), ip: text(), hostname: orNull(text()), expires: orNull(time('Null = never')) }),
  Usage: record({
    by: oneOf(BY, 'Length of a bucket'),
    timezone: text('Of the days and hours, IANA name'),
    from: text('Inclusive: a date, or a time for by=hour'),
    to: text('Exclusive'),
    series: list(ref('UsageSeries')),
    next: orNull(text('Give it as "cursor" for the series that follow; null where these were the last')),
  }),
  UsageSeries: record(
    {
      kind: oneOf(SHOWN_KINDS, 'What is counted. The kinds see the same bytes: never add them up'),
      router: orNull(text('Null for a device, which is one over all routers')),
      interface: orNull(text('The uplink of a wan, the interface of a peer')),
      mac: orNull(mac),
      ip: orNull(text('Of a host whose MAC is not known')),
      public_key: orNull(text('Of a WireGuard peer')),
      name: orNull(text()),
      user: orNull(text()),
      overlay: flag('A wan that runs inside another'),
      download_bytes: bytes('Over the time asked for'),
      upload_bytes: bytes('Over the time asked for'),
      buckets: list(ref('UsageBucket')),
    },
    'One that had no byte in the time is left out, unless "mac" asks for it',
  ),
  UsageBucket: record(
    {
      start: text('First day of the bucket, or for by=hour the local time at which it began'),
      download_bytes: bytes('In the bucket'),
      upload_bytes: bytes('In the bucket'),
    },
    'A stretch of time; those without a byte are left out',
  ),
  Reconciliation: record({ gateways: list(ref('Gateway')) }),
  Gateway: record({
    router,
    month: ref('Month'),
    counted_by: orNull(oneOf(HOST_METHODS, 'What counts the hosts on the router; null where its last answer did not say')),
    hosts_since: orNull(time('When the first host was counted; null where none was yet')),
    wan: record(pair('By all uplinks in the month; VPN uplinks, which run inside others, are left out')),
    hosts: record(pair('By all hosts in the month')),
    hosts_without_mac: record(pair('The part of it under addresses whose MAC is not known')),
    unattributed: record({
      ...difference('Uplinks less hosts'),
      share: orNull(number('Of what the uplinks carried; null where that is nothing')),
    }),
    unexplained: record({
      ...difference('What is left of it by those reasons whose bytes are known'),
      share: orNull(number('Of what the uplinks carried while hosts were counted; null where that is nothing')),
    }),
    reasons: list(
      record({
        kind: oneOf(REASON_KINDS, 'Why the two do not agree'),
        text: text('In a sentence'),
        download_bytes: orNull(bytes('How much it is about; null where that cannot be told')),
        upload_bytes: orNull(bytes('How much it is about; null where that cannot be told')),
      }),
    ),
  }),
  Audit: record({
    rows: list(ref('AuditRow')),
    next_before: orNull({ type: 'integer', description: 'Give it as "before" for the rows that follow; null where these were the last' }),
  }),
  AuditRow: record({
    id: { type: 'integer', description: 'Grows in the order of writing' },
    at: time('When it happened'),
    kind: text('What happened, such as reset, rejected or gap; docs/ledger.md tells of each. New kinds may be added'),
    outcome: oneOf(['booked', 'refused', 'noted'], 'Whether its bytes are in the totals, were left out of them, or are only told'),
    router: orNull(router),
    source: orNull(text('The kind of reading')),
    what: text('What it is about: a device or uplink by name, or all that was read'),
    mac: orNull(mac),
    interface: orNull(text("The access point's interface of a station, or the uplink")),
    download_bytes: bytes('0 where the row is about no bytes'),
    upload_bytes: bytes('0 where the row is about no bytes'),
    why: text('In a sentence'),
  }),
  Health: record({
    status: oneOf(['ok', 'failing'], 'Whether the program can do its work'),
    problems: list(text('What a person should look at')),
  }),
} as const satisfies Record<string, Schema>;

const received = {
  rx_bytes: bytes("A client's upload, the uplink's download"),
  tx_bytes: bytes("A client's download, the uplink's upload"),
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
        hostname: text('Unknown where the client gave none'),
        client_id: text('* where the client gave none'),
        timestamp: text('YYYY-MM-DD HH:MM:SS, local: when it was last seen'),
      }),
    ),
  }),
  combined: record({
    wan_stats: record({ ...received, last_update: orNull(text('YYYY-MM-DD HH:MM:SS, local; null before the first reading')) }),
    client_stats: list(record({ ...received, hostname: text('Name, else IP, else MAC') })),
  }),
};
