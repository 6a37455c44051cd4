import type { Argv } from './request.ts';

/** A command as text for a POSIX shell, which splits it into exactly these arguments. */
export const shellText = (argv: Argv): string => argv.map(shellWord).join(' ');

/** An argument in single quotes; only the quote itself needs escaping there. */
function shellWord(argument: string): string {
  if (/^[A-Za-z0-9_./-]+$/.test(argument)) return argument;
  if (argument.includes('\0')) throw new TypeError('An argument cannot contain a NUL character');
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
