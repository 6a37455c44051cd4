import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { SHOWN_KINDS } from '../../src/ledger/account.ts';
import { BY } from '../../src/views/api-v1/usage-query.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/run/care.md'), 'utf8');

/** The words in backquotes of the sentence that begins with an option. */
const wordsOf = (option: string): string[] => {
  const sentence = page.match(new RegExp(`\`${option}\` is ([^.]+)\\.`))?.[1] ?? '';
  return [...sentence.matchAll(/`([^`]+)`/g)].map(([, word]) => word ?? '');
};

describe('docs/run/care.md', () => {
  it('names every kind that can be exported', () => {
    expect(wordsOf('--kind')).to.deep.equal(SHOWN_KINDS);
  });

  it('names every length of a period', () => {
    expect(wordsOf('--by')).to.deep.equal(BY);
  });
});
