import type { Run } from '../transports/run.ts';
import { changePeer, listPeers } from './change.ts';
import type { AccessFailure, AccessResult, Listing } from './result.ts';
import type { Action, PeerTarget, ServerInterface } from './target.ts';

/** Lists and changes the peers of one server, one request at a time. */
export interface PeerServer {
  change(target: PeerTarget, action: Action, signal: AbortSignal): Promise<AccessResult>;
  list(target: ServerInterface, signal: AbortSignal): Promise<Listing | AccessFailure>;
}

/** `run` runs commands on the server as root. */
export function peerServer(run: Run): PeerServer {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    change: (target, action, signal) => inTurn(() => changePeer(run, target, action, signal)),
    list: (target, signal) => inTurn(() => listPeers(run, target, signal)),
  };
}
