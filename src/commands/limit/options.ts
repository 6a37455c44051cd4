import type { CliOptions } from '../../config/input.ts';

/** Options of all commands about limits. */
export interface ShowOptions extends CliOptions {
  json?: boolean;
}

/** Options of `wrtmeter limit set`. */
export interface LimitOptions extends ShowOptions {
  down?: string;
  up?: string;
  for?: string;
  until?: string;
}
