import { Registry } from 'prom-client';
import { shownAccounts, type View } from '../view.ts';
import { deviceFamilies } from './devices.ts';
import type { Family, FamilyMaker } from './family.ts';
import { hostFamilies } from './hosts.ts';
import { limitFamilies } from './limits.ts';
import { peerFamilies } from './peers.ts';
import { csvFamilies } from './program/csv.ts';
import { liveFamilies } from './program/live.ts';
import { noticeFamilies } from './program/notices.ts';
import { programFamilies } from './program/program.ts';
import { quotaFamilies } from './quotas.ts';
import { reconciliationFamilies } from './reconciliation.ts';
import { routerFamilies } from './routers.ts';
import { stationFamilies } from './stations.ts';
import { tariffFamilies } from './tariffs.ts';
import { createText, type TextParts } from './text.ts';
import { userFamilies } from './users.ts';
import { wanFamilies } from './wan.ts';

/** The content type of `/metrics`. */
export const METRICS_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Renders views as metrics. One instance serves all scrapes, because it keeps the label texts of the last one. */
export interface Metrics {
  /** All families of wrtmeter, in the order in which they are shown. */
  families: (view: View) => Iterable<Family>;
  /** The text of `/metrics`; `own` is that of the metrics of the process. */
  render: (view: View, own: string) => TextParts;
}

/** Creates what renders the metrics of one program. */
export function createMetrics(): Metrics {
  const makers: FamilyMaker[] = [
    deviceFamilies(),
    userFamilies,
    wanFamilies,
    hostFamilies(),
    reconciliationFamilies,
    stationFamilies(),
    peerFamilies(),
    tariffFamilies,
    quotaFamilies(),
    limitFamilies,
    routerFamilies(),
    programFamilies,
    noticeFamilies,
    csvFamilies,
    liveFamilies,
  ];
  const textOf = createText();
  function* families(view: View): Generator<Family> {
    const shown = shownAccounts(view);
    for (const familiesOf of makers) yield* familiesOf(view, shown);
  }
  return {
    families,
    render: (view, own) => textOf(families(view), own === '' ? '' : `\n${own}`),
  };
}
