import type { FailureReason } from '../errors.ts';

/** A failed reading for a person: what happened, and what to do about it. */
export const FAILURE_WORDS: Readonly<Record<FailureReason, { what: string; todo: string }>> = {
  timeout: {
    what: 'No answer in time',
    todo: 'Is the router switched on and within reach? Nothing is lost: the next answer brings the bytes.',
  },
  connect: { what: 'Cannot be reached', todo: 'Check that the router is switched on, and the address in the configuration.' },
  tls: { what: 'Its certificate is not trusted', todo: 'Name its authority with ca_file, or set insecure: true.' },
  status: {
    what: 'Answered with an error',
    todo: 'Check that the scripts are installed on the router, and the address in the configuration.',
  },
  redirect: {
    what: 'Sends the request elsewhere',
    todo: 'Write the address that it leads to, often one with https, into the configuration.',
  },
  auth: { what: 'Refused the access', todo: 'Check the token, the user name and password, or the ssh key, on both sides.' },
  exec: { what: 'The command failed', todo: 'Run it by hand; its last words are in the message.' },
  truncated: {
    what: 'The answer was cut short',
    todo: 'Nothing of it was used. If it happens again, look at the load and the log of the router.',
  },
  parse: { what: 'The answer was not understood', todo: 'Check the address; if it is right, install the scripts on the router anew.' },
  too_large: { what: 'The answer was too large', todo: 'Check the address: such an answer is not from the scripts.' },
};
