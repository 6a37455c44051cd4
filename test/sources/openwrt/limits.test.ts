import { expect } from 'chai';
import { parseLimits } from '../../../src/sources/openwrt/limits.ts';
import { parseWrtmeter } from '../../../src/sources/openwrt/wrtmeter.ts';

const answer = (section: string) => ({
  text: `wrtmeter 1\nboot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10\nuptime 1\ntime 1763664918\n${section}end wrtmeter\n`,
  framed: true,
});
const limitsOf = (section: string) => parseWrtmeter(answer(section)).system?.limits;

describe('the limits that stand on a router', () => {
  it('are read with what they held back', () => {
    expect(limitsOf('begin limits\nlimit user_kids slow 125000 - 21500 1234 5\nlimit others pause - - 60 0 0\nend limits\n')).to.deep.equal(
      [
        {
          id: 'user_kids',
          effect: { kind: 'slow', download: 125_000, upload: null },
          expiresIn: 21_500,
          dropped: { download: 1234, upload: 5 },
        },
        { id: 'others', effect: { kind: 'pause' }, expiresIn: 60, dropped: { download: 0, upload: 0 } },
      ],
    );
  });

  it('are absent, none, or could not be read', () => {
    expect(limitsOf('')).to.equal(undefined);
    expect(limitsOf('begin limits\nend limits\n')).to.deep.equal([]);
    expect(limitsOf('failed limits nft does not answer\n')).to.deep.equal({ failed: '"nft does not answer"' });
  });

  it('of a hostile router are few, each once, and no line that makes no sense is one', () => {
    const lines = [
      'limit a pause - - 60 0 0',
      'limit a slow 1 1 60 0 0',
      'limit A pause - - 60 0 0',
      'limit b slow 1e9 1 60 0 0',
      'limit c pause - - 60 0',
      'x',
    ];
    expect(parseLimits(lines).map(({ id }) => id)).to.deep.equal(['a']);
    expect(parseLimits(Array.from({ length: 9999 }, (_, i) => `limit x${i} pause - - 60 0 0`))).to.have.length(512);
  });
});
