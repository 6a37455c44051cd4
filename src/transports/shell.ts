import type { Argv } from './request.ts';

/** A command as text for a POSIX shell, which takes it apart into exactly these arguments. */
export const shellText = (argv: Argv): string => argv.map(shellWord).join(' ');

/** One argument in single quotes, in which a shell leaves everything as it is but the quote itself. */
function shellWord(argument: string): string {
  if (/^[A-Za-z0-9_./-]+$/.test(argument)) return argument;
  if (argument.includes('\0')) throw new TypeError('An argument cannot hold a NUL character');
  return `'${argument.replaceAll("'", "'\\''")}'`;
}
