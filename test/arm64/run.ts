// Runs tests of the core on the arm64 Node of releases, emulated: needs the Debian packages qemu-user-static and lib{c6,stdc++6}-arm64-cross.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchNode } from '../../setup/release/node.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What starts no processes: those would need a kernel that knows how to emulate. */
const CORE = ['test/{fields,domain}/**/*.test.ts', 'test/ledger/posting/*.test.ts', 'test/views/metrics/*.test.ts'];

const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-arm64-'));
try {
  const { program } = fetchNode('arm64', folder);
  const mocha = [join(ROOT, 'node_modules/mocha/lib/cli/cli.js'), '--no-config', '--timeout', '600000'];
  const { status, error } = spawnSync('qemu-aarch64-static', ['-L', '/usr/aarch64-linux-gnu', program, ...mocha, ...CORE], {
    cwd: ROOT,
    env: { ...process.env, WRTMETER_LEDGER_DRIVER: 'node' },
    stdio: 'inherit',
  });
  if (error) process.stderr.write(`qemu-aarch64-static cannot be run: ${error.message}\n`);
  process.exitCode = status ?? 1;
} finally {
  rmSync(folder, { recursive: true });
}
