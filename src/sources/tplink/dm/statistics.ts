import type { CounterBits } from '../../../domain/counter.ts';
import type { HostCounter, Observation } from '../../../domain/observation.ts';
import { quote, SourceError } from '../../../errors.ts';
import { createSkips } from '../../skips.ts';
import type { SourceReading } from '../../source.ts';
import { type RawMachine, STATISTICS_HOST_RULES, sumMachines } from '../reading.ts';
import { type Block, type Instance, ofBlock } from './blocks.ts';

/** Whether machines are counted, and what each moved. */
export const STATISTICS: readonly Block[] = [
  { type: 1, oid: 'STAT_CFG' },
  { type: 5, oid: 'STAT_ENTRY' },
];

/** The machines of the network, with their names. */
export const LAN_HOSTS: readonly Block[] = [{ type: 5, oid: 'LAN_HOST_ENTRY' }];

/** What the router is. */
export const DEVICE_INFO: readonly Block[] = [
  { type: 1, oid: 'IGD_DEV_INFO', fields: ['modelName', 'hardwareVersion', 'softwareVersion'] },
];

/** Models whose counters have 32 bits, as their owners saw. Others are taken for 64 bits, of which no fall is a wrap. */
const WITH_32_BITS = /^(Archer )?(C2|C20|C20i|C50)\b|^TD-W(8\d{3}|9970)|^(TL-)?WR8[0-9]{2}N/i;

export const bitsOfModel = (model: string): CounterBits => (WITH_32_BITS.test(model.trim()) ? 32 : 64);

/** The counters of an answer to `STATISTICS`. Throws a SourceError where the router does not count, or an object is missing. */
export function statisticsOf(found: readonly Instance[], bits: CounterBits): SourceReading {
  const [settings] = ofBlock(found, 0);
  // Without it nothing shows that there are no machines, and those of the next answer would be new.
  if (settings === undefined) throw new SourceError('parse', 'the answer lacks the settings of the statistics');
  if (settings.get('enable') === '0')
    throw new SourceError(
      'status',
      'the router does not count: switch on Statistics at its page (System Tools or Advanced, then Traffic Statistics)',
    );
  const entries = ofBlock(found, 1);
  const isDirected = entries.some((entry) => entry.has('totalBytesRx'));
  return isDirected ? hostsOf(entries) : sumMachines(entries.map(machineOf), bits);
}

const machineOf = (entry: ReadonlyMap<string, string>): RawMachine => ({
  mac: entry.get('macAddress'),
  ip: entry.get('ipAddress'),
  bytes: entry.get('totalBytes'),
  packets: entry.get('totalPkts'),
});

/** Without packets nothing tells a counter that passed its end from one that started again: none is known to have an end. */
const HOST_BITS: CounterBits = 64;

/** Some models know the directions: then the router is a gateway that counts its hosts. What it receives for a machine is its download. */
function hostsOf(entries: readonly ReadonlyMap<string, string>[]): SourceReading {
  const part = (direction: 'totalBytesRx' | 'totalBytesTx') =>
    sumMachines(
      entries.map((entry) => ({ ...machineOf(entry), bytes: entry.get(direction), packets: undefined })),
      HOST_BITS,
    );
  const [download, upload] = [part('totalBytesRx'), part('totalBytesTx')];
  const skips = createSkips();
  const sent = new Map(machinesOf(upload).map(({ mac, ip, bytes }) => [`${mac} ${ip}`, bytes]));
  const hosts = machinesOf(download).flatMap(({ mac, ip, bytes }): HostCounter[] => {
    const other = sent.get(`${mac} ${ip}`);
    if (other !== undefined) return [{ counts: 'both', mac, ip, bytes: { download: bytes, upload: other }, bits: HOST_BITS, epoch: null }];
    skips.skip(`a direction is missing: ${quote(mac)}`, `${mac} ${ip}`);
    return [];
  });
  const observation: Observation = {
    source: 'hosts',
    rules: STATISTICS_HOST_RULES,
    method: 'statistics',
    hosts,
    devices: [],
    uncounted: null,
  };
  const { skipped = 0, skippedBecause = [], unread = [], isPartial = false } = download;
  return {
    source: 'hosts',
    observation,
    skipped: skipped + skips.found.skipped,
    skippedBecause: [...skippedBecause, ...skips.found.skippedBecause],
    unread: [...unread, ...skips.found.unread],
    ...(isPartial && { isPartial }),
  };
}

const machinesOf = ({ observation }: SourceReading) =>
  !(observation instanceof SourceError) && observation.source === 'statistics' ? observation.machines : [];
