import type { Station } from '../../domain/observation.ts';
import { nameOf, shownAccounts, type View } from '../view.ts';
import { counter, type Family, gauge, type Labels, type Sample } from './family.ts';

const BYTES = ['router', 'mac', 'hostname'];
const AIR = ['router', 'interface', 'mac'];

/** Bytes of every device on every access point, and how it is on the air now. */
export function stationFamilies(view: View): Family[] {
  const rows = shownAccounts(view, 'station').map((account) => ({
    account,
    sharedLabels: { router: account.router, mac: account.key, hostname: nameOf(view, account.key) },
  }));
  const air = onTheAir(view);
  const samples = (value: (station: Station) => number | null): Sample[] =>
    air.flatMap(({ station, labels }) => {
      const number = value(station);
      return number === null ? [] : [{ sharedLabels: labels, value: number }];
    });
  return [
    counter(
      'station_download_bytes_total',
      'Bytes that the access point has sent to the device',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.download })),
    ),
    counter(
      'station_upload_bytes_total',
      'Bytes that the access point has received from the device',
      BYTES,
      rows.map(({ account, sharedLabels }) => ({ sharedLabels, value: account.total.upload })),
    ),
    gauge(
      'station_signal_dbm',
      'Strength at which the access point hears the device',
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
      'Rate of the radio link towards the device',
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

/** The stations of the last round, one a router, interface and MAC. */
function onTheAir(view: View): { station: Station; labels: Labels }[] {
  const found = new Map<string, { station: Station; labels: Labels }>();
  for (const { name: router, sources } of view.routers) {
    const observation = sources.get('stations')?.observation;
    if (observation?.source !== 'stations') continue;
    for (const station of observation.stations) {
      if (station.interface === null) continue;
      const labels = { router, interface: station.interface, mac: station.mac };
      found.set(`${router}\n${station.interface}\n${station.mac}`, { station, labels });
    }
  }
  return [...found.values()];
}
