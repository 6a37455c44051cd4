import { join } from 'node:path';
import { expect } from 'chai';
import { finish } from '../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
const run = (...words: string[]) => finish([process.execPath, MAIN, ...words], { cwd: import.meta.dirname });

describe('the command line', () => {
  const MISTYPED: [string[], string][] = [
    [['chek'], "wrtmeter: unknown command 'chek'\n(Did you mean check?)\n"],
    [['print', 'devces'], "wrtmeter: unknown command 'devces'\n(Did you mean devices?)\n"],
    [['import', 'vnstatt', 'x'], "wrtmeter: unknown command 'vnstatt'\n(Did you mean vnstat?)\n"],
    [['export', '--form', '2026-01-01'], "wrtmeter: unknown option '--form'\n(Did you mean --from?)\n"],
    [['wire'], 'command line: "wire" is neither a command nor a router URL; see wrtmeter --help\n'],
  ];
  for (const [words, stderr] of MISTYPED) {
    it(`${words.join(' ')}: one message and exit code 2`, async () => {
      expect(await run(...words)).to.deep.equal({ code: 2, stdout: '', stderr });
    });
  }

  it('a command has no option that does nothing there', async () => {
    expect((await run('print', 'wan', '--device', 'tv')).stderr).to.match(/^wrtmeter: unknown option '--device'/);
    expect((await run('backup', '--listen', ':1')).stderr).to.match(/^wrtmeter: unknown option '--listen'/);
    expect((await run('import', 'vnstat', '--help')).stdout)
      .to.include('--router')
      .and.not.include('--from');
  });
});
