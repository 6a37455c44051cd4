import { expect } from 'chai';
import { createPeople } from '../../../../src/domain/people/people.ts';
import { plainUser } from '../../../../src/domain/people/user.ts';
import { limitsAnswer } from '../../../../src/views/api-v1/limits.ts';
import type { LimitsStatus } from '../../../../src/views/limits-status.ts';
import { limitsCard } from '../../../../src/views/pages/home/limits.ts';
import { limitsPage } from '../../../../src/views/pages/limits/page.ts';
import { openHome, type SmallHome } from '../../../support/homes/small-home.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const reason = { by: 'schedule', rule: 'bedtime', action: { kind: 'pause' }, since: NOW, until: NOW + 3_600_000 } as const;
const kids = { thing: { of: 'user', id: '<kids>' }, effect: { kind: 'pause' } } as const;

describe('limits on the home page', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] }, timezone: 'UTC', startedAt: NOW });
  });
  after(() => home.close());

  const shown = (routers: LimitsStatus['routers']) => {
    const limits = { hand: [], decided: [{ ...kids, reasons: [reason], overruled: [] }], routers };
    return limitsCard({ ...home.view(NOW), limits })?.text ?? '';
  };
  const on = (more: Partial<LimitsStatus['routers'][number]['limits'][number]>, failure: string | null = null) => [
    {
      router: 'gateway',
      limits: [{ ...kids, reason: 'schedule', state: 'active', why: null, ...more } as const],
      ...{ askedAt: NOW, failure, left: 0, notes: [], dropped: [] },
    },
  ];

  it('show what holds and why, with names escaped', () => {
    expect(shown(on({})))
      .to.include('&lt;kids&gt;</bdi>')
      .and.include('paused<br><small>limit &quot;bedtime&quot; until 2026-11-20 19:00</small>');
  });

  it('call users what pages call them, each by its key where two are called the same; labels and the API have the key', () => {
    const users = ['a', 'b', 'c'].map((name) => ({ ...plainUser(name), title: name === 'c' ? 'TV' : 'Anna' }));
    const limit = { effect: { kind: 'pause' }, reasons: [reason], overruled: [] } as const;
    const decided = users.map(({ name }) => ({ thing: { of: 'user', id: name }, ...limit }) as const);
    const hand = users.map(
      ({ name }, i) => ({ of: 'user', id: name, number: i + 1, action: { kind: 'pause' }, at: 0, until: null, by: 'mum' }) as const,
    );
    const people = createPeople({ users, devices: [], peers: [] });
    const view = { ...home.view(NOW, { people }), limits: { hand, decided, routers: [] } };
    const namesIn = (text = '') => [...text.matchAll(/<th scope="row"><bdi>([^<]*)</g)].map(([, name]) => name);
    const names = ['Anna (a)', 'Anna (b)', 'TV'];
    expect(namesIn(limitsCard(view)?.text)).to.deep.equal(names);
    expect(namesIn(limitsPage(view, { off: null }))).to.deep.equal([...names, ...names]);
    const answer = limitsAnswer(view);
    for (const rows of [answer.limits, answer.hand])
      expect(rows.map(({ id, name }) => [id, name])).to.deep.equal([
        ['a', 'a'],
        ['b', 'b'],
        ['c', 'c'],
      ]);
  });

  it('show where one does not hold', () => {
    expect(shown(on({ state: 'refused', why: 'Flow offloading is on' }))).to.include(' · refused on gateway: Flow offloading is on<');
    expect(shown(on({ state: 'waiting' }, 'it cannot be reached'))).to.include(' · failed on gateway: it cannot be reached<');
    expect(shown([])).to.include(' · not on any router<');
  });

  it('lead to the page where they are set, also if there are none', () => {
    const none = { ...home.view(NOW), limits: { hand: [], decided: [], routers: [] } };
    expect(limitsCard(none)?.text).to.include('Nothing is limited now.').and.include('<a href="limits">Set or clear limits</a>');
    expect(shown([])).to.include('<a href="limits">');
  });

  it('are no card where nothing can be limited', () => {
    expect(limitsCard({ ...home.view(NOW), limits: null })).to.equal(null);
    expect(limitsCard(home.view(NOW))).to.equal(null);
  });
});
