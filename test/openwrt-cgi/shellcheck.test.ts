import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { busyboxPath, fixtures, moreTools, scripts } from '../support/routers/busybox.ts';

const ours = readdirSync(scripts).filter((name) => /\.(cgi|sh|init)$/.test(name));
const packaged = ['package.sh', 'preinst', 'postinst', 'prerm'].map((name) => join('setup/release/openwrt', name));
const standins = [join(fixtures, 'bin'), moreTools, 'test/lab/router-bin'].flatMap((folder) =>
  readdirSync(folder).map((name) => join(folder, name)),
);

describe('the text of the scripts', () => {
  for (const path of [...ours.map((name) => join(scripts, name)), ...packaged, ...standins])
    it(`${path.replace(`${process.cwd()}/`, '')} is clean for shellcheck, and busybox can read it`, () => {
      const run = spawnSync('shellcheck', ['--shell=sh', '--severity=style', '--external-sources', path], { encoding: 'utf8' });
      if (run.error) throw new Error('shellcheck is not installed: apt-get install shellcheck');
      expect(run.stdout).to.equal('');
      expect(spawnSync(busyboxPath(), ['ash', '-n', path], { encoding: 'utf8' }).stderr).to.equal('');
      expect(readFileSync(path, 'utf8')).to.match(path.endsWith('.init') ? /^#!\/bin\/sh \/etc\/rc\.common\n/ : /^#!\/bin\/sh\n/);
      if (!path.endsWith('on-router.sh')) expect(statSync(path).mode & 0o777).to.equal(0o755);
    });
});
