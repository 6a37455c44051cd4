import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

const deflate = promisify(deflateRaw);

/** Of gzip (RFC 1952): deflate, without a name and a time; packed fast, on Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 3]);
/** The empty block that ends deflated data (RFC 1951). */
const END = Buffer.from([3, 0]);

/**
 * Lines repeat what is in the few before them: a small window packs as well as the usual one, in a third of the time, most of which goes into
 * getting the memory.
 */
const optionsOf = (level: number) => ({ windowBits: 12, memLevel: 6, level, finishFlush: constants.Z_SYNC_FLUSH });

/** Deflated parts, for as long as the parts themselves are kept. */
const deflated = new WeakMap<Buffer, Promise<Buffer>>();

/**
 * Packs a text as one gzip file. Each part is deflated by itself up to a byte's end, so that a part that was in an earlier text is not
 * deflated again.
 */
export async function packParts(parts: readonly Buffer[], level: number): Promise<Buffer> {
  const packed = await Promise.all(parts.map((part) => deflatedPart(part, level)));
  const trailer = Buffer.alloc(8);
  // The checksum of no bytes is 0, whatever was before them.
  trailer.writeUInt32LE(parts.reduce((sum, part) => (part.length === 0 ? sum : crc32(part, sum)), 0));
  trailer.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 0) % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...packed, END, trailer]);
}

function deflatedPart(part: Buffer, level: number): Promise<Buffer> {
  const known = deflated.get(part) ?? deflate(part, optionsOf(level));
  deflated.set(part, known);
  return known;
}
