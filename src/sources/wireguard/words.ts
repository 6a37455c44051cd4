import type { FailureReason } from '../../errors.ts';

/** What cannot fail where commands are run. */
const NOT_HTTP = 'WireGuard servers are not read over HTTP, so this is a fault of wrtmeter: please report it with the message.';

/** What to do about a failure to run commands on a server. */
export const SERVER_REMEDIES: Readonly<Record<FailureReason, string>> = {
  timeout: 'Check that the server is up and can be reached with ssh. Nothing is lost: the next reading includes these bytes.',
  connect: 'Check that the server is up, its address and port under wireguard, and that its firewall lets ssh in from here.',
  tls: NOT_HTTP,
  status: NOT_HTTP,
  redirect: NOT_HTTP,
  auth: 'Log in with the same ssh command once by hand, as the user of wrtmeter; the message says what was refused.',
  exec: 'Run the command by hand on the server, as the user that wrtmeter logs in as; the message has the end of its output.',
  truncated: 'Nothing of it was used. If it happens again, check the connection to the server, and its load and log.',
  parse: 'Run "wg show all dump" on the server: another program of that name, or a newer version, may answer.',
  too_large: 'Check the interfaces under wireguard: a server with so many peers cannot be read.',
};
