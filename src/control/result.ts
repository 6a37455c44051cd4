import { parsePublicKey } from '../domain/public-key.ts';

/** The state of a peer on its server; `gone` = not there. */
export type AccessState = 'active' | 'revoked' | 'gone';

/** Where a peer is or was changed: on the interface and in its file, in only one of them, or only in the record of revoked peers. */
export type PeerPlace = 'both' | 'file' | 'interface' | 'record';

/** The result of an action. */
export type AccessResult = ChangeDone | AccessFailure;

export interface ChangeDone {
  ok: true;
  state: AccessState;
  /** False if it was so before. */
  changed: boolean;
  place: PeerPlace;
  /** Additional notes for the owner: sentences without a period. */
  notes: string[];
}

/** Nothing was changed, or the change was rolled back; if that is not certain, the reason says so. */
export interface AccessFailure {
  ok: false;
  /** The failed step, named by the script; `connect` if nothing was started, `answer` if the answer is incomplete. */
  step: string;
  /** It is not possible in the current state; trying again does not help. */
  conflict: boolean;
  /** One line without keys. */
  reason: string;
}

/** A peer on its server. */
interface ListedPeer {
  publicKey: string;
  state: 'active' | 'revoked';
  place: PeerPlace;
  allowedIps: string[];
}

export interface Listing {
  /** Whether the interface is up. */
  up: boolean;
  peers: ListedPeer[];
  notes: string[];
}

const STATES: Record<string, AccessState> = { active: 'active', revoked: 'revoked', deleted: 'gone' };
const PLACES: readonly PeerPlace[] = ['both', 'file', 'interface', 'record'];
/** The peer is unknown there, or its address is taken. */
const CONFLICTS = ['find', 'conflict'];
const LONGEST = 300;
const MOST_ADDRESSES = 64;

/** Parses the script's answer to an action; null if it is incomplete. */
export function parseResult(answer: string): AccessResult | null {
  const { result, notes } = linesOf(answer);
  const failed = /^failed ([a-z]+) (.+)$/.exec(result);
  if (failed !== null) {
    const [, step = '', reason = ''] = failed;
    return { ok: false, step, conflict: CONFLICTS.includes(step), reason: clean([reason, ...notes].join('. ')) };
  }
  const [, word = '', changed = '', where = ''] = /^ok (active|revoked|deleted) (changed|unchanged) ([a-z]+)$/.exec(result) ?? [];
  const state = STATES[word];
  const place = PLACES.find((known) => known === where);
  return state === undefined || place === undefined ? null : { ok: true, state, changed: changed === 'changed', place, notes };
}

/** Parses the script's list of an interface's peers, or its failure; null if it is incomplete. */
export function parseListing(answer: string): Listing | AccessFailure | null {
  const { result, notes, lines } = linesOf(answer);
  const [, up] = /^ok listed unchanged (up|down)$/.exec(result) ?? [];
  if (up !== undefined) return { up: up === 'up', notes, peers: lines.flatMap(listedPeer) };
  const failure = parseResult(answer);
  return failure?.ok === false ? failure : null;
}

function linesOf(answer: string): { result: string; notes: string[]; lines: string[] } {
  const lines = answer.split('\n');
  // The last line is complete only with its line end.
  const [, result = ''] = lines.at(-1) === '' ? (/^result (.*)$/.exec(lines.at(-2) ?? '') ?? []) : [];
  return { result, lines, notes: lines.flatMap(noteOf) };
}

function noteOf(line: string): string[] {
  const [, word, rest = ''] = /^note ([a-z-]+) ?(.*)$/.exec(line) ?? [];
  switch (word) {
    case 'settled':
      return [rest === 'restore' ? 'An interrupted restore was rolled back first' : 'An interrupted change was completed first'];
    case 'changed-since':
      return [clean(`"${rest}" was changed by another program in the meantime and was left as it is`)];
    case 'rewritten':
      return [
        clean(`A program writes "${rest}" from its own database and lets the peer in again at its next write: remove the peer there too`),
      ];
    case 'no-route':
      return [clean(`The interface has no route to ${rest}: restart the interface to add it`)];
    default:
      return [];
  }
}

function listedPeer(line: string): ListedPeer[] {
  const [, key = '', state, where, addresses = ''] = /^peer (\S+) (active|revoked) ([a-z]+) (\S+)$/.exec(line) ?? [];
  const publicKey = parsePublicKey(key);
  const place = PLACES.find((known) => known === where);
  if (publicKey === null || place === undefined || (state !== 'active' && state !== 'revoked')) return [];
  const allowedIps = addresses.split(',', MOST_ADDRESSES).filter((text) => /^\+?[0-9a-f.:]{2,45}(\/\d{1,3})?$/i.test(text));
  return [{ publicKey, state, place, allowedIps }];
}

/** Foreign text on one line, of limited length, without anything that may be a key. */
export function clean(text: string): string {
  const line = text
    .replace(/\p{C}|\p{Zl}|\p{Zp}/gu, ' ')
    .replace(/[A-Za-z0-9+/]{43}=|[0-9a-f]{64}/gi, '(hidden)')
    .trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
