/** A MAC and what is known of its device. */
export interface Device {
  mac: string;
  /** The last name known. */
  name: string | null;
  namedBy: 'static' | 'lease' | null;
  ip: string | null;
  /** The network it was last in, and the SSID it was last on; see `DeviceFacts`. */
  network: string | null;
  ssid: string | null;
}

export type DeviceName = Pick<Device, 'name' | 'namedBy' | 'ip'>;
export type DevicePlace = Pick<Device, 'network' | 'ssid'>;

/** The only place that makes devices, so that all have one shape. */
export const newDevice = (mac: string, { name, namedBy, ip }: DeviceName, { network, ssid }: DevicePlace): Device => ({
  mac,
  name,
  namedBy,
  ip,
  network,
  ssid,
});

/** What is known of devices, by MAC. */
export class Devices extends Map<string, Device> {
  #changes = 0;

  /** Grows when something else is known of a device than before. */
  get changes(): number {
    return this.#changes;
  }

  override set(mac: string, device: Device): this {
    this.#changes += 1;
    return super.set(mac, device);
  }

  override delete(mac: string): boolean {
    this.#changes += 1;
    return super.delete(mac);
  }
}
