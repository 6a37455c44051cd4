import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { circlesOf, type Import, loadedWith, modulesOfSource, packageOf, roomOf } from './support/architecture/modules.ts';

const ROOT = join(import.meta.dirname, '..');

/** Who may import whom: room → rooms. errors.ts is everyone's. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  domain: [],
  fields: ['domain'],
  sources: ['domain', 'fields', 'transports'],
  transports: [],
  collector: ['domain', 'sources'],
  ledger: ['domain'],
  views: ['domain', 'ledger'],
  notify: ['domain', 'transports'],
  auth: ['domain'],
  control: ['domain', 'transports'],
  http: ['views', 'ledger', 'auth'],
  config: ['domain', 'fields', 'sources', 'notify'],
  simulator: ['domain'],
  app: ['domain', 'fields', 'sources', 'transports', 'collector', 'ledger', 'views', 'http', 'auth', 'control', 'config', 'notify'],
  commands: ['app', 'domain', 'fields', 'sources', 'collector', 'ledger', 'views', 'auth', 'control', 'config', 'notify', 'simulator'],
  'main.ts': ['app', 'commands', 'domain'],
};

interface Rule {
  why: string;
  importers: RegExp;
  imported: RegExp;
  allows: (found: Import) => boolean;
}

const typesOnly = ({ types }: Import): boolean => types;
const familyOf = (file: string): string => /^commands\/([^/]+)\//.exec(file)?.[1] ?? file;

/** What the table of rooms is too coarse for. */
const RULES: readonly Rule[] = [
  {
    why: 'control, sources and notify take only types from transports',
    importers: /^(control|sources|notify)\//,
    imported: /^transports\//,
    allows: typesOnly,
  },
  { why: 'the collector takes only types from sources', importers: /^collector\//, imported: /^sources\//, allows: typesOnly },
  {
    why: 'views and http take only types from what reads and writes the ledger',
    importers: /^(views|http)\//,
    imported: /^ledger\/(ledger\.ts|posting\/post-round|storage\/)/,
    allows: typesOnly,
  },
  {
    why: 'a command imports its own family and commands/common/, and no other command',
    importers: /^commands\//,
    imported: /^commands\//,
    allows: ({ file, from }) => [familyOf(file), 'common'].includes(familyOf(from)),
  },
];

/** Who uses each package: a file, or a folder with its slash. */
const OWNERS: Readonly<Record<string, readonly string[]>> = {
  '@koa/router': ['http/'],
  'cli-table3': ['commands/common/text.ts'],
  commander: ['main.ts', 'commands/'],
  koa: ['http/'],
  'node-fetch': ['transports/'],
  nodemailer: ['transports/mail.ts'],
  pino: ['app/'],
  'pino-pretty': ['app/log/log.ts'],
  'prom-client': ['views/metrics/'],
  sqlite3: ['ledger/storage/driver/sqlite3.ts'],
  'strip-json-comments': ['config/file.ts'],
  'temporal-polyfill': ['domain/calendar.ts', 'ledger/import/local-time.ts'],
  yaml: ['config/yaml/'],
};

/** Who reads the environment, the command line and the real clock. */
const PROCESS_READERS = ['main.ts', 'app/'];
const READS_PROCESS = /process\.(env|argv|hrtime)|Date\.now\(|new Date\(\)|performance\.now\(/;

/** SQL text. */
const SQL_PLACE = 'ledger/storage/';
const SQL =
  /\b(SELECT\s|INSERT\s+(OR\s+\w+\s+)?INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TEMP\s+)?(TABLE|INDEX)\s|PRAGMA\s|ATTACH\s|VACUUM\b)/;

/** Only what other commands need, which the service must not load: a router has little memory. */
const NOT_FOR_SERVE = /^(commands\/(?!serve\.ts|common\/)|ledger\/import\/|simulator\/)/;

const MOST_ENTRIES = 20;

const modules = modulesOfSource();
const imports = modules.flatMap((module) => module.imports);
const between = imports.filter(({ from }) => from.endsWith('.ts'));
const isIn = (file: string, places: readonly string[]): boolean =>
  places.some((place) => file === place || (place.endsWith('/') && file.startsWith(place)));
const shown = ({ file, from }: Import): string => `src/${file} imports ${from}`;

describe('the architecture', () => {
  it('every file imports only what its room may', () => {
    const across = between.filter(({ file, from }) => roomOf(file) !== roomOf(from) && from !== 'errors.ts');
    expect(across.filter(({ file, from }) => !MAY_IMPORT[roomOf(file)]?.includes(roomOf(from))).map(shown)).to.deep.equal([]);
    const allowed = Object.entries(MAY_IMPORT).flatMap(([room, others]) => others.map((other) => `${room} → ${other}`));
    const used = new Set(across.map(({ file, from }) => `${roomOf(file)} → ${roomOf(from)}`));
    expect(
      allowed.filter((edge) => !used.has(edge)),
      'allowed, and used by no import',
    ).to.deep.equal([]);
  });

  it('every room of src/ is in the table, and every room of the table is in src/', () => {
    expect(Object.keys(MAY_IMPORT)).to.have.members([...new Set(modules.map(({ file }) => roomOf(file)))]);
  });

  for (const { why, importers, imported, allows } of RULES) {
    it(why, () => {
      const concerned = between.filter(({ file, from }) => importers.test(file) && imported.test(from));
      expect(concerned, 'imports that the rule is about').not.to.be.empty;
      expect(concerned.filter((found) => !allows(found)).map(shown)).to.deep.equal([]);
    });
  }

  it('no import closes a circle, of types neither', () => {
    expect(circlesOf(modules).map((circle) => circle.join(' ↔ '))).to.deep.equal([]);
  });

  it('every package is used by its owners only', () => {
    const packages = imports.filter(({ from }) => !from.endsWith('.ts'));
    expect(packages.filter(({ file, from }) => !isIn(file, OWNERS[packageOf(from)] ?? [])).map(shown)).to.deep.equal([]);
    const owned = Object.entries(OWNERS).flatMap(([name, places]) => places.map((place) => ({ name, place })));
    const unused = owned.filter(({ name, place }) => !packages.some(({ file, from }) => packageOf(from) === name && isIn(file, [place])));
    expect(unused, 'owners that do not import their package').to.deep.equal([]);
    const { dependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { dependencies: Record<string, string> };
    expect(Object.keys(OWNERS)).to.have.members(Object.keys(dependencies));
  });

  it('only main.ts and app/ read the environment, the command line and the real clock', () => {
    const readers = modules.filter(({ text }) => READS_PROCESS.test(text)).map(({ file }) => file);
    expect(readers.filter((file) => !isIn(file, PROCESS_READERS))).to.deep.equal([]);
    expect(
      PROCESS_READERS.filter((place) => !readers.some((file) => isIn(file, [place]))),
      'read none of it',
    ).to.deep.equal([]);
  });

  it('SQL is only in src/ledger/storage', () => {
    const withSql = modules.filter(({ text }) => SQL.test(text)).map(({ file }) => file);
    expect(withSql.filter((file) => !isIn(file, [SQL_PLACE]))).to.deep.equal([]);
    expect(withSql).not.to.be.empty;
  });

  it('no two types of src/ have one name', () => {
    const places = new Map<string, string[]>();
    for (const { file, text } of modules) {
      for (const [, name = ''] of text.matchAll(/^(?:export )?(?:abstract )?(?:interface|type|class) (\w+)/gm))
        places.set(name, [...(places.get(name) ?? []), file]);
    }
    const shared = [...places].filter(([, files]) => files.length > 1);
    expect(shared.map(([name, files]) => `${name}: ${files.join(', ')}`)).to.deep.equal([]);
  });

  it('the service loads no code that only other commands need', () => {
    const loaded = loadedWith(modules, 'commands/serve.ts');
    expect(loaded).to.include('http/app.ts');
    expect([...loaded, ...loadedWith(modules, 'main.ts')].filter((file) => NOT_FOR_SERVE.test(file))).to.deep.equal([]);
    expect(modules.filter(({ file }) => NOT_FOR_SERVE.test(file))).not.to.be.empty;
  });

  it(`no folder of src/, test/ or docs/ has more than ${MOST_ENTRIES} entries`, () => {
    const rooms = Object.keys(MAY_IMPORT);
    const full = ['src', 'test', 'docs'].flatMap(foldersOf).flatMap((folder) => {
      // Where test/ mirrors src/, the name of the room is all that one has to know.
      const entries = readdirSync(join(ROOT, folder)).filter((name) => folder !== 'test' || !rooms.includes(name));
      return entries.length > MOST_ENTRIES ? [`${folder} has ${entries.length}`] : [];
    });
    expect(full).to.deep.equal([]);
  });
});

/** A folder and those below it; data of tests is left out. */
function foldersOf(folder: string): string[] {
  const inside = readdirSync(join(ROOT, folder), { withFileTypes: true });
  const folders = inside.filter((entry) => entry.isDirectory() && !['fixtures', 'golden', 'images'].includes(entry.name));
  return [folder, ...folders.flatMap(({ name }) => foldersOf(`${folder}/${name}`))];
}
