import type { Figures } from '../measure.ts';
import { kibibytes, megabytes, milliseconds, times } from './units.ts';

/** What the project wants of itself. */
export interface Aim {
  text: string;
  measured: string;
  /** Null where it could not be measured. */
  met: boolean | null;
}

const MB = 1_000_000;
const KIB = 1024;
const NOT_MEASURED = 'not measured';

/** Compares the figures with what is aimed at. */
export function aims(all: readonly Figures[]): Aim[] {
  const of = (devices: number) => all.find((figures) => figures.devices === devices);
  const [home, large, huge] = [of(50), of(1000), of(5000)];
  const list: Aim[] = [];
  if (home !== undefined) {
    const { time, written } = home.plain.wrtmeter;
    const memory = home.atRest?.wrtmeter ?? null;
    list.push({ text: '50 devices: a round within 10 ms', measured: milliseconds(time.median), met: time.median <= 10 });
    list.push({
      text: '50 devices: at most 80 MB of memory between scrapes',
      measured: memory === null ? NOT_MEASURED : megabytes(memory),
      met: memory === null ? null : memory <= 80 * MB,
    });
    list.push({ text: '50 devices: at most 64 KiB written a round', measured: kibibytes(written), met: written <= 64 * KIB });
  }
  if (huge !== undefined) {
    const text = '5,000 devices: a round no slower than node_exporter with the same text';
    const ratio = ratioOf(huge);
    list.push({ text, measured: ratio === null ? NOT_MEASURED : times(ratio), met: ratio === null ? null : ratio <= 1 });
  }
  if (large !== undefined && huge !== undefined) {
    const ratio = perDevice(huge) / perDevice(large);
    list.push({ text: 'A device costs no more among 5,000 than among 1,000', measured: times(ratio), met: ratio <= 1 });
  }
  return list;
}

/** Our round over node_exporter's scrape. */
function ratioOf({ plain }: Figures): number | null {
  return plain.nodeExporter === null ? null : plain.wrtmeter.time.median / plain.nodeExporter.time.median;
}

/** Milliseconds. */
export const perDevice = ({ plain, devices }: Figures): number => plain.wrtmeter.time.median / devices;
