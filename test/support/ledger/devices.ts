import { type Device, Devices } from '../../../src/ledger/devices.ts';

/** Devices by their MACs. */
export function devicesOf(all: Iterable<Device>): Devices {
  const devices = new Devices();
  for (const device of all) devices.set(device.mac, device);
  return devices;
}
