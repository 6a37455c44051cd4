/** Longer numbers are not what people write. */
const MANY = 8;

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

/** Bytes with a unit, as `readSize` reads them: decimal, unless a binary unit gives a shorter number without rounding. */
export function formatSize(bytes: number): string {
  const decimal = inUnits(bytes, 1000);
  const binary = inUnits(bytes, 1024);
  const isBinary = digits(binary.number) < Math.min(digits(decimal.number), MANY);
  const { number, unit } = isBinary ? binary : decimal;
  return `${Number(number.toPrecision(6))} ${unit}${isBinary && unit !== '' ? 'i' : ''}B`;
}

function inUnits(bytes: number, base: number): { number: number; unit: string } {
  let power = 0;
  while (power < UNITS.length - 1 && bytes >= base ** (power + 1)) power += 1;
  return { number: bytes / base ** power, unit: UNITS[power] ?? '' };
}

/** How long an exact number is. */
const digits = (number: number): number => String(number).length;
