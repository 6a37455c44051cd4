import type { Epoch } from '../../domain/counter.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { System } from '../../domain/observation.ts';
import { ownCopy } from '../known-lines.ts';
import { epochOf } from '../openwrt/fields.ts';

/** What a server reports about its boot and its interfaces. */
export interface ServerFacts {
  system: System | null;
  /** By interface. */
  ifindex: Map<string, number>;
}

export const NO_SERVER_FACTS: ServerFacts = { system: null, ifindex: new Map() };

/** Parses the output of the facts program. What cannot be parsed is unknown; the peers are counted anyway. */
export function parseFacts(text: string): ServerFacts {
  const lines = text.split('\n').map(ownCopy);
  const fact = (word: string) => lines.find((line) => line.startsWith(`${word} `))?.slice(word.length + 1) ?? '';
  const bootId = fact('boot_id');
  const uptime = /^\d{1,10}\.\d{1,9}(?= )/.exec(fact('uptime'))?.[0];
  const booted = fact('btime');
  const ifindex = new Map<string, number>();
  for (const line of lines) {
    const [, name, index] = /^ifindex (\S+) (\d{1,10})$/.exec(line) ?? [];
    if (name !== undefined) ifindex.set(name, Number(index));
  }
  if (!/^[0-9a-f-]{8,64}$/i.test(bootId) || uptime === undefined || !/^\d{1,12}$/.test(booted)) return { ...NO_SERVER_FACTS, ifindex };
  const system = {
    bootId,
    uptime: Number(uptime),
    time: Number(booted) + Math.floor(Number(uptime)),
    hostname: cleanName(fact('hostname')) ?? '',
    model: '',
    release: cleanName(fact('release').replaceAll('"', '')) ?? '',
    counterBits: 64 as const,
    flowOffload: null,
    script: null,
  };
  return { system, ifindex };
}

/**
 * The later facts, with the numbers of those interfaces alone that had the same one before: the counters that were read in between are of an
 * interface whose number is known. Rule: epoch.
 */
export const steadyFacts = (before: ServerFacts, after: ServerFacts): ServerFacts => ({
  system: after.system,
  ifindex: new Map([...after.ifindex].filter(([name, index]) => before.ifindex.get(name) === index)),
});

/**
 * The epoch of an interface, or null if its boot or its number is unknown: an epoch without a number would differ from one with it, and
 * the same bytes would be posted twice. Rule: epoch.
 */
export function epochIn({ system, ifindex }: ServerFacts, name: string): Epoch | null {
  const instance = ifindex.get(name);
  return system === null || instance === undefined ? null : epochOf(system, { instance });
}
