import { control, error, inPath, json, type Operation, type Parameter, type Paths, plain } from './parts.ts';
import { flag, list, number, oneOf, orNull, record, ref, type Schema, text, time } from './schema.ts';

const thing = {
  of: oneOf(['user', 'device', 'peer', 'others'], 'What it is of'),
  id: orNull(text('Name of the configuration, first MAC or public key; null for others')),
  name: orNull(text('For people; null for others')),
};
const action = {
  action: oneOf(['slow', 'pause', 'allow'], 'allow: quotas and schedules do not hold'),
  download_bytes_per_second: orNull(number('Null: not limited, or no rate')),
  upload_bytes_per_second: orNull(number('Null: not limited, or no rate')),
};

/** Schemas of limits. */
export const limitSchemas = {
  Limits: record({
    enabled: flag('Whether anything can be limited: control is on, and a router may be asked'),
    limits: list(ref('Limit')),
    hand: list(ref('HandLimit')),
    routers: list(
      record({
        router: text("The router's configured name"),
        asked_at: orNull(time('When it last took its limits; null: not since the program started')),
        failure: orNull(text('Why it could not be asked the last time')),
        notes: list(text('What it answered besides')),
      }),
    ),
  }),
  Limit: record(
    {
      ...thing,
      ...action,
      reasons: list(ref('LimitReason')),
      overruled: list(ref('LimitReason')),
      routers: list(
        record({
          router: text("The router's configured name"),
          state: oneOf(['active', 'waiting', 'refused', 'failed'], 'What became of it there'),
          why: orNull(text('Why it is refused or failed')),
        }),
      ),
    },
    'What holds now: the strictest of its reasons',
  ),
  LimitReason: record({
    by: oneOf(['quota', 'schedule', 'hand'], 'What wants it'),
    name: text('The quota or limit of the configuration, or who set it'),
    share: orNull(number('The step of the quota: 1 is 100 %')),
    ...action,
    since: orNull(time('Null: always')),
    until: orNull(time('Null: no end is known')),
  }),
  HandLimit: record(
    {
      number: number('Never given to another one'),
      ...thing,
      ...action,
      set_at: time('When it was set'),
      until: orNull(time('When it ends; null: when it is cleared')),
      set_by: text('Who set it and how'),
    },
    'Set over HTTP or by a command; those that have ended are kept for a week',
  ),
  HandLimitAnswer: record({ limit: ref('HandLimit') }),
} as const satisfies Record<string, Schema>;

const query = (name: string, description: string, required = false): Parameter => ({
  name,
  in: 'query',
  ...(required && { required }),
  description,
  schema: text(),
});

const page = (description: string) => plain(description, 'text/html');

const answer = json('The limit', ref('HandLimitAnswer'));

/** What is limited, and limits by hand. */
export const limitPaths = (get: Operation): Paths => ({
  '/limits': {
    get: {
      summary: 'The page of limits: what holds, and a form that sets and clears limits by hand',
      responses: { 200: page('The page'), 503: plain('Too many large answers at once; try again') },
    },
    post: {
      summary: 'What the form of the page sends; programs use /api/v1/limits',
      description: 'A form of at most 4 KiB with "token", and "clear" or the parameters of POST /api/v1/limits. The audit log records it.',
      security: [],
      responses: {
        303: { description: 'Done: leads back to the page' },
        400: page('A wrong field'),
        401: page('No form, no token, or an unknown one'),
        403: page('The token has scope read, or the form is on a page of another site'),
        404: page('No such user, device, peer or limit, or control is not configured'),
        409: page('Several have that name, no router may be asked for limits, or there are too many limits'),
        413: page('The form is too long'),
        429: page('Too many wrong tokens from this address; Retry-After has the seconds to wait'),
        503: plain('The ledger could not be written, or the tokens could not be read'),
      },
    },
  },
  '/api/v1/limits': {
    get,
    post: control(
      'Slow down, pause or allow a user, device or peer; it takes the place of what was set for it before',
      [
        query('of', '"user NAME", "device NAME" (or its MAC), "peer NAME" (or its public key), guests or others', true),
        query('action', 'slow, pause or allow', true),
        query('rate', 'The rate of slow in each direction: 1Mbit'),
        query('down', 'That of downloads alone'),
        query('up', 'That of uploads alone'),
        query('for', 'How long: 30m, 2h'),
        query('until', 'Until when: 21:00 (the next time), 2026-01-31 or 2026-01-31T18:00:00Z; without it, until it is cleared'),
      ],
      {
        201: answer,
        400: error('A wrong parameter'),
        404: error('No such user, device or peer, or control is not configured'),
        409: error('Several have that name, no router may be asked for limits, or there are too many limits'),
      },
    ),
  },
  '/api/v1/limits/{number}': {
    delete: control('Clear what was set by hand', [inPath('number', 'Its number in /api/v1/limits')], {
      200: answer,
      404: error('No such limit by hand, or control is not configured'),
    }),
  },
});
