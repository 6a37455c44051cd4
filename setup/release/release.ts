import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { assemble, pack } from './archive.ts';
import { makeDeb } from './debian.ts';
import { ARCHITECTURES, type Architecture, fetchNode } from './node.ts';
import { makeApk } from './openwrt/apk.ts';
import { packageOf } from './openwrt/files.ts';
import { makeIpk } from './openwrt/ipk.ts';
import { run } from './run.ts';
import { billOfMaterials } from './sbom.ts';
import { buildCommit } from './tree.ts';

const PROJECT = join(import.meta.dirname, '../..');
const USE = 'Use: npm run release -- [--out FOLDER] [--architecture amd64|arm64 …]';

const isArchitecture = (word: string): word is Architecture => word in ARCHITECTURES;
const say = (line: string) => process.stderr.write(`${line}\n`);

/** The signal that asked to stop. Programs that run end by it, or are waited for; then the temporary folder is removed. */
let stopped: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    stopped = signal;
  });

/** Lets Node hear of a signal that came while a program ran: it does between two turns of its loop. */
async function hear(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Throws if a signal has come. */
async function unlessStopped(): Promise<void> {
  await hear();
  if (stopped) throw new Error(`Stopped by ${stopped}`);
}

/**
 * Makes all that is published of the last commit: for each architecture an archive and a Debian package, the packages for routers, a bill of
 * materials, checksums.
 */
async function release(out: string, architectures: readonly Architecture[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-release-'));
  try {
    // What is missing shows now, and not after minutes.
    for (const program of ['git', 'npm', 'tar', 'dpkg-deb']) run(program, ['--version'], PROJECT);
    const changed = run('git', ['status', '--porcelain'], PROJECT);
    if (changed !== '') say(`These changes are not committed, and so not in the release:\n${changed}`);
    const source = buildCommit(PROJECT, join(folder, 'commit'));
    const forRouters = packageOf(join(source.folder, 'openwrt-cgi'), source);
    await unlessStopped();
    mkdirSync(out, { recursive: true });
    // Written last: a folder that has none is not whole.
    const sums = join(out, 'SHA256SUMS');
    rmSync(sums, { force: true });
    const made: string[] = [];
    const add = async (file: string) => {
      made.push(file);
      say(file);
      await unlessStopped();
    };
    for (const architecture of architectures) {
      const place = join(folder, architecture);
      const program = join(place, `wrtmeter-${source.version}-linux-${architecture}`);
      assemble(source, fetchNode(architecture, join(place, 'node')), program);
      await add(pack(program, join(out, `wrtmeter-${source.version}-linux-${architecture}.tar.gz`), source.time));
      await add(makeDeb(source, program, architecture, place, out));
    }
    await add(makeIpk(forRouters, join(folder, 'openwrt'), out));
    await add(makeApk(forRouters, out));
    const bill = join(out, `wrtmeter-${source.version}.cdx.json`);
    writeFileSync(bill, billOfMaterials(source, architectures));
    await add(bill);
    writeFileSync(sums, checksumsOf(made));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As `sha256sum --check` reads them. */
const checksumsOf = (files: readonly string[]): string =>
  files.map((file) => `${createHash('sha256').update(readFileSync(file)).digest('hex')}  ${basename(file)}\n`).join('');

async function main(): Promise<number> {
  try {
    const { values } = parseArgs({ options: { out: { type: 'string' }, architecture: { type: 'string', multiple: true } } });
    const wanted = values.architecture ?? Object.keys(ARCHITECTURES);
    if (!wanted.every(isArchitecture)) throw new Error(USE);
    await release(resolve(values.out ?? join(PROJECT, 'release')), wanted);
    return 0;
  } catch (error) {
    // The failure is that of a program which the same signal has ended.
    await hear();
    if (stopped) say(`Stopped by ${stopped}`);
    else say(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exitCode = await main();
