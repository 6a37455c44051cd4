import { localText } from '../domain/calendar.ts';
import type { Traffic } from '../domain/traffic.ts';
import { type Account, accountsOf } from '../ledger/account.ts';
import { readerKey } from '../ledger/books.ts';
import { homeTraffic } from './rows/wan.ts';
import { isPrivate, leasesByMac, nameOf, type View, wanReadAt } from './view.ts';

export interface ApiPhpAnswer {
  status: 200 | 400;
  body: unknown;
}

/** The JSON of `api.php` of the older collectors: this month's bytes as seen from the router (rx of a client is its upload). */
export function apiPhp(view: View, action: string | undefined): ApiPhpAnswer {
  switch (action) {
    case undefined:
    case '':
      return { status: 400, body: { error: 'No action specified.' } };
    case 'clients':
      return { status: 200, body: { data: clients(view).map((client) => ({ id: client.key, ...received(client.month) })) } };
    case 'wan':
      return { status: 200, body: { data: wan(view) } };
    case 'leases':
      return { status: 200, body: { data: leases(view) } };
    case 'combined':
      return { status: 200, body: combined(view) };
    default:
      return { status: 400, body: { error: 'Invalid action. Valid actions are: clients, wan, leases, combined.' } };
  }
}

/** Without those that have undirected bytes alone: the format has received and sent bytes only, and zeros would be wrong. */
const clients = (view: View): Account[] => accountsOf(view.books.accounts, 'device');

/** What the access point received is what the device sent. */
const received = ({ download, upload }: Traffic) => ({ rx_bytes: upload, tx_bytes: download });

function wan(view: View) {
  const readAt = wanReadAt(view);
  if (readAt === null) return [];
  const { download, upload } = homeTraffic(view).month;
  return [{ id: 'main_wan', rx_bytes: download, tx_bytes: upload, last_update: localText(readAt, view.timezone) }];
}

function leases(view: View) {
  const shown = [...leasesByMac(view).values()].filter(({ mac }) => !isPrivate(view, mac));
  return shown.map((lease) => ({
    mac_address: lease.mac,
    lease_end_time: lease.expiry,
    ip_address: lease.ip,
    hostname: lease.hostname ?? 'Unknown',
    client_id: lease.clientId ?? '*',
    timestamp: localText(lease.lastRead ?? view.books.readers.get(readerKey(lease.router, 'leases'))?.readAt ?? view.now, view.timezone),
  }));
}

function combined(view: View) {
  const [uplink] = wan(view);
  const known = leasesByMac(view);
  return {
    wan_stats: { rx_bytes: uplink?.rx_bytes ?? 0, tx_bytes: uplink?.tx_bytes ?? 0, last_update: uplink?.last_update ?? null },
    client_stats: clients(view).map(({ key, month }) => {
      const lease = isPrivate(view, key) ? undefined : known.get(key);
      return { ...received(month), hostname: lease?.hostname ?? lease?.ip ?? nameOf(view, key) };
    }),
  };
}
