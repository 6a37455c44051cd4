import type { CounterBits } from '../../domain/counter.ts';
import type { Login } from '../../fields/urls.ts';
import type { SendRequest } from '../../transports/request.ts';
import type { SourceReading } from '../source.ts';
import type { Trial } from './gate.ts';
import type { Secrets } from './secrets.ts';

/** What a protocol needs to talk to its router. */
export interface RouterIo {
  /** Scheme and host, without a slash at the end. */
  base: string;
  send: SendRequest;
  login: Login;
  /** Width of the counters if configured. */
  counterBits: CounterBits | null;
  /** Unix ms. */
  now: () => number;
  /** What was found out about the router, kept from one stay to the next. */
  facts: Map<string, string>;
  /** What is replaced in messages. */
  secrets: Pick<Secrets, 'addToken'>;
  /** Knows of each request that carries the password. */
  trial: Trial;
}

/** One stay at the router: from the login to the logout. */
export interface Stay {
  /** Whether the router may hold us for logged in: then `leave` is due, whatever happened. */
  isInside(): boolean;
  /** Logs in and reads. Rejects with a SourceError, which is a Refusal where the router does not let us in. */
  read(signal: AbortSignal): Promise<SourceReading[]>;
  /** Logs out. */
  leave(signal: AbortSignal): Promise<void>;
}

/** A way in which TP-Link's own firmware is read. */
export interface Protocol {
  /** Whether the router speaks it, found out without a login. */
  detect(io: Omit<RouterIo, 'login' | 'trial' | 'secrets'>, signal: AbortSignal): Promise<boolean>;
  start(io: RouterIo): Stay;
}

/** Statuses of an answer that is read all the same: these routers say what is wrong in the body, if at all. */
export const ANY_STATUS: readonly number[] = [400, 401, 403, 404, 405, 406, 408, 410, 411, 413, 415, 422, 429, 500, 501, 502, 503];
