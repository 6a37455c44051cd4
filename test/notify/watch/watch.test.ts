import { expect } from 'chai';
import { DAY_MS, dayText, HOUR_MS } from '../../../src/domain/calendar.ts';
import type { NoticesConfig } from '../../../src/notify/settings.ts';
import type { Facts, RecentDevice, RouterFacts } from '../../../src/notify/watch/facts.ts';
import { type Memory, parseMemory, withNames } from '../../../src/notify/watch/memory.ts';
import { dueSummary } from '../../../src/notify/watch/summary.ts';
import { ledgerTrouble, type Trouble, type Troubles } from '../../../src/notify/watch/trouble.ts';
import { watch } from '../../../src/notify/watch/watch.ts';

const NOON = Date.UTC(2026, 2, 10, 12);
const MINUTE = 60_000;
const SETTINGS: NoticesConfig = { silent: 3600, watch: [], away: 900, summary: 'monthly', off: [] };
const PHONE: RecentDevice = {
  ...{ mac: '04:00:00:00:00:01', name: 'annas-phone', ip: '192.168.1.10', randomized: false },
  ...{ firstSeen: NOON, lastSeen: NOON },
};

const factsAt = (now: number, more: Partial<Facts> = {}): Facts => ({
  ...{ now, timezone: 'UTC', settings: SETTINGS, startedAt: NOON - DAY_MS, seeingSince: NOON - DAY_MS },
  ...{ recent: [], isNameOfAnother: () => false, routers: [], watched: [] },
  ...more,
});
const router = (name: string, sources: Record<string, number | null>, offload: RouterFacts['offload'] = []): RouterFacts => ({
  name,
  sources: Object.entries(sources).map(([source, lastRead]) => ({ source, lastRead, why: 'could not connect' })),
  offload,
});

/** A home that is watched round by round, as by a program that may start again in between. */
function watched(since = NOON - 2 * DAY_MS) {
  let memory: Memory = { since, silent: {}, here: {}, offload: [] };
  return (facts: Facts): string[] => {
    const { notices, memory: next } = watch(memory, facts);
    memory = parseMemory(JSON.stringify(next), 0, 0);
    return notices.map(({ subject }) => subject);
  };
}

describe('new devices', () => {
  const told = (device: Partial<RecentDevice>, more: Partial<Facts> = {}) =>
    watched()(factsAt(NOON + MINUTE, { recent: [{ ...PHONE, ...device }], ...more }));

  it('are told by name, MAC and address', () => {
    const { notices } = watch(parseMemory(null, NOON - DAY_MS, 0), factsAt(NOON, { recent: [PHONE] }));
    expect(notices).to.deep.equal([
      {
        key: 'device 04:00:00:00:00:01',
        kind: 'device',
        subject: 'New device: annas-phone',
        text: 'annas-phone (04:00:00:00:00:01, address 192.168.1.10) was first seen on 2026-03-10 12:00.',
        at: NOON,
      },
    ]);
  });

  it('are none of those that were there when watching began, or in the first day of a ledger', () => {
    const known = (memory: Memory, firstSeen: number) =>
      watch(memory, factsAt(NOON + 3 * DAY_MS, { recent: [{ ...PHONE, firstSeen }] })).notices.length;
    expect(known(parseMemory(null, NOON, NOON - 100 * DAY_MS), NOON)).to.equal(0);
    expect(known(parseMemory(null, NOON, NOON - 100 * DAY_MS), NOON + 1)).to.equal(1);
    expect(known(parseMemory(null, NOON, NOON), NOON + 23 * HOUR_MS)).to.equal(0);
    expect(known(parseMemory(null, NOON, NOON), NOON + 25 * HOUR_MS)).to.equal(1);
  });

  it('without a name are given two minutes to get one', () => {
    expect(told({ name: null })).to.deep.equal([]);
    expect(told({ name: null, firstSeen: NOON - 2 * MINUTE })).to.deep.equal(['New device: 04:00:00:00:00:01']);
  });

  it('with a randomized MAC are told if nobody else has their name, or if they stay for a day without one', () => {
    const randomized = { mac: '02:00:00:00:00:01', randomized: true };
    expect(told(randomized)).to.deep.equal(['New device: annas-phone']);
    expect(told(randomized, { isNameOfAnother: () => true })).to.deep.equal([]);
    expect(told({ ...randomized, name: null, firstSeen: NOON - HOUR_MS })).to.deep.equal([]);
    expect(told({ ...randomized, name: null, firstSeen: NOON - DAY_MS })).to.deep.equal(['New device: 02:00:00:00:00:01']);
    expect(told({ ...randomized, name: null, firstSeen: NOON - DAY_MS, lastSeen: NOON - HOUR_MS })).to.deep.equal([]);
  });
});

describe('silent routers', () => {
  it('are told once after the limit, and when they are read again', () => {
    const home = watched();
    const at = (minutes: number, read: number) =>
      home(factsAt(NOON + minutes * MINUTE, { routers: [router('attic', { stations: NOON + read * MINUTE, wan: NOON + read * MINUTE })] }));
    expect(at(0, 0)).to.deep.equal([]);
    expect(at(59, 0)).to.deep.equal([]);
    expect(at(60, 0)).to.deep.equal(['No reading of attic for 60 min']);
    expect(at(300, 0)).to.deep.equal([]);
    expect(at(301, 301)).to.deep.equal(['Reading attic again']);
    expect(at(302, 302)).to.deep.equal([]);
  });

  it('are sources where the router answers otherwise', () => {
    const home = watched();
    const routers = [router('attic', { stations: NOON - 2 * HOUR_MS, wan: NOON })];
    expect(home(factsAt(NOON, { routers }))).to.deep.equal(['No reading of stations of attic for 2 h']);
    expect(home(factsAt(NOON + MINUTE, { routers: [router('attic', { stations: NOON + MINUTE, wan: NOON })] }))).to.deep.equal([
      'Reading stations of attic again',
    ]);
  });

  it('are given the same time again after a start, and one that was told is not told again', () => {
    const home = watched();
    const at = (now: number, startedAt: number, read: number | null) =>
      home(factsAt(now, { startedAt, routers: [router('attic', { wan: read })] }));
    expect(at(NOON, NOON - MINUTE, NOON - 5 * HOUR_MS)).to.deep.equal([]);
    expect(at(NOON + HOUR_MS, NOON - MINUTE, NOON - 5 * HOUR_MS)).to.deep.equal(['No reading of attic for 6 h']);
    expect(at(NOON + 2 * HOUR_MS, NOON + 2 * HOUR_MS, NOON - 5 * HOUR_MS)).to.deep.equal([]);
    expect(at(NOON + 4 * HOUR_MS, NOON + 2 * HOUR_MS, NOON - 5 * HOUR_MS)).to.deep.equal([]);
    expect(at(NOON + 5 * HOUR_MS, NOON + 2 * HOUR_MS, NOON + 5 * HOUR_MS)).to.deep.equal(['Reading attic again']);
  });

  it('that leave the configuration are not told to be back', () => {
    const home = watched();
    expect(home(factsAt(NOON, { routers: [router('attic', { wan: NOON - 2 * HOUR_MS })] }))).to.have.length(1);
    expect(home(factsAt(NOON, { routers: [] }))).to.deep.equal([]);
  });
});

describe('a renamed router', () => {
  const before: Memory = {
    since: 0,
    here: {},
    silent: { attic: 1, 'attic wan': 2, 'attic 2': 3, hall: 4 },
    offload: ['attic software', 'attic 2 hardware'],
  };

  it('is remembered by its new name, and no other is', () => {
    const renames = new Map([['attic', 'loft']]);
    const after = withNames(before, renames);
    expect(after.silent).to.deep.equal({ loft: 1, 'loft wan': 2, 'attic 2': 3, hall: 4 });
    expect(after.offload).to.deep.equal(['loft software', 'attic 2 hardware']);
    expect(withNames(after, renames)).to.deep.equal(after);
  });
});

describe('watched devices', () => {
  const anna = (lastSeen: number | null) => [{ id: 'anna', name: 'Anna’s phone', lastSeen }];

  it('come with the first reading, and go when they were not seen for a while', () => {
    const home = watched();
    const at = (minutes: number, seen: number) => home(factsAt(NOON + minutes * MINUTE, { watched: anna(NOON + seen * MINUTE) }));
    expect(at(0, 0)).to.deep.equal([]);
    expect(at(14, 0)).to.deep.equal([]);
    expect(at(15, 0)).to.deep.equal(['Anna’s phone has left']);
    expect(at(60, 0)).to.deep.equal([]);
    expect(at(61, 61)).to.deep.equal(['Anna’s phone is here']);
    expect(at(70, 65)).to.deep.equal([]);
  });

  it('do not go while a router that could show them is not read, nor right after', () => {
    const home = watched();
    const at = (minutes: number, seeing: number) =>
      home(factsAt(NOON + minutes * MINUTE, { watched: anna(NOON), seeingSince: seeing === Infinity ? Infinity : NOON + seeing * MINUTE }));
    expect(at(0, 0)).to.deep.equal([]);
    expect(at(60, Infinity)).to.deep.equal([]);
    expect(at(65, 61)).to.deep.equal([]);
    expect(at(76, 61)).to.deep.equal(['Anna’s phone has left']);
  });

  it('that are seen soon after watching began were here before, as a wired device that moves its first bytes', () => {
    for (const lastSeen of [null, NOON - DAY_MS]) {
      const home = watched();
      const at = (minutes: number, watching: ReturnType<typeof anna>) =>
        home(factsAt(NOON + minutes * MINUTE, { startedAt: NOON, seeingSince: NOON, watched: watching }));
      expect(at(0, anna(lastSeen))).to.deep.equal([]);
      expect(at(1, anna(NOON + MINUTE))).to.deep.equal([]);
      expect(at(20, anna(NOON + MINUTE))).to.deep.equal(['Anna’s phone has left']);
      const other = watched();
      const later = (minutes: number, seen: number | null, seeing = NOON) =>
        other(factsAt(NOON + minutes * MINUTE, { startedAt: NOON, seeingSince: seeing, watched: anna(seen) }));
      expect(later(0, lastSeen)).to.deep.equal([]);
      expect(later(14, lastSeen)).to.deep.equal([]);
      expect(later(15, lastSeen)).to.deep.equal([]);
      expect(later(16, NOON + 16 * MINUTE)).to.deep.equal(['Anna’s phone is here']);
    }
  });

  it('that were looked for while a router was not read may have been here', () => {
    const home = watched();
    const at = (minutes: number, seen: number | null, seeingSince: number) =>
      home(factsAt(NOON + minutes * MINUTE, { startedAt: NOON, seeingSince, watched: anna(seen) }));
    expect(at(0, null, Number.POSITIVE_INFINITY)).to.deep.equal([]);
    expect(at(60, null, Number.POSITIVE_INFINITY)).to.deep.equal([]);
    expect(at(61, NOON + 61 * MINUTE, NOON + 61 * MINUTE)).to.deep.equal([]);
  });

  it('that were not seen for a while are away, and come', () => {
    const home = watched();
    expect(home(factsAt(NOON, { watched: anna(null) }))).to.deep.equal([]);
    expect(home(factsAt(NOON + MINUTE, { watched: anna(NOON + MINUTE) }))).to.deep.equal(['Anna’s phone is here']);
  });
});

describe('flow offloading', () => {
  it('is told when it is found, and again only after it was off', () => {
    const home = watched();
    const at = (minutes: number, offload: RouterFacts['offload']) =>
      home(factsAt(NOON + minutes * MINUTE, { routers: [router('gateway', { wan: NOON + minutes * MINUTE }, offload)] }));
    expect(at(0, ['software'])).to.deep.equal(['Flow offloading is on at gateway']);
    expect(at(1, ['software'])).to.deep.equal([]);
    expect(at(2, null)).to.deep.equal([]);
    expect(at(3, ['software'])).to.deep.equal([]);
    expect(at(4, [])).to.deep.equal([]);
    expect(at(5, ['software'])).to.deep.equal(['Flow offloading is on at gateway']);
  });
});

describe('trouble with the ledger', () => {
  function ledger() {
    let troubles: Troubles = new Map();
    return (minutes: number, ...found: Trouble[]) => {
      const decided = ledgerTrouble(troubles, found, { now: NOON + minutes * MINUTE, tick: minutes * MINUTE, timezone: 'UTC' });
      troubles = decided.troubles;
      return decided.notices.map(({ key, subject }) => `${key}: ${subject}`);
    };
  }

  it('is told when it lasts, and when it is over', () => {
    const at = ledger();
    const full = { what: 'write', why: 'the disk is full' } as const;
    expect(at(0, full)).to.deep.equal([]);
    expect(at(4, full)).to.deep.equal([]);
    expect(at(5, full)).to.deep.equal(['trouble write 2026-03-10: The ledger cannot be written']);
    expect(at(60, full)).to.deep.equal([]);
    expect(at(61)).to.deep.equal(['trouble write 2026-03-10 over: The ledger is written again']);
    expect(at(62)).to.deep.equal([]);
  });

  it('that passes is not told at all, nor is its end', () => {
    const at = ledger();
    expect([
      ...at(0, { what: 'clock', why: 'the clock is wrong' }),
      ...at(14, { what: 'clock', why: 'the clock is wrong' }),
      ...at(15),
    ]).to.deep.equal([]);
    expect([...at(20, { what: 'backup', why: 'no room' }), ...at(139, { what: 'backup', why: 'no room' })]).to.deep.equal([]);
    expect(at(140, { what: 'backup', why: 'no room' })).to.deep.equal(['trouble backup 2026-03-10: The daily backup of the ledger fails']);
  });
});

describe('summaries', () => {
  const due = (summary: NoticesConfig['summary'], now: string, since = '2026-01-01T00:00:00Z', day = 1) => {
    const found = dueSummary(summary, Date.parse(since), Date.parse(now), 'Europe/Berlin', { day });
    return found && [found.key, dayText(found.period.start), dayText(found.period.end), dayText(found.before.start)];
  };

  it('are due when a month or week is over by the local clock', () => {
    expect(due('monthly', '2026-03-31T21:59:59Z')).to.deep.equal(['summary monthly 2026-02-01', '2026-02-01', '2026-03-01', '2026-01-01']);
    expect(due('monthly', '2026-03-31T22:00:00Z')).to.deep.equal(['summary monthly 2026-03-01', '2026-03-01', '2026-04-01', '2026-02-01']);
    expect(due('monthly', '2026-03-31T12:00:00Z', undefined, 31)).to.deep.equal([
      'summary monthly 2026-02-28',
      '2026-02-28',
      '2026-03-31',
      '2026-01-31',
    ]);
    expect(due('weekly', '2026-03-08T22:59:59Z')?.[1]).to.equal('2026-02-23');
    expect(due('weekly', '2026-03-08T23:00:00Z')).to.deep.equal(['summary weekly 2026-03-02', '2026-03-02', '2026-03-09', '2026-02-23']);
  });

  it('are none of a time that was over when watching began, and none if switched off', () => {
    expect(due('monthly', '2026-04-10T00:00:00Z', '2026-04-02T00:00:00Z')).to.equal(null);
    expect(due('monthly', '2026-04-10T00:00:00Z', '2026-03-30T00:00:00Z')?.[0]).to.equal('summary monthly 2026-03-01');
    expect(due('off', '2026-04-10T00:00:00Z')).to.equal(null);
  });
});
