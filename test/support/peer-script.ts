import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxPath, scripts } from './busybox.ts';

const script = join(scripts, 'peer-access.sh');

/** The script that changes peers, as it is sent to a server. */
export const accessText = (): string => readFileSync(script, 'utf8');

/** Its functions, without the last line, which begins the work. */
const functions = accessText().replace(/\nmain "\$@"\n$/, '\n');

/** The shells and awks that servers have. Debian's busybox takes its own awk before any other. */
export const shells = (): Record<string, string[]> => ({
  'busybox ash and awk': [busyboxPath(), 'ash'],
  'sh and awk of this machine': ['sh'],
});

/** Runs a line of shell in which the script's functions are known; text in and out are bytes. */
export function callScript(
  shell: readonly string[],
  line: string,
  input: string,
  args: readonly string[] = [],
): { status: number | null; out: string } {
  const [program = 'sh', ...before] = shell;
  const run = spawnSync(program, [...before, '-c', `${functions}\n${line}`, 'sh', ...args], { input: Buffer.from(input, 'latin1') });
  if (run.stderr.length > 0) throw new Error(run.stderr.toString());
  return { status: run.status, out: run.stdout.toString('latin1') };
}

/** A key of the right shape; whose it is nobody knows. */
export function someKey(bytes: Buffer = randomBytes(32)): string {
  return bytes.toString('base64');
}
