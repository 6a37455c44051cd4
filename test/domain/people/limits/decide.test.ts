import { expect } from 'chai';
import fc from 'fast-check';
import { decideLimits, type LimitFacts, slowTo } from '../../../../src/domain/people/limits/decide.ts';
import type { LimitedHome } from '../../../../src/domain/people/limits/home.ts';
import { type HandLimit, idOf, type LimitRule, type LimitThing } from '../../../../src/domain/people/limits/limit.ts';
import { MOST_LIMITS, MOST_MEMBERS, wantedLimits } from '../../../../src/domain/people/limits/wanted.ts';
import { quotaPeriod } from '../../../../src/domain/people/quota-period.ts';
import type { QuotaRow } from '../../../../src/domain/people/quota-row.ts';
import { quota } from '../../../support/ledger/quota-view.ts';

/** A Monday, 20:00 in UTC. */
const NOW = Date.UTC(2026, 10, 2, 20);
const HOUR = 3_600_000;
const [TABLET, CONSOLE, LAPTOP] = ['02:00:00:00:00:01', '02:00:00:00:00:02', '02:00:00:00:00:03'];
const KEY = `${'A'.repeat(42)}I=`;

const device = (id: string, user: string | null, macs = [id]) => ({ id, name: id, macs, user, isHere: true, isConfigured: false });
const HOME: LimitedHome = {
  users: ['kids', 'mum'],
  devices: [device(TABLET, 'kids', [TABLET, '02:00:00:00:00:11']), device(CONSOLE, 'kids'), device(LAPTOP, null)],
  peers: [{ router: 'gateway', publicKey: KEY, name: 'anna-phone', user: 'kids', addresses: ['10.7.0.2'], isConfigured: false }],
  routers: [
    { name: 'gateway', passesDevices: true, addresses: new Map([[TABLET, ['192.168.1.2', '2001:db8::2']]]) },
    { name: 'vps', passesDevices: false, addresses: new Map() },
  ],
};
const KIDS: LimitThing = { of: 'user', id: 'kids' };
const FACTS: LimitFacts = { rules: [], hand: [], quotas: [], home: HOME, now: NOW, timezone: 'UTC', since: new Map() };

let number = 0;
const hand = (thing: LimitThing, action: HandLimit['action'], until: number | null = null): HandLimit => ({
  ...thing,
  ...{ number: ++number, action, at: NOW - HOUR, until, by: 'mum' },
});
const rule = (of: LimitRule['of'], effect: LimitRule['effect'], windows: LimitRule['windows'] = null): LimitRule => ({
  ...{ name: 'bedtime', of, effect, windows },
});
function row(step: number, steps: QuotaRow['quota']['steps'], thing: Pick<QuotaRow, 'of' | 'id'> = { of: 'user', id: 'kids' }): QuotaRow {
  const own = { ...quota('kids', { kind: 'user', name: 'kids' }, 1000, { per: 'day' }), steps };
  const period = quotaPeriod('day', NOW, 'UTC', { day: 1 });
  const standing = { limit: 1000, carried: 0, bonus: 0, used: step * 1000, left: 0, step };
  return { ...thing, name: thing.id, title: thing.id, quota: own, counted: [], period, ...standing, leftPerDay: null, forecast: null };
}
const STEPS: QuotaRow['quota']['steps'] = [
  { share: 0.8, actions: [{ kind: 'notify' }] },
  { share: 1, actions: [{ kind: 'notify' }, { kind: 'slow', rate: 1_000_000 }] },
  { share: 1.5, actions: [{ kind: 'block' }] },
];
const effects = (facts: Partial<LimitFacts>) =>
  decideLimits({ ...FACTS, ...facts }).limits.map(({ thing, effect }) => [`${thing.of} ${thing.id}`, effect]);

describe('what is limited', () => {
  it('follows the steps of quotas, each for its thing, until the period ends', () => {
    expect(effects({ quotas: [row(0.8, STEPS)] })).to.deep.equal([]);
    expect(effects({ quotas: [row(1, STEPS)] })).to.deep.equal([['user kids', { kind: 'slow', download: 125_000, upload: 125_000 }]]);
    expect(effects({ quotas: [row(1.5, STEPS)] })).to.deep.equal([['user kids', { kind: 'pause' }]]);
    expect(effects({ quotas: [row(1, STEPS, { of: 'home', id: '' })] }), 'no single limit can hold the home').to.deep.equal([]);
    const [limit] = decideLimits({ ...FACTS, quotas: [row(1, STEPS)] }).limits;
    expect(limit?.reasons).to.deep.equal([
      { by: 'quota', quota: 'kids', share: 1, action: slowTo(1_000_000), since: NOW, until: Date.UTC(2026, 10, 3) },
    ]);
  });

  it('keeps since when a step is reached, and forgets it with the period', () => {
    const first = decideLimits({ ...FACTS, quotas: [row(1, STEPS)] });
    const later = decideLimits({ ...FACTS, now: NOW + HOUR, since: first.since, quotas: [row(1, STEPS)] });
    expect(later.limits[0]?.reasons[0]?.since).to.equal(NOW);
    expect([...decideLimits({ ...FACTS, since: first.since }).since]).to.deep.equal([]);
  });

  it('follows schedules by the wall clock', () => {
    const windows = [{ days: [0], from: 40, to: 44 }];
    const rules = [rule({ kind: 'user', name: 'kids' }, { kind: 'pause' }, windows)];
    expect(effects({ rules })).to.deep.equal([['user kids', { kind: 'pause' }]]);
    expect(effects({ rules, now: NOW - 1 })).to.deep.equal([]);
    expect(effects({ rules, now: NOW + 2 * HOUR })).to.deep.equal([]);
    const [reason] = decideLimits({ ...FACTS, rules }).limits[0]?.reasons ?? [];
    expect(reason).to.include({ by: 'schedule', rule: 'bedtime', since: NOW, until: NOW + 2 * HOUR });
  });

  it('is each device that is there, each peer, or those of nobody', () => {
    const slow = slowTo(8000);
    const of = (kind: LimitRule['of']) => effects({ rules: [rule(kind, slow)] }).map(([name]) => name);
    expect(of({ kind: 'each device', user: 'kids' })).to.deep.equal([`device ${TABLET}`, `device ${CONSOLE}`]);
    expect(of({ kind: 'each peer' })).to.deep.equal([`peer ${KEY}`]);
    expect(of({ kind: 'peer', name: 'anna-phone' })).to.deep.equal([`peer ${KEY}`]);
    expect(of({ kind: 'others' })).to.deep.equal(['others ']);
    expect(of({ kind: 'each user' })).to.deep.equal(['user kids', 'user mum']);
    expect(of({ kind: 'device', name: '02:00:00:00:00:11' }), 'by its second MAC').to.deep.equal([`device ${TABLET}`]);
    expect(of({ kind: 'device', name: '02:00:00:00:00:99' }), 'not seen yet').to.deep.equal(['device 02:00:00:00:00:99']);
  });

  it('what a person allows is beyond quotas and schedules until that ends, and not beyond other people', () => {
    const quotas = [row(1.5, STEPS)];
    expect(effects({ quotas, hand: [hand(KIDS, { kind: 'allow' }, NOW + 1)] })).to.deep.equal([['user kids', null]]);
    expect(effects({ quotas, hand: [hand(KIDS, { kind: 'allow' }, NOW)] }), 'ended').to.deep.equal([['user kids', { kind: 'pause' }]]);
    const [limit] = decideLimits({ ...FACTS, quotas, hand: [hand(KIDS, { kind: 'allow' })] }).limits;
    expect([limit?.reasons.map(({ by }) => by), limit?.overruled.length]).to.deep.equal([['hand'], 2]);
    const own = [row(1.5, STEPS, { of: 'device', id: TABLET })];
    expect(effects({ quotas: own, hand: [hand(KIDS, { kind: 'allow' })] }), "a user's devices, too").to.deep.equal([['user kids', null]]);
  });

  it('a device that is allowed is not among those that a quota limits, but among those that a person limits', () => {
    const of = { of: 'device', id: TABLET } as const;
    const membersOf = (facts: Partial<LimitFacts>) => {
      const { limits } = decideLimits({ ...FACTS, ...facts });
      return wantedLimits(limits, HOME)[0]?.limits.map(({ id, macs, ips }) => [id, macs.length, ips]);
    };
    expect(membersOf({ quotas: [row(1.5, STEPS)] })).to.deep.equal([['user_kids', 3, ['10.7.0.2', '192.168.1.2', '2001:db8::2']]]);
    expect(membersOf({ quotas: [row(1.5, STEPS)], hand: [hand(of, { kind: 'allow' })] })).to.deep.equal([['user_kids', 1, ['10.7.0.2']]]);
    const both = [hand(of, { kind: 'allow' }), hand(KIDS, { kind: 'pause' })];
    expect(membersOf({ hand: both })?.map(([, macs]) => macs)).to.deep.equal([3]);
  });

  it('a device that is allowed is held to what a person set for its user alone, where a quota limits that user more', () => {
    const slow = slowTo(10_000_000);
    const quotas = [row(1.5, STEPS)];
    const { limits } = decideLimits({
      ...FACTS,
      quotas,
      hand: [hand({ of: 'device', id: TABLET }, { kind: 'allow' }), hand(KIDS, slow)],
    });
    const found = wantedLimits(limits, HOME)[0]?.limits.map(({ id, effect, macs }) => [id, effect, macs.length]);
    expect(found).to.deep.equal([
      ['device_020000000001', slow, 2],
      ['user_kids', { kind: 'pause' }, 1],
    ]);
    const device = limits.find(({ thing }) => thing.of === 'device');
    expect(device?.reasons.map(({ by, action }) => [by, action.kind])).to.deep.equal([
      ['hand', 'allow'],
      ['hand', 'slow'],
    ]);
    const freed = decideLimits({
      ...FACTS,
      quotas,
      hand: [hand({ of: 'device', id: TABLET }, { kind: 'allow' }), hand(KIDS, { kind: 'allow' })],
    });
    expect(wantedLimits(freed.limits, HOME)[0]?.limits).to.deep.equal([]);
    const strict = decideLimits({
      ...FACTS,
      quotas,
      hand: [hand({ of: 'device', id: TABLET }, { kind: 'allow' }), hand(KIDS, { kind: 'pause' })],
    });
    expect(wantedLimits(strict.limits, HOME)[0]?.limits.map(({ id, macs }) => [id, macs.length])).to.deep.equal([['user_kids', 3]]);
  });

  it('what a person set holds after the clock was set back, too', () => {
    const later = NOW - 24 * HOUR;
    expect(effects({ hand: [hand(KIDS, { kind: 'pause' })], now: later })).to.deep.equal([['user kids', { kind: 'pause' }]]);
    expect(effects({ hand: [hand(KIDS, { kind: 'pause' }, NOW + HOUR)], now: later })).to.deep.equal([['user kids', { kind: 'pause' }]]);
  });

  it('the strictest of all reasons holds', () => {
    const slow = { kind: 'slow', download: null, upload: 10 } as const;
    const facts = { quotas: [row(1, STEPS)], hand: [hand(KIDS, slow)] };
    expect(effects(facts)).to.deep.equal([['user kids', { kind: 'slow', download: 125_000, upload: 10 }]]);
    expect(effects({ ...facts, rules: [rule({ kind: 'each user' }, { kind: 'pause' })] })[0]).to.deep.equal([
      'user kids',
      { kind: 'pause' },
    ]);
  });
});

describe('what routers are asked for', () => {
  const wanted = (home: LimitedHome, of: LimitRule['of']) =>
    wantedLimits(decideLimits({ ...FACTS, home, rules: [rule(of, { kind: 'pause' })] }).limits, home);

  it('is devices where they pass, and peers on their server', () => {
    expect(wanted(HOME, { kind: 'user', name: 'kids' }).map(({ router, limits }) => [router, limits.length])).to.deep.equal([
      ['gateway', 1],
      ['vps', 0],
    ]);
    const there = { ...HOME, peers: HOME.peers.map((peer) => ({ ...peer, router: 'vps' })) };
    expect(wanted(there, { kind: 'user', name: 'kids' })[1]?.limits).to.deep.equal([
      { id: 'user_kids', thing: KIDS, effect: { kind: 'pause' }, macs: [], ips: ['10.7.0.2'], isNamed: true },
    ]);
  });

  it('has room for so many limits and members; what is left out is said', () => {
    const mac = (i: number) => `02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const devices = Array.from({ length: 300 }, (_, i) => device(mac(i), 'kids'));
    const many = wanted({ ...HOME, devices }, { kind: 'each device', user: null })[0];
    expect([many?.limits.length, many?.left.length]).to.deep.equal([MOST_LIMITS, 300 - MOST_LIMITS]);
    const crowd = Array.from({ length: MOST_MEMBERS + 1 }, (_, i) => device(mac(i), 'kids'));
    const kids = wanted({ ...HOME, devices: crowd, peers: [] }, { kind: 'user', name: 'kids' })[0];
    expect([kids?.limits[0]?.macs.length, kids?.left]).to.deep.equal([MOST_MEMBERS - 2, [KIDS]]);
  });

  it('are not crowded out by devices that somebody invents', () => {
    const mac = (i: number) => `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const invented = Array.from({ length: 5000 }, (_, i) => device(mac(i), null));
    const own = { ...device(CONSOLE, null), isConfigured: true };
    const devices = [...invented, ...HOME.devices.slice(0, 1), own, ...HOME.devices.slice(2)];
    const on = (limits: readonly LimitRule[]) =>
      wantedLimits(decideLimits({ ...FACTS, home: { ...HOME, devices }, rules: limits }).limits, { ...HOME, devices })[0];
    const slow = slowTo(1_000_000);
    // The limits of each device fill the router; those that were there first in the configuration, too.
    const each = on([
      rule({ kind: 'each device', user: null }, slow),
      rule({ kind: 'user', name: 'kids' }, slow),
      rule({ kind: 'device', name: CONSOLE }, slow),
    ]);
    expect(each?.limits.map(({ id }) => id)).to.include.members(['user_kids', idOf({ of: 'device', id: CONSOLE })]);
    expect(each?.limits).to.have.length(MOST_LIMITS);
    // Of the many devices of nobody, the one with an address here comes first.
    const home = { ...HOME, devices, routers: [{ name: 'gateway', passesDevices: true, addresses: new Map([[LAPTOP, ['192.168.1.4']]]) }] };
    const others = wantedLimits(decideLimits({ ...FACTS, home, rules: [rule({ kind: 'others' }, slow)] }).limits, home)[0];
    expect(others?.limits[0]?.macs)
      .to.include(LAPTOP)
      .and.have.length(MOST_MEMBERS - 1);
    expect(others?.limits[0]?.ips).to.deep.equal(['192.168.1.4']);
  });

  it('are cut by members where there is no room, pauses last and named ones last; none is left out whole for its many devices', () => {
    const mac = (i: number) => `06:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
    const invented = Array.from({ length: 6000 }, (_, i) => device(mac(i), i % 2 === 0 ? null : 'guests'));
    const away = Array.from({ length: 6000 }, (_, i) => ({ ...device(`0a${mac(i).slice(2)}`, null), isHere: false }));
    const own = { ...HOME.devices[1], ...device(CONSOLE, 'kids'), isConfigured: true };
    const devices = [...invented, ...away, own];
    const addresses = new Map(invented.map(({ id }, i) => [id, [`10.0.${i >> 8}.${i & 255}`]]));
    addresses.set(CONSOLE, ['192.168.1.3', 'fd00::3']);
    const home = { ...HOME, users: ['kids', 'guests'], devices, peers: [], routers: [{ name: 'gateway', passesDevices: true, addresses }] };
    const pause = { kind: 'pause' } as const;
    const rules = [
      rule({ kind: 'each device', user: null }, pause),
      rule({ kind: 'others' }, slowTo(8000)),
      rule({ kind: 'user', name: 'guests' }, slowTo(8000)),
      rule({ kind: 'user', name: 'kids' }, pause),
    ];
    const all = wantedLimits(decideLimits({ ...FACTS, home, rules }).limits, home)[0];
    const found = new Map(all?.limits.map((limit) => [limit.id, limit]));
    const members = [...found.values()].reduce((sum, { macs, ips }) => sum + macs.length + ips.length, 0);
    expect([found.size, members]).to.deep.equal([MOST_LIMITS, MOST_MEMBERS]);
    expect(found.get('user_kids')).to.deep.include({ macs: [CONSOLE], ips: ['192.168.1.3', 'fd00::3'] });
    for (const id of ['others', 'user_guests']) expect(found.get(id)?.macs.length, id).to.be.above(1900);
    expect(all?.left).to.deep.include.members([{ of: 'others', id: '' }]);
    expect(all?.left).to.not.deep.include({ of: 'user', id: 'kids' });
    const many = Array.from({ length: 300 }, (_, i) => ({ ...device(mac(i), null), isConfigured: true }));
    const named = { ...home, devices: many };
    const each = many.map(({ id }, i) => rule({ kind: 'device', name: id }, i < 100 ? slowTo(8000) : pause));
    const kept = wantedLimits(decideLimits({ ...FACTS, home: named, rules: each }).limits, named)[0]?.limits ?? [];
    expect([kept.length, kept.filter(({ effect }) => effect.kind === 'pause').length], 'pauses before rates').to.deep.equal([256, 200]);
  });

  it('of peers that a server invents take no room either', () => {
    const peers = Array.from({ length: 500 }, (_, i) => ({
      ...{ router: 'gateway', publicKey: `${String(i).padStart(42, 'B')}I=`, name: `p${i}`, user: null, isConfigured: i === 499 },
      addresses: Array.from({ length: 40 }, (_, n) => `10.${i >> 8}.${i & 255}.${n}`),
    }));
    const found = wanted({ ...HOME, peers }, { kind: 'each peer' })[0];
    expect(found?.limits.filter(({ isNamed }) => isNamed).map(({ ips }) => ips.length)).to.deep.equal([16]);
    expect(found?.limits).to.have.length(MOST_LIMITS);
  });

  it('are called by names that no two things share, and that a router takes', () => {
    const name = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('kids', 'Kids', 'x_kids', 'a'.repeat(28)));
    const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString('base64'));
    const thing: fc.Arbitrary<LimitThing> = fc.oneof(
      name.map((id) => ({ of: 'user', id }) as const),
      key.map((id) => ({ of: 'peer', id }) as const),
      fc.constantFrom<LimitThing>({ of: 'device', id: TABLET }, { of: 'others', id: '' }, { of: 'user', id: 'device' }),
    );
    fc.assert(
      fc.property(thing, thing, (one, other) => {
        expect(idOf(one)).to.match(/^[a-z0-9_]{1,32}$/);
        expect(idOf(one) === idOf(other)).to.equal(one.of === other.of && one.id === other.id);
      }),
    );
  });
});
