import { expect } from 'chai';
import fc from 'fast-check';
import { counterRoom } from '../../../../src/ledger/posting/counters/counter-room.ts';

const reader = (router: string, count: number, source: 'hosts' | 'wan' = 'hosts') => ({
  ...{ router, source },
  counters: new Map(Array.from({ length: count }, (_, i) => [String(i), []])),
});

/** How many of `wanted` new counters of a router there is room for. */
const taken = (room: ReturnType<typeof counterRoom>, router: string, wanted: number) =>
  Array.from({ length: wanted }, () => room.take(router)).filter(Boolean).length;

describe('Rule: small, counters of several routers', () => {
  it('one router alone may have all', () => {
    expect(taken(counterRoom([], ['gateway'], 12), 'gateway', 20)).to.equal(12);
  });

  it('a router that invents counters leaves each other its part, also in the same round', () => {
    const room = counterRoom([], ['liar', 'attic', 'garden'], 12);
    expect([taken(room, 'liar', 20), taken(room, 'attic', 2), taken(room, 'garden', 20)]).to.deep.equal([8, 2, 2]);
  });

  it('what routers have already counts, but for uplinks', () => {
    const room = counterRoom([reader('gateway', 7), reader('gateway', 5, 'wan'), reader('attic', 1)], ['gateway', 'attic'], 12);
    expect([taken(room, 'attic', 20), taken(room, 'gateway', 20)]).to.deep.equal([4, 0]);
  });

  it('a router that is not configured any more keeps what it has until it ages out', () => {
    const room = counterRoom([reader('old', 10)], ['gateway'], 12);
    expect(taken(room, 'gateway', 20)).to.equal(3);
  });

  it('is never exceeded, and no router gets less than its part', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', 'b', 'c')), fc.integer({ min: 6, max: 30 }), (asked, most) => {
        const room = counterRoom([], ['a', 'b', 'c'], most);
        const got = new Map<string, number>();
        for (const router of asked) {
          const own = got.get(router) ?? 0;
          const has = room.take(router);
          if (has) got.set(router, own + 1);
          else expect(own + 1).to.be.above(most / 6);
        }
        expect([...got.values()].reduce((sum, each) => sum + each, 0)).to.be.at.most(most);
      }),
    );
  });
});
