import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { View } from '../view.ts';
import { deviceFamilies } from './devices.ts';
import type { Family } from './family.ts';
import { programFamilies } from './program.ts';
import { routerFamilies } from './routers.ts';
import { stationFamilies } from './stations.ts';
import { wanFamilies } from './wan.ts';

export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Defaults of the client library that promtool rejects: their names end in `_total` and they are no counters. */
const REJECTED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/** Every family of our own, in the order in which it is shown. */
export function families(view: View): Family[] {
  return [...deviceFamilies(view), ...wanFamilies(view), ...stationFamilies(view), ...routerFamilies(view), ...programFamilies(view)];
}

/** The figures of the process itself; they live as long as it does. */
export function processMetrics(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of REJECTED) registry.removeSingleMetric(name);
  return registry;
}

/**
 * The text of `/metrics`, from a registry made for this scrape: its metrics are plain objects that hold the books' figures,
 * which the client library renders several times faster than metrics that are counted up one series at a time.
 */
export async function renderMetrics(view: View, own: Registry | null): Promise<string> {
  const registry = new Registry();
  for (const { name, help, type, samples } of families(view)) {
    if (samples.length === 0) continue;
    const metric = { name, help, get: async () => ({ name, help, type, values: samples, aggregator: 'sum' }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  const text = await registry.metrics();
  return own === null ? text : `${text}\n${await own.metrics()}`;
}
