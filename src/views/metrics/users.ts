import { userRows } from '../rows/users.ts';
import type { View } from '../view.ts';
import { type Family, gauge, samplesOf } from './family.ts';
import { labelText } from './labels.ts';

const USER = ['user'];

/** Bytes of every user's devices, and of its WireGuard peers. */
export function userFamilies(view: View): Family[] {
  const { isConfigured } = view.people;
  const oldest = view.now - view.expire * 1000;
  const rows = userRows(view).map((row) => ({ ...row, labels: labelText(USER, [row.name]) }));
  const ofDevices = rows.filter((row) => isConfigured || (row.devices > 0 && row.lastSeen >= oldest));
  const directed = ofDevices.filter(({ month }) => month.directed !== null);
  const mixed = ofDevices.filter(({ month }) => month.undirected !== null);
  const ofPeers = rows.filter((row) => row.peers > 0);
  return [
    gauge(
      'user_month_download_bytes',
      "Bytes received by the user's devices in the current billing period; others: devices that belong to nobody",
      USER,
      samplesOf(directed, ({ month }) => month.directed?.download ?? 0),
    ),
    gauge(
      'user_month_upload_bytes',
      "Bytes sent by the user's devices in the current billing period; others: devices that belong to nobody",
      USER,
      samplesOf(directed, ({ month }) => month.directed?.upload ?? 0),
    ),
    gauge(
      'user_month_undirected_bytes',
      "Bytes received and sent by the user's devices in one figure, in the current billing period",
      USER,
      samplesOf(mixed, ({ month }) => month.undirected ?? 0),
    ),
    gauge(
      'user_month_total_bytes',
      "All bytes of the user's devices in the current billing period, each once, if some have no direction",
      USER,
      samplesOf(mixed, ({ month }) => month.total),
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
