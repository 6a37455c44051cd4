import { expect } from 'chai';
import fc from 'fast-check';
import { SourceError } from '../../src/errors.ts';
import { classicProbes } from '../../src/sources/classic/classic.ts';
import { afterWords, KnownLines, KnownList } from '../../src/sources/known-lines.ts';
import { wrtmeterProbe } from '../../src/sources/openwrt/wrtmeter.ts';
import type { Probe } from '../../src/sources/source.ts';

const NEVER = new AbortController().signal;

describe('known lines', () => {
  let parsed: string[];
  let lines: KnownLines<{ name: string }>;
  beforeEach(() => {
    parsed = [];
    lines = new KnownLines((line) => afterWords(line, 2));
  });

  /** Reads an answer; each line is a word, a name and figures. */
  function read(...answer: string[]) {
    lines.begin(100);
    const whats = answer.map((line) => {
      const found = lines.find(line);
      if (found !== null) return found.what;
      parsed.push(line);
      return lines.keep(line, { name: line.split(' ')[1] ?? '' }).what;
    });
    lines.end();
    return whats;
  }

  it('are parsed once, whatever their figures and their order, and give the same objects', () => {
    const first = read('up anna 1', 'up ben 2', 'up cleo 3');
    expect(read('up anna 10', 'up ben 20', 'up cleo 30')).to.deep.equal(first);
    const [cleo, dora, anna, ben] = read('up cleo 300', 'up dora 1', 'up anna 100', 'up ben 200');
    expect([anna, ben, cleo]).to.satisfy((now: unknown[]) => now.every((each, i) => each === first[i]));
    expect(dora?.name).to.equal('dora');
    expect(parsed).to.deep.equal(['up anna 1', 'up ben 2', 'up cleo 3', 'up dora 1']);
  });

  it('one that only begins like a known one is another', () => {
    read('up anna', 'up ben 1');
    expect(read('up annabel 1', 'up ben', 'up be 1', 'up anna 2').map(({ name }) => name)).to.deep.equal(['annabel', 'ben', 'be', 'anna']);
    expect(parsed).to.have.length(6);
  });

  it('what two answers lack is forgotten', () => {
    const [anna] = read('up anna 1', 'up ben 1');
    read('up ben 2');
    expect(read('up anna 3', 'up ben 3')[0]).to.equal(anna);
    read('up ben 4');
    read('up ben 5');
    expect(read('up anna 6')[0]).not.to.equal(anna);
    expect(parsed).to.have.length(3);
  });

  it('where an answer lacks most, what it lacks is forgotten at once', () => {
    const [anna, ben] = read('up anna 1', 'up ben 1', 'up cleo 1');
    expect(read('up ben 2')[0]).to.equal(ben);
    expect(read('up anna 3', 'up ben 3')[0]).not.to.equal(anna);
    expect(parsed).to.have.length(4);
  });

  it('beyond a bound they are parsed each time', () => {
    const flood = Array.from({ length: 150 }, (_, i) => `up n${i} 1`);
    read(...flood);
    read(...flood);
    expect(parsed).to.have.length(200);
  });

  it('a list without figures is the same list until a line changes', () => {
    const list = new KnownList<{ text: string }>();
    const of = (...all: string[]) => list.read(all, 100, (text) => (text === 'bad' ? null : { text }));
    const first = of('a', 'bad', 'b');
    expect(of('a', 'b')).to.equal(first);
    const second = of('a', 'c');
    expect(second.map(({ text }) => text)).to.deep.equal(['a', 'c']);
    expect(second[0]).to.equal(first[0]);
    expect(of('c', 'a')).not.to.equal(second);
    expect(of()).to.deep.equal([]);
  });
});

describe('a probe that knows lines', () => {
  const FACTS = ['wrtmeter 1', 'boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10', 'uptime 1000.00', 'time 1763664918'];
  const word = fc.constantFrom(
    ...['up', 'down', 'both', 'station', 'lease', 'neighbour', 'network', 'uncounted', 'host', 'name', 'phy0'],
    ...['02:00:00:00:00:01', '02-00-00-00-00-01', '02:00:00:00:00:0A', '00:00:00:00:00:00', '-', '10.0.0.1', '10.0.0.10', 'fd00::1'],
    ...['0', '7', '12', '9007199254740991', '9007199254740992', '1e3', '', 'x', 'STALE'],
  );
  const line = fc.oneof(
    fc
      .tuple(fc.constantFrom('up -', 'up 02:00:00:00:00:01', 'down'), fc.constantFrom('10.0.0.1', '10.0.0.10'), word)
      .map((w) => w.join(' ')),
    fc.tuple(fc.constantFrom('both -', 'station phy0 02:00:00:00:00:01'), word, word, word).map((w) => w.join(' ')),
    fc.array(word, { minLength: 1, maxLength: 8 }).map((words) => words.join(' ')),
  );
  const answers = fc.array(fc.array(line, { maxLength: 12 }), { minLength: 2, maxLength: 5 });

  /** What each of the texts is read as by one probe, or each by a new one. */
  async function readings(probeOf: (read: Parameters<typeof wrtmeterProbe>[1]) => Probe, texts: readonly string[], isNew: boolean) {
    let text = '';
    const make = () => probeOf(async () => ({ text, framed: true }));
    let probe = make();
    const told: unknown[] = [];
    for (text of texts) {
      if (isNew) probe = make();
      told.push(
        await probe.collect(NEVER).catch((error) => {
          if (!(error instanceof SourceError)) throw error;
          return error.message;
        }),
      );
    }
    return JSON.stringify(told, (_, value) => (value instanceof SourceError ? value.message : value));
  }

  it('reads every answer as one that does not', async () => {
    const sections = ['stations', 'leases', 'names', 'neighbours', 'hosts'];
    const textOf = (lines: readonly string[]) =>
      [
        ...FACTS,
        ...sections.flatMap((name) => [`begin ${name}`, ...(name === 'hosts' ? ['counting iptables - -'] : []), ...lines, `end ${name}`]),
        'end wrtmeter',
        '',
      ].join('\n');
    const property = fc.asyncProperty(answers, async (all) => {
      const texts = all.map(textOf);
      const probeOf = (read: Parameters<typeof wrtmeterProbe>[1]) => wrtmeterProbe('http://router/', read);
      expect(await readings(probeOf, texts, false)).to.equal(await readings(probeOf, texts, true));
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('reads every classic list as one that does not', async () => {
    const station = fc.tuple(fc.constantFrom('', ' ', '\t'), word, fc.constantFrom(' ', '\t', '\u00a0', '  '), word, word);
    const texts = fc.array(
      fc
        .array(
          station.map(([a, b, c, d, e]) => `${a}${b}${c}${d} ${e}\n`),
          { maxLength: 6 },
        )
        .map((all) => all.join('')),
      {
        minLength: 2,
        maxLength: 4,
      },
    );
    const property = fc.asyncProperty(texts, async (all) => {
      for (const source of ['stations', 'leases'] as const) {
        const probeOf = (read: Parameters<typeof wrtmeterProbe>[1]) => classicProbes({ [source]: 'http://router/' }, read)[0] as Probe;
        // The links of a station are known by the lists before; none of these has any.
        expect(await readings(probeOf, all, false)).to.equal(await readings(probeOf, all, true));
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });
});
