// Compiles src/ into dist/. Without the compiler (npm ci --omit=dev), a dist/ that was compiled from the same sources is enough.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** What the sources were when dist/ was compiled. Times of files say little: a checkout or a copy changes them. */
const STAMP = join(ROOT, 'dist/.sources');

/** Returns null in a tree without development dependencies. */
function compiler() {
  try {
    return join(createRequire(import.meta.url).resolve('typescript/package.json'), '../bin/tsc');
  } catch {
    return null;
  }
}

function sources() {
  const hash = createHash('sha256');
  const names = readdirSync(join(ROOT, 'src'), { recursive: true }).filter((name) => name.endsWith('.ts'));
  for (const name of names.sort()) hash.update(`${name}\n${readFileSync(join(ROOT, 'src', name), 'utf8')}`);
  return hash.digest('hex');
}

function build() {
  // A package of npm has dist/ and no src/.
  if (!existsSync(join(ROOT, 'src'))) return 0;
  const tsc = compiler();
  if (tsc !== null) {
    rmSync(STAMP, { force: true });
    const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
    if (status !== 0) return status ?? 1;
    // npx runs the file itself.
    chmodSync(join(ROOT, 'dist/main.js'), 0o755);
    writeFileSync(STAMP, sources());
    return 0;
  }
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources()) return 0;
  process.stderr.write(
    'dist/ was not compiled from this src/, and the compiler is a development dependency: run "npm ci && npm prune --omit=dev"\n',
  );
  return 1;
}

process.exitCode = build();
