import { NOBODY, parseMac } from '../../domain/mac.ts';
import { plus, type Traffic } from '../../domain/traffic.ts';
import { count, quote } from '../../errors.ts';
import { parseCsv } from './csv.ts';
import { ImportError, type LeftOut, wholeBytes } from './figures.ts';

/** What nlbwmon counted of each device in one of its periods. */
export interface Nlbwmon {
  /** By MAC. */
  devices: Map<string, Traffic>;
  leftOut: LeftOut[];
}

const COLUMNS = ['mac', 'rx_bytes', 'tx_bytes'] as const;

/**
 * Parses what `nlbw -c json` and `nlbw -c csv` print (nlbwmon, client.c there), whatever they are grouped by as long as `mac` is
 * among it: `{"columns":[…],"data":[[…],…]}`, or lines under a header, by default separated by tabs and quoted by `"`. Its rx is a
 * device's download. Throws an ImportError that says what is wrong with `file`.
 */
export function parseNlbwmon(text: string, file: string): Nlbwmon {
  if (text.startsWith('\u001f')) throw new ImportError(`${file} is compressed: export the figures with "nlbw -c json"`);
  const { columns, rows } = text.trimStart().startsWith('{') ? parseJson(text, file) : parseCsv(text);
  const [mac, rx, tx] = COLUMNS.map((name) => columns.indexOf(name)) as [number, number, number];
  if (mac < 0 || rx < 0 || tx < 0) {
    const known = columns.some((name) => ['conns', 'rx_bytes', 'tx_bytes'].includes(name));
    throw new ImportError(
      known
        ? `${file} has no column ${quote(COLUMNS.find((name) => !columns.includes(name)) ?? '')}: export it with "nlbw -c json -g mac"`
        : `${file} is not what "nlbw -c json" or "nlbw -c csv" prints`,
    );
  }
  const found: Nlbwmon = { devices: new Map(), leftOut: [] };
  let nobodys: Traffic | null = null;
  const strange: string[] = [];
  for (const row of rows) {
    const device = parseMac(String(row[mac] ?? ''));
    const [download, upload] = [wholeBytes(row[rx]), wholeBytes(row[tx])];
    if (device === null || download === null || upload === null) strange.push(row.map(String).join(' '));
    else if (device === NOBODY) nobodys = plus(nobodys ?? { download: 0, upload: 0 }, { download, upload });
    else found.devices.set(device, plus(found.devices.get(device) ?? { download: 0, upload: 0 }, { download, upload }));
  }
  for (const [device, { download, upload }] of found.devices) {
    if (Number.isSafeInteger(download) && Number.isSafeInteger(upload)) continue;
    found.devices.delete(device);
    strange.push(device);
  }
  if (nobodys !== null) found.leftOut.push({ what: NOBODY, bytes: nobodys, why: 'nlbwmon did not know the device' });
  if (strange[0] !== undefined) {
    found.leftOut.push({
      what: count(strange.length, 'line'),
      bytes: null,
      why: `no MAC or no byte counts, for example ${quote(strange[0])}`,
    });
  }
  return found;
}

interface Table {
  columns: string[];
  rows: unknown[][];
}

function parseJson(text: string, file: string): Table {
  try {
    const { columns, data } = JSON.parse(text) as { columns?: unknown; data?: unknown };
    if (Array.isArray(columns) && Array.isArray(data)) return { columns: columns.map(String), rows: data.filter(Array.isArray) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ImportError(`${file} is not complete JSON: export it again with "nlbw -c json"`);
  }
  throw new ImportError(`${file} is not what "nlbw -c json" or "nlbw -c csv" prints`);
}
