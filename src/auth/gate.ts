import { TokenFileError } from '../errors.ts';
import { createAttempts } from './attempts.ts';
import { presentedToken, type TokenHeaders } from './presented.ts';
import { rarely } from './rarely.ts';
import { findToken, type Scope, type TokenRecord } from './token.ts';

/** The result of checking a request's token. */
type Verdict =
  | { kind: 'known'; name: string; scope: Scope }
  | { kind: 'missing' }
  | { kind: 'wrong' }
  /** Too many failures: the token was not checked. */
  | { kind: 'limited'; seconds: number }
  | { kind: 'unreadable' };

export interface GateParts {
  /** The current tokens. May throw a TokenFileError. */
  tokens(): Promise<readonly TokenRecord[]>;
  /** Ms of a monotonic clock. */
  tick(): number;
  log(level: 'warn' | 'error', message: string, fields: Record<string, unknown>): void;
}

export interface Gate {
  /** Checks the headers of a request from an address. */
  check(headers: TokenHeaders, address: string): Promise<Verdict>;
}

/** Checks tokens, limits wrong ones, and logs refusals at most once a minute. */
export function createGate({ tokens, tick, log }: GateParts): Gate {
  const attempts = createAttempts();
  let refused = 0;
  const refusals = rarely((address: string) => {
    const many = refused === 1 ? 'a request' : `${refused} requests`;
    log('warn', `Refused ${many} without a valid token, the last one from ${address}`, { address, refused });
    refused = 0;
  });
  const unreadable = rarely((error: TokenFileError) => log('error', error.message, {}));

  function refuse(address: string, verdict: Verdict): Verdict {
    refused += 1;
    refusals(tick(), address);
    return verdict;
  }

  return {
    async check(headers, from) {
      const token = presentedToken(headers);
      if (token === null) return { kind: 'missing' };
      const address = from.replace(/^::ffff:(?=\d+\.)/, '');
      let records: readonly TokenRecord[];
      try {
        records = await tokens();
      } catch (error) {
        if (!(error instanceof TokenFileError)) throw error;
        unreadable(tick(), error);
        return { kind: 'unreadable' };
      }
      // No await from here on, so that a hundred requests at once get only as many attempts as a hundred in a row.
      const seconds = attempts.wait(address, tick());
      if (seconds > 0) return refuse(address, { kind: 'limited', seconds });
      const found = findToken(token, records);
      if (found !== null) return { kind: 'known', name: found.name, scope: found.scope };
      attempts.failed(address, tick());
      return refuse(address, { kind: 'wrong' });
    },
  };
}
