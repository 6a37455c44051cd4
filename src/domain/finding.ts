import { dirname, join } from 'node:path';
import { shellWord } from '../errors.ts';

const SCRIPT = 'openwrt-cgi/install.sh';
const PROJECT = dirname(dirname(import.meta.dirname));

/** The script that installs the scripts of routers, as messages name it: a shell can start it from where the program was. */
export const INSTALL_SCRIPT = process.cwd() === PROJECT ? SCRIPT : shellWord(join(PROJECT, SCRIPT));

/** From worst to least: bytes are not counted at all; figures are wrong or too low; something could be better. */
export const GRADES = ['failing', 'wrong', 'advice'] as const;
export type Grade = (typeof GRADES)[number];

/** A finding of `wrtmeter doctor`. */
export interface Finding {
  grade: Grade;
  /** A word for programs. */
  kind: string;
  /** The router; null if it concerns none or several. */
  router: string | null;
  /** What was found: a sentence without a period. */
  what: string;
  /** What to do about it: sentences. */
  todo: string;
}

export const about = (router: string | null, grade: Grade, kind: string, what: string, todo: string): Finding => ({
  grade,
  kind,
  router,
  what,
  todo,
});
