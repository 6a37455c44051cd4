import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { packParts } from '../../src/http/pack.ts';

describe('a text that is packed in parts', () => {
  it('is one gzip file of the whole text, whatever its parts, and whichever of them were packed before', async () => {
    const part = fc
      .oneof(
        fc.uint8Array({ maxLength: 2000 }),
        fc.nat(70_000).map((length) => 'ab\n'.repeat(length)),
      )
      .map((text) => Buffer.from(text));
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.array(part, { maxLength: 2 }), async (parts, more) => {
        for (const text of [parts, [...more, ...parts], [...parts, ...parts]]) {
          const packed = await packParts(text, 1);
          expect(gunzipSync(packed).equals(Buffer.concat(text))).to.equal(true);
          // A file of several members would end with the length of the last one.
          expect(packed.readUInt32LE(packed.length - 4)).to.equal(Buffer.concat(text).length);
        }
      }),
      { numRuns: 50 },
    );
  });
});
