import { expect } from 'chai';
import { describeConfig } from '../../src/config/describe.ts';
import { configOf, errorsOf, withText } from './support.ts';

const errors = (csv: string) => errorsOf(withText(`csv: ${csv}\n`));

describe('csv in wrtmeter.yaml', () => {
  it('is off by default, and has defaults for all but its directory', async () => {
    expect((await configOf()).csv).to.equal(null);
    expect((await configOf(withText('csv: { directory: /srv/csv }\n'))).csv).to.deep.equal({
      directory: '/srv/csv',
      every: 300,
      keep: 90 * 86_400,
    });
    const full = await configOf(withText('csv: { directory: ./usage, every: 1h, keep: 30d }\n'));
    expect(full.csv).to.deep.equal({ directory: './usage', every: 3600, keep: 30 * 86_400 });
    expect(describeConfig(full)).to.match(/^csv +the older logger's files in \.\/usage, a line every 1h, kept 30d$/m);
    expect(describeConfig(await configOf())).not.to.match(/^csv/m);
  });

  it('names what is wrong with file, line and key', async () => {
    for (const [csv, key, what] of [
      ['', '', 'has no directory; use for example directory: ./data/csv'],
      ['{ every: 5m }', '', 'has no directory; use for example directory: ./data/csv'],
      ['{ directory: "" }', '.directory', '"" is empty; set a value or leave it out'],
      ['{ directory: ./data }', '.directory', 'is the directory of the ledger; use one of its own, for example ./data/csv'],
      ['{ directory: a, every: 0 }', '.every', '"0" is too short; use at least 1s'],
      ['{ directory: a, every: 2d }', '.every', '"2d" is too long; use at most 1d'],
      ['{ directory: a, keep: 1h }', '.keep', '"1h" is too short; use at least 1d'],
      ['{ directory: a, kepe: 1d }', '.kepe', 'unknown key; did you mean "keep"?'],
      ['yes', '', 'is not a group of keys; put lines such as "directory: …" below it'],
    ])
      expect(await errors(csv ?? ''), csv).to.deep.equal([`wrtmeter.yaml:1: csv${key}: ${what}`]);
  });
});
