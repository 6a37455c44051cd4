import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish, output } from '../support/program/command.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

/** Shells that Debian does not bring along by itself. bash is in test/commands/shell. */
describe('the completions for other shells', () => {
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter completion-'));
    for (const shell of ['zsh', 'fish'])
      await writeFile(join(directory, shell), await output([process.execPath, MAIN, 'completion', shell]));
  });
  after(() => rm(directory, { recursive: true }));

  it('fish offers commands, options, words and files', async () => {
    const offered = async (line: string) => {
      const text = await output(['fish', '--no-config', '-c', `source ./fish; complete -C '${line}'`], { cwd: directory });
      return text
        .split('\n')
        .map((found) => found.split('\t')[0])
        .filter((word) => word !== '');
    };
    expect(await offered('wrtmeter pri')).to.deep.equal(['print']);
    expect(await offered('wrtmeter print d')).to.have.members(['devices', 'days']);
    expect(await offered('wrtmeter print days --d')).to.have.members(['--data', '--device']);
    expect(await offered('wrtmeter export --by ')).to.have.members(['hour', 'day', 'month', 'year']);
    expect(await offered('wrtmeter restore zs')).to.deep.equal(['zsh']);
    expect(await offered('wrtmeter print wan --device')).to.deep.equal([]);
  });

  it('zsh registers it, and offers commands, options and words', async () => {
    const registered = 'autoload -U compinit; compinit -D -u; source ./zsh; print $_comps[wrtmeter]';
    expect(await output(['zsh', '-f', '-c', registered], { cwd: directory })).to.equal('_wrtmeter\n');
    // The builtins work only while a person types; these say what they were asked to offer.
    const offered = async (...line: string[]) => {
      const describe = `_describe() { print -l -- \${(P)2%%:*} }`;
      const stubs = `compdef() { : }; ${describe}; _files() { print files }; compadd() { print "$@" }`;
      const script = `${stubs}; source ./zsh; words=(wrtmeter "$@"); CURRENT=$#words; _wrtmeter`;
      const { stdout, stderr } = await finish(['zsh', '-f', '-c', script, 'zsh', ...line], { cwd: directory });
      expect(stderr).to.equal('');
      return stdout.split('\n').filter((word) => word !== '');
    };
    expect(await offered('')).to.include.members(['serve', 'print', 'man']);
    expect(await offered('print', '')).to.include.members(['devices', 'audit']);
    expect(await offered('print', 'days', '-')).to.include.members(['--device', '--from', '--json']);
    expect(await offered('export', '--by', '')).to.deep.equal(['hour day month year']);
    expect(await offered('restore', '')).to.deep.equal(['files']);
  });
});
