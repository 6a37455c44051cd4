import type { FailureReason } from '../../errors.ts';

/** What is said of a refusal that has two reasons. */
export const EITHER = 'the password is wrong, or somebody else is logged in at the router, which does not say which of the two';

/** How the line begins that says that a logout was not confirmed. */
export const LEFT_OPEN = 'The session may still be open';

/** What to do about a failure to read TP-Link's own firmware. */
export const TPLINK_REMEDIES: Readonly<Record<FailureReason, string>> = {
  timeout: 'Check that the router is on and within reach. Nothing is lost: the next reading includes these bytes.',
  connect: 'Check that the router is on, and check its address in the configuration.',
  tls: 'Set insecure: true, because these routers sign their own certificate, or set ca_file to it.',
  status:
    'Set protocol to the one of its model (docs/routers/tplink.md); if it is set, send a record made with "wrtmeter doctor --capture".',
  redirect: 'Use the address that it redirects to, often one with https, in the configuration.',
  auth: 'Log out at the page of the router. If the password is wrong, correct it in the configuration and reload it. If it says that it is not tried again although the password is right, or to try at once, restart wrtmeter.',
  exec: 'Report this: the router is not read by commands.',
  truncated: 'Nothing of it was used. If it happens again, read the router less often.',
  parse: 'Set protocol to the one of its model (docs/routers/tplink.md), or send a record made with "wrtmeter doctor --capture".',
  too_large: 'Check the address: these routers never send such an answer.',
};
