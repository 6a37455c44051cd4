import { expect } from 'chai';
import fc from 'fast-check';
import { isZero, minus, NOTHING, plus, type Traffic } from '../../src/domain/traffic.ts';
import { CLASSIC_STATION_RULES } from '../../src/sources/classic/classic.ts';
import { withoutLinks } from '../../src/sources/classic/links.ts';
import { openBench, PHONE, station } from '../support/ledger/rounds.ts';
import { expectAtLeast, IN_TIME } from '../support/proofs/proving.ts';

type Event =
  | { do: 'move'; line: number; bytes: Traffic }
  | { do: 'begin' | 'end'; line: number }
  | { do: 'associate' | 'restart' }
  | { do: 'read'; seconds: number; lacks: boolean };

/** Wi-Fi 7 links below their sum, or radios, each of which counts for itself. */
type Kind = 'links' | 'radios';

const MOST_LINES = { links: 3, radios: 2 };

const bytes = fc.oneof(fc.nat(20), fc.nat(2 ** 31)).chain((most) => fc.record({ download: fc.nat(most), upload: fc.nat(most) }));
const line = fc.nat(2);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('move' as const), line, bytes }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('begin' as const, 'end' as const), line }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('associate' as const, 'restart' as const, 'restart' as const) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      seconds: fc.integer({ min: 15, max: 4000 }),
      lacks: fc.nat(6).map((n) => n === 0),
    }),
  },
);

/** The lines of one device in a list, and what it moved since the program began. */
class Listed {
  readonly #kind: Kind;
  #lines: Traffic[] = [NOTHING, NOTHING];
  /** Of links: it keeps what those moved that have gone. */
  #sum = NOTHING;
  moved = NOTHING;
  /** Whether a list showed its links for links; null before the first list. With one left, only how it moves shows that. */
  #isTold: boolean | null = null;
  #last: readonly Traffic[] = [];

  constructor(kind: Kind) {
    this.#kind = kind;
    // Two radios are never at the very same figures.
    if (kind === 'radios') this.#lines = [{ download: 1_000_003, upload: 1_000_007 }, NOTHING];
  }

  lines = (): Traffic[] => (this.#kind === 'links' ? [this.#sum, ...this.#lines] : this.#lines);

  /** It was in a list. */
  show(): void {
    const [sum = NOTHING, link = NOTHING, other] = this.lines();
    const [, linkBefore = NOTHING] = this.#last;
    const hasMoved = !isZero(link) && (isZero(minus(sum, link)) || (this.#last.length === 2 && !isZero(minus(link, linkBefore))));
    this.#isTold = this.#isTold === true || (other === undefined ? hasMoved : !isZero(sum));
    this.#last = this.lines();
  }

  happen(event: Event): void {
    const place = 'line' in event ? event.line % Math.max(1, this.#lines.length) : 0;
    const line = this.#lines[place];
    if (event.do === 'move' && line !== undefined) {
      this.#lines[place] = plus(line, event.bytes);
      this.#sum = plus(this.#sum, event.bytes);
      this.moved = plus(this.moved, event.bytes);
    }
    const mayChange = this.#kind === 'radios' || this.#isTold !== false;
    if (event.do === 'begin' && mayChange && this.#lines.length < MOST_LINES[this.#kind]) this.#lines.push(NOTHING);
    if (event.do === 'end' && mayChange) this.#lines.splice(place, 1);
    if (event.do === 'associate') {
      this.#lines = [NOTHING, NOTHING];
      this.#sum = NOTHING;
    }
  }
}

/** Reads the lists, the first of which has the device, and returns what was posted and what moved since. */
async function post(kind: Kind, events: readonly Event[]): Promise<{ posted: Traffic; moved: Traffic }> {
  const device = new Listed(kind);
  const bench = await openBench();
  const posted = () => bench.total({ kind: 'station', router: 'gateway', key: PHONE }) ?? NOTHING;
  let seconds = 0;
  let before = NOTHING;
  let moved = NOTHING;
  let isFirst = true;
  const read = async (lacks: boolean) => {
    const lines =
      lacks && !isFirst ? [] : device.lines().map(({ download, upload }) => station(PHONE, download, upload, { counter: PHONE }));
    const { lines: stations, links, inRow } = withoutLinks(lines);
    await bench.read(seconds, { source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations, links, inRow });
    if (isFirst) before = device.moved;
    if (!lacks || isFirst) device.show();
    isFirst = false;
    moved = minus(device.moved, before);
    expectAtLeast(moved, posted(), `${JSON.stringify(device.lines())}: more than moved`);
  };
  try {
    for (const event of events) {
      device.happen(event);
      if (event.do === 'restart') await bench.restart();
      if (event.do !== 'read') continue;
      seconds += event.seconds;
      await read(event.lacks);
    }
    return { posted: posted(), moved };
  } finally {
    await bench.close();
  }
}

/** The station is always listed, and its radios never move by the same bytes. */
const staying = (kind: Kind, events: readonly Event[]): Event[] =>
  events.flatMap((event) => {
    if (event.do === 'associate' || event.do === 'end') return [];
    if (event.do === 'read') return { ...event, lacks: false };
    if (event.do !== 'move' || kind === 'links') return event;
    const upload = event.line % 2 === 0 ? 0 : event.bytes.upload + 1;
    return { ...event, bytes: { ...event.bytes, upload } };
  });

describe('Wi-Fi 7 links and several radios in a classic list, proved', () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const terms = { ...IN_TIME, numRuns: 150, seed };
  const events = fc.array(event, { minLength: 5, maxLength: 50 });
  for (const kind of ['links', 'radios'] as const) {
    it(`${kind}: no byte is posted that did not move (SEED=${seed})`, async () => {
      await fc.assert(
        fc.asyncProperty(events, async (all) => void (await post(kind, all))),
        terms,
      );
    }).timeout(120_000);

    it(`${kind}: each byte of a station that stays is posted, over restarts (SEED=${seed})`, async () => {
      await fc.assert(
        fc.asyncProperty(events, async (all) => {
          const { posted, moved } = await post(kind, staying(kind, all));
          expect(posted).to.deep.equal(moved);
        }),
        terms,
      );
    }).timeout(120_000);
  }
});
