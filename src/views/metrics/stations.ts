import type { Station } from '../../domain/observation.ts';
import type { RouterStatus } from '../../domain/status.ts';
import type { Traffic } from '../../domain/traffic.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Sample } from './family.ts';
import { type LastingLabels, labelText, lastingLabels } from './labels.ts';

const BYTES = ['router', 'mac', 'hostname'];
const AIR = ['router', 'interface', 'mac'];

/** Bytes of every device on every access point, and its current radio link. */
export function stationFamilies(): FamilyMaker {
  const named = lastingLabels(BYTES);
  const heard: Heard = new WeakMap();
  return (view) => familiesOf(view, named, heard);
}

function* familiesOf(view: View, named: LastingLabels, heard: Heard): Generator<Family> {
  const rows = shownAccounts(view, 'station').map((account) => ({
    account,
    labels: named(account, account.router, account.key, nameOf(view, account.key)),
  }));
  const totals = (direction: keyof Traffic): Sample[] => rows.map(({ account, labels }) => ({ labels, value: account.total[direction] }));
  yield counter('station_download_bytes_total', 'Bytes sent by the access point to the device', BYTES, totals('download'));
  yield counter('station_upload_bytes_total', 'Bytes received by the access point from the device', BYTES, totals('upload'));
  const air = onTheAir(view, heard);
  const samples = (value: (station: Station) => number | null): Sample[] =>
    air.flatMap(({ station, labels }) => {
      const number = value(station);
      return number === null ? [] : [{ labels, value: number }];
    });
  yield gauge(
    'station_signal_dbm',
    'Signal strength of the device as received by the access point',
    AIR,
    samples((s) => s.signal),
  );
  yield gauge(
    'station_connected_seconds',
    'Time since the device associated',
    AIR,
    samples((s) => s.connected),
  );
  yield gauge(
    'station_link_download_bytes_per_second',
    'Rate of the radio link to the device',
    AIR,
    samples((s) => s.linkDownload),
  );
  yield gauge(
    'station_link_upload_bytes_per_second',
    'Rate of the radio link from the device',
    AIR,
    samples((s) => s.linkUpload),
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
      if (name === null) continue;
      const key = `${name}\n${mac}`;
      found.set(key, { station, labels: before?.get(key)?.labels ?? labelText(AIR, [status.name, name, mac]) });
    }
    heard.set(status, found);
    return [...found.values()];
  });
}
