import { join } from 'node:path';
import { expect } from 'chai';
import { settings } from '../../../src/config/settings.ts';
import { output } from '../../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');
const run = (...words: string[]) => output([process.execPath, MAIN, ...words]);

describe('the manual page', () => {
  let lines: string[];
  before(async () => {
    lines = (await run('man')).split('\n');
  });

  it('is troff without a line that means something else', () => {
    expect(lines[0]).to.match(/^\.TH WRTMETER 1 "" "wrtmeter [\d.]+" "User Commands"$/);
    for (const line of lines) {
      if (/^['.]/.test(line)) expect(line).to.match(/^\.(TH|SH|SS|TP|B|RI)\b/);
      expect(line).to.match(/^(\\[-e&]|[\x20-\x5b\x5d-\x7e])*$/);
    }
  });

  it('has every command, option and variable', async () => {
    const commands = [...(await run('help')).matchAll(/^ {2}(?!wrtmeter|help)([a-z]+)\b/gm)].map(([, name]) => name ?? '');
    expect(commands).to.include.members(['serve', 'print', 'peer', 'man']);
    for (const name of commands)
      expect(
        lines.some((line) => line.startsWith(`.SS wrtmeter ${name} `)),
        name,
      ).to.equal(true);
    for (const { variable } of Object.values(settings)) expect(lines).to.include(`.B ${variable}`);
    expect(lines).to.include('.B \\-\\-by <bucket>');
    expect(lines).to.include('length of a period, a day by default; a month is a billing period: hour, day, month, year');
  });
});
