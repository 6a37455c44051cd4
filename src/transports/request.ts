import type { SourceError } from '../errors.ts';

/** A program and its arguments; never text for a shell. */
export type Argv = readonly string[];

/** Runs several programs, one after the other. One that fails costs the others nothing; rejects with a SourceError where none could be run. */
export type RunEach = (argvs: readonly Argv[], signal: AbortSignal) => Promise<(string | SourceError)[]>;

/** One request over HTTP. */
export interface HttpRequest {
  /** http or https. */
  url: string;
  /** Default: GET, or POST where there is a body. */
  method?: 'GET' | 'POST';
  /** Names in lower case. They go before the router's own (`authorization`, `accept`, `user-agent`). */
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Keeps the cookies of a login from one request to the next. */
  session?: HttpSession;
  /** Statuses that are an answer to parse, beside 200 to 299: some routers say with a 500 why they refuse. */
  accepts?: readonly number[];
}

/** The cookies that a router has set, by name. Made for one login, and dropped with it. */
export interface HttpSession {
  cookies: Map<string, string>;
}

export const newSession = (): HttpSession => ({ cookies: new Map() });

export interface HttpAnswer {
  status: number;
  text: string;
  /** Whether a length proves that the body is whole. A last chunk does not: a web server sends it for a script that was killed, too. */
  framed: boolean;
}

/** Sends one request to a router, with its credentials. Rejects with a SourceError, whose message holds no credentials. */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;
