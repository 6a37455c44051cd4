import { expect } from 'chai';
import { exitCodeOf } from '../../../src/commands/common/exit-code.ts';
import { ConfigError } from '../../../src/errors.ts';

async function run(lines: number) {
  let text = '';
  const write = (part: string) => {
    text += part;
    return true;
  };
  const errors = Array.from({ length: lines - 1 }, (_, i) => `line ${i + 2}`);
  const code = await exitCodeOf({ stderr: { write } }, async () => {
    throw new ConfigError(['line 1', ...errors]);
  });
  return { code, text: text.trimEnd().split('\n') };
}

describe('the errors of a command', () => {
  it('are at most 100 lines, and how many more there are', async () => {
    const { code, text } = await run(250);
    expect([code, text.length]).to.deep.equal([2, 101]);
    expect(text.slice(-2)).to.deep.equal(['line 100', '… and 150 more']);
    expect((await run(100)).text.at(-1)).to.equal('line 100');
  });
});
