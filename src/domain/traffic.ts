/** Bytes, in the directions of the device or the home. */
export interface Traffic {
  download: number;
  upload: number;
}

export type Direction = keyof Traffic;

export const DIRECTIONS = ['download', 'upload'] as const satisfies readonly Direction[];

export const NOTHING: Traffic = Object.freeze({ download: 0, upload: 0 });

export const plus = (a: Traffic, b: Traffic): Traffic => ({ download: a.download + b.download, upload: a.upload + b.upload });

export const minus = (a: Traffic, b: Traffic): Traffic => ({ download: a.download - b.download, upload: a.upload - b.upload });

export const isZero = (a: Traffic): boolean => a.download === 0 && a.upload === 0;

export const total = (a: Traffic): number => a.download + a.upload;
