import type { Logger } from 'pino';
import { createGate } from '../auth/gate.ts';
import type { Scope } from '../auth/token.ts';
import { readTokens } from '../auth/token-file.ts';
import { watchTokens } from '../auth/watch.ts';
import type { Clock } from '../collector/round.ts';
import type { Config } from '../config/config.ts';
import { shellWord, TokenFileError } from '../errors.ts';
import type { AppDeps } from '../http/deps.ts';
import type { Service } from './service.ts';

/** Checks requests by the tokens in the data directory and the current configuration. */
export function authOf(service: Service, log: Logger, clock: Clock): AppDeps['auth'] {
  const gate = createGate({
    // Like the ledger's, the directory changes only with a restart.
    tokens: watchTokens(service.config.data),
    tick: clock.tick,
    log: (level, message, fields) => log[level](fields, message),
  });
  return { check: gate.check, settings: () => ({ read: service.config.auth.read, control: service.config.control }) };
}

/** Warns if the configuration requires tokens and there are none: then nobody could read or control. */
export async function warnOfMissingTokens({ auth, control, data }: Config, log: Logger): Promise<void> {
  const needs: [required: boolean, setting: string, scopes: readonly Scope[], option: string][] = [
    [auth.read === 'token', 'auth.read is token', ['read', 'control'], ''],
    [control, 'control is on', ['control'], ' --scope control'],
  ];
  if (!needs.some(([required]) => required)) return;
  try {
    const tokens = await readTokens(data);
    for (const [required, setting, scopes, option] of needs) {
      if (!required || tokens.some(({ scope }) => scopes.includes(scope))) continue;
      log.warn(`${setting}, but no token exists for it: create one with "wrtmeter token create NAME${option} --data ${shellWord(data)}"`);
    }
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error;
    log.error(error.message);
  }
}
