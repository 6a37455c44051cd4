import type { Script } from '../../../src/simulator/answers/answers.ts';
import type { Random } from '../../../src/simulator/random.ts';
import type { Association } from '../../../src/simulator/world/state.ts';
import { type Books, booksKnowable, booksShown, expectAtMost, expectEqual, expectNoFall, expectSameInApi } from '../ledger/books.ts';
import type { Exporter } from '../program/exporter.ts';
import { type Sample, sampleValue } from '../prometheus/text.ts';
import type { Fault, Lie } from '../simulator/faults.ts';
import { ALL_LIES } from '../simulator/faults.ts';
import { type Accounting, Oracle } from '../simulator/oracle.ts';
import type { RunningRouters } from '../simulator/routers.ts';
import type { Sight, Sighting } from '../simulator/sighting.ts';
import type { World } from '../simulator/world.ts';
import type { Events } from './events.ts';

export interface Ride {
  world: World;
  routers: RunningRouters;
  random: Random;
  events: Events;
  format: 'classic' | 'wrtmeter';
  /** As it is configured, where the gateway counts hosts. Default: by stations, where nothing counts hosts. */
  accounting?: Accounting;
  /** `equal`: all that can be known is shown, to the byte. `at most`: nothing more than that. */
  demand: 'equal' | 'at most';
  /** Whether a line of a classic list may be none that can be read. Default: yes. */
  lies?: boolean;
  start: () => Promise<Exporter>;
  rounds: number;
  /** Number of rounds in which the program is killed while it reads. */
  kills: number;
  /** So many times a router keeps it waiting to the end. */
  waits: number;
}

/** What the ride met, so that a test can see that it was not an idle one. */
export interface Ridden {
  answers: number;
  failures: number;
  faults: Set<string>;
  shown: Books;
}

/** Faults that a reader notices at once. */
const QUICK: Fault['kind'][] = [
  'refuse',
  'reset',
  'late',
  'status',
  'redirect',
  'garbage',
  'html',
  'short',
  'cut-line',
  'cut-number',
  'flood',
  'huge-header',
  'empty',
  'lie',
];
const SLOW: Fault['kind'][] = ['hang', 'trickle'];
const SOURCES = ['stations', 'wan', 'neighbours', 'hosts', 'peers'] as const satisfies Sighting['source'][];
type Source = (typeof SOURCES)[number];
/** An uptime has hundredths of a second: two answers within one are one answer. */
const APART = 12;

/**
 * Drives the program from outside for many rounds: the world lives, routers fail, scrapers come one or two at a time, the program is
 * killed and started again; after each round its books are compared with what can be known. The world's time is the real one.
 */
export async function ride(terms: Ride): Promise<Ridden> {
  const { world, routers, random, events, format, demand, rounds, lies = true } = terms;
  const ridden: Ridden = { answers: 0, failures: 0, faults: new Set(), shown: new Map() };
  // More than one while it is unknown whether a killed program had kept what it read.
  let oracles = [new Oracle(world, terms.accounting)];
  let exporter = await terms.start();
  const killAt = spreadOver(rounds, terms.kills);
  const waitAt = spreadOver(rounds, terms.waits, 3);
  let calm = true;

  async function round(number: number): Promise<void> {
    await passTime(world);
    if (number > 0) events.happen(calm);
    await passTime(world);
    const faults = calm || killAt.has(number) ? new Map<string, Fault>() : await setFaults(number);
    if (killAt.has(number)) await killWhileReading();
    else await readAndJudge(faults);
    if (faults.size > 0) await Promise.all(routers.routers.map((r) => r.setFault(null)));
    calm = killAt.has(number);
  }

  /** By router and script. */
  async function setFaults(number: number): Promise<Map<string, Fault>> {
    const faults = new Map<string, Fault>();
    const targets = routers.routers.flatMap(({ name }) => scriptsOf(name).map((script) => ({ name, script })));
    const slow = waitAt.has(number);
    for (let n = slow ? 1 : random.pick([0, 0, 0, 1, 1, 2, 3]); n > 0; n--) {
      const { name, script } = random.pick(targets);
      const fault = makeFault(random.pick(slow ? SLOW : QUICK), name);
      if ((fault.kind === 'cut-line' || fault.kind === 'lie') && script === 'totalwifi' && hasTwins(name)) continue;
      if (fault.kind === 'lie' && script === 'totalwifi' && !lies) continue;
      faults.set(`${name} ${script}`, fault);
      ridden.faults.add(`${fault.kind} ${script}`);
      await routers.router(name).setFault(fault, script);
    }
    return faults;
  }

  function makeFault(kind: Fault['kind'], name: string): Fault {
    switch (kind) {
      case 'status':
        return { kind, status: random.pick([500, 503, 401, 404]) };
      case 'redirect':
        return { kind, to: `http://127.0.0.2/${name}` };
      case 'late':
        return { kind, ms: 30 };
      // Whatever the length of the answer, it takes longer than a round waits.
      case 'trickle':
        return { kind, ms: 1000 };
      case 'cut-line':
        return { kind, lines: random.int(4) };
      case 'cut-number':
        return { kind, chunked: false };
      case 'lie':
        return { kind, lie: random.pick<Lie>(ALL_LIES) };
      default:
        return { kind };
    }
  }

  const scriptsOf = (router: string): Script[] =>
    format === 'wrtmeter' ? ['wrtmeter'] : router === 'gateway' ? ['totalwifi', 'wan', 'dhcp'] : ['totalwifi'];

  /** Whether a MAC is twice in this router's list, so that a list cut between the two would say that one has gone. */
  function hasTwins(router: string): boolean {
    return [...world.devices.values()].some((d) => d.associations.filter((a) => a.router.spec.name === router).length > 1);
  }

  async function readAndJudge(faults: Map<string, Fault>): Promise<void> {
    const scrapers = random.next() < 0.2 ? 2 : 1;
    const pages = await Promise.all(Array.from({ length: scrapers }, () => exporter.scrape(10)));
    const [page = []] = pages;
    const looks = routers.routers.flatMap(({ name }) => SOURCES.flatMap((source) => learn(page, name, source, faults)));
    oracles = oracles.flatMap((oracle) => learnt(oracle, looks));
    for (const samples of pages) judge(booksShown(samples));
    if (random.next() < 0.1) await expectSameInApi(exporter.api, ridden.shown);
  }

  /** What a source of this router has shown in the round, if anything. */
  function learn(page: readonly Sample[], router: string, source: Source, faults: Map<string, Fault>): Sighting[] {
    if (!tells(router, source)) return [];
    const refused = [...faults].some(([target, { kind }]) => kind === 'refuse' && target.startsWith(`${router} `));
    const script = format === 'wrtmeter' ? 'wrtmeter' : source === 'wan' ? 'wan' : 'totalwifi';
    const fault = refused ? ({ kind: 'refuse' } as const) : (faults.get(`${router} ${script}`) ?? null);
    const counting = world.router(router).counting;
    const missing = source === 'hosts' && counting?.there === false;
    const expected = !missing && isReadable(fault, script, source, world.router(router).radios.flatMap((radio) => radio.stations).length);
    const success = sampleValue(page, 'wrtmeter_source_success', { router, source });
    // A router that has never reported hosts or peers is not known to have any.
    const untold = success === undefined && (source === 'hosts' || source === 'peers');
    if (success !== (expected ? 1 : 0) && !(untold && !expected)) {
      throw new Error(
        `${source} of ${router} shows success ${success} under ${JSON.stringify(fault)}\n${exporter.logs.slice(-5).join('\n')}`,
      );
    }
    if (!expected) {
      ridden.failures++;
      return [];
    }
    ridden.answers++;
    const lines = linesShown(router, fault);
    if (source === 'wan') events.readWan();
    // The line that is a lie was not read.
    if (source === 'stations') events.readStations(router, fault?.kind === 'lie' ? lines.slice(1) : lines);
    const look = (oracle: Oracle): Sighting => {
      const seen = oracle.look(router, source, (a) => lines.includes(a));
      return source === 'stations' && format === 'wrtmeter' ? { ...seen, absent: 'ended' } : seen;
    };
    return oracles.slice(0, 1).map((oracle) => (fault?.kind === 'lie' ? belied(look(oracle), fault.lie === 'mac') : look(oracle)));
  }

  function tells(router: string, source: Source): boolean {
    const { counting, tunnels } = world.router(router);
    switch (source) {
      case 'stations':
        return true;
      case 'wan':
        // A classic access point has no script for uplinks.
        return format === 'wrtmeter' || router === 'gateway';
      case 'neighbours':
        return format === 'wrtmeter';
      case 'hosts':
        return format === 'wrtmeter' && counting !== null;
      case 'peers':
        return format === 'wrtmeter' && tunnels.length > 0;
      default:
        return source satisfies never;
    }
  }

  function linesShown(router: string, fault: Fault | null): Association[] {
    const all = world.router(router).radios.flatMap((radio) => radio.stations);
    if (fault?.kind === 'empty') return [];
    return fault?.kind === 'cut-line' ? all.slice(0, fault.lines) : all;
  }

  function judge(shown: Books): void {
    expectNoFall(shown, ridden.shown);
    ridden.shown = shown;
    const verdicts = oracles.map((oracle) => {
      const knowable = booksKnowable(world, oracle);
      return attempt(() => (demand === 'equal' ? expectEqual(shown, knowable) : expectAtMost(shown, knowable)));
    });
    const right = oracles.filter((_, i) => verdicts[i] === null);
    if (right.length === 0) throw verdicts[0];
    oracles = demand === 'equal' ? right.slice(0, 1) : right.slice(-1);
  }

  async function killWhileReading(): Promise<void> {
    const begun = oracles.map((oracle) => oracle.clone());
    const reading = exporter.scrape().then(
      () => true,
      () => false,
    );
    await sleep(random.int(40));
    await exporter.kill('SIGKILL');
    const read = await reading;
    const looks = [...world.routers.keys()].flatMap((router) =>
      SOURCES.filter((source) => tells(router, source) && !(source === 'hosts' && world.router(router).counting?.there === false)).flatMap(
        (source) => oracles.slice(0, 1).map((oracle) => oracle.look(router, source)),
      ),
    );
    oracles = oracles.flatMap((oracle) => learnt(oracle, looks));
    // An answer that reached the scraper is durable; one that did not may be.
    if (!read) oracles = [...begun, ...oracles];
    exporter = await terms.start();
    for (const oracle of oracles) oracle.restart();
    await expectDurable();
  }

  /** What was shown before the kill is shown after it, before any router is read again. */
  async function expectDurable(): Promise<void> {
    const clients = (await exporter.api('/api.php?action=clients')) as { data: { id: string; rx_bytes: number; tx_bytes: number }[] };
    const now: Books = new Map(
      clients.data.flatMap(({ id, rx_bytes, tx_bytes }) => [
        [`device ${id} upload`, rx_bytes],
        [`device ${id} download`, tx_bytes],
      ]),
    );
    expectNoFall(now, new Map([...ridden.shown].filter(([account, bytes]) => account.startsWith('device ') && bytes > 0)));
  }

  try {
    for (let number = 0; number < rounds; number++) {
      await round(number).catch((error: Error) => {
        error.message = `round ${number}: ${error.message}`;
        throw error;
      });
    }
  } finally {
    await exporter.kill('SIGKILL');
  }
  return ridden;
}

/**
 * Oracles that have learnt of a round. Where hosts take over from stations in it, it is unknown from outside which of them were read first:
 * the bytes of this one round reach the devices if the gateway's hosts were last read when all stations had been, otherwise they do not.
 */
function learnt(oracle: Oracle, looks: readonly Sighting[]): Oracle[] {
  const { feeding } = oracle;
  const other = oracle.clone();
  oracle.learnRound(looks);
  if (oracle.feeding === feeding) return [oracle];
  other.learnRound(looks, true);
  return [oracle, other];
}

/** An answer that lies about the first counter of each kind: that one is there, and unknown. */
function belied(look: Sighting, ofMac: boolean): Sighting {
  const isOf = (counts: RegExp) => look.seen.find(({ name }) => counts.test(name));
  const lied = (): (Sight | undefined)[] => {
    switch (look.source) {
      case 'stations':
        return look.seen.slice(0, 1);
      case 'hosts':
        return ofMac ? [isOf(/^(upload|both) /)] : [isOf(/^(upload|both) /), isOf(/^download /)];
      case 'wan':
      case 'peers':
        return ofMac ? [] : look.seen.slice(0, 1);
      case 'neighbours':
        return [];
      default:
        return look.source satisfies never;
    }
  };
  const unknown = lied().filter((sight) => sight !== undefined);
  if (unknown.length === 0) return look;
  const seen = look.seen.filter((sight) => !unknown.includes(sight));
  return ofMac ? { ...look, seen, unnamed: unknown.length } : { ...look, seen, unread: unknown.map(({ name }) => name) };
}

/** Whether a reader may believe what such an answer says of the source. */
function isReadable(fault: Fault | null, script: Script, source: Source, stations: number): boolean {
  switch (fault?.kind) {
    case undefined:
    case 'late':
      return true;
    // A classic list cannot prove that it is whole; one without stations is a list too.
    case 'cut-line':
      return script === 'totalwifi' || (script === 'wan' && fault.lines !== 0);
    case 'empty':
      return script === 'totalwifi';
    // Of a list without stations nothing can be cut off.
    case 'short':
    case 'cut-number':
      return script === 'totalwifi' && stations === 0;
    // A line that makes no sense costs itself only, but where no other is left, the answer is none. Rule: isolation.
    case 'lie':
      return script === 'wrtmeter' || (script === 'totalwifi' ? stations !== 1 : source === 'wan' && fault.lie === 'mac');
    default:
      return false;
  }
}

/** Lets the world's clock catch up with ours, and no two moments be the same. */
async function passTime(world: World): Promise<void> {
  const before = world.now;
  await sleep(APART);
  world.advance(Math.max(APART, Date.now() - before) / 1000);
}

function spreadOver(rounds: number, times: number, shift = 0): Set<number> {
  return new Set(Array.from({ length: times }, (_, i) => Math.floor(((i + 1) * rounds) / (times + 1)) + shift));
}

function attempt(act: () => void): unknown {
  try {
    act();
    return null;
  } catch (error) {
    return error;
  }
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
