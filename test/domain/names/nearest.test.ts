import { expect } from 'chai';
import { editDistance, nearest } from '../../../src/domain/names/nearest.ts';

describe('the nearest word', () => {
  it('is one typo away', () => {
    const words = ['listen', 'line_rate', 'token', 'token_file'];
    expect(['lisen', 'lsiten', 'Listen', 'linerate', 'tokenfile', 'tokens'].map((word) => nearest(word, words))).to.deep.equal([
      'listen',
      'listen',
      'listen',
      'line_rate',
      'token_file',
      'token',
    ]);
  });

  it('is null if nothing is similar', () => {
    expect(['colour', '', 'x', 'a'.repeat(10_000)].map((word) => nearest(word, ['listen', 'was']))).to.deep.equal([null, null, null, null]);
  });

  it('counts added, dropped, changed and swapped letters', () => {
    const pairs = [
      ['', 'abc'],
      ['abc', 'abc'],
      ['abc', 'acb'],
      ['abc', 'ab'],
      ['abc', 'xbc'],
      ['kitten', 'sitting'],
    ] as const;
    expect(pairs.map(([a, b]) => editDistance(a, b))).to.deep.equal([3, 0, 1, 1, 1, 3]);
  });
});
