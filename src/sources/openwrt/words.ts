import type { FailureReason } from '../../errors.ts';
import type { StatusMeaning } from '../../transports/request.ts';

const BY_HAND = 'Run the script on the router by hand to see why it fails.';

/** What to do about a failure to read scripts on OpenWrt. */
export const SCRIPT_REMEDIES: Readonly<Record<FailureReason, string>> = {
  timeout: 'Check that the router is on and within reach. Nothing is lost: the next reading includes these bytes.',
  connect: 'Check that the router is on, and check its address in the configuration.',
  tls: 'Set ca_file to the certificate of its authority, or set insecure: true.',
  status: 'Check that the scripts are installed on the router, and check its address in the configuration.',
  redirect: 'Use the address that it redirects to, often one with https, in the configuration.',
  auth: 'Check the token, or the user name and password, on both sides.',
  exec: 'Run the script on the router by hand; the message has the end of its output.',
  truncated: 'Nothing of it was used. If it happens again, check the load and the log of the router.',
  parse: 'Check the address; if it is right, reinstall the scripts on the router.',
  too_large: 'Check the address: the scripts never send such an answer.',
};

/** What OpenWrt's uhttpd means with a status. The scripts of wrtmeter never answer 403. */
export function meaningOfStatus(status: number, text: string): StatusMeaning {
  switch (status) {
    case 403:
      return /RFC ?1918/i.test(text)
        ? {
            why: 'its web server does not answer home networks at its public address; use the address of the router at home, or set rfc1918_filter to 0 in /etc/config/uhttpd',
            todo: 'Write the address that the router has at home in the configuration, or set rfc1918_filter to 0 in /etc/config/uhttpd.',
            isSure: true,
          }
        : {
            why: 'the web server refuses this address; is the script executable for everyone?',
            todo: 'Reinstall the scripts on the router, or make them executable with "chmod 755"; if they are, see what its web server refuses.',
          };
    case 404:
      return { why: 'a web server answers there, but it has no such script; is it installed?' };
    case 502:
    case 504:
      return {
        why: 'the script gave no answer; it ended early, or took longer than the web server allows (script_timeout)',
        todo: 'Run the script on the router by hand to see where it ends. If it only takes long, raise script_timeout in /etc/config/uhttpd.',
      };
    default:
      return status >= 500
        ? { why: 'the script failed on the router', todo: `${text === '' ? '' : 'Do what the answer says. '}${BY_HAND}` }
        : { why: 'the router refuses the request' };
  }
}
