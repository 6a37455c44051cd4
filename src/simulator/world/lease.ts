import type { DeviceState } from './state.ts';

/** OpenWrt's default lease time. */
export const LEASE_MS = 12 * 3600_000;

/** A connected device renews at half time; the lease of one that has left ends when its time is over. */
export function keepLease(device: DeviceState, at: number): void {
  const { lease } = device;
  if (lease === null) return;
  const connected = device.spec.wired || device.current !== null;
  while (connected && at >= lease.granted + LEASE_MS / 2) lease.granted += LEASE_MS / 2;
  if (at >= lease.granted + LEASE_MS) device.lease = null;
}
