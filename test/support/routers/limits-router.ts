import type { LimitsChannel } from '../../../src/control/limits/channel.ts';
import { SourceError } from '../../../src/errors.ts';
import { answerOf, startTextRouter } from './text-router.ts';
import { type Driven, drive } from './tplink/driven.ts';

/** Two devices of the tests, each with an address. */
export const [TABLET, LAPTOP] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];
const ADDRESSES = { [TABLET]: '192.168.1.2', [LAPTOP]: '192.168.1.3' };

interface Held {
  /** `pause`, or `slow DOWN UP`. */
  effect: string;
  members: string[];
  dropped: number;
}

/** A gateway that counts hosts and keeps limits as openwrt-cgi/limits.sh does, by a clock of the test. */
export interface LimitsRouter {
  readonly driven: Driven;
  readonly yaml: string;
  /** Bytes that each device received so far. */
  readonly received: Record<string, number>;
  readonly limits: Map<string, Held>;
  /** Every wanted state that it was asked for. */
  readonly asked: string[];
  bootId: string;
  /** Whether wrtmeter.cgi shows the limits. */
  shows: boolean;
  offload: boolean;
  /** What is answered in place of an answer. */
  fault: 'unreachable' | 'hangs' | null;
  /** Reads it, and waits until it was asked, if it is. */
  round(seconds?: number): Promise<string>;
  /** What stands there: `user_kids pause`. */
  standing(): string[];
  /** Rows of the audit about limits, the oldest first. */
  audit(): Promise<string[]>;
  close(): Promise<void>;
}

/** A router whose limits are real ones. */
export interface RealLimits {
  channel: LimitsChannel;
  /** The lines of its section of wrtmeter.cgi; null where it has none. */
  section(): string[] | null;
}

/** `yaml` is added to a configuration in which the tablet belongs to kids. `real`: keeps the limits in place of the stand-in. */
export async function startLimitsRouter(yaml: string, real: RealLimits | null = null): Promise<LimitsRouter> {
  const server = await startTextRouter('');
  const limits = new Map<string, Held>();
  let expires = 0;
  const channel: LimitsChannel = async (wanted, signal) => {
    router.asked.push(wanted);
    if (router.fault === 'unreachable') throw new SourceError('connect', 'ssh connection to gateway failed');
    if (router.fault === 'hangs') {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      throw new SourceError('timeout', 'no complete answer in time');
    }
    return real === null ? answerTo(wanted) : real.channel(wanted, signal);
  };
  function answerTo(wanted: string): string {
    const lines = wanted.trim().split('\n');
    const next = new Map<string, Held>();
    for (const line of lines) {
      const [word = '', id = '', ...rest] = line.split(' ');
      if (word === 'expire') expires = driven.clock.ms + Number(id) * 1000;
      if (word === 'limit') next.set(id, { effect: rest.join(' '), members: [], dropped: 0 });
      if (word === 'mac' || word === 'ip') next.get(id)?.members.push(rest.join(' '));
    }
    if (router.offload) {
      limits.clear();
      return [
        'wrtmeter-limits 1',
        'found 0',
        ...[...next.keys()].map((id) => `limit ${id} refused Flow offloading is on`),
        'result ok unchanged',
        '',
      ].join('\n');
    }
    const same = [...next].filter(([id, { effect }]) => limits.get(id)?.effect === effect);
    for (const [id] of same) Object.assign(next.get(id) ?? {}, { dropped: limits.get(id)?.dropped });
    limits.clear();
    for (const [id, held] of next) limits.set(id, held);
    const states = [...limits].map(([id, { dropped }]) => `limit ${id} active ${dropped} 0`);
    return ['wrtmeter-limits 1', `found ${same.length}`, ...states, 'result ok changed', ''].join('\n');
  }
  function section(): string[] | null {
    if (driven.clock.ms >= expires) limits.clear();
    if (!router.shows || limits.size === 0) return null;
    return [...limits].map(
      ([id, { effect, dropped }]) =>
        `limit ${id} ${effect === 'pause' ? 'pause - -' : effect} ${(expires - driven.clock.ms) / 1000} ${dropped} 0`,
    );
  }
  const devices = `devices: { tablet: { macs: ["${TABLET}"], user: kids }, laptop: { macs: ["${LAPTOP}"] } }`;
  const configured = `timezone: UTC\ncontrol: true\n${devices}\nrouters: { gateway: { url: "${server.url}", limits: { ssh: root@192.0.2.1 } } }\n${yaml}`;
  const driven = await drive(configured, { limitsChannel: () => channel });
  const router: LimitsRouter = {
    driven,
    yaml: configured,
    received: { [TABLET]: 0, [LAPTOP]: 0 },
    limits,
    asked: [],
    ...{ bootId: '8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10', shows: true, offload: false, fault: null },
    async round(seconds = 15) {
      const { clock } = driven;
      clock.ms += seconds * 1000;
      const held = real === null ? section() : real.section();
      const hosts = Object.entries(ADDRESSES).flatMap(([mac, ip]) => [`up ${mac} ${ip} 0`, `down ${ip} ${router.received[mac]}`]);
      const text = answerOf({
        ...{ bootId: router.bootId, time: Math.floor(clock.now() / 1000), offload: { software: router.offload } },
        sections: {
          neighbours: Object.entries(ADDRESSES).map(([mac, ip]) => `neighbour ${ip} br-lan ${mac} REACHABLE`),
          hosts: ['counting nftables 5', 'network lan br-lan', ...hosts],
          ...(held !== null && { limits: held }),
        },
      });
      server.answer = text.replace('uptime 864000.00', `uptime ${(864_000 + clock.ms / 1000).toFixed(2)}`);
      const metrics = await driven.scrape(0);
      await settled();
      return metrics;
    },
    standing: () => [...limits].map(([id, { effect }]) => `${id} ${effect}`),
    async audit() {
      await settled();
      const rows = (await driven.audit()).filter(({ kind }) => kind === 'limit');
      return rows.reverse().map(({ router: on, counter, why }) => [on, counter, why].filter((part) => part !== '').join(', '));
    },
    async close() {
      await driven.close();
      await server.close();
    },
  };
  // What a round sets off is done when nothing of it waits any longer; only a router that hangs is not waited for.
  const settled = async () => {
    if (router.fault !== 'hangs') await driven.service.limiter.settled();
  };
  return router;
}
