import { shellWord } from '../errors.ts';
import type { Argv } from './request.ts';

/** A command as text for a POSIX shell, which splits it into exactly these arguments. */
export const shellText = (argv: Argv): string => argv.map(shellWord).join(' ');
