import { ExitError, SourceError } from '../errors.ts';
import type { Run } from '../transports/run.ts';
import { type AccessFailure, type AccessResult, type AccessState, clean, type Listing, parseListing, parseResult } from './result.ts';
import { accessScript } from './script.ts';
import { type Action, type PeerTarget, type ServerInterface, scriptCommand } from './target.ts';

const AFTER: Record<Action, AccessState> = { revoke: 'revoked', restore: 'active', delete: 'gone' };

/** Milliseconds to list the peers after a lost answer; this waits for a change that is still running there. */
const CHECK_MS = 20_000;

/**
 * Revokes, restores or deletes a peer on its server: on the running interface and in its configuration, or not at all. If the answer is
 * lost, it checks the state on the server. Rejects only for bugs.
 */
export async function changePeer(run: Run, target: PeerTarget, action: Action, signal: AbortSignal): Promise<AccessResult> {
  const answer = await ask(run, scriptCommand(action, target, target.publicKey), signal);
  if ('failure' in answer) return answer.failure;
  const result = answer.text === null ? null : parseResult(answer.text);
  return result ?? checkState(run, target, action, answer.why);
}

/** Lists the peers of an interface on its server. This also rolls back an interrupted change. Rejects only for bugs. */
export async function listPeers(run: Run, target: ServerInterface, signal: AbortSignal): Promise<Listing | AccessFailure> {
  const answer = await ask(run, scriptCommand('list', target, '-'), signal);
  if ('failure' in answer) return answer.failure;
  const listing = answer.text === null ? null : parseListing(answer.text);
  return listing ?? { ok: false, step: 'answer', conflict: false, reason: answer.why };
}

/** Whether listing failed. */
export const isFailure = (listing: Listing | AccessFailure): listing is AccessFailure => 'ok' in listing;

type Asked = { failure: AccessFailure } | { text: string | null; why: string };

async function ask(run: Run, argv: string[], signal: AbortSignal): Promise<Asked> {
  try {
    return { text: await run(argv, accessScript(), signal), why: 'it ends in the middle' };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const reason = clean(error.message);
    return began(error) ? { text: null, why: reason } : { failure: { ok: false, step: 'connect', conflict: false, reason } };
  }
}

/** What OpenSSH prints if it never got to the command; a connection that breaks later gives other messages. */
const NO_CONNECTION = /connect to host|could not resolve|kex_exchange|ssh_exchange|banner exchange/i;

/**
 * Whether the script may have started. It always exits with 0 unless a signal ends it, so another code comes from what should have
 * started it (sudo, docker).
 */
function began(error: SourceError): boolean {
  if (error instanceof ExitError) return error.code === null || error.code > 127;
  if (error.reason === 'connect') return !NO_CONNECTION.test(error.message);
  return error.reason !== 'auth' && error.reason !== 'exec';
}

async function checkState(run: Run, target: PeerTarget, action: Action, why: string): Promise<AccessResult> {
  const listing = await listPeers(run, target, AbortSignal.timeout(CHECK_MS));
  const lost = (then: string): AccessFailure => ({
    ok: false,
    step: 'answer',
    conflict: false,
    reason: `The answer is incomplete (${why}), and ${then}`,
  });
  if (isFailure(listing)) return lost('the state of the peer is unknown: check with "wrtmeter peer list"');
  const peer = listing.peers.find(({ publicKey }) => publicKey === target.publicKey);
  const state = peer?.state ?? 'gone';
  if (state !== AFTER[action])
    return lost(`the server ${state === 'gone' ? 'no longer has the peer' : `shows the peer as ${state}`}: try again`);
  return { ok: true, state, changed: true, place: peer?.place ?? 'record', notes: listing.notes };
}
