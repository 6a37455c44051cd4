import type { Logger } from 'pino';
import { createGate } from '../auth/gate.ts';
import type { Scope } from '../auth/token.ts';
import { readTokens } from '../auth/token-file.ts';
import { watchTokens } from '../auth/watch.ts';
import type { Clock } from '../collector/round.ts';
import type { Config } from '../config/config.ts';
import { TokenFileError } from '../errors.ts';
import type { AppDeps } from '../http/deps.ts';
import type { Service } from './service.ts';

/** Who may do what: the tokens beside the ledger, and what the configuration says now. */
export function authOf(service: Service, log: Logger, clock: Clock): AppDeps['auth'] {
  const gate = createGate({
    // The directory changes only with a restart, as that of the ledger.
    tokens: watchTokens(service.config.data),
    tick: clock.tick,
    log: (level, message, fields) => log[level](fields, message),
  });
  return { check: gate.check, settings: () => ({ read: service.config.auth.read, control: service.config.control }) };
}

/** Logs where the configuration asks for tokens and there is none: nobody could read, or control, and would not see why. */
export async function warnOfMissingTokens({ auth, control, data }: Config, log: Logger): Promise<void> {
  const needs: [wanted: boolean, setting: string, scopes: readonly Scope[], option: string][] = [
    [auth.read === 'token', 'auth.read is token', ['read', 'control'], ''],
    [control, 'control is on', ['control'], ' --scope control'],
  ];
  if (!needs.some(([wanted]) => wanted)) return;
  try {
    const tokens = await readTokens(data);
    for (const [wanted, setting, scopes, option] of needs) {
      if (!wanted || tokens.some(({ scope }) => scopes.includes(scope))) continue;
      log.warn(`${setting}, and there is no token for it: make one with "wrtmeter token create NAME${option} --data ${data}"`);
    }
  } catch (error) {
    if (!(error instanceof TokenFileError)) throw error;
    log.error(error.message);
  }
}
