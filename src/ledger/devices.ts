import type { Device } from './books.ts';

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
