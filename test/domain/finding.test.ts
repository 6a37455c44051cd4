import { join } from 'node:path';
import { expect } from 'chai';
import { output } from '../support/program/command.ts';

const ROOT = join(import.meta.dirname, '../..');

describe('the script that messages name', () => {
  it('is named as it can be started from here, and by its whole path from elsewhere', async () => {
    const program = `import { INSTALL_SCRIPT } from '${ROOT}/src/domain/finding.ts'; process.stdout.write(INSTALL_SCRIPT);`;
    const from = (cwd: string) => output([process.execPath, '--import', 'tsx', '--input-type=module', '--eval', program], { cwd });
    expect(await from(ROOT)).to.equal('openwrt-cgi/install.sh');
    expect(await from(join(ROOT, 'test'))).to.equal(join(ROOT, 'openwrt-cgi/install.sh'));
  });
});
