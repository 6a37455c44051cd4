import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { errorsOf, FIXTURES } from './support.ts';

/** Exactly what is said of each file in bad/, a line for each error. */
const messages = readFileSync(`${FIXTURES}/bad-messages.txt`, 'utf8').trimEnd().split('\n');

describe('a bad configuration', () => {
  for (const file of readdirSync(`${FIXTURES}/bad`)) {
    it(`${file} is refused, with a line for each error`, async () => {
      const errors = await errorsOf({ cwd: `${FIXTURES}/bad`, cli: { config: file } });
      expect(errors).to.deep.equal(messages.filter((line) => fileOf(line) === file));
      // Every secret in these files is a form of this word.
      expect(errors.join('\n')).to.not.match(/hunter2/i);
    });
  }

  it('is named in every expected line', () => {
    expect(readdirSync(`${FIXTURES}/bad`)).to.include.members(messages.map(fileOf));
  });
});

const fileOf = (line: string): string | undefined => /[\w-]+\.(yaml|json)/.exec(line)?.[0];
