import { expect } from 'chai';
import fc from 'fast-check';
import { formatSize, readSize } from '../../../src/domain/people/size.ts';

describe('sizes', () => {
  it('are shown in the units in which people wrote them', () => {
    for (const text of ['1 B', '999 B', '1.5 TB', '20 GB', '2 GiB', '200 GiB', '1.5 MiB', '512 KiB', '9 PB', '500 MB'])
      expect(formatSize(Number(readSize(text))), text).to.equal(text);
    expect(formatSize(0)).to.equal('0 B');
    expect(formatSize(1_234_567_890)).to.equal('1.23457 GB');
  });

  it('are read again as nearly the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9e15 }), (bytes) => {
        const again = Number(readSize(formatSize(bytes), '10PB'));
        expect(Math.abs(again - bytes) / bytes).to.be.below(1e-5);
      }),
    );
  });
});
