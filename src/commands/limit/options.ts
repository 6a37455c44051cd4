import type { CliOptions } from '../../config/input.ts';

/** Options of the commands about limits. */
export interface LimitOptions extends CliOptions {
  down?: string;
  up?: string;
  for?: string;
  until?: string;
  json?: boolean;
}
