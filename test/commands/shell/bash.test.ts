import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { output } from '../../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');

describe('the completion for bash', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter completion-'));
    await writeFile(join(directory, 'bash'), await output([process.execPath, MAIN, 'completion', 'bash']));
    await writeFile(join(directory, 'my backup.db'), '');
  });
  after(() => rm(directory, { recursive: true }));

  const run = (script: string, ...words: string[]) =>
    output(['bash', '--norc', '-uo', 'pipefail', '-c', `source ./bash; ${script}`, 'bash', ...words], { cwd: directory });
  /** What bash offers for the last of the words. */
  const offered = async (...words: string[]) => {
    const script =
      'COMP_WORDS=(wrtmeter "$@"); COMP_CWORD=$#; _wrtmeter; (( $' + '{#COMPREPLY[@]} == 0 )) || printf "%s\\n" "$' + '{COMPREPLY[@]}"';
    return (await run(script, ...words)).split('\n').filter((line) => line !== '');
  };

  it('is registered', async () => {
    expect(await run('complete -p wrtmeter')).to.equal('complete -F _wrtmeter wrtmeter\n');
  });

  const CASES: [words: string[], expected: string[]][] = [
    [['pr'], ['print']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [
      ['--data', '/tmp', 'print', ''],
      ['devices', 'users', 'wan', 'peers', 'quotas', 'tariffs', 'reconciliation', 'routers', 'months', 'days', 'audit'],
    ],
    [
      ['print', 'days', '--d'],
      ['--data', '--device'],
    ],
    [
      ['export', '--by', ''],
      ['hour', 'day', 'month', 'year'],
    ],
    [
      ['summary', '--format', ''],
      ['text', 'markdown', 'html', 'json'],
    ],
    [['summ'], ['summary']],
    [
      ['summary', '--m'],
      ['--month', '--mail'],
    ],
    [
      ['bonus', ''],
      ['add', 'list', 'remove'],
    ],
    [
      ['bonus', 'add', 'line', '20GB', '--da'],
      ['--data', '--day'],
    ],
    [['token', 'create', 'phone', '--scope', 'c'], ['control']],
    [
      ['--log-level', ''],
      ['debug', 'info', 'warn', 'error'],
    ],
    [['serve', '--log-level', 'w'], ['warn']],
    [['restore', 'my'], ['my backup.db']],
    [['--config', 'my'], ['my backup.db']],
    [['print', 'days', '--device', ''], []],
    [['print', 'wan', '--dev'], []],
  ];
  for (const [words, expected] of CASES) {
    it(`wrtmeter ${words.join(' ')}`, async () => {
      expect(await offered(...words)).to.deep.equal(expected);
    });
  }
});
