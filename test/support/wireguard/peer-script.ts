import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxPath, scripts } from '../routers/busybox.ts';

const script = join(scripts, 'peer-access.sh');

/** The script that changes peers, as it is sent to a server. */
export const accessText = (): string => readFileSync(script, 'utf8');

/** Its functions, without the last line, which begins the work. */
const functions = accessText().replace(/\nmain "\$@"\n$/, '\n');

/** A shell that servers have, and lines before the script that choose its awk. */
export interface ServerShell {
  readonly command: readonly string[];
  readonly before: string;
}

/** The awks that Debian has; whichever of them are installed are tried. */
const AWKS = ['mawk', 'gawk', 'original-awk'];

/** By name. Debian's busybox takes its own awk before any other. */
export function shells(): Record<string, ServerShell> {
  const all: Record<string, ServerShell> = { 'busybox ash and awk': { command: [busyboxPath(), 'ash'], before: '' } };
  for (const awk of AWKS)
    if (existsSync(`/usr/bin/${awk}`)) all[`sh and ${awk}`] = { command: ['sh'], before: `awk() { /usr/bin/${awk} "$@"; }` };
  return all;
}

/** Runs a line of shell in which the script's functions are known; text in and out are bytes. */
export function callScript(
  { command, before }: ServerShell,
  line: string,
  input: string,
  args: readonly string[] = [],
): { status: number | null; out: string } {
  const [program = 'sh', ...words] = command;
  const text = `${before}
${functions}
${line}`;
  const run = spawnSync(program, [...words, '-c', text, 'sh', ...args], { input: Buffer.from(input, 'latin1') });
  if (run.stderr.length > 0) throw new Error(run.stderr.toString());
  return { status: run.status, out: run.stdout.toString('latin1') };
}

/** A key of the right shape, without an owner. */
export function someKey(bytes: Buffer = randomBytes(32)): string {
  return bytes.toString('base64');
}
