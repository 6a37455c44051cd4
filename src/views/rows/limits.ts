import type { DecidedLimit } from '../../domain/people/limits/decide.ts';
import type { LimitThing } from '../../domain/people/limits/limit.ts';
import type { LimitOnRouter } from '../limits-status.ts';
import { nameOf, nameOfPeer, type View } from '../view.ts';

/** The name of a thing for people and labels; empty for others. */
export function nameOfThing(view: Pick<View, 'aliases' | 'books' | 'people' | 'peerNames'>, { of, id }: LimitThing): string {
  switch (of) {
    case 'user':
      return id;
    case 'others':
      return '';
    case 'device':
      return nameOf(view, id);
    case 'peer': {
      const known = [...view.books.peers.values()].find(({ publicKey }) => publicKey === id);
      return nameOfPeer(view, known ?? { router: '', interface: '', publicKey: id });
    }
    default:
      return of satisfies never;
  }
}

/** One limit as it is shown: one row for each thing, with its routers. */
export interface LimitRow extends DecidedLimit {
  name: string;
  on: readonly { router: string; state: LimitOnRouter['state'] | 'failed'; why: string | null }[];
}

/** What is limited or allowed now. */
export function limitRows(view: Pick<View, 'aliases' | 'books' | 'people' | 'peerNames' | 'limits'>): LimitRow[] {
  const { decided = [], routers = [] } = view.limits ?? {};
  return decided.map((limit) => {
    const isOf = ({ thing }: LimitOnRouter) => thing.of === limit.thing.of && thing.id === limit.thing.id;
    const on = routers.flatMap(({ router, limits, failure }) => {
      const found = limits.find(isOf);
      if (found === undefined) return [];
      const isLost = failure !== null && found.state === 'waiting';
      return [isLost ? { router, state: 'failed' as const, why: failure } : { router, state: found.state, why: found.why }];
    });
    return { ...limit, name: nameOfThing(view, limit.thing), on };
  });
}
