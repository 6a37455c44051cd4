import { SOURCES } from '../../domain/observation.ts';
import { FAILURE_REASONS } from '../../errors.ts';
import { CONFIDENCES, SIGNS } from '../device-suggestions/duplicate-evidence.ts';
import { ledgerSchemas } from './ledger-schemas.ts';
import { limitSchemas } from './limits.ts';
import { liveSchemas } from './live.ts';
import { quotaSchemas } from './quota-schemas.ts';
import { bytes, date, flag, list, mac, number, oneOf, orNull, record, ref, router, type Schema, text, time, used } from './schema.ts';

const sums = {
  download_bytes: bytes('Downloaded since counting started'),
  upload_bytes: bytes('Uploaded since counting started'),
  month_download_bytes: bytes('Downloaded in the current billing period'),
  month_upload_bytes: bytes('Uploaded in the current billing period'),
};

/** The same where some bytes have no direction. */
const usedSums = {
  ...used('since counting started'),
  month_download_bytes: orNull(bytes('Downloaded in the current billing period; null if no bytes were counted with a direction')),
  month_upload_bytes: orNull(bytes('Uploaded in the current billing period; null if no bytes were counted with a direction')),
  month_undirected_bytes: orNull(bytes('Both directions in one figure, in the current billing period; null if no router gives such')),
  month_total_bytes: bytes('All bytes in the current billing period, each once'),
};

/** Schemas of the answers of `/api/v1` and of `/-/healthy`, by name. */
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
    up: flag('Whether at least one source was read in the last round, at most 15 minutes ago'),
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
      flow_offload: orNull(
        record(
          { software: flag('Whether packets may bypass the firewall'), hardware: flag('Whether packets may bypass the CPU') },
          'Null where it is not asked, as on a WireGuard server that is not a router',
        ),
      ),
    },
    'What the router last reported about itself; null if it never did, as with the classic scripts',
  ),
  Source: record({
    source: oneOf(SOURCES, 'The kind of reading'),
    success: flag('Whether its last reading succeeded, at most 15 minutes ago'),
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
      name: text('Its configured name, otherwise its last known name, otherwise its MAC; always its MAC if it is private'),
      private: flag('Whether only totals are shown: no name, user, address or place, nor when it was seen'),
      user: orNull(text('The user it belongs to, by its key; null also for a private device')),
      ips: list(text('A current address, otherwise the last one')),
      randomized: flag('Whether its MAC is randomized'),
      ...usedSums,
      first_seen: time('When it was first counted'),
      last_seen: orNull(time('When it was last counted; null for a private device')),
      on_air: list(ref('OnAir')),
    },
    'A device, with all its MACs; sorted by bytes in the current billing period',
  ),
  Users: record({ month: ref('Month'), users: list(ref('User')) }),
  User: record(
    {
      user: text('Its key in the configuration; others: what belongs to nobody, last, if the configuration has users'),
      name: text('Its name for people'),
      private: flag('Whether only totals are kept and shown'),
      devices: { type: 'integer', minimum: 0, description: 'How many devices belong to it' },
      ...usedSums,
      peers: { type: 'integer', minimum: 0, description: 'How many WireGuard peers belong to it' },
      peer_download_bytes: bytes('Downloaded by its peers since counting started'),
      peer_upload_bytes: bytes('Uploaded by its peers since counting started'),
      month_peer_download_bytes: bytes('Downloaded by its peers in the current billing period'),
      month_peer_upload_bytes: bytes('Uploaded by its peers in the current billing period'),
    },
    'The sums of its devices, which for all users and others are those of all devices. Those of its peers are apart: at home, the same bytes can be in both',
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
    private: flag('Whether only totals are shown: no name, user or addresses, nor when it was there'),
    user: orNull(text('The user it belongs to, by its key; null also for a private peer')),
    allowed_ips: list(text()),
    endpoint: orNull(text('Last known endpoint')),
    state: oneOf(['active', 'revoked', 'gone'], 'gone: no longer on its server'),
    online: flag('Whether the last handshake was within five minutes'),
    latest_handshake: orNull(time('Null = never')),
    ...sums,
    first_seen: orNull(time('Null if it was never counted')),
    last_seen: orNull(time('Null if it was never counted')),
  }),
  ...quotaSchemas,
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
  ...ledgerSchemas,
  ...limitSchemas,
  ...liveSchemas,
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
    status: oneOf(['ok', 'failing'], 'failing while the ledger cannot be written'),
    problems: list(text('A problem to look at')),
  }),
} as const satisfies Record<string, Schema>;
