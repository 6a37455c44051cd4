/** Bytes, in the directions of the device or the home. */
export interface Traffic {
  download: number;
  upload: number;
}

export type Direction = keyof Traffic;

export const DIRECTIONS = ['download', 'upload'] as const satisfies readonly Direction[];

export const NOTHING: Traffic = Object.freeze({ download: 0, upload: 0 });

/** To add to: `NOTHING` is shared. */
export const noTraffic = (): Traffic => ({ download: 0, upload: 0 });

export const plus = (a: Traffic, b: Traffic): Traffic => ({ download: a.download + b.download, upload: a.upload + b.upload });

/** Adds in place: what every round and every scrape adds up for thousands of devices leaves no objects behind. */
export function addTo(sum: Traffic, { download, upload }: Traffic): void {
  sum.download += download;
  sum.upload += upload;
}

/** Sets in place. */
export function setTo(sum: Traffic, { download, upload }: Traffic): void {
  sum.download = download;
  sum.upload = upload;
}

export const minus = (a: Traffic, b: Traffic): Traffic => ({ download: a.download - b.download, upload: a.upload - b.upload });

/** What the first has more than the second; 0 in a direction in which it has less. */
export const excess = (a: Traffic, b: Traffic): Traffic => ({
  download: Math.max(0, a.download - b.download),
  upload: Math.max(0, a.upload - b.upload),
});

export const isZero = (a: Traffic): boolean => a.download === 0 && a.upload === 0;

/** Whether no direction of a part exceeds that of the whole. */
export const isWithin = (part: Traffic, whole: Traffic): boolean => part.download <= whole.download && part.upload <= whole.upload;

export const total = (a: Traffic): number => a.download + a.upload;

/** Bytes of both directions in one figure, from a router that does not tell download and upload apart. Rule: undirected bytes. */
export interface Undirected {
  /** Nothing counted them with their directions. */
  alone: number;
  /** Another router counted them with their directions too. */
  repeated: number;
}

/** What a device, a user or the home used: the only form in which bytes with and without a direction are added up. */
export interface Used {
  /** Null where nothing was counted with its direction. */
  directed: Traffic | null;
  /** Null where no router gave one figure for both directions. Some of it may be in `directed` too. */
  undirected: number | null;
  /** All bytes, each once. */
  total: number;
}

export const NO_USAGE: Used = Object.freeze({ directed: null, undirected: null, total: 0 });

export const directedUsage = (bytes: Traffic): Used => ({ directed: bytes, undirected: null, total: total(bytes) });

export const undirectedUsage = ({ alone, repeated }: Undirected): Used => ({
  directed: null,
  undirected: alone + repeated,
  total: alone,
});

export const plusUsage = (a: Used, b: Used): Used => ({
  directed: a.directed === null ? b.directed : b.directed === null ? a.directed : plus(a.directed, b.directed),
  undirected: a.undirected === null && b.undirected === null ? null : (a.undirected ?? 0) + (b.undirected ?? 0),
  total: a.total + b.total,
});

/** The same as four figures, null where there is none. */
export const figuresOf = ({ directed, undirected, total: all }: Used) => ({
  download: directed?.download ?? null,
  upload: directed?.upload ?? null,
  undirected,
  total: all,
});

/**
 * How a reading of such a counter is kept and compared: its bytes in the place of the download, its packets in that of the upload (0:
 * the router does not show them). A counter whose packets did not fall has not started again.
 */
export const sumReading = (bytes: number, packets: number | null): Traffic => ({ download: bytes, upload: packets ?? 0 });
