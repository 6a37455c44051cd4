import { UsageError } from '../../errors.ts';
import { RequestError } from '../../views/api-v1/request-error.ts';

type Name = 'from' | 'to' | 'by' | 'kind' | 'mac' | 'router' | 'user';

/** What is exported, as parameters of the usage API. */
export type UsageSelection = { [N in Name]?: string | undefined };

/** Drops the options that were not given. */
export const given = (part: UsageSelection) => Object.fromEntries(Object.entries(part).filter(([, text]) => text !== undefined));

/** Throws what the usage API refuses as a UsageError, in the words of the command line. */
export function asUsageError(error: unknown): never {
  throw error instanceof RequestError ? new UsageError(inTerminal(error.message)) : error;
}

const inTerminal = (message: string): string =>
  message
    .replace(/: \/api\/v1\/(\w+) lists/, ': "wrtmeter print $1" lists')
    .replace('with by=month or by=year and without tariff', 'with --by month or --by year, and --from and --to where one begins');
