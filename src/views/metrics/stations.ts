import type { Station } from '../../domain/observation.ts';
import type { RouterStatus } from '../../domain/status.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, type FamilyMaker, gauge, type Labels, type LastingLabels, lastingLabels, type Sample } from './family.ts';

const BYTES = ['router', 'mac', 'hostname'];
const AIR = ['router', 'interface', 'mac'];

/** Bytes of every device on every access point, and its current radio link. */
export function stationFamilies(): FamilyMaker {
  const named = lastingLabels();
  const heard: Heard = new WeakMap();
  return (view) => familiesOf(view, named, heard);
}

function familiesOf(view: View, named: LastingLabels, heard: Heard): Family[] {
  const rows = shownAccounts(view, 'station').map((account) => ({
    account,
    sharedLabels: named(account, { router: account.router, mac: account.key, hostname: nameOf(view, account.key) }),
  }));
  const air = onTheAir(view, heard);
  const samples = (value: (station: Station) => number | null): Sample[] =>
    air.flatMap(({ station, labels }) => {
      const number = value(station);
      return number === null ? [] : [{ sharedLabels: labels, value: number }];
    });
  return [
    counter(
      'station_download_bytes_total',
      'Bytes sent by the access point to the device',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.download })),
    ),
    counter(
      'station_upload_bytes_total',
      'Bytes received by the access point from the device',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.upload })),
    ),
    gauge(
      'station_signal_dbm',
      'Signal strength of the device as received by the access point',
      AIR,
      samples((s) => s.signal),
    ),
    gauge(
      'station_connected_seconds',
      'Time since the device associated',
      AIR,
      samples((s) => s.connected),
    ),
    gauge(
      'station_link_download_bytes_per_second',
      'Rate of the radio link to the device',
      AIR,
      samples((s) => s.linkDownload),
    ),
    gauge(
      'station_link_upload_bytes_per_second',
      'Rate of the radio link from the device',
      AIR,
      samples((s) => s.linkUpload),
    ),
  ];
}

interface OnTheAir {
  station: Station;
  labels: Labels;
}

/** The stations of each router in the previous scrape: their label sets are reused, see `lastingLabels`. */
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
      found.set(key, { station, labels: before?.get(key)?.labels ?? { router: status.name, interface: name, mac } });
    }
    heard.set(status, found);
    return [...found.values()];
  });
}
