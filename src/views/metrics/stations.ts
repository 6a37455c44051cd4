import type { Station } from '../../domain/observation.ts';
import type { RouterStatus } from '../../domain/status.ts';
import type { Account } from '../../ledger/account.ts';
import { isPrivate, type View } from '../view.ts';
import { BYTE_COUNTERS, byteFamilies, labelledAccounts } from './byte-counters.ts';
import { type Family, type FamilyMaker, gauge, samplesOf } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const AIR = ['router', 'interface', 'mac'];

/** Bytes of every device on every access point, and its current radio link. */
export function stationFamilies(): FamilyMaker {
  const named = lastingLabels(BYTE_COUNTERS.station.labels);
  const heard: Heard = new WeakMap();
  return (view, shown) => familiesOf(view, shown.station, named, heard);
}

function* familiesOf(view: View, accounts: readonly Account[], named: LastingLabels, heard: Heard): Generator<Family> {
  yield* byteFamilies('station', labelledAccounts('station', view, accounts, named));
  const air = onTheAir(view, heard);
  yield gauge(
    'station_signal_dbm',
    'Signal strength of the device as received by the access point',
    AIR,
    samplesOf(air, ({ station }) => station.signal),
  );
  yield gauge(
    'station_connected_seconds',
    'Time since the device associated',
    AIR,
    samplesOf(air, ({ station }) => station.connected),
  );
  yield gauge(
    'station_link_download_bytes_per_second',
    'Rate of the radio link to the device',
    AIR,
    samplesOf(air, ({ station }) => station.linkDownload),
  );
  yield gauge(
    'station_link_upload_bytes_per_second',
    'Rate of the radio link from the device',
    AIR,
    samplesOf(air, ({ station }) => station.linkUpload),
  );
}

interface OnTheAir {
  station: Station;
  labels: string;
}

/** The stations of each router in the previous scrape: their label texts are reused, as `lastingLabels` does for what lasts longer. */
type Heard = WeakMap<RouterStatus, ReadonlyMap<string, OnTheAir>>;

/** The stations of the last round, one per router, interface and MAC. */
function onTheAir(view: View, heard: Heard): OnTheAir[] {
  return view.routers.flatMap((status) => {
    const observation = status.sources.get('stations')?.observation;
    if (observation?.source !== 'stations') return [];
    const before = heard.get(status);
    const found = new Map<string, OnTheAir>();
    for (const station of observation.stations) {
      const { interface: name, mac } = station;
      if (name === null || isPrivate(view, mac)) continue;
      const key = `${name}\n${mac}`;
      found.set(key, { station, labels: before?.get(key)?.labels ?? labelText(AIR, [status.name, name, mac]) });
    }
    heard.set(status, found);
    return [...found.values()];
  });
}
