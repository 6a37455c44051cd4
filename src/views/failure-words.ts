import type { FailureReason } from '../errors.ts';

/** A failed reading for a person: what happened, and what to do. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, { what: string; todo: string }>> = {
  timeout: {
    what: 'No answer in time',
    todo: 'Check that the router is on and within reach. Nothing is lost: the next reading includes these bytes.',
  },
  connect: { what: 'Cannot be reached', todo: 'Check that the router is on, and check its address in the configuration.' },
  tls: { what: 'The certificate is not trusted', todo: 'Set ca_file to the certificate of its authority, or set insecure: true.' },
  status: {
    what: 'Answered with an error',
    todo: 'Check that the scripts are installed on the router, and check its address in the configuration.',
  },
  redirect: {
    what: 'Redirects to another address',
    todo: 'Use the address that it redirects to, often one with https, in the configuration.',
  },
  auth: { what: 'Access denied', todo: 'Check the token, the user name and password, or the ssh key, on both sides.' },
  exec: { what: 'The command failed', todo: 'Run it by hand; the message has the end of its output.' },
  truncated: {
    what: 'The answer was cut short',
    todo: 'Nothing of it was used. If it happens again, check the load and the log of the router.',
  },
  parse: { what: 'The answer could not be parsed', todo: 'Check the address; if it is right, reinstall the scripts on the router.' },
  too_large: { what: 'The answer was too large', todo: 'Check the address: the scripts never send such an answer.' },
};
