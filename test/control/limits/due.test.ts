import { expect } from 'chai';
import { type AskedLimits, type DueFacts, dueNow, type ShownLimits } from '../../../src/control/limits/due.ts';
import type { LimitEffect, StandingLimit } from '../../../src/domain/people/limits/effect.ts';

const PAUSE = { kind: 'pause' } as const satisfies LimitEffect;
const limit = (id: string, effect: LimitEffect = PAUSE): StandingLimit => ({
  id,
  effect,
  expiresIn: 60,
  dropped: { download: 0, upload: 0 },
});
const SHOWN: ShownLimits = { boot: 'one', offload: '00', at: 2000, standing: [limit('a')] };
const ASKED: AskedLimits = { text: 'a', accepted: new Map([['a', PAUSE]]), refused: false, tick: 0, at: 1000, boot: 'one', offload: '00' };
const due = (facts: Partial<DueFacts>) =>
  dueNow({ text: 'a', wantsAny: true, isMute: false, asked: ASKED, shown: SHOWN, tick: 0, expire: 3600, ...facts });
const shown = (more: Partial<ShownLimits>): Partial<DueFacts> => ({ shown: { ...SHOWN, ...more } });

describe('when a router is asked for its limits', () => {
  it('at first, if something is wanted or may have been left behind', () => {
    const first = (more: Partial<ShownLimits>, wantsAny = false) => due({ asked: null, wantsAny, ...shown(more) });
    expect(first({}, true)).to.equal('first');
    expect(first({})).to.equal('first');
    expect(first({ standing: [] })).to.equal(null);
    expect(first({ standing: null })).to.equal(null);
    expect(first({ standing: null, at: null }), 'a server that shows nothing').to.equal('first');
  });

  it('when something else is wanted', () => {
    expect(due({})).to.equal(null);
    expect(due({ text: 'b' })).to.equal('changed');
    expect(due({ asked: { ...ASKED, refused: true }, ...shown({ offload: '10', standing: null }) }), 'offloading was switched').to.equal(
      'changed',
    );
  });

  it('when what it shows is not what it accepted', () => {
    expect(due(shown({ standing: [] }))).to.equal('missing');
    expect(due(shown({ standing: null }))).to.equal('missing');
    expect(due(shown({ standing: [limit('a'), limit('b')] }))).to.equal('missing');
    expect(due(shown({ standing: [limit('a', { kind: 'slow', download: 1, upload: 1 })] }))).to.equal('missing');
    expect(due(shown({ standing: [], at: 1000 })), 'read before it was asked').to.equal(null);
    expect(due(shown({ standing: [], at: null })), 'not read').to.equal(null);
  });

  it('that is known to show no limits: after a boot', () => {
    expect(due({ isMute: true, ...shown({ standing: null }) })).to.equal(null);
    expect(due({ isMute: true, ...shown({ standing: null, boot: 'two' }) })).to.equal('missing');
  });

  it('after a quarter of the time in which they end', () => {
    expect(due({ tick: 899_999 })).to.equal(null);
    expect(due({ tick: 900_000 })).to.equal('refresh');
    expect(due({ tick: 900_000, wantsAny: false, ...shown({ standing: [] }), asked: { ...ASKED, accepted: new Map() } })).to.equal(null);
  });
});
