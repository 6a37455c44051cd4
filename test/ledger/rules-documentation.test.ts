import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { readRound } from '../../src/collector/round.ts';
import type { CounterRules } from '../../src/domain/counter.ts';
import { classicProbes } from '../../src/sources/classic/classic.ts';
import { wrtmeterProbe } from '../../src/sources/openwrt/wrtmeter.ts';
import { KIND_NAMES, KINDS, kindOf } from '../../src/sources/registry.ts';
import type { Probe } from '../../src/sources/source.ts';
import { statisticsOf } from '../../src/sources/tplink/dm/statistics.ts';
import { usageOfClients } from '../../src/sources/tplink/stok/lists.ts';
import { wireguardProbe } from '../../src/sources/wireguard/probe.ts';

const ROOT = rootAbove(import.meta.dirname);
const PAGE = readFileSync(join(ROOT, 'docs/ledger-rules.md'), 'utf8');
const TESTS = filesIn('test').filter(({ path }) => path.endsWith('.test.ts'));
const ALL = ['src', 'test', 'docs', 'openwrt-cgi'].flatMap(filesIn);

/** The form of a citation, in two parts so that the examples below are not citations themselves. */
const CITED = ['Rule', ' '].join(':');

function rootAbove(directory: string): string {
  return existsSync(join(directory, 'package.json')) ? directory : rootAbove(dirname(directory));
}

interface File {
  path: string;
  text: string;
}

function filesIn(directory: string): File[] {
  return readdirSync(join(ROOT, directory), { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => /\.(ts|md|sh|cgi|awk|yaml)$/.test(path) && !/\/(fixtures|golden)\//.test(path))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));
}

/** The names of rules: headings of the third level, in small letters. */
const rulesIn = (page: string): string[] => [...page.matchAll(/^### (.+)$/gm)].map(([, name = '']) => name.toLowerCase());

/** What a text cites: letters, digits, spaces and hyphens after the word, up to anything else. */
const citationsIn = (text: string): string[] =>
  [...text.matchAll(/\bRule: ([A-Za-z][\w -]*)/g)].map(([, name = '']) => name.trim().toLowerCase());

const titlesIn = (text: string): string[] =>
  [...text.matchAll(/\b(?:describe|it)\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g)].map(([, , title = '']) => title);

/** Rules that no title of a test names. */
function untested(page: string, tests: readonly File[]): string[] {
  const named = new Set(tests.flatMap(({ text }) => titlesIn(text)).flatMap(citationsIn));
  return rulesIn(page).filter((rule) => !named.has(rule));
}

/** Citations of rules that the page does not have. */
function unknown(page: string, files: readonly File[]): string[] {
  const rules = new Set(rulesIn(page));
  return files.flatMap(({ path, text }) => citationsIn(text).flatMap((name) => (rules.has(name) ? [] : [`${path}: ${name}`])));
}

/** Where the files in a rule's line `In:` are not those of `src/` that cite it. */
function misplaced(page: string, files: readonly File[]): string[] {
  return page
    .split(/^### /m)
    .slice(1)
    .flatMap((section) => {
      const [name = ''] = section.toLowerCase().split('\n');
      const [listing = ''] = /^In: `.*(\n.+)*/m.exec(section) ?? [];
      const listed = [...listing.matchAll(/`([^`]+)`/g)].map(([, path = '']) => join('src', path));
      const citing = files.filter(({ text }) => citationsIn(text).includes(name)).map(({ path }) => path);
      return [
        ...listed.filter((path) => !citing.includes(path)).map((path) => `${name}: ${path} does not cite it`),
        ...citing.filter((path) => !listed.includes(path)).map((path) => `${name}: ${path} is not listed`),
      ];
    });
}

describe('docs/ledger-rules.md', () => {
  it('has each name once', () => {
    const rules = rulesIn(PAGE);
    expect(rules.length).to.be.above(20);
    expect(rules.filter((rule, i) => rules.indexOf(rule) !== i)).to.deep.equal([]);
  });

  it('each rule has a test of its name', () => {
    expect(untested(PAGE, TESTS)).to.deep.equal([]);
  });

  it('each rule says where it is: in the files of src that cite it', () => {
    const sections = PAGE.split(/^### /m).slice(1);
    expect(sections.filter((section) => !/^In: `/m.test(section)).map((section) => section.split('\n')[0])).to.deep.equal([]);
    expect(misplaced(PAGE, filesIn('src'))).to.deep.equal([]);
  });

  it('each citation names a rule', () => {
    expect(ALL.flatMap(({ text }) => citationsIn(text)).length).to.be.above(40);
    expect(unknown(PAGE, ALL)).to.deep.equal([]);
  });

  it('nothing cites a rule by a number', () => {
    const numbered = ALL.filter(({ path, text }) => !path.startsWith('openwrt-cgi') && /\brules? \d/i.test(text));
    expect(numbered.map(({ path }) => path)).to.deep.equal([]);
  });

  it('each file that the page names is there', () => {
    const named = [...PAGE.matchAll(/`([\w/-]+\.ts)`/g)].map(([, path = '']) => path);
    expect(named.filter((path) => !existsSync(join(ROOT, 'src', path)))).to.deep.equal([]);
  });

  it('a file that a rule lists and that does not cite it, and one that cites it and is not listed, are found', () => {
    const page = '### First reading\n\nIt is so.\nIn: `a.ts`,\n`b.ts`\n\n## Accounts\n\n### Names\n\nIn: `c.ts`\n';
    const file = (name: string, text: string): File => ({ path: `src/${name}.ts`, text });
    const cites = (rule: string) => `/** It is so. ${CITED}${rule}. */`;
    const equal = [file('a', cites('first reading')), file('b', cites('first reading')), file('c', cites('names'))];
    expect(misplaced(page, equal)).to.deep.equal([]);
    const different = [file('a', cites('first reading')), file('b', ''), file('c', cites('names') + cites('first reading'))];
    expect(misplaced(page, different)).to.deep.equal(['first reading: src/b.ts does not cite it', 'first reading: src/c.ts is not listed']);
  });

  it('a rule without a test, and a citation that is misspelt, are found', () => {
    const page = '## Counters\n\n### First reading\n\n### Lines of one MAC\n';
    const test = (text: string): File => ({ path: 'any.test.ts', text });
    expect(untested(page, [test(`describe('${CITED}first reading, and more', () => {`)])).to.deep.equal(['lines of one mac']);
    expect(untested(page, [test(`// ${CITED}first reading`), test(`it("of a MAC (${CITED}lines of one MAC)", () => {`)])).to.deep.equal([
      'first reading',
    ]);
    expect(unknown(page, [test(`/** ${CITED}first reeding. It is so. */`)])).to.deep.equal(['any.test.ts: first reeding']);
    expect(unknown(page, [test(`/** ${CITED}first reading. It is so. */ // ${CITED}lines of one MAC`)])).to.deep.equal([]);
  });
});

describe('Rule: source promises', () => {
  /** Of one kind: the names, then the fields in the order of the table. */
  const rowOf = (source: string, kind: string, { directions, unknown, absent, fall }: CounterRules) =>
    [source, kind, directions, unknown, absent, fall].join(' | ');
  const promised = KIND_NAMES.flatMap((kind) => Object.entries(kindOf(kind).promises).map(([source, rules]) => rowOf(source, kind, rules)));

  it('the table is what the kinds promise', () => {
    const [, section = ''] = PAGE.split(/^## What each source can prove$/m);
    const rows = [...section.matchAll(/^\| ((?:[a-z]+)(?: \w+)?) \| ([a-z, ]+) \|(.*)\|$/gm)].flatMap(
      ([, source = '', kinds = '', cells = '']) => {
        const [, directions, , ...rest] = cells.split('|').map((cell) => cell.trim());
        return source === 'source' ? [] : kinds.split(', ').map((kind) => [source, kind, directions, ...rest].join(' | '));
      },
    );
    expect(rows.sort()).to.deep.equal(promised.sort());
  });

  const clock = { now: () => 0, tick: () => 0 };

  /** What an answer with one source declares. */
  async function declared(probe: Probe | undefined, source: string): Promise<CounterRules> {
    const { results } = (
      await readRound([{ name: 'any', probes: probe === undefined ? [] : [probe], timeout: 5 }], AbortSignal.timeout(5000), clock)
    ).routers[0] ?? { results: [] };
    const result = results.find((one) => one.source === source);
    if (result?.status !== 'ok' || !('rules' in result.observation)) throw new Error(`${source}: ${JSON.stringify(result)}`);
    return result.observation.rules;
  }

  const FACTS = ['wrtmeter 1', 'boot_id 66666666-5c0f-4b3e-9a55-6a2b7c1d9e10', 'uptime 1000.00', 'time 1763664918'];
  const wrtmeter = (source: string, ...lines: string[]) => {
    const text = [...FACTS, `begin ${source}`, ...lines, `end ${source}`, 'end wrtmeter', ''].join('\n');
    return declared(
      wrtmeterProbe('http://any', async () => ({ text, framed: true })),
      source,
    );
  };
  const classically = (source: 'stations' | 'wan', text: string) =>
    declared(classicProbes({ [source]: 'http://any' }, async () => ({ text, framed: true }))[0], source);

  it('the parsers of openwrt declare what it promises', async () => {
    const { promises } = KINDS.openwrt;
    for (const source of ['stations', 'wan', 'peers'] as const) expect(await wrtmeter(source)).to.deep.equal(promises[source]);
    expect(await wrtmeter('hosts', 'counting nftables 2 -')).to.deep.equal(promises['hosts nftables']);
    expect(await wrtmeter('hosts', 'counting iptables - -')).to.deep.equal(promises['hosts iptables']);
    expect(await wrtmeter('hosts', 'counting nlbwmon 2026-11-01 -')).to.deep.equal(promises['hosts nlbwmon']);
  });

  it('those of tplink declare it, with directions or without', async () => {
    const entry = (fields: [string, string][]) => ({ block: 1, fields: new Map(fields) });
    const declaredBy = (fields: [string, string][]) => {
      const { observation } = statisticsOf([{ block: 0, fields: new Map() }, entry(fields)], 64);
      return 'rules' in observation ? observation.rules : null;
    };
    expect(declaredBy([['totalBytes', '1']])).to.deep.equal(KINDS.tplink.promises.statistics);
    const { observation } = usageOfClients([], 64) ?? {};
    expect(observation).to.have.deep.property('rules', KINDS.tplink.promises['statistics clients']);
    expect(declaredBy([['totalBytesRx', '1']])).to.deep.equal(KINDS.tplink.promises['hosts statistics']);
  });

  it('those of classic and wireguard too', async () => {
    expect(await classically('stations', '')).to.deep.equal(KINDS.classic.promises.stations);
    expect(await classically('wan', 'wan: 1 2\n')).to.deep.equal(KINDS.classic.promises.wan);
    const probe = wireguardProbe({
      place: 'any',
      run: async () => ['', 'wg0\tprivate\tpublic\t51820\toff\n', ''],
      asRoot: (argv) => argv,
      tool: 'wg',
      interfaces: [],
      configFile: 'none',
      readsSystem: false,
    });
    expect(await declared(probe, 'peers')).to.deep.equal(KINDS.wireguard.promises.peers);
  });
});
