import type { CommandIo } from './command-io.ts';

/** Whether characters of blocks can be seen: on a terminal with UTF-8, but not on the console of Linux, whose font lacks most of them. */
export function showsBlocks({ stdout, env }: Pick<CommandIo, 'stdout' | 'env'>): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return stdout.columns !== undefined && /utf-?8/i.test(locale) && !['linux', 'dumb'].includes(env.TERM ?? '');
}

const LEVELS = '▁▂▃▄▅▆▇█';
const PARTS = '▏▎▍▌▋▊▉█';

/** A character for each value, as high as it is compared with the largest of them; a blank for nothing. */
export function sparkline(values: readonly number[]): string {
  const most = Math.max(...values);
  return values.map((value) => (value > 0 ? LEVELS.charAt(Math.ceil((value / most) * LEVELS.length) - 1) : ' ')).join('');
}

/** A bar as long as a value is compared with the largest, which has so many characters; empty for nothing. */
export function bar(value: number, most: number, characters: number): string {
  if (value <= 0) return '';
  const eighths = Math.max(1, Math.round((value / most) * characters * PARTS.length));
  const rest = eighths % PARTS.length;
  return PARTS.slice(-1).repeat(Math.floor(eighths / PARTS.length)) + (rest === 0 ? '' : PARTS.charAt(rest - 1));
}
