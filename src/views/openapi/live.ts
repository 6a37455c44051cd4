import { FAILURE_REASONS } from '../../errors.ts';
import type { Operation } from './parts.ts';
import { error, plain } from './parts.ts';
import { flag, list, mac, number, oneOf, orNull, record, router, type Schema, text, time } from './schema.ts';

const rate = {
  download: orNull(number('Bytes per second; null if not known')),
  upload: orNull(number('Bytes per second; null if not known')),
};
const device = { mac, name: text('Configured or last known name, otherwise the MAC'), user: orNull(text('The user it belongs to')) };
const peer = {
  router,
  interface: text('WireGuard interface'),
  public_key: text('Its public key'),
  name: text('Configured name, or that on its server'),
  user: orNull(text('The user it belongs to')),
};

/** Schemas of the events of `/api/v1/live`. */
export const liveSchemas = {
  LiveRates: record(
    {
      at: time('When the event was made'),
      home: record(rate, 'The sum of the uplinks whose rate is known'),
      uplinks: list(record({ router, interface: text('Logical name'), overlay: flag('Runs inside another uplink'), ...rate })),
      devices: list(record({ ...device, ...rate, undirected: orNull(number('Bytes per second of both directions in one figure')) })),
      devices_moving: number('How many devices move anything; the busiest are listed'),
      peers: list(record({ ...peer, ...rate })),
      peers_moving: number('How many peers move anything; the busiest are listed'),
      routers: list(
        record({
          router,
          seconds: orNull(number('Between its last two readings; null before the second')),
          late: flag('It is too slow: its rates are older than those of others'),
          failure: orNull(oneOf(FAILURE_REASONS, 'Why it could not be read the last time')),
        }),
      ),
    },
    'Data of the event rates',
  ),
  LiveComings: record(
    {
      at: time('When it was noticed'),
      devices: list(record(device)),
      peers: list(record(peer)),
      more: number('How many are not listed'),
    },
    'Data of the events came and went',
  ),
  LiveEnd: record({ reason: text('Why nothing more will come') }, 'Data of the event end'),
} as const satisfies Record<string, Schema>;

/** The stream of what moves now. */
export const live: Operation = {
  summary: 'What moves now, as a stream of events',
  description:
    'Server-sent events: rates (LiveRates), came and went (LiveComings), end (LiveEnd). Routers are read every `live` (2 s) while somebody watches. ' +
    'Private devices and peers are left out.',
  responses: {
    200: plain('The stream', 'text/event-stream'),
    404: error('Live is off'),
    503: error('Too many clients watch, or wrtmeter is shutting down: Retry-After has the seconds to wait'),
  },
};
