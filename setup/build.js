// Compiles src/ into dist/ unless it was compiled from the same sources, which also serves trees without the compiler (npm ci --omit=dev).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** What the sources were when dist/ was compiled. Times of files say little: a checkout or a copy changes them. */
const STAMP = join(DIST, '.sources');
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json'];

/** Returns null in a tree without development dependencies. */
function compiler() {
  try {
    return join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  } catch {
    return null;
  }
}

const sourceNames = () => readdirSync(join(ROOT, 'src'), { recursive: true }).filter((name) => /\.[jt]s$/.test(name));

function hashOf(names) {
  const hash = createHash('sha256');
  const paths = [...SETTINGS, ...names.map((name) => join('src', name))].sort();
  for (const path of paths) hash.update(`${path}\n${readFileSync(join(ROOT, path), 'utf8')}`);
  return hash.digest('hex');
}

/** Returns the exit code. */
function build() {
  // A package of npm has dist/ and no src/.
  if (!existsSync(join(ROOT, 'src'))) return 0;
  const names = sourceNames();
  const sources = hashOf(names);
  const isWhole = names.every((name) => existsSync(join(DIST, name.replace(/\.ts$/, '.js'))));
  if (isWhole && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return 0;
  const tsc = compiler();
  if (tsc === null) {
    process.stderr.write(
      'dist/ was not compiled from this src/, and the compiler is a development dependency: run "npm ci && npm prune --omit=dev"\n',
    );
    return 1;
  }
  rmSync(STAMP, { force: true });
  // By its own notes the compiler would leave out files that were deleted.
  if (!isWhole) rmSync(join(DIST, '.tsbuildinfo'), { force: true });
  const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) return status ?? 1;
  // npx runs the file itself.
  chmodSync(join(DIST, 'main.js'), 0o755);
  writeFileSync(STAMP, sources);
  return 0;
}

process.exitCode = build();
