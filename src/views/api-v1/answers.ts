import { dayText, instantText, type Month } from '../../domain/calendar.ts';
import { isCurrent, isUp, type RouterStatus, type SourceStatus } from '../../domain/status.ts';
import { figuresOf, type Traffic, type Used } from '../../domain/traffic.ts';
import { type DeviceRow, type DeviceView, deviceRows, type OnAir } from '../rows/devices.ts';
import { type PeerRow, type PeerView, peerRows } from '../rows/peers.ts';
import { type UserRow, userRows } from '../rows/users.ts';
import { homeTraffic, type WanRow, wanRows } from '../rows/wan.ts';
import { isPrivate, type NamesView, nameOf, observationsOf, type View } from '../view.ts';
import { usageJson } from './usage-json.ts';

/** `/api/v1/routers` */
export function routersAnswer({ routers, wallClock }: Pick<View, 'routers' | 'wallClock'>) {
  return { routers: routers.map((router) => routerJson(router, wallClock)) };
}

/** `/api/v1/devices` */
export function devicesAnswer(view: DeviceView & Pick<View, 'months'>) {
  return { month: monthJson(view.months.home), devices: deviceRows(view).map(deviceJson) };
}

/** `/api/v1/users` */
export function usersAnswer(view: NamesView & Pick<View, 'months'>) {
  return { month: monthJson(view.months.home), users: userRows(view).map(userJson) };
}

/** `/api/v1/wan` */
export function wanAnswer(view: Pick<View, 'books' | 'months' | 'routers'>) {
  const rows = wanRows(view);
  const home = homeTraffic(view);
  return { home: { month: monthJson(view.months.home), ...bytesJson(home) }, uplinks: rows.map(uplinkJson) };
}

/** `/api/v1/peers` */
export function peersAnswer(view: PeerView & Pick<View, 'months'>) {
  return { month: monthJson(view.months.home), peers: peerRows(view).map(peerJson) };
}

/** `/api/v1/leases` */
export function leasesAnswer(view: NamesView & Pick<View, 'routers'>) {
  const shown = [...view.books.leases.values()].filter(({ mac }) => !isPrivate(view, mac));
  // A lease of IPv6 has no MAC.
  const hidden = new Set([...view.books.devices.values()].flatMap(({ mac, name }) => (isPrivate(view, mac) ? (name ?? []) : [])));
  const leases = shown.map(({ router, mac, ip, hostname, clientId, expiry, lastRead }) => ({
    router,
    mac,
    name: nameOf(view, mac),
    ip,
    hostname,
    client_id: clientId,
    expires: expiryJson(expiry),
    /** Whether the router's last list had it. */
    listed: lastRead === null,
  }));
  const leases6 = observationsOf(view, 'leases').flatMap(({ router, observation }) =>
    observation.leases6
      .filter(({ hostname }) => hostname === null || !hidden.has(hostname))
      .map(({ duid, ip, hostname, expiry }) => ({ router, duid, ip, hostname, expires: expiryJson(expiry) })),
  );
  return { leases, leases6 };
}

export const monthJson = ({ start, end }: Month) => ({ start: dayText(start), end: dayText(end) });

const expiryJson = (seconds: number): string | null => (seconds === 0 ? null : instantText(seconds * 1000));

const timeJson = (instant: number | null): string | null => (instant === null ? null : instantText(instant));

function bytesJson({ total, month }: { total: Traffic; month: Traffic }) {
  return {
    download_bytes: total.download,
    upload_bytes: total.upload,
    month_download_bytes: month.download,
    month_upload_bytes: month.upload,
  };
}

function routerJson(router: RouterStatus, wallClock: number) {
  const { name, addresses, system, sources } = router;
  return {
    name,
    addresses: [...addresses],
    up: isUp(router, wallClock),
    system: system && {
      hostname: system.hostname,
      model: system.model,
      release: system.release,
      booted_at: instantText(Math.round(system.time - system.uptime) * 1000),
      counter_bits: system.counterBits,
      flow_offload: system.flowOffload && { ...system.flowOffload },
    },
    sources: [...sources.values()].map((source) => sourceJson(source, wallClock)),
  };
}

function sourceJson(status: SourceStatus, wallClock: number) {
  const { source, lastTried, lastSuccess, duration, skipped, error } = status;
  return {
    source,
    success: isCurrent(status, wallClock),
    last_tried: timeJson(lastTried),
    last_success: timeJson(lastSuccess),
    // The clock has microseconds at best.
    duration_seconds: Math.round(duration * 1e6) / 1e6,
    skipped_lines: skipped,
    error: error && { reason: error.reason, message: error.message },
  };
}

function usageSums({ total: all, month }: { total: Used; month: Used }) {
  const { download, upload, undirected, total } = figuresOf(month);
  return {
    ...usageJson(all),
    month_download_bytes: download,
    month_upload_bytes: upload,
    month_undirected_bytes: undirected,
    month_total_bytes: total,
  };
}

function deviceJson(row: DeviceRow) {
  return {
    mac: row.mac,
    macs: row.macs,
    name: row.name,
    private: row.isPrivate,
    user: row.user,
    ips: row.ips,
    randomized: row.randomized,
    ...usageSums(row),
    first_seen: instantText(row.firstSeen),
    last_seen: timeJson(row.lastSeen),
    on_air: row.onAir.map(onAirJson),
  };
}

function userJson(row: UserRow) {
  return {
    user: row.name,
    name: row.title,
    private: row.isPrivate,
    devices: row.devices,
    ...usageSums(row),
    peers: row.peers,
    peer_download_bytes: row.peerTotal.download,
    peer_upload_bytes: row.peerTotal.upload,
    month_peer_download_bytes: row.peerMonth.download,
    month_peer_upload_bytes: row.peerMonth.upload,
  };
}

function onAirJson(air: OnAir) {
  return {
    router: air.router,
    interface: air.interface,
    ssid: air.ssid,
    frequency_mhz: air.frequency,
    signal_dbm: air.signal,
    link_download_bytes_per_second: air.linkDownload,
    link_upload_bytes_per_second: air.linkUpload,
    connected_seconds: air.connected,
  };
}

function uplinkJson(row: WanRow) {
  return {
    router: row.router,
    interface: row.interface,
    up: row.up,
    device: row.device,
    protocol: row.protocol,
    overlay: row.overlay,
    ...bytesJson(row),
    month: monthJson(row.period),
    first_seen: timeJson(row.firstSeen),
    last_seen: timeJson(row.lastSeen),
  };
}

function peerJson(row: PeerRow) {
  return {
    id: row.id,
    router: row.router,
    interface: row.interface,
    public_key: row.publicKey,
    name: row.name,
    private: row.isPrivate,
    user: row.user,
    allowed_ips: row.allowedIps,
    endpoint: row.endpoint,
    state: row.state,
    online: row.online,
    latest_handshake: timeJson(row.latestHandshake),
    ...bytesJson(row),
    first_seen: timeJson(row.firstSeen),
    last_seen: timeJson(row.lastSeen),
  };
}
