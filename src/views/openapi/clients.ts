import { error, json, type Operation, type Parameter, type Paths, TOKEN } from './parts.ts';
import { flag, orNull, record, ref, type Schema, text } from './schema.ts';

const number = (description: string): Schema => ({ type: 'integer', minimum: 0, description });
const time = (description: string): Schema => text(`YYYY-MM-DD HH:MM:SS, local: ${description}`);

/** Schemas of the answers of the VPN panel's API. */
export const clientSchemas = {
  Client: record(
    {
      id: { type: ['integer', 'string'], description: "The account's number; the public key before the peer's first reading" },
      name: text(),
      server_id: orNull(number('Position of the router in /api/v1/routers, from 1; null if it is no longer configured')),
      client_ip: orNull(text('The first address that the peer may use')),
      status: { type: 'string', enum: ['active', 'disabled'], description: 'Disabled = revoked' },
      created_at: orNull(time('when it was first counted; null before that')),
      stats: ref('ClientStats'),
      bytes_sent: number('Uploaded by the peer since counting started'),
      bytes_received: number('Downloaded by the peer since counting started'),
      last_handshake: orNull(time('null = never')),
    },
    'A WireGuard peer',
  ),
  ClientStats: record({
    sent: text('Uploaded by the peer, such as 1.5 GB, base 1024'),
    received: text('Downloaded by the peer'),
    total: text('Both'),
    last_seen: text('Online, N minutes ago, N hours ago, N days ago or Never'),
    is_online: flag('Whether the last handshake was within five minutes'),
  }),
  ClientAnswer: record({ success: flag('True'), client: ref('Client') }),
  ClientsAnswer: record({ success: flag('True'), clients: { type: 'array', items: ref('Client') } }),
  StatsAnswer: record({ success: flag('True'), stats: ref('ClientStats') }),
  SyncedAnswer: record({ success: flag('True'), synced: number('Peers that were read') }),
  DoneAnswer: {
    ...record({
      success: flag('True'),
      message: text('What was done'),
      notes: { type: 'array', items: text('What the owner should know'), description: 'Only where there are some' },
    }),
    required: ['success', 'message'],
  },
  FailedAnswer: record({ success: flag('False'), error: text('Why nothing was changed') }),
} as const satisfies Record<string, Schema>;

const answer = (name: keyof typeof clientSchemas) => json('The answer', ref(name));

const client: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Number of the client, or its public key (URL-encoded)',
  schema: text(),
};
const server: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'Name of the router, or its position in /api/v1/routers, from 1',
  schema: text(),
};

const refusals = {
  401: error('No token, or an unknown one'),
  403: error('The token has scope read, or the request is from a page of another site'),
  404: error('No such client or server, or control is not configured'),
  429: error('Too many wrong tokens from this address; Retry-After has the seconds to wait'),
};

const reading = (summary: string, parameter: Parameter, name: keyof typeof clientSchemas): Operation => ({
  summary,
  parameters: [parameter],
  responses: { 200: answer(name), 404: error('No such client or server') },
});

const control = (summary: string, parameter: Parameter, name: keyof typeof clientSchemas, more: Operation['responses']): Operation => ({
  summary,
  description: 'Only with "control: true"; requires a token of scope control.',
  security: TOKEN,
  parameters: [parameter],
  responses: { 200: answer(name), ...refusals, ...more },
});

const failed = (description: string) => json(description, ref('FailedAnswer'));

const act = (summary: string): Operation =>
  control(summary, client, 'DoneAnswer', {
    409: failed('Not possible in the current state'),
    502: failed('The server could not be reached, or refused the change; nothing was changed'),
  });

const notRead = { 502: failed('The server could not be read'), 503: failed('The reading could not be posted') };
const details = { get: reading('A WireGuard peer', client, 'ClientAnswer') };
const remove = act('Delete a peer permanently; its usage stays in the ledger');
const syncServer = { post: control('Read the routers now', server, 'SyncedAnswer', notRead) };

/** The VPN panel's API. */
export const clientPaths: Paths = {
  '/api/clients/{id}': { ...details, delete: remove },
  '/api/clients/{id}/details': details,
  '/api/clients/{id}/delete': { delete: remove },
  '/api/clients/{id}/revoke': { post: act('Revoke a peer; it stays listed') },
  '/api/clients/{id}/restore': { post: act('Restore a revoked peer, with the same keys and addresses') },
  '/api/clients/{id}/sync-stats': { post: control('Read the routers now', client, 'StatsAnswer', notRead) },
  '/api/servers/{id}/clients': { get: reading('The WireGuard peers of a router', server, 'ClientsAnswer') },
  '/api/servers/{id}/sync-stats': syncServer,
  '/servers/{id}/sync-stats': syncServer,
};
