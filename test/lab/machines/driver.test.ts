import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish, output } from '../../support/program/command.ts';
import { installationWithBadDriver } from '../../support/program/installation.ts';

describe('the installation of the SQLite driver, with a compiler', () => {
  it('compiles the driver where the prebuilt binary does not load, with fdatasync', async () => {
    const directory = await installationWithBadDriver();
    try {
      // SQLite is one large file: without optimization it takes seconds, not a minute and a half.
      const env = { ...process.env, CFLAGS: '-O0', CXXFLAGS: '-O0' };
      const { code, stderr } = await finish([process.execPath, join(directory, 'setup/driver.js')], { env });
      expect(code, stderr).to.equal(0);
      const binary = join(directory, 'node_modules/sqlite3/build/Release/node_sqlite3.node');
      expect(readFileSync(binary, 'latin1'), 'how it syncs').to.include('fdatasync');
      const check = [process.execPath, join(directory, 'dist/main.js'), 'check', 'http://192.168.1.1'];
      expect(await output(check, { cwd: directory })).to.match(/configuration is valid\nledger driver: package sqlite3, .+\n$/);
    } finally {
      rmSync(directory, { recursive: true });
    }
  }).timeout(1_200_000);
});
