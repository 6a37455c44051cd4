/** The first cells of a bulk statement's rows, which `json_each` lists. */
export const fields = (count: number): string => Array.from({ length: count }, (_, i) => `value ->> ${i}`).join(', ');

/** One cell of such a row, where it is joined as `j`. */
export const cell = (index: number): string => `j.value ->> ${index}`;

/** Rows in parts of at most so many. */
export const inParts = <T>(rows: readonly T[], most: number): T[][] =>
  Array.from({ length: Math.ceil(rows.length / most) }, (_, i) => rows.slice(i * most, (i + 1) * most));

/** For an upsert: adds the bytes of the new row to the old one. */
export const ADD_BYTES = 'download = download + excluded.download, upload = upload + excluded.upload';

/** The increases of a round, with the time of each. */
export const INCREASES = 'memory.increase JOIN memory.part ON part.id = increase.part';

/** `fed_elsewhere` of a reader that is behind: see `Reader.isBehind`. 1: its last answer did not feed devices. */
export const BEHIND = 2;
