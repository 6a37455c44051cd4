import type { Notice } from '../../domain/people/notice.ts';
import { newDevices } from './devices.ts';
import type { Facts } from './facts.ts';
import type { Memory } from './memory.ts';
import { offloading } from './offload.ts';
import { presence } from './presence.ts';
import { silentRouters } from './silent.ts';

/** What happened since the last round, in the order in which people want to know it. */
export function watch(memory: Memory, facts: Facts): { notices: Notice[]; memory: Memory } {
  const { notices: silences, silent } = silentRouters(memory, facts);
  const { notices: comings, here } = presence(memory, facts);
  const { notices: offloads, offload } = offloading(memory, facts);
  const notices = [...silences, ...offloads, ...newDevices(memory, facts), ...comings];
  return { notices, memory: { since: memory.since, silent, here, offload } };
}
