import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { output } from '../support/program/command.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the script that messages name', () => {
  /** What a program in a folder calls it when it is started from another one. */
  const named = (home: string, cwd: string) => {
    const program = `import { INSTALL_SCRIPT } from ${JSON.stringify(join(home, 'src/domain/finding.ts'))}; process.stdout.write(INSTALL_SCRIPT);`;
    return output([process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program], { cwd });
  };

  it('is named as it can be started from here, and by its whole path from elsewhere', async () => {
    expect(await named(ROOT, ROOT)).to.equal('openwrt-cgi/install.sh');
    expect(await named(ROOT, join(ROOT, 'test'))).to.equal(join(ROOT, 'openwrt-cgi/install.sh'));
  });

  it('is named so that a shell can start it from a folder with a blank in its name', async () => {
    const home = mkdtempSync(join(tmpdir(), 'wrtmeter of mine '));
    try {
      for (const file of ['src/errors.ts', 'src/domain/finding.ts', 'package.json']) cpSync(join(ROOT, file), join(home, file));
      expect(await named(home, ROOT)).to.equal(`'${home}/openwrt-cgi/install.sh'`);
    } finally {
      rmSync(home, { recursive: true });
    }
  });
});
