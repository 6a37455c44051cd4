import { expect } from 'chai';
import fc from 'fast-check';
import { readText } from '../../src/fields/files.ts';

const read = (bytes: Uint8Array | string) => readText(async () => Buffer.from(bytes as string), 'any', 1000);
const problem = async (bytes: Uint8Array | string) => {
  const result = await read(bytes);
  return typeof result === 'string' ? null : result.problem;
};

describe('a file that is read as text', () => {
  it('names the byte and the line of what is not UTF-8', async () => {
    expect(await problem(Buffer.from([0x61, 0x0a, 0x62, 0xff, 0x63]))).to.equal('not UTF-8 text: see byte 2 of line 2; save it as UTF-8');
    expect(await problem(Buffer.from([0xe9]))).to.equal('not UTF-8 text: see byte 1 of line 1; save it as UTF-8');
  });

  it('names the byte and the line of a NUL', async () => {
    expect(await problem('a\n\nbc\0d')).to.equal('not a text: byte 3 of line 3 is NUL; save it as UTF-8');
    expect(await problem(Buffer.from('a', 'utf16le'))).to.equal('not a text: byte 2 of line 1 is NUL; save it as UTF-8');
  });

  it('finds the byte after any text, also where the last character is cut off', async () => {
    const visible = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\0', ''));
    await fc.assert(
      fc.asyncProperty(visible, fc.constantFrom([0xff], [0xc0], [0xe2, 0x82]), async (text, wrong) => {
        const lines = text.split('\n');
        const at = `byte ${Buffer.byteLength(lines.at(-1) ?? '') + 1} of line ${lines.length}`;
        const found = await problem(Buffer.concat([Buffer.from(text), Buffer.from(wrong)]));
        if (wrong.length === 1) expect(found).to.include(at);
        else expect(found).to.match(/^not UTF-8 text: see byte \d+ of line \d+/);
      }),
    );
  });

  it('has no byte order mark, and may be empty', async () => {
    expect(await read('\ufeffä')).to.equal('ä');
    expect(await read('')).to.equal('');
  });
});
