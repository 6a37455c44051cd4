/** One machine in the statistics of a router. */
export interface MachineEntry {
  mac: string;
  ip: string;
  name: string;
  /** Bytes of both directions since the entry began, and packets: they pass their end as the router's numbers do. */
  bytes: number;
  packets: number;
}

/** What a router shows of its machines. */
export interface MachineTable {
  /** Width of the byte counters. */
  bits: 32 | 64;
  enabled: boolean;
  entries(): MachineEntry[];
}

/** Most machines that these routers list. */
const SIZE = 64;
const PACKET = 1000;

/** A table that is fed with what moves, and whose entries can vanish and begin again. */
export class FedTable implements MachineTable {
  readonly bits: 32 | 64;
  enabled = true;
  readonly #moved = new Map<string, { ip: string; name: string; bytes: number }>();

  constructor(bits: 32 | 64 = 32) {
    this.bits = bits;
  }

  /** Bytes moved; a machine without an entry gets one that begins at zero. False if there is no room for it. */
  move(mac: string, ip: string, bytes: number, name = ''): boolean {
    const known = this.#moved.get(mac);
    if (known === undefined && this.#moved.size >= SIZE) return false;
    this.#moved.set(mac, { ip, name, bytes: (known?.bytes ?? 0) + bytes });
    return true;
  }

  /** The entry goes, as when the list is full; the machine may get another one. */
  drop(mac: string): void {
    this.#moved.delete(mac);
  }

  /** Every counter begins again, as after a boot. */
  restart(): void {
    for (const [mac, entry] of this.#moved) this.#moved.set(mac, { ...entry, bytes: 0 });
  }

  entries(): MachineEntry[] {
    return [...this.#moved].map(([mac, { ip, name, bytes }]) => shown({ mac, ip, name, bytes }, this.bits));
  }
}

/** An entry as the router shows it. */
const shown = (entry: Omit<MachineEntry, 'packets'>, bits: 32 | 64): MachineEntry => ({
  ...entry,
  bytes: bits === 32 ? entry.bytes % 2 ** 32 : entry.bytes,
  packets: Math.ceil(entry.bytes / PACKET) % 2 ** 32,
});
