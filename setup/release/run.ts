import { spawnSync } from 'node:child_process';

/** Runs a program to its end and returns what it printed; throws with what it said where it fails. */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, signal, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error && 'code' in error && error.code === 'ENOENT')
    throw new Error(`"${program}" is not installed: a release is made on Debian with git and Node`);
  if (error) throw new Error(`"${program}" cannot be run: ${error.message}`);
  if (status !== 0) throw new Error(`"${[program, ...args].join(' ')}" failed with ${status ?? signal}:\n${stdout}${stderr}`);
  return stdout;
}
