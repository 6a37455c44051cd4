import type { DecidedLimit } from '../../domain/people/limits/decide.ts';
import { keyOfThing, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { LimitOnRouter } from '../limits-status.ts';
import { nameOf, nameOfPeer, type View } from '../view.ts';
import { distinct } from './distinct.ts';
import { grouped } from './quota-subjects.ts';

/** What things that can be limited are called by. */
export type NamedView = Pick<View, 'aliases' | 'books' | 'people' | 'peerNames'>;

/** The name of a thing for people; empty for others. */
export function nameOfThing(view: NamedView, { of, id }: LimitThing): string {
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

/** The names of things by their keys, for labels and tables: anybody can give a device the name of another, and no two of a kind are called the same. */
export function namesOfThings(view: NamedView, things: readonly LimitThing[]): Map<string, string> {
  const all = [...new Map(things.map((thing) => [keyOfThing(thing), { ...thing, name: nameOfThing(view, thing) }])).values()];
  const named = [...grouped(all, ({ of }) => of).values()].flatMap(distinct);
  return new Map(named.map((thing) => [keyOfThing(thing), thing.name]));
}

/** One limit as it is shown: one row for each thing, with its routers. */
export interface LimitRow extends DecidedLimit {
  name: string;
  on: readonly { router: string; state: LimitOnRouter['state'] | 'failed'; why: string | null }[];
}

/** What is limited or allowed now. */
export function limitRows(view: NamedView & Pick<View, 'limits'>): LimitRow[] {
  const { decided = [], routers = [] } = view.limits ?? {};
  const names = namesOfThings(
    view,
    decided.map(({ thing }) => thing),
  );
  return decided.map((limit) => {
    const isOf = ({ thing }: LimitOnRouter) => thing.of === limit.thing.of && thing.id === limit.thing.id;
    const on = routers.flatMap(({ router, limits, failure }) => {
      const found = limits.find(isOf);
      if (found === undefined) return [];
      const isLost = failure !== null && found.state === 'waiting';
      return [isLost ? { router, state: 'failed' as const, why: failure } : { router, state: found.state, why: found.why }];
    });
    return { ...limit, name: names.get(keyOfThing(limit.thing)) ?? '', on };
  });
}
