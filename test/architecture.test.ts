import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect } from 'chai';

const SRC = join(import.meta.dirname, '../src');

/** Who may import whom: room → rooms. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  domain: [],
  fields: ['domain'],
  sources: ['domain', 'fields', 'transports'],
  transports: [],
  collector: ['domain', 'sources'],
  ledger: ['domain'],
  views: ['domain', 'ledger'],
  auth: ['domain'],
  control: ['domain', 'transports'],
  http: ['views', 'ledger', 'auth'],
  config: ['domain', 'fields', 'sources'],
  simulator: ['domain'],
  app: ['domain', 'sources', 'transports', 'collector', 'ledger', 'views', 'http', 'auth', 'control', 'config', 'fields'],
  commands: [
    'app',
    'domain',
    'sources',
    'transports',
    'collector',
    'ledger',
    'views',
    'http',
    'auth',
    'control',
    'config',
    'fields',
    'simulator',
  ],
  'main.ts': ['app', 'commands', 'config'],
};

/** Packages that one room alone may use. */
const OWNER: Record<string, readonly string[]> = {
  sqlite3: ['ledger/storage/sqlite.ts'],
  'node-fetch': ['transports/'],
  koa: ['http/'],
  '@koa/router': ['http/'],
  'prom-client': ['views/metrics/', 'app/'],
  pino: ['app/', 'commands/'],
  commander: ['main.ts'],
  yaml: ['config/'],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));

const roomOf = (file: string): string => file.split('/')[0] ?? file;

/** Imports of a file: the path below src/ or the package, and whether it is for its types alone. */
function importsOf(file: string): { from: string; types: boolean }[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  const statements = text.matchAll(/^import\s+(type\s+)?[^;]*?from\s+'([^']+)'|import\('([^']+)'\)/gms);
  return [...statements].map(([, types, named = '', dynamic = '']) => {
    const target = named || dynamic;
    return { from: target.startsWith('.') ? relative(SRC, join(SRC, dirname(file), target)) : target, types: types !== undefined };
  });
}

describe('the architecture', () => {
  for (const file of files) {
    it(`src/${file} imports only what its room may`, () => {
      for (const { from, types } of importsOf(file)) {
        const package_ = /^(@[^/]+\/)?[^/]+/.exec(from)?.[0] ?? from;
        const owners = OWNER[package_];
        if (owners !== undefined)
          expect(
            owners.some((owner) => file.startsWith(owner)),
            `${file} imports ${package_}`,
          ).to.equal(true);
        if (!from.endsWith('.ts') || from === 'errors.ts' || roomOf(from) === roomOf(file)) continue;
        expect(MAY_IMPORT[roomOf(file)] ?? [], `${file} imports ${from}`).to.include(roomOf(from));
        const view =
          ['views', 'http'].includes(roomOf(file)) &&
          /^ledger\/(ledger\.ts|posting\/post-round|storage\/(store|load|write-round|rename-router))/.test(from);
        // Who runs the commands is not its business.
        if (['control', 'sources'].includes(roomOf(file)) && roomOf(from) === 'transports')
          expect(types, `${file} takes more than types from ${from}`).to.equal(true);
        if (view) expect(types, `${file} takes more than types from ${from}`).to.equal(true);
      }
    });
  }

  it('only main.ts, app/ and commands/ read the environment, the command line and the real clock', () => {
    const readers = files.filter((file) =>
      /process\.(env|argv|hrtime)|Date\.now\(|new Date\(\)|performance\.now\(/.test(readFileSync(join(SRC, file), 'utf8')),
    );
    expect(readers.filter((file) => !/^(main\.ts|app\/|commands\/)/.test(file))).to.deep.equal([]);
  });
});
