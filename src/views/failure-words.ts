import type { FailureReason } from '../errors.ts';

/** What happened when a reading failed, for a person. What to do about it depends on the router: `remedyOf`. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, string>> = {
  timeout: 'No answer in time',
  connect: 'Cannot be reached',
  tls: 'The TLS connection failed',
  status: 'Answered with an error',
  redirect: 'Redirects to another address',
  auth: 'Access denied',
  exec: 'The command failed',
  truncated: 'The answer was cut short',
  parse: 'The answer could not be parsed',
  too_large: 'The answer was too large',
};
