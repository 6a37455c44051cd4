import type { Notice } from '../../domain/people/notice.ts';
import type { Facts } from './facts.ts';
import type { Memory } from './memory.ts';

/** Flow offloading that was switched on, once for each time. A router that does not answer changes nothing. */
export function offloading(memory: Memory, { routers, now }: Facts): { notices: Notice[]; offload: string[] } {
  const found = routers.flatMap(({ name, offload }) => (offload ?? []).map((kind) => ({ name, kind, id: `${name} ${kind}` })));
  const unknown = routers.filter(({ offload }) => offload === null).map(({ name }) => name);
  const kept = memory.offload.filter((id) => unknown.some((name) => id.startsWith(`${name} `)) && !found.some((each) => each.id === id));
  const notices = found
    .filter(({ id }) => !memory.offload.includes(id))
    .map(
      ({ name, kind, id }): Notice => ({
        key: `offload ${id} ${now}`,
        kind: 'offload',
        subject: `Flow offloading is on at ${name}`,
        text: `${kind === 'hardware' ? 'Hardware' : 'Software'} flow offloading is on in the firewall of ${name}. Offloaded bytes bypass the counters of hosts, so the figures of devices are too low. Switch it off, or count stations instead.`,
        at: now,
      }),
    );
  return { notices, offload: [...kept, ...found.map(({ id }) => id)] };
}
