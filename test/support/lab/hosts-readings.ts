import type { Traffic } from '../../../src/domain/traffic.ts';
import { type Sample, withLabels } from '../prometheus/text.ts';

/** What an exporter shows of hosts, or of devices, by MAC; those that never had a byte are left out. */
export function bytesByMac(samples: readonly Sample[], kind: 'host' | 'device'): Map<string, Traffic> {
  const found = new Map<string, Traffic>();
  for (const direction of ['download', 'upload'] as const) {
    for (const { labels, value } of withLabels(samples, `wrtmeter_${kind}_${direction}_bytes_total`)) {
      const mac = labels.mac ?? '';
      const bytes = found.get(mac) ?? { download: 0, upload: 0 };
      if (bytes[direction] !== 0) throw new Error(`Two ${kind} series of ${mac}`);
      found.set(mac, { ...bytes, [direction]: value });
    }
  }
  return new Map([...found].filter(([, { download, upload }]) => download + upload > 0));
}
