import { type Metric, Registry } from 'prom-client';
import type { View } from '../view.ts';
import { deviceFamilies } from './devices.ts';
import type { Family, FamilyMaker } from './family.ts';
import { hostFamilies } from './hosts.ts';
import { peerFamilies } from './peers.ts';
import { programFamilies } from './program.ts';
import { reconciliationFamilies } from './reconciliation.ts';
import { routerFamilies } from './routers.ts';
import { stationFamilies } from './stations.ts';
import { wanFamilies } from './wan.ts';

/** Renders views as metrics. One instance serves all scrapes, because it keeps the label sets of the last one. */
export interface Metrics {
  /** All families of wrtmeter, in the order in which they are shown. */
  families: FamilyMaker;
  /** The text of `/metrics`; `own` has the metrics of the process. */
  render: (view: View, own: Registry | null) => Promise<string>;
}

/** Creates what renders the metrics of one program. */
export function createMetrics(): Metrics {
  const makers: FamilyMaker[] = [
    deviceFamilies(),
    wanFamilies,
    hostFamilies(),
    reconciliationFamilies,
    stationFamilies(),
    peerFamilies(),
    routerFamilies(),
    programFamilies,
  ];
  const families: FamilyMaker = (view) => makers.flatMap((familiesOf) => familiesOf(view));
  return { families, render: (view, own) => rendered(families(view), own) };
}

/**
 * From a registry created per scrape: its metrics are plain objects with the values of the books, which the client library renders
 * several times faster than metrics that are set one series at a time.
 */
async function rendered(families: readonly Family[], own: Registry | null): Promise<string> {
  const registry = new Registry();
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    const metric = { name, help, get: async () => ({ name, help, type, values: samples, aggregator: 'sum' }) };
    registry.registerMetric(metric as unknown as Metric);
  }
  const text = await registry.metrics();
  return own === null ? text : `${text}\n${await own.metrics()}`;
}
