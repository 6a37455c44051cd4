import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { minus, type Traffic } from '../../../../src/domain/traffic.ts';
import { finish, output } from '../../program/command.ts';
import { cgiEnvironment, makeToolbox, scripts } from '../../routers/busybox.ts';
import { FAR_END } from '../clients.ts';
import type { HostsWorld, Machine } from '../hosts-world.ts';
import { inside, within } from '../world.ts';

/** What limits.sh answered. */
export interface LimitsAnswer {
  readonly found: number;
  /** Bytes held back, by the ID of the limit. */
  readonly active: ReadonlyMap<string, Traffic>;
  /** The last line without its first word, or "" where it is not a result. */
  readonly result: string;
  readonly text: string;
}

/** openwrt-cgi/limits.sh on the router of a home, under busybox. */
export interface Limiter {
  /** Asks for limits: the lines between the head and the end. */
  ask(lines: readonly string[], options?: { expire?: number; env?: Record<string, string> }): Promise<LimitsAnswer>;
  /** The same with the whole input as it is. */
  give(input: string, env?: Record<string, string>): Promise<LimitsAnswer>;
  /** Asks, and kills everything that was started for it after so many seconds. */
  killed(lines: readonly string[], seconds: number): Promise<void>;
  /** The table as nft lists it, without what changes by itself; "" where there is none. */
  table(): Promise<string>;
  /** Has the limits end within this time, as if they had been asked for long ago. */
  letEnd(milliseconds: number): Promise<void>;
}

export function createLimiter({ lab, router }: HostsWorld): Limiter {
  // OpenWrt's busybox has it, Debian's has not.
  writeFileSync(join(lab.folder, 'standins/flock'), '#!/bin/sh\nexec /usr/bin/flock "$@"\n');
  const toolbox = makeToolbox(join(lab.folder, 'standins'));
  lab.defer(async () => toolbox.remove());
  const root = join(lab.folder, 'root');
  mkdirSync(join(root, 'etc/config'), { recursive: true });
  writeFileSync(join(root, 'etc/config/network'), '');
  const command = [...within(router.namespace), toolbox.shell, join(scripts, 'limits.sh'), 'for-tests'];

  const environment = { ...cgiEnvironment({ root, tools: join(lab.folder, 'tools') }), PATH: process.env.PATH ?? '' };
  async function give(input: string, more: Record<string, string> = {}): Promise<LimitsAnswer> {
    const { stdout, stderr } = await finish(command, { env: { ...environment, ...more }, input, timeout: 30_000 });
    if (stderr !== '') throw new Error(`limits.sh complains: ${stderr}`);
    return parseAnswer(stdout);
  }
  return {
    give,
    ask: (lines, { expire = 600, env } = {}) => give(wantedText(lines, expire), env),
    async killed(lines, seconds) {
      await finish(['timeout', '-s', 'KILL', seconds.toFixed(3), ...command], { env: environment, input: wantedText(lines) });
    },
    async table() {
      const { stdout } = await finish([...within(router.namespace), 'nft', 'list', 'table', 'inet', 'wrtmeter_limits']);
      return stdout.replace(/ (timeout|expires) \w+/g, '').replace(/packets \d+ bytes \d+/g, '');
    },
    async letEnd(milliseconds) {
      const set = 'inet wrtmeter_limits alive';
      const until = `timeout ${milliseconds}ms`;
      await router.loadRules(`flush set ${set}\nadd element ${set} { ipv4 ${until}, ipv6 ${until} }\n`);
    },
  };
}

export const wantedText = (lines: readonly string[], expire = 600): string =>
  ['wrtmeter-limits 1', `expire ${expire}`, ...lines, 'end', ''].join('\n');

/** The lines that limit machines by their MAC alone. */
export const limitOf = (id: string, what: string, ...machines: readonly Machine[]): string[] => [
  `limit ${id} ${what}`,
  ...machines.map(({ mac }) => `mac ${id} ${mac}`),
];

export function parseAnswer(text: string): LimitsAnswer {
  const active = [...text.matchAll(/^limit (\w+) active (\d+) (\d+)$/gm)].map(
    ([, id = '', download, upload]) => [id, { download: Number(download), upload: Number(upload) }] as const,
  );
  const result = /^result (.*)\n$/m.exec(text.slice(text.lastIndexOf('\n', text.length - 2) + 1))?.[1] ?? '';
  return { found: Number(/^found (\d+)$/m.exec(text)?.[1] ?? Number.NaN), active: new Map(active), result, text };
}

/** Who is measured: a machine of the home, or whatever else is in a namespace of its own. */
export interface Measured {
  readonly client: { readonly namespace: string };
}

/** Counts to the byte, at layer 3, what machines get from the far end of the uplink and what it gets from the home. */
export interface Gauge {
  received(machine: Measured): Promise<number>;
  /** From all of the home. */
  sent(): Promise<number>;
  /** Bytes a second over a time, of several counters at once. */
  rates<K extends string>(seconds: number, counters: Record<K, () => Promise<number>>): Promise<Record<K, number>>;
}

export async function createGauge(internet: string, machines: readonly Measured[]): Promise<Gauge> {
  const gauge = (namespace: string, side: 'saddr' | 'daddr') =>
    output([...within(namespace), 'nft', '-f', '-'], {
      input: `table inet gauge {
  counter moved { }
  chain input {
    type filter hook input priority -300;
    ip ${side} ${FAR_END.v4} counter name moved
    ip6 ${side} ${FAR_END.v6} counter name moved
  }
}\n`,
    });
  await Promise.all([gauge(internet, 'daddr'), ...machines.map(({ client }) => gauge(client.namespace, 'saddr'))]);
  const read = async (namespace: string) =>
    Number(/bytes (\d+)/.exec(await inside(namespace, ['nft', 'list', 'counter', 'inet', 'gauge', 'moved']))?.[1]);
  return {
    received: ({ client }) => read(client.namespace),
    sent: () => read(internet),
    async rates(seconds, counters) {
      const now = async (counter: () => Promise<number>) => {
        const asked = performance.now();
        const bytes = await counter();
        return { bytes, at: (asked + performance.now()) / 2000 };
      };
      const entries = Object.entries(counters) as [keyof typeof counters, () => Promise<number>][];
      const before = await Promise.all(entries.map(([, counter]) => now(counter)));
      await sleep(seconds * 1000);
      const rates = entries.map(async ([name, counter], i) => {
        const [then, { bytes, at }] = [before[i] ?? { bytes: Number.NaN, at: 0 }, await now(counter)];
        return [name, (bytes - then.bytes) / (at - then.at)];
      });
      return Object.fromEntries(await Promise.all(rates));
    },
  };
}

/** Seconds in which what may come at once has come, and over which a rate is measured. */
export const SETTLED = 1.8;
export const MEASURED = 3;

/** Holds a measured rate to within a tenth of its limit, both in bytes a second. */
export const near = (rate: number, limit: number) =>
  expect(rate, `bytes a second, at a limit of ${limit}`).to.be.within(0.9 * limit, 1.1 * limit);

/** Bytes held back by a limit since an earlier answer. */
export const heldBack = (answer: LimitsAnswer, id: string, earlier?: LimitsAnswer): Traffic =>
  minus(answer.active.get(id) ?? { download: Number.NaN, upload: Number.NaN }, earlier?.active.get(id) ?? { download: 0, upload: 0 });
