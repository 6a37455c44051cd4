import { isMac, macOfPeople } from '../../domain/mac.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import type { QuotaOf } from '../../domain/people/quota.ts';
import { OTHERS } from '../../domain/people/user.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { fail, type Located, type Problems, shown, warn } from '../../fields/problems.ts';
import { ValueError } from '../../fields/values.ts';

/** What the rest of the configuration names. */
export interface KnownNames {
  /** Null: they are not in the file. */
  routers: readonly string[] | null;
  users: readonly string[];
  devices: readonly string[];
  /** Names and public keys of peers that something here names; servers may have others. */
  peers: readonly string[];
  /** What is private, as quotas name it. */
  hidden: readonly string[];
}

/** `home`, `uplink gateway/wan`, `user anna`, `each device of guests` and so on. */
export function parseQuotaOf(text: string): QuotaOf {
  const [, word = '', name] = /^(each user|each device|each peer|\S+)(?: (.+))?$/.exec(text) ?? [];
  if (name === undefined) {
    switch (word) {
      case 'home':
      case 'others':
      case 'each user':
      case 'each peer':
        return { kind: word };
      case 'each device':
        return { kind: word, user: null };
      case 'guests':
        return { kind: 'user', name: 'guests' };
    }
  } else {
    const [, user] = /^of (.+)$/.exec(name) ?? [];
    const [router = '', uplink] = name.split('/');
    if (word === 'each device' && user !== undefined) return { kind: word, user };
    if (word === 'uplink' && router !== '' && uplink !== '') return { kind: word, router, interface: uplink ?? null };
    // Twelve digits alone may be a device's name.
    if (word === 'device') return { kind: word, name: (/[.:-]/.test(name) ? macOfPeople(name) : null) ?? name };
    if (word === 'user' || word === 'peer') return { kind: word, name };
  }
  throw new ValueError(
    'is not something to count; use home, uplink ROUTER, user NAME, device NAME, peer NAME, each user, each device, each device of USER, each peer, guests or others',
  );
}

/** Reports names that nothing has. A peer may be named by its server alone, so for its name there is only a warning. */
export function checkOf({ value: of, place }: Located<QuotaOf>, { routers, users, devices, peers }: KnownNames, problems: Problems): void {
  const check = (what: string, name: string, known: readonly string[], otherwise: string) => {
    if (!known.includes(name)) fail(problems, place, `${what} ${shown(name)} does not exist; ${didYouMean(name, known, otherwise)}`);
  };
  switch (of.kind) {
    case 'uplink':
      if (routers !== null) check('router', of.router, routers, 'use the name of a router');
      return;
    case 'user':
      check('user', of.name, users, of.name === OTHERS ? 'use of: others' : 'add it to users');
      return;
    case 'each device':
      if (of.user !== null) check('user', of.user, users, 'add it to users');
      return;
    case 'device':
      if (!isMac(of.name)) check('device', of.name, devices, 'add it to devices, or use its MAC');
      return;
    case 'peer':
      if (of.name.length === 44 && parsePublicKey(of.name) === null)
        fail(problems, place, 'has a public key that is not one; use what wg show prints');
      else if (parsePublicKey(of.name) === null && !peers.includes(of.name)) {
        const near = didYouMean(of.name, peers, 'add it to peers, or use its public key');
        warn(problems, place, `peer ${shown(of.name)} is not in peers, so it counts only if its server uses this name; ${near}`);
      }
      return;
    case 'home':
    case 'each user':
    case 'each peer':
    case 'others':
      return;
    default:
      of satisfies never;
  }
}

/** In words, for people. */
export function ofText(of: QuotaOf): string {
  switch (of.kind) {
    case 'home':
      return 'the home';
    case 'uplink':
      return `uplink ${of.router}${of.interface === null ? '' : `/${of.interface}`}`;
    case 'user':
    case 'device':
    case 'peer':
      return `${of.kind} ${of.name}`;
    case 'each device':
      return of.user === null ? 'each device' : `each device of ${of.user}`;
    case 'each user':
    case 'each peer':
    case 'others':
      return of.kind;
    default:
      return of satisfies never;
  }
}
