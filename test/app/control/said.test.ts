import { expect } from 'chai';
import { createSaid, type LimitNews } from '../../../src/app/control/said.ts';

const news = (thing: string, kind: LimitNews['kind'], why = 'x'): LimitNews => ({ router: 'gateway', thing, kind, why });
const HALF_HOUR = 1_800_000;

describe('what is said of limits on a router', () => {
  it('is the same kind of thing once in half an hour, unless somebody decided it', () => {
    const said = createSaid();
    const at = (tick: number, isDecision = false) => said.of([news('kids', 'refused', `reason ${tick}`)], tick, isDecision).length;
    expect([at(0), at(1), at(HALF_HOUR - 1), at(HALF_HOUR), at(HALF_HOUR + 1), at(HALF_HOUR + 2, true)]).to.deep.equal([1, 0, 0, 1, 0, 1]);
    expect(said.of([news('kids', 'began'), news('mum', 'refused')], HALF_HOUR + 3, false)).to.have.length(2);
  });

  it('is 16 rows for one answer, the last of which says how many more there are', () => {
    const all = Array.from({ length: 300 }, (_, i) => news(`${i}`, 'ended', 'free again'));
    const rows = createSaid().of(all, 0, true);
    expect(rows).to.have.length(16);
    expect(rows.at(-1)).to.include({ thing: null, why: '285 more limits began, changed, ended or could not be set' });
  });
});
