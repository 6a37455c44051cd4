import type { SourceError } from '../errors.ts';

/** A program and its arguments; never shell text. */
export type Argv = readonly string[];

/** Runs programs one after the other. Each can fail separately; rejects with a SourceError if none could be run. */
export type RunEach = (argvs: readonly Argv[], signal: AbortSignal) => Promise<(string | SourceError)[]>;

/** An HTTP request. */
export interface HttpRequest {
  /** http or https. */
  url: string;
  /** Default: GET, or POST if there is a body. */
  method?: 'GET' | 'POST';
  /** Names in lower case. They override the router's own (`authorization`, `accept`, `user-agent`). */
  headers?: Readonly<Record<string, string>>;
  body?: string;
  /** Keeps the cookies of a login between requests. */
  session?: HttpSession;
  /** Statuses to accept besides 200 to 299: some routers explain a refusal in a 500. */
  accepts?: readonly number[];
  /** Whether the status says it all, so that the body of the answer is not read: its text is empty. */
  ignoresBody?: boolean;
}

/** The cookies that a router has set, by name. Created for one login and dropped with it. */
export interface HttpSession {
  cookies: Map<string, string>;
}

export interface HttpAnswer {
  status: number;
  text: string;
  /** Whether a Content-Length proves that the body is complete. A last chunk does not: a web server also sends it if the script was killed. */
  framed: boolean;
  /** Lines that a parser takes; default: as many as parsers ever do. */
  mostLines?: number;
}

/** Sends a request to a router, with its credentials. Rejects with a SourceError whose message contains no credentials. */
export type SendRequest = (request: HttpRequest, signal: AbortSignal) => Promise<HttpAnswer>;

/** What a status of a web server means. */
export interface StatusMeaning {
  /** A clause for a message, without a period. */
  why: string;
  /** What its owner can do, in sentences, where that differs from what helps for other statuses. */
  todo?: string;
  /** Whether the text leaves no doubt, so that it is not a matter of credentials. */
  isSure?: boolean;
}

/** What a status of a web server means, by its number and the text of the answer. */
export type StatusWords = (status: number, text: string) => StatusMeaning;
