// Runs tests of the core on another architecture's Node, emulated: "tsx test/arm/run.ts arm64" or "… armhf".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetchNode } from '../../setup/release/node.ts';
import { debianNode } from './armhf.ts';

/** How to run an architecture's Node: `prepare` gets it into a folder, and returns the command line up to Node's own arguments. */
interface Emulation {
  programs: readonly string[];
  /** Debian's, which have the programs and libraries. */
  packages: string;
  prepare(folder: string): string[];
}

const EMULATIONS: Record<string, Emulation> = {
  arm64: {
    programs: ['qemu-aarch64-static'],
    packages: 'qemu-user-static libc6-arm64-cross libstdc++6-arm64-cross',
    prepare: (folder) => ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu', fetchNode('arm64', folder).program],
  },
  armhf: {
    programs: ['qemu-arm-static', 'arm-linux-gnueabihf-g++', 'make', 'python3'],
    packages: 'qemu-user-static g++-arm-linux-gnueabihf make python3',
    prepare: (folder) => debianNode(folder, MODULES),
  },
};

const ROOT = join(import.meta.dirname, '../..');
const MODULES = realpathSync(join(ROOT, 'node_modules'));
const MOCHA = join(MODULES, 'mocha/lib/cli/cli.js');
/** What starts no processes of Node: those would need a kernel that knows how to emulate. */
const CORE = ['test/{fields,domain}/**/*.test.ts', 'test/ledger/posting/*.test.ts', 'test/views/metrics/*.test.ts'];
/** What has to be done in a time that is meant for a real processor. */
const TIMED = 'bounded time';
/** tsx starts this one, which need not be emulated. */
const ESBUILD_BINARY_PATH = join(MODULES, `@esbuild/linux-${process.arch}/bin/esbuild`);

/** Returns the exit code. */
function runTests({ programs, packages, prepare }: Emulation): number {
  if (programs.some((program) => spawnSync(program, ['--version']).status !== 0)) {
    process.stderr.write(`Programs are missing: apt-get install ${packages}\n`);
    return 1;
  }
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-arm-'));
  try {
    const [emulator = '', ...node] = prepare(folder);
    const args = [...node, '--import', 'tsx', MOCHA, '--timeout', '600000', '--invert', '--grep', TIMED, ...CORE];
    return spawnSync(emulator, args, { cwd: ROOT, env: { ...process.env, ESBUILD_BINARY_PATH }, stdio: 'inherit' }).status ?? 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const emulation = EMULATIONS[process.argv[2] ?? ''];
if (emulation === undefined) process.stderr.write(`Use: tsx test/arm/run.ts ${Object.keys(EMULATIONS).join('|')}\n`);
process.exitCode = emulation === undefined ? 1 : runTests(emulation);
