const UNITS = ['', 'K', 'M', 'G', 'T', 'P'];

/**
 * Bytes of a text: `500MB` and `1.5TB` are decimal, `1GiB` is binary. Bits are refused: `Mb` is often meant as Mbit. Of another text, what
 * is wrong with it and what to do. `most`: the largest that is taken, for that text.
 */
export function readSize(text: string, most = '9PB'): number | string {
  const [, number, unit = '', binary = ''] = /^(\d+(?:\.\d+)?) ?([kKMGTP]?)(i?)B$/.exec(text) ?? [];
  if (number === undefined) return 'is not a size; use for example 500MB, 1.5TB or 1GiB';
  const bytes = Math.round(Number(number) * (binary === '' ? 1000 : 1024) ** UNITS.indexOf(unit.toUpperCase()));
  return bytes < 1 || !Number.isSafeInteger(bytes) ? `is outside the range of sizes; use a size between 1B and ${most}` : bytes;
}

/** Bytes with a unit, decimal, as `readSize` reads them. */
export function formatSize(bytes: number): string {
  const power = bytes === 0 ? 0 : Math.min(Math.floor(Math.log10(bytes) / 3), UNITS.length - 1);
  return `${Number((bytes / 1000 ** power).toPrecision(6))} ${UNITS[power]}B`;
}
