import type { Figures } from '../measure.ts';
import { megabytes, times, whole } from './units.ts';

/** What the project wants of itself. */
export interface Aim {
  text: string;
  measured: string;
  /** Null where it could not be measured. */
  met: boolean | null;
}

interface Wanted {
  devices: number;
  /** A round over node_exporter's scrape of the same text. */
  ratio: number;
  /** Bytes between scrapes. */
  memory?: number;
  /** Bytes a day. */
  written?: number;
}

const MB = 1_000_000;
/** One scrape every 15 s. */
const ROUNDS_A_DAY = 5760;
const NOT_MEASURED = 'not measured';

/** With hosts counted. */
const WANTED: readonly Wanted[] = [
  { devices: 50, ratio: 1, memory: 75 * MB, written: 145 * MB },
  { devices: 1000, ratio: 0.45, memory: 110 * MB },
  { devices: 5000, ratio: 0.45, memory: 180 * MB },
  { devices: 20_000, ratio: 0.5 },
];

/** From 5,000 to 20,000 devices the cost of one must not grow; the rest is what two runs differ by. */
const GROWTH = { from: 5000, to: 20_000, most: 1.1 };

/** Compares the figures with what is aimed at. */
export function aims(all: readonly Figures[]): Aim[] {
  const of = (devices: number) => all.find((figures) => figures.devices === devices && figures.hosts);
  const list = WANTED.flatMap((wanted) => {
    const figures = of(wanted.devices);
    return figures === undefined ? [] : aimsOf(wanted, figures);
  });
  const [small, large] = [of(GROWTH.from), of(GROWTH.to)];
  if (small === undefined || large === undefined) return list;
  const text = `${devicesOf(GROWTH.to)}: processor time for each device as with ${whole(GROWTH.from)}`;
  return [...list, judged(text, cpuPerDevice(large) / cpuPerDevice(small), GROWTH.most, times)];
}

function aimsOf({ devices, ratio, memory, written }: Wanted, figures: Figures): Aim[] {
  const of = (what: string) => `${devicesOf(devices)}: ${what}`;
  return [
    judged(of('a round against node_exporter, the same text'), ratioOf(figures), ratio, times),
    ...(memory === undefined ? [] : [judged(of('memory between scrapes'), figures.atRest?.wrtmeter ?? null, memory, megabytes)]),
    ...(written === undefined ? [] : [judged(of('written a day'), writtenADay(figures), written, megabytes)]),
  ];
}

function judged(text: string, value: number | null, most: number, show: (value: number) => string): Aim {
  const wanted = `${text}: at most ${show(most)}`;
  return value === null ? { text: wanted, measured: NOT_MEASURED, met: null } : { text: wanted, measured: show(value), met: value <= most };
}

const devicesOf = (count: number): string => `${whole(count)} devices`;

/** Our round over node_exporter's scrape. */
function ratioOf({ contest: { wrtmeter, nodeExporter } }: Figures): number | null {
  return nodeExporter === null ? null : wrtmeter.time.median / nodeExporter.time.median;
}

/** Milliseconds. */
export const timePerDevice = ({ contest, devices }: Figures): number => contest.wrtmeter.time.median / devices;
export const cpuPerDevice = ({ contest, devices }: Figures): number => contest.wrtmeter.cpu / devices;

/** Bytes, at one scrape every 15 s. */
export const writtenADay = ({ contest }: Figures): number => contest.wrtmeter.written * ROUNDS_A_DAY;
