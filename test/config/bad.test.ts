import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { errorsOf, FIXTURES } from './support.ts';

/** The exact messages for each file in bad/, one line per error. */
const messages = readFileSync(`${FIXTURES}/bad-messages.txt`, 'utf8').trimEnd().split('\n');

describe('a bad configuration', () => {
  for (const file of readdirSync(`${FIXTURES}/bad`)) {
    it(`${file} is refused, with one line per error`, async () => {
      const errors = await errorsOf({ cwd: `${FIXTURES}/bad`, cli: { config: file } });
      expect(errors).to.deep.equal(messages.filter((line) => fileOf(line) === file));
      // All secrets in these files are variants of this word.
      expect(errors.join('\n')).to.not.match(/hunter2/i);
    });
  }

  it('every expected line names a file', () => {
    expect(readdirSync(`${FIXTURES}/bad`)).to.include.members(messages.map(fileOf));
  });
});

const fileOf = (line: string): string | undefined => /[\w-]+\.(yaml|json)/.exec(line)?.[0];
