import type { Logger } from 'pino';
import type { Clock, RouterToRead } from '../collector/round.ts';
import type { RouterConfig } from '../config/config.ts';
import type { RouterStatus } from '../domain/status.ts';
import { kindOf } from '../sources/registry.ts';
import type { Probe } from '../sources/source.ts';
import { loginAddressesOf, probesOf, statusOf } from './from-config.ts';
import { LIMITS } from './limits.ts';
import { createAnswerShares } from './tools/answer-shares.ts';
import type { KeptLogins } from './tools/logins.ts';

/** The routers that are read: how, and what was last seen of each. */
export interface Routers {
  /** By name. */
  readonly statuses: ReadonlyMap<string, RouterStatus>;
  /** Continues with the routers of another configuration, and returns what a round reads of each. */
  configure(routers: readonly RouterConfig[]): RouterToRead[];
}

/** Without routers until they are configured. */
export function createRouters(clock: Clock, log: Logger, logins: Omit<KeptLogins, 'stop'>): Routers {
  const probes = new Map<string, { settings: string; probes: readonly Probe[] }>();
  const shares = createAnswerShares(LIMITS.answerBytes, clock.tick);
  const io = { clock, logins, takeRoom: shares.take };
  let statuses = new Map<string, RouterStatus>();

  /** A router that is read as before keeps what its probes remember, such as a password that was refused. */
  function lastingProbes(router: RouterConfig): readonly Probe[] {
    const { kinds, credentials, tls, counterBits } = router;
    const settings = JSON.stringify({ kinds, credentials, tls, counterBits });
    const known = probes.get(router.name);
    if (known?.settings === settings) return known.probes;
    shares.forget(router.name);
    const fresh = probesOf(router, router.kinds, { ...io, warn: (line) => log.warn({ router: router.name }, line) });
    probes.set(router.name, { settings, probes: fresh });
    return fresh;
  }

  return {
    get statuses() {
      return statuses;
    },
    configure(routers) {
      logins.keepOnly(loginAddressesOf(routers));
      shares.setRouters(routers.map(({ name }) => name));
      const read = routers.map((router) => ({ router, probes: lastingProbes(router) }));
      for (const name of probes.keys()) if (!read.some(({ router }) => router.name === name)) probes.delete(name);
      statuses = new Map(read.map(({ router, probes }) => [router.name, keptStatus(statuses.get(router.name), statusOf(router, probes))]));
      return read.map(({ router: { name, timeout, kinds }, probes }) => {
        const onlyInRounds = kinds.some(({ kind }) => kindOf(kind).logsIn);
        return { name, probes, timeout, ...(onlyInRounds && { onlyInRounds }) };
      });
    },
  };
}

/** A router with unchanged addresses keeps its status. */
function keptStatus(before: RouterStatus | undefined, fresh: RouterStatus): RouterStatus {
  return before !== undefined && before.addresses.join() === fresh.addresses.join() ? before : fresh;
}
