import type { RouterConfig } from '../../config/config.ts';
import { type LimitsChannel, shellChannel } from '../../control/limits/channel.ts';
import { SourceError } from '../../errors.ts';
import { sshExchange } from '../../transports/ssh.ts';
import { environmentOf, machineOf } from '../tools/machines.ts';
import { wireguardOf } from './peers.ts';

/** How a router is asked for its limits, by its configuration. */
export function channelOf({ name, limits, kinds }: RouterConfig): LimitsChannel {
  if (limits?.over === 'ssh') return sshExchange(limits.ssh, environmentOf());
  const wireguard = wireguardOf(kinds);
  if (limits === null || wireguard === null) {
    return () => Promise.reject(new SourceError('exec', `"${name}" has no login for limits`));
  }
  const { run, asRoot } = machineOf(wireguard);
  return shellChannel((argv, stdin, signal) => run(asRoot(argv), stdin, signal));
}
