import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openStore } from '../../src/ledger/storage/store.ts';
import { finish } from '../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

describe('the standard output of a command', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-output-'));
    await (await openStore(join(directory, 'data'))).close();
  });
  after(() => rm(directory, { recursive: true }));

  const COMMANDS = [
    'export',
    'export --format json',
    'print devices',
    'summary',
    'summary --format html',
    'check http://192.0.2.1',
    'backup',
    'token list',
    'export --help',
    '--version',
  ];
  const run = (line: string) => {
    const [program, data] = [`"${process.execPath}" "${MAIN}"`, line.includes('-h') || line.includes('--v') ? '' : '--data data'];
    return (end: string) => finish(['sh', '-c', `{ ${program} ${line} ${data}; echo "exit code $?" >&2; } ${end}`], { cwd: directory });
  };

  for (const line of COMMANDS) {
    it(`${line}: a full disk is one line and exit code 1`, async () => {
      const { stderr } = await run(line)('> /dev/full');
      expect(stderr).to.equal('wrtmeter: Standard output cannot be written: the disk is full\nexit code 1\n');
    });

    it(`${line}: a pipe that is closed early is quiet`, async () => {
      const { stderr } = await run(line)('| true');
      expect(stderr).to.equal('exit code 0\n');
    });
  }

  it('a standard error that cannot be written changes no exit code', async () => {
    const { code } = await finish(['sh', '-c', `"${process.execPath}" "${MAIN}" export --data nowhere 2> /dev/full`], { cwd: directory });
    expect(code).to.equal(1);
  });
});
