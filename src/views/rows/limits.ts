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

/** What people call a thing: a user by its name on pages and in tables. Empty for others. */
const titleOfThing = (view: NamedView, thing: LimitThing): string =>
  thing.of === 'user' ? view.people.titleOf(thing.id) : nameOfThing(view, thing);

/** The names of things by their keys, for labels: anybody can give a device the name of another, and no two of a kind are called the same. */
export const namesOfThings = (view: NamedView, things: readonly LimitThing[]): Map<string, string> => distinctly(view, things, nameOfThing);

/** The same for pages and tables. */
export const titlesOfThings = (view: NamedView, things: readonly LimitThing[]): Map<string, string> =>
  distinctly(view, things, titleOfThing);

function distinctly(view: NamedView, things: readonly LimitThing[], nameFor: typeof nameOfThing): Map<string, string> {
  const all = [...new Map(things.map((thing) => [keyOfThing(thing), { ...thing, name: nameFor(view, thing) }])).values()];
  const named = [...grouped(all, ({ of }) => of).values()].flatMap(distinct);
  return new Map(named.map((thing) => [keyOfThing(thing), thing.name]));
}

/** One limit as it is shown: one row for each thing, with its routers. */
export interface LimitRow extends DecidedLimit {
  /** As labels and the API have it. */
  name: string;
  /** As pages and tables have it. */
  title: string;
  on: readonly { router: string; state: LimitOnRouter['state'] | 'failed'; why: string | null }[];
}

/** What is limited or allowed now. */
export function limitRows(view: NamedView & Pick<View, 'limits'>): LimitRow[] {
  const { decided = [], routers = [] } = view.limits ?? {};
  const things = decided.map(({ thing }) => thing);
  const [names, titles] = [namesOfThings(view, things), titlesOfThings(view, things)];
  return decided.map((limit) => {
    const isOf = ({ thing }: LimitOnRouter) => thing.of === limit.thing.of && thing.id === limit.thing.id;
    const on = routers.flatMap(({ router, limits, failure }) => {
      const found = limits.find(isOf);
      if (found === undefined) return [];
      const isLost = failure !== null && found.state === 'waiting';
      return [isLost ? { router, state: 'failed' as const, why: failure } : { router, state: found.state, why: found.why }];
    });
    const key = keyOfThing(limit.thing);
    return { ...limit, name: names.get(key) ?? '', title: titles.get(key) ?? '', on };
  });
}
