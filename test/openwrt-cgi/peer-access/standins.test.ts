import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { accessText } from '../../support/wireguard/peer-script.ts';

describe('peer-access.sh as a text', () => {
  const folder = resolve('test/fixtures/access/bin');
  for (const name of readdirSync(folder))
    it(`its stand-in ${name} is clean for shellcheck`, () => {
      const run = spawnSync('shellcheck', ['--shell=sh', '--severity=style', join(folder, name)], { encoding: 'utf8' });
      if (run.error) throw new Error('shellcheck is not installed: apt-get install shellcheck');
      expect(run.stdout).to.equal('');
    });

  it('begins its work in its last line, so that a text that was cut off does nothing', () => {
    const text = accessText();
    expect(text.endsWith('\nmain "$@"\n')).to.equal(true);
    const outside = text
      .slice(0, text.indexOf('\nmain() {'))
      .split('\n')
      .filter((line) => /^[a-z]+ /.test(line) && !/^[a-z_]+=/.test(line));
    expect(outside).to.deep.equal(['export LC_ALL PATH']);
  });
});
