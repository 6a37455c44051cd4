/** A value as it stands in its parent: four bits of type, and a small number or the place of the rest. */
export type Value = number;

export const NULL: Value = 0;
const TYPES = { int: 1, int32: 2, blob8: 8, blob16: 9, blob32: 10, object: 14 } as const;
const DIRECT = 2 ** 28;

/** Writes the values of apk's binary format ADB, version 0 (apk-v3(5) of apk-tools): what is the same is written once. */
export class AdbWriter {
  /** Compatible with version 0, version 0, two bytes reserved, the root. */
  #bytes = Buffer.alloc(8);
  readonly #known = new Map<string, number>();

  blob(content: string | Buffer): Value {
    const bytes = Buffer.from(content);
    if (bytes.length === 0) return NULL;
    const [type, width] =
      bytes.length > 0xffff ? (['blob32', 4] as const) : bytes.length > 0xff ? (['blob16', 2] as const) : (['blob8', 1] as const);
    const length = Buffer.alloc(width);
    length.writeUIntLE(bytes.length, 0, width);
    return value(type, this.#once(Buffer.concat([length, bytes]), width));
  }

  int(number: number): Value {
    if (number < DIRECT) return value('int', number);
    return value('int32', this.#once(words([number]), 4));
  }

  /** An object by its fields, or an array by its items: both are written alike. */
  object(fields: readonly Value[]): Value {
    const used = fields.findLastIndex((field) => field !== NULL) + 1;
    if (used === 0) return NULL;
    return value('object', this.#once(words([used + 1, ...fields.slice(0, used)]), 4));
  }

  /** A blob of zeros that is known for certain to be nothing else's, for `fill`. */
  hole(length: number): { value: Value; at: number } {
    const at = this.#append(Buffer.from([length, ...Buffer.alloc(length)]), 1);
    return { value: value('blob8', at), at: at + 1 };
  }

  fill(at: number, content: Buffer): void {
    content.copy(this.#bytes, at);
  }

  /** All of it, with this root. */
  bytes(root: Value): Buffer {
    this.#bytes.writeUInt32LE(root, 4);
    return Buffer.from(this.#bytes);
  }

  #once(bytes: Buffer, alignment: number): number {
    const key = bytes.toString('latin1');
    const known = this.#known.get(key);
    if (known !== undefined && known % alignment === 0) return known;
    const at = this.#append(bytes, alignment);
    this.#known.set(key, at);
    return at;
  }

  #append(bytes: Buffer, alignment: number): number {
    const at = Math.ceil(this.#bytes.length / alignment) * alignment;
    this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(at - this.#bytes.length), bytes]);
    return at;
  }
}

const value = (type: keyof typeof TYPES, rest: number): Value => TYPES[type] * DIRECT + rest;

export function words(numbers: readonly number[]): Buffer {
  const bytes = Buffer.alloc(numbers.length * 4);
  for (const [i, number] of numbers.entries()) bytes.writeUInt32LE(number, i * 4);
  return bytes;
}
