/** How bytes are shown to people: with binary prefixes (GiB), or with decimal ones (GB), as providers count. */
export const UNITS = ['iec', 'si'] as const;
export type Units = (typeof UNITS)[number];
