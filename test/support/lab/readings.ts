import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Exporter, startExporter } from '../program/exporter.ts';
import { type Sample, withLabels } from '../prometheus/text.ts';
import type { LabClient } from './clients.ts';
import type { DeviceBytes, LabRouter } from './router.ts';
import { type Account, createTruth, type Truth } from './truth.ts';

type Counters = Map<string, DeviceBytes>;

export const wanOf = (router: string): Account => ({ names: [`wan ${router} wan`], towardsHome: 'rx' });

export const deviceOf = (router: string, { mac }: LabClient): Account => ({
  names: [`station ${router} ${mac}`, `device ${mac}`],
  towardsHome: 'tx',
});

/** Reads until nothing moved while the exporter did, so that what it shows and what the kernel counts can be compared to the byte. */
export async function settle(router: LabRouter, exporter: Exporter): Promise<{ samples: Sample[]; counters: Counters }> {
  for (let tries = 0; tries < 60; tries += 1) {
    const counters = await router.counters();
    await exporter.scrape(); // it may have shared a round that started before
    const samples = await exporter.scrape();
    const read = withLabels(samples, 'wrtmeter_source_success', { source: 'wan' }).every(({ value }) => value === 1);
    if (read && same(counters, await router.counters())) return { samples, counters };
    await sleep(200);
  }
  throw new Error('The router is not at rest after 60 readings');
}

export interface FirstReading {
  config: string;
  dataDir: string;
  listen?: string;
  /** What the configuration calls the router. */
  name: string;
  uplink: string;
  clients: readonly LabClient[];
}

/** Starts an exporter on a new ledger, again until nothing moved during its first reading: what was before that is unknown. */
export async function firstReading(router: LabRouter, first: FirstReading): Promise<{ exporter: Exporter; truth: Truth }> {
  const { config, dataDir, listen, name, uplink, clients } = first;
  for (let tries = 0; tries < 5; tries += 1) {
    const counters = await router.atRest([uplink, ...clients.map(({ device }) => device)]);
    const exporter = await startExporter({ args: ['--config', config], dataDir, ...(listen !== undefined && { listen }) });
    await exporter.scrape();
    if (same(counters, await router.counters())) {
      const truth = createTruth();
      truth.follow(wanOf(name), uplink, counters);
      for (const client of clients) truth.follow(deviceOf(name, client), client.device, counters);
      return { exporter, truth };
    }
    await exporter.kill();
    rmSync(dataDir, { recursive: true });
  }
  throw new Error('Something moved during each of 5 first readings');
}

/** The same counters on every device that is read: not the cable on which they are read. */
export const same = (one: Counters, other: Counters): boolean =>
  [...one].every(
    ([device, { rx, tx }]) => ['lo', 'mgmt', 'br-lan'].includes(device) || (other.get(device)?.rx === rx && other.get(device)?.tx === tx),
  );
