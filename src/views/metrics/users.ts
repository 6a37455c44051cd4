import { OTHERS } from '../../domain/people/user.ts';
import { undirectedMonths } from '../rows/months.ts';
import { userRows } from '../rows/users.ts';
import type { AccountsByKind, View } from '../view.ts';
import { type Family, gauge, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const USER = ['user'];

/** Bytes of every user's devices, and of its WireGuard peers where the configuration has `users`. */
export function userFamilies(view: View, shown: AccountsByKind): Family[] {
  const { isConfigured } = view.people;
  const oldest = view.now - view.expire * 1000;
  const rows = userRows(view).map((row) => ({ ...row, labels: labelText(USER, [row.name]) }));
  const ofDevices = rows.filter((row) => isConfigured || (row.devices > 0 && row.lastSeen >= oldest));
  const labelOf = new Map(rows.map(({ name, labels }) => [name, labels]));
  const userOf = (mac: string) => {
    const user = view.people.userOfDevice(view.aliases.get(mac)?.mac ?? mac, view.books.devices) ?? (isConfigured ? OTHERS : null);
    return user !== null && labelOf.has(user) ? user : null;
  };
  const directed = new Map(ofDevices.map(({ name, month }) => [name, month]));
  const mixed = [...undirectedMonths(shown.undirected, userOf, directed)].map(([user, used]) => ({
    labels: labelOf.get(user) ?? '',
    used,
  }));
  const ofPeers = rows.filter((row) => isConfigured && row.peers > 0);
  return [
    gauge(
      'user_month_download_bytes',
      "Bytes received by the user's devices in the current billing period; others: devices that belong to nobody",
      USER,
      samplesOf(ofDevices, ({ month }) => month.download),
    ),
    gauge(
      'user_month_upload_bytes',
      "Bytes sent by the user's devices in the current billing period; others: devices that belong to nobody",
      USER,
      samplesOf(ofDevices, ({ month }) => month.upload),
    ),
    gauge(
      'user_month_undirected_bytes',
      "Bytes received and sent by the user's devices in one figure, in the current billing period",
      USER,
      samplesOf(mixed, ({ used }) => used.undirected),
    ),
    gauge(
      'user_month_total_bytes',
      "All bytes of the user's devices in the current billing period, each once, if some have no direction",
      USER,
      samplesOf(mixed, ({ used }) => used.total),
    ),
    gauge(
      'user_month_peer_download_bytes',
      "Bytes sent to the user's WireGuard peers in the current billing period, which may also be in those of its devices",
      USER,
      samplesOf(ofPeers, ({ peerMonth }) => peerMonth.download),
    ),
    gauge(
      'user_month_peer_upload_bytes',
      "Bytes received from the user's WireGuard peers in the current billing period, which may also be in those of its devices",
      USER,
      samplesOf(ofPeers, ({ peerMonth }) => peerMonth.upload),
    ),
  ];
}
