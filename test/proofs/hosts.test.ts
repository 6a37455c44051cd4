import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { NOTHING, plus, type Traffic } from '../../src/domain/traffic.ts';
import { type Ledger, openLedger } from '../../src/ledger/ledger.ts';
import { openStore } from '../../src/ledger/storage/store.ts';
import { START, TERMS as USUAL } from '../support/ledger/rounds.ts';
import { ALL_FAIL, type HostEvent, HostsModel, type HostTerms, STRANGER } from '../support/proofs/hosts-model.ts';
import { breaking, expectAtLeast, expectSums, IN_TIME, nowhere, type Plan } from '../support/proofs/proving.ts';

/** Plausibility has its own tests: here a line carries anything. */
const TERMS = { ...USUAL, lineRate: () => 1e15, routerBilling: new Map([['gateway', { day: 11 }]]) };

const bytes = fc.oneof(fc.nat(2000), fc.integer({ min: 0, max: 2 ** 33 }));
const index = fc.nat(5);
const one = <T extends HostEvent['do']>(name: T) => fc.constant(name);
const event: fc.Arbitrary<HostEvent> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: one('route'), ip: index, download: bytes, upload: bytes }) },
  { weight: 2, arbitrary: fc.record({ do: one('stay'), mac: index, download: bytes, upload: bytes }) },
  { weight: 1, arbitrary: fc.record({ do: one('leave'), mac: index }) },
  { weight: 1, arbitrary: fc.record({ do: one('hand over'), ip: index, mac: index }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: one('tell'),
      ip: index,
      by: fc.constantFrom('neighbours' as const, 'leases' as const, 'two neighbours' as const, 'nobody' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: one('forget'), ip: index }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'begin anew' }, { do: 'write down' }, { do: 'new period' }, { do: 'reboot' }) },
  { weight: 3, arbitrary: fc.record({ do: one('tunnel'), peer: index, download: bytes, upload: bytes }) },
  { weight: 1, arbitrary: fc.oneof(fc.record({ do: one('take off'), peer: index }), fc.record({ do: one('restart tunnel') })) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: one('wait'),
      seconds: fc.oneof(
        { weight: 12, arbitrary: fc.integer({ min: 20, max: 9000 }) },
        { weight: 1, arbitrary: fc.integer({ min: 9000, max: 9_000_000 }) },
      ),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: one('read'), fails: fc.oneof(fc.constant(0), fc.nat(ALL_FAIL)), late: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: one('crash'), at: fc.constantFrom('before', 'amid', 'after'), statement: fc.nat(12) }),
  },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'restart' }, { do: 'rename' }) },
  { weight: 1, arbitrary: fc.record({ do: one('account'), by: fc.constantFrom('auto' as const, 'hosts' as const, 'stations' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: one('clock'), by: fc.constantFrom(-400 * 86_400, -3600, -1, 30, 3600, 40 * 86_400) }) },
) as fc.Arbitrary<HostEvent>;

/** In the end the clock is right, nothing breaks, and every router answers; a suspension has a day to end. */
const CALM: HostEvent[] = [
  { do: 'calm' },
  { do: 'wait', seconds: 30 },
  { do: 'read', fails: 0, late: false },
  { do: 'wait', seconds: 86_500 },
  { do: 'read', fails: 0, late: false },
];

interface Run extends HostTerms {
  /** Null for the rules alone. */
  directory: string | null;
  events: readonly HostEvent[];
}

async function live({ directory, events, ...terms }: Run): Promise<void> {
  const model = new HostsModel(terms);
  const plan: Plan = { next: null };
  let offset = 0; // of the wall clock, seconds
  const at = () => START + Math.round((model.now + offset) * 1000);
  let rules = { ...TERMS, accounting: terms.accounting };
  const open = async () => openLedger(directory === null ? nowhere : breaking(await openStore(directory), plan), rules, at());
  let ledger = await open();
  let before = new Map<string, Traffic>();
  // A restart forgets the clock that never steps: what a wrong wall clock then hides is left out.
  const certain = directory === null || !events.some((next) => next.do === 'clock');
  try {
    for (const next of [...events, ...CALM]) {
      // A name is carried over in the file.
      if (next.do === 'rename' && directory === null) continue;
      const name = model.gateway;
      model.happen(next);
      if (next.do === 'rename') {
        // When the program starts or loads its configuration again, and not while commits break.
        plan.next = null;
        await ledger.renameRouters(new Map([[name, model.gateway]]), at());
      }
      if (next.do === 'clock') offset += next.by;
      if (next.do === 'crash' && directory !== null) plan.next = next;
      if (next.do === 'calm') {
        offset = 0;
        plan.next = null;
      }
      if (next.do === 'account') {
        rules = { ...rules, accounting: next.by };
        await ledger.setTerms(rules, at());
      }
      if (next.do === 'restart' && directory !== null) {
        await ledger.close();
        ledger = await open();
      }
      if (next.do !== 'read') continue;
      model.now += 0.02; // no two answers of a router at one instant
      const breaks = plan.next;
      const posted = await ledger.post(model.answer(at(), next), () => model.now * 1000 + (model.now % 7) / 16);
      // A commit that broke after the file had it is learnt of with the next round: the ledger reads its file again then.
      const unsure = posted.status === 'failed' && breaks?.at === 'after';
      if (posted.status === 'posted' || unsure) model.learn();
      const shown = accountsOf(ledger);
      expectNoFall(before, shown);
      expectNothingInvented(shown, model);
      if (certain && posted.status === 'posted') expect(nonZero(shown)).to.deep.equal(nonZero(model.known));
      before = shown;
    }
    if (terms.accounting === 'hosts' && !events.some((next) => next.do === 'account')) expectDevicesAreHosts(before);
    if (directory !== null) {
      await expectSums(ledger);
      const before = sumsOf(ledger);
      await ledger.close();
      ledger = await open();
      expect(sumsOf(ledger), 'totals and months, read anew').to.have.deep.members(before);
    }
  } finally {
    await ledger.close();
  }
}

function accountsOf({ books }: Ledger): Map<string, Traffic> {
  const found = new Map<string, Traffic>();
  for (const { kind, key, total } of books.accounts.values()) {
    const name = `${kind} ${key}`;
    found.set(name, plus(found.get(name) ?? NOTHING, total));
  }
  return found;
}

const sumsOf = ({ books }: Ledger) => [...books.accounts.values()].map(({ kind, key, total, month }) => ({ kind, key, total, month }));

const nonZero = (accounts: ReadonlyMap<string, Traffic>) =>
  Object.fromEntries([...accounts].filter(([, { download, upload }]) => download > 0 || upload > 0).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Only what was kept for an address may go: over to a machine. */
function expectNoFall(before: ReadonlyMap<string, Traffic>, shown: ReadonlyMap<string, Traffic>): void {
  for (const [account, bytes] of before) {
    if (shown.has(account) || !/^(host|address) \S*[.:]\S*$/.test(account) || isMac(account)) {
      expectAtLeast(shown.get(account) ?? NOTHING, bytes, `${account} fell`);
    }
  }
  for (const [kinds, name] of SUMS) expectAtLeast(sumOf(shown, kinds), sumOf(before, kinds), `all of ${name} fell`);
}

const isMac = (account: string): boolean => /([0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(account);

const SUMS = [
  [/^host /, 'routed'],
  [/^(device|address) /, 'device'],
] as const;

/** No device, host or peer together have more than ever moved, by whatever way it was counted. */
function expectNothingInvented(shown: ReadonlyMap<string, Traffic>, model: HostsModel): void {
  for (const [account, bytes] of shown) {
    expect(account, 'a stranger’s account').to.not.include(STRANGER);
    if (account.startsWith('peer ')) expectAtLeast(model.moved.get(account) ?? NOTHING, bytes, `${account} has more than moved`);
  }
  for (const [kinds, name] of SUMS) {
    expectAtLeast(model.moved.get(name) ?? NOTHING, sumOf(shown, kinds), `all of ${name} have more than moved`);
  }
}

function sumOf(accounts: ReadonlyMap<string, Traffic>, kinds: RegExp): Traffic {
  return [...accounts].reduce((sum, [account, bytes]) => (kinds.test(account) ? plus(sum, bytes) : sum), NOTHING);
}

function expectDevicesAreHosts(shown: ReadonlyMap<string, Traffic>): void {
  const named = (kind: RegExp) => nonZero(new Map([...shown].filter(([a]) => kind.test(a)).map(([a, b]) => [a.replace(kind, ''), b])));
  expect(named(/^(device|address) /)).to.deep.equal(named(/^host /));
}

/** What once went wrong, shrunk by fast-check: a router with another name, after a commit of which only the file knew. */
const ONCE_WRONG: HostEvent[][] = [
  [
    { do: 'crash', at: 'after', statement: 0 },
    { do: 'read', fails: 0, late: false },
    { do: 'wait', seconds: 20 },
    { do: 'route', ip: 0, download: 0, upload: 1 },
    { do: 'rename' },
  ],
  // An access point that answers a little later than the gateway, in the round before hosts take over.
  [
    { do: 'read', fails: 0, late: true },
    { do: 'route', ip: 0, download: 0, upload: 1 },
  ],
  // The same with a clock that was ahead.
  [
    { do: 'clock', by: 3_456_000 },
    { do: 'wait', seconds: 20 },
    { do: 'read', fails: 0, late: true },
  ],
  // Stations that continue feeding devices while the gateway does not answer.
  [
    { do: 'read', fails: 0, late: false },
    { do: 'route', ip: 0, download: 5, upload: 1 },
    { do: 'wait', seconds: 20 },
    { do: 'read', fails: 1, late: false },
    { do: 'wait', seconds: 20 },
  ],
  // A counter of a period that ended before hosts took over, and of the next one after it.
  [
    { do: 'route', ip: 0, download: 0, upload: 3 },
    { do: 'route', ip: 1, download: 0, upload: 1 },
    { do: 'read', fails: 0, late: false },
    { do: 'new period' },
    { do: 'read', fails: 0, late: false },
    { do: 'route', ip: 0, download: 0, upload: 1 },
    { do: 'route', ip: 2, download: 0, upload: 1 },
    { do: 'read', fails: 0, late: true },
  ],
  // A dip in the answer with which hosts take over, right after the one before.
  [
    { do: 'route', ip: 0, download: 4, upload: 0 },
    { do: 'read', fails: 0, late: false },
    { do: 'begin anew' },
    { do: 'route', ip: 0, download: 3, upload: 1 },
    { do: 'read', fails: 0, late: true },
  ],
  // Hosts that fed devices, then an access point a little later, and nothing of either until hosts feed them again.
  [
    { do: 'read', fails: 0, late: true },
    { do: 'account', by: 'auto' },
    { do: 'route', ip: 0, download: 0, upload: 0 },
    { do: 'read', fails: 53, late: false },
  ],
  // A peer that may have restarted while it was gone, and shows the same for a day.
  [
    { do: 'tunnel', peer: 0, download: 1, upload: 16_777_216 },
    { do: 'read', fails: 0, late: false },
    { do: 'take off', peer: 0 },
    { do: 'read', fails: 0, late: false },
    { do: 'tunnel', peer: 0, download: 1, upload: 1_048_577 },
  ],
];

const WAYS: HostTerms[] = [
  { method: 'nftables', accounting: 'hosts' },
  { method: 'nftables', accounting: 'auto' },
  { method: 'iptables', accounting: 'auto' },
  { method: 'nlbwmon', accounting: 'auto' },
  { method: 'nlbwmon', accounting: 'hosts', quiet: true },
  { method: 'nftables', accounting: 'stations' },
];

describe('hosts and peers, proved', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const plain = fc.array(event, { minLength: 5, maxLength: 40 });

  for (const terms of WAYS) {
    const name = [terms.method, ...(terms.quiet ? ['that does not tell when it was started'] : [])].join(' ');
    it(`${name}, accounting ${terms.accounting}: every byte that was shown is booked, none twice (SEED=${seed})`, () =>
      fc.assert(
        fc.asyncProperty(plain, (events) => live({ ...terms, directory: null, events })),
        { ...IN_TIME, numRuns: 50, seed, examples: ONCE_WRONG.map((events) => [events]) },
      )).timeout(120_000);
  }

  it(`the same on a real file, with commits that break and restarts (SEED=${seed})`, () =>
    fc.assert(
      fc.asyncProperty(fc.constantFrom(...WAYS), plain, async (terms, events) => {
        const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-proof-'));
        await live({ ...terms, directory, events }).finally(() => rm(directory, { recursive: true }));
      }),
      {
        ...IN_TIME,
        numRuns: 40,
        seed,
        examples: WAYS.flatMap((terms) => ONCE_WRONG.map((events): [HostTerms, HostEvent[]] => [terms, events])),
      },
    )).timeout(180_000);
});
