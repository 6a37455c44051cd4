import type { Context } from 'koa';
import { LedgerError } from '../errors.ts';
import { peerKey } from '../ledger/books.ts';
import { clientJson, clientStats, findClient, findServer, serverClients, syncedPeers } from '../views/api-clients.ts';
import type { PeerRow } from '../views/rows/peers.ts';
import type { AppDeps, PeerAction, PeerChange, PeerId } from './deps.ts';
import type { Route } from './route.ts';

/** Per action: the message, the verb for the audit, and the expected state of the peer. */
const DONE = {
  revoke: { message: 'Client revoked', verb: 'revoked', state: 'revoked' },
  restore: { message: 'Client restored', verb: 'restored', state: 'active' },
  delete: { message: 'Client deleted', verb: 'deleted', state: 'gone' },
} as const;

/** The VPN panel's API: WireGuard peers as clients, routers as servers. */
export function clientRoutes(deps: AppDeps): Route[] {
  const reading = (path: string, handle: Route['handle']): Route => ({ method: 'GET', path, needs: 'read', handle });
  const control = (method: 'POST' | 'DELETE', path: string, handle: Route['handle']): Route => ({ method, path, needs: 'control', handle });
  const act = (action: PeerAction): Route['handle'] => {
    return (context, token) => change(deps, context, action, token ?? '');
  };
  return [
    ...['/api/clients/:id', '/api/clients/:id/details'].map((path) =>
      reading(path, async (context) => {
        const view = await deps.view();
        context.body = { success: true, client: clientJson(view, findClient(view, idOf(context))) };
      }),
    ),
    reading('/api/servers/:id/clients', async (context) => {
      const view = await deps.view();
      context.body = { success: true, clients: serverClients(view, findServer(view, idOf(context))) };
    }),
    control('POST', '/api/clients/:id/revoke', act('revoke')),
    control('POST', '/api/clients/:id/restore', act('restore')),
    ...['/api/clients/:id', '/api/clients/:id/delete'].map((path) => control('DELETE', path, act('delete'))),
    control('POST', '/api/clients/:id/sync-stats', (context) => syncClient(deps, context)),
    ...['/api/servers/:id/sync-stats', '/servers/:id/sync-stats'].map((path) =>
      control('POST', path, (context) => syncServer(deps, context)),
    ),
  ];
}

const idOf = (context: Context): string => String(context.params.id);

/** Reports a failure with its reason: 409 if it is not possible in the current state, 502 if the server failed. */
function fail(context: Context, status: 409 | 502 | 503, error: string): void {
  context.status = status;
  context.body = { success: false, error };
}

async function change(deps: AppDeps, context: Context, action: PeerAction, token: string): Promise<void> {
  const row = findClient(await deps.view(), idOf(context));
  const peer: PeerId = { router: row.router, interface: row.interface, publicKey: row.publicKey };
  // Post the peer's bytes before its counter is removed.
  if (action !== 'restore') await deps.read();
  const result = await changeOf(deps, peer, action);
  await note(deps, peer, action, token, result);
  if (!result.ok) return fail(context, result.conflict === true ? 409 : 502, result.reason);
  await readAgain(deps, peer, DONE[action].state);
  const { notes = [] } = result;
  context.body = { success: true, message: DONE[action].message, ...(notes.length > 0 && { notes }) };
}

async function changeOf({ control, log }: AppDeps, peer: PeerId, action: PeerAction): Promise<PeerChange> {
  const result = await control.change(peer, action).catch((error: unknown): PeerChange => {
    // A bug; the action is still audited, as a failure.
    log('error', 'A change of a peer failed', { ...peer, action, error });
    return { ok: false, reason: 'Internal error: see the log' };
  });
  const { state } = DONE[action];
  // The state on the server decides.
  return result.ok && result.state !== state ? { ok: false, reason: `The server still shows the peer as ${result.state}` } : result;
}

/** The sentence for the audit. */
function sentenceOf(action: PeerAction, token: string, result: PeerChange): string {
  const { verb } = DONE[action];
  const how = `over HTTP with token "${token}"`;
  if (!result.ok) return `could not be ${verb} ${how}: ${result.reason}`;
  const done = result.changed === false ? `${verb} ${how}, as it was already` : `${verb} ${how}`;
  return [done, ...(result.notes ?? [])].join('. ');
}

async function note({ note, log }: AppDeps, peer: PeerId, action: PeerAction, token: string, result: PeerChange): Promise<void> {
  const why = sentenceOf(action, token, result);
  log('info', `Peer ${peer.publicKey} of ${peer.router}: ${why}`, { ...peer, action, token, ok: result.ok });
  try {
    await note({ peer, why });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    // The change is done, so do not report a failure.
    log('error', `Could not write an audit row: ${error.message}`, {});
  }
}

/** Updates the books after a change. A round that started before the change may show the old state: then run another. */
async function readAgain(deps: AppDeps, peer: PeerId, state: string): Promise<void> {
  const key = peerKey(peer.router, peer.interface, peer.publicKey);
  for (let round = 0; round < 2; round += 1) {
    await deps.read();
    const { books } = await deps.view();
    if ((books.peers.get(key)?.state ?? 'gone') === state) return;
  }
}

async function syncClient(deps: AppDeps, context: Context): Promise<void> {
  const id = idOf(context);
  const before: PeerRow = findClient(await deps.view(), id);
  if ((await sync(deps, context, before.router)) === null) return;
  const view = await deps.view();
  context.body = { success: true, stats: clientStats(view, findClient(view, id)) };
}

async function syncServer(deps: AppDeps, context: Context): Promise<void> {
  const synced = await sync(deps, context, findServer(await deps.view(), idOf(context)));
  if (synced !== null) context.body = { success: true, synced };
}

/** Runs a round and returns the number of peers read from a server, or null after a failure response. */
async function sync(deps: AppDeps, context: Context, server: string): Promise<number | null> {
  const { writeErrors } = (await deps.view()).ledger;
  await deps.read();
  const view = await deps.view();
  const result = syncedPeers(view, server);
  const { suspendedBecause } = view.ledger;
  if ('error' in result) fail(context, 502, result.error);
  else if (suspendedBecause !== null) fail(context, 503, `Nothing is posted while ${suspendedBecause}`);
  else if (view.ledger.writeErrors > writeErrors) fail(context, 503, 'The round could not be written to the ledger: see the log');
  else return result.synced;
  return null;
}
