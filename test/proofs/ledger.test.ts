import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { NOTHING, type Traffic } from '../../src/domain/traffic.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import { START, TERMS as USUAL } from '../support/ledger/rounds.ts';
import { type Event, MACS, Model, ROUTERS } from '../support/proofs/model.ts';
import { breaking, expectAtLeast, expectSums, IN_TIME, nowhere, type Plan } from '../support/proofs/proving.ts';

/** Plausibility has its own tests: here a line carries anything. */
const TERMS = { ...USUAL, lineRate: () => 1e15 };

const bytes = fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: 2 ** 33 }));
const index = fc.nat(5);
const event: fc.Arbitrary<Event> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('move' as const), router: index, mac: index, radio: index, download: bytes, upload: bytes }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('leave' as const), router: index, mac: index, radio: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reconnect uplink' as const), router: index }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reboot' as const), router: index }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('dip' as const), router: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      seconds: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 20, max: 9000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 9000, max: 9_000_000 }) },
      ),
    }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), fails: fc.oneof(fc.constant(0), fc.nat(15)) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('crash' as const), at: fc.constantFrom('before', 'amid', 'after'), statement: fc.nat(12) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('clock' as const), by: fc.constantFrom(-400 * 86_400, -3600, -1, 30, 3600, 40 * 86_400) }),
  },
);

/** In the end the clock is right, nothing breaks, and every router answers; a suspension has a day to end. */
const CALM: Event[] = [
  { do: 'calm' },
  { do: 'wait', seconds: 30 },
  { do: 'read', fails: 0 },
  { do: 'wait', seconds: 86_500 },
  { do: 'read', fails: 0 },
];

interface Run {
  format: 'classic' | 'complete';
  /** Null for the rules alone. */
  directory: string | null;
  /** Rounds where a file may be opened again and commits may break. */
  events: readonly Event[];
}

/** Runs the events and checks the invariants after each reading. */
async function live({ format, directory, events }: Run): Promise<void> {
  const model = new Model(format);
  const plan: Plan = { next: null };
  let offset = 0; // of the wall clock, seconds
  const at = () => START + (model.now + offset) * 1000;
  const open = async () => openLedger(directory === null ? nowhere : breaking(await openStore(directory), plan), TERMS, at());
  let ledger = await open();
  let shown = totals(ledger);
  try {
    for (const next of [...events, ...CALM]) {
      model.happen(next);
      if (next.do === 'clock') offset += next.by;
      if (next.do === 'crash' && directory !== null) plan.next = next;
      if (next.do === 'calm') {
        offset = 0;
        plan.next = null;
      }
      if (next.do === 'restart' && directory !== null) {
        await ledger.close();
        ledger = await open();
      }
      if (next.do !== 'read') continue;
      model.now += 0.02; // no two answers of a router at one instant
      const breaks = plan.next;
      const posted = await ledger.post(model.answer(at(), next.fails), () => model.now * 1000 + (model.now % 7) / 16);
      // A commit that broke after the file had it is learnt of with the next round: the ledger reads its file again then.
      if (posted.status === 'posted' || (posted.status === 'failed' && breaks?.at === 'after')) model.learn(next.fails);
      const after = totals(ledger);
      for (const [account, before] of shown) expectAtLeast(after.get(account) ?? NOTHING, before, `${account} fell`);
      shown = after;
      for (const [account, total] of shown) expectAtLeast(model.moved.get(account) ?? NOTHING, total, `${account} has more than moved`);
    }
    // A restart forgets the clock that never steps: what a wrong wall clock then hides is left out.
    const certain = format === 'complete' && (directory === null || !events.some((event) => event.do === 'clock'));
    // Where a clock is set, a counter that dipped may count from there before it has passed its old figure.
    const known = ['clock', 'dip'].every((what) => events.some((event) => event.do === what)) && !certain ? model.moved : model.known;
    judge(certain, shown, known, model.doubtful);
    if (directory !== null) await expectSums(ledger);
  } finally {
    await ledger.close();
  }
}

function totals({ books }: Ledger): Map<string, Traffic> {
  const found = new Map<string, Traffic>();
  for (const { kind, router, key, total } of books.accounts.values()) {
    if (kind === 'device') found.set(`device ${key}`, total);
    if (kind === 'wan') found.set(`wan ${router}`, total);
  }
  return found;
}

/** Booked bytes never exceed those that answers made known, and equal them where every counter's identity is certain, unless it went round too far. */
function judge(
  certain: boolean,
  shown: ReadonlyMap<string, Traffic>,
  known: ReadonlyMap<string, Traffic>,
  doubtful: ReadonlySet<string>,
): void {
  for (const account of [...MACS.map((mac) => `device ${mac}`), ...ROUTERS.map((router) => `wan ${router}`)]) {
    const booked = shown.get(account) ?? NOTHING;
    const most = known.get(account) ?? NOTHING;
    if (certain && !doubtful.has(account)) expect(booked, account).to.deep.equal(most);
    else expectAtLeast(most, booked, `${account} has more than it moved`);
  }
}

/** What once went wrong, shrunk by fast-check: a clock set back over a reboot, and an association in the next blink. */
const ONCE_WRONG: [Event[]][] = [
  [
    [
      { do: 'read', fails: 0 },
      { do: 'clock', by: -3600 },
      { do: 'reboot', router: 0 },
      { do: 'move', router: 0, mac: 0, radio: 0, download: 0, upload: 1 },
      { do: 'wait', seconds: 3570 },
    ],
  ],
  [
    [
      { do: 'move', router: 1, mac: 1, radio: 0, download: 0, upload: 1 },
      { do: 'read', fails: 0 },
      { do: 'leave', router: 1, mac: 1, radio: 0 },
      { do: 'move', router: 1, mac: 1, radio: 0, download: 0, upload: 1 },
      { do: 'read', fails: 0 },
    ],
  ],
  [
    [
      { do: 'read', fails: 0 },
      { do: 'wait', seconds: 60 },
      { do: 'crash', at: 'after', statement: 0 },
      { do: 'move', router: 0, mac: 0, radio: 0, download: 0, upload: 1 },
    ],
  ],
];

describe('the ledger, proved', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const terms = (numRuns: number) => ({ ...IN_TIME, numRuns, seed, examples: ONCE_WRONG });
  const plain = fc.array(event, { minLength: 5, maxLength: 40 });

  it(`complete answers: every byte that was shown is booked, none twice (SEED=${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(plain, (events) => live({ format: 'complete', directory: null, events })),
      terms(700),
    );
  }).timeout(120_000);

  it(`classic lists: no byte is booked that did not move (SEED=${seed})`, async () => {
    await fc.assert(
      fc.asyncProperty(plain, (events) => live({ format: 'classic', directory: null, events })),
      terms(700),
    );
  }).timeout(120_000);

  for (const format of ['complete', 'classic'] as const) {
    it(`the same on a real file, with commits that break and restarts, ${format} (SEED=${seed})`, async () => {
      const run = async (events: readonly Event[]) => {
        const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-proof-'));
        await live({ format, directory, events }).finally(() => rm(directory, { recursive: true }));
      };
      await fc.assert(fc.asyncProperty(plain, run), terms(50));
    }).timeout(180_000);
  }
});
