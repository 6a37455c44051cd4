import { expect } from 'chai';
import fc from 'fast-check';
import { createAnswerShares } from '../../../src/app/tools/answer-shares.ts';
import { SourceError } from '../../../src/errors.ts';

const TOTAL = 1200;
const HOUR = 3_600_000;

let tick = 0;

function shares(...names: string[]) {
  const made = createAnswerShares(TOTAL, () => tick);
  made.setRouters(names);
  return made;
}

describe('what the answers of all routers may hold together', () => {
  it('is there for one router alone', () => {
    expect(() => shares('gateway').take('gateway', '/', TOTAL)).not.to.throw();
  });

  it('leaves each router its part, whatever the others answer', () => {
    const { take } = shares('liar', 'attic', 'garden');
    take('liar', '/', 800);
    take('attic', '/', 200);
    take('garden', '/', 200);
    expect(() => take('liar', '/', 801)).to.throw(
      SourceError,
      'the answer is too large (0.0 MiB): with this memory, the answers of all routers together may have 0.0 MiB',
    );
  });

  it('stays with who needs it, and is free again when its answers are smaller or its router is gone', () => {
    const made = shares('gateway', 'attic');
    made.take('gateway', '/', 700);
    expect(() => made.take('attic', '/', 600)).to.throw(SourceError);
    made.take('gateway', '/', 600);
    made.take('attic', '/', 600);
    made.setRouters(['attic', 'garden']);
    made.take('garden', '/', 500);
  });

  it('counts all addresses of a router', () => {
    const { take } = shares('gateway', 'attic');
    take('gateway', '/wan', 400);
    take('gateway', '/stations', 400);
    expect(() => take('gateway', '/leases', 200)).to.throw(SourceError);
    take('gateway', '/wan', 200);
    take('gateway', '/leases', 200);
  });

  it('is free again when an answer did not come for an hour', () => {
    const { take } = shares('off', 'gateway');
    take('off', '/', 700);
    take('gateway', '/', 500);
    tick += HOUR - 1;
    take('gateway', '/', 500);
    expect(() => take('gateway', '/', 700)).to.throw(SourceError);
    tick += 1;
    take('gateway', '/', 700);
    expect(() => take('off', '/', 700), 'back').to.throw(SourceError);
  });

  it('is never exceeded, and a router within its part is never refused', () => {
    const asked = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('/x', '/y'), fc.integer({ min: 0, max: TOTAL })));
    fc.assert(
      fc.property(asked, (answers) => {
        const { take } = shares('a', 'b', 'c');
        const held = new Map<string, number>();
        for (const [router, address, bytes] of answers) {
          const before = new Map(held);
          held.set(router + address, bytes);
          const own = [...held].filter(([key]) => key.startsWith(router)).reduce((sum, [, each]) => sum + each, 0);
          try {
            take(router, address, bytes);
          } catch (error) {
            expect(error).to.be.instanceOf(SourceError);
            expect(own).to.be.above(TOTAL / 6);
            held.set(router + address, before.get(router + address) ?? 0);
          }
          expect([...held.values()].reduce((sum, each) => sum + each, 0)).to.be.at.most(TOTAL);
        }
      }),
    );
  });
});
