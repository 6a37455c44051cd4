import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile } from '../../src/app/read-file.ts';
import { loadConfig } from '../../src/config/load.ts';
import { ConfigError } from '../../src/errors.ts';
import { finish, output } from '../support/program/command.ts';

const MODULE = join(import.meta.dirname, '../../src/app/read-file.ts');
const PRINT = `import { readFile } from '${MODULE}'; process.stdout.write(await readFile(process.argv[1], 1000))`;

describe('reading a file that a person names', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'wrtmeter-read-'));
    await output(['mkfifo', join(cwd, 'pipe')]);
  });
  afterEach(() => rm(cwd, { recursive: true }));

  const errorsOf = (cli: { config?: string }) =>
    loadConfig({ cli, env: {}, cwd, readFile, systemTimezone: 'UTC' }).then(
      () => [],
      (error) => (error instanceof ConfigError ? error.errors : [String(error)]),
    );

  it('reads no more than the limit, also of what never ends', async () => {
    await writeFile(join(cwd, 'file'), 'abcdef');
    expect(String(await readFile(join(cwd, 'file'), 4))).to.equal('abcd');
    expect((await readFile('/dev/zero', 100_000)).length).to.equal(100_000);
  });

  it('refuses a named pipe, which may never have a writer', async () => {
    await symlink('pipe', join(cwd, 'link'));
    for (const config of ['pipe', 'link']) {
      expect(await errorsOf({ config })).to.deep.equal([`--config: cannot read "${config}": is not a regular file`]);
    }
    await writeFile(join(cwd, 'wrtmeter.yaml'), 'routers:\n  gateway: { url: "http://192.168.1.1", token_file: ./pipe }\n');
    expect(await errorsOf({})).to.deep.equal(['wrtmeter.yaml:2: routers.gateway.token_file: cannot read "./pipe": is not a regular file']);
  });

  it('reads the pipes of a shell', async () => {
    const command = `"$0" --import tsx --input-type=module -e "$1"`;
    for (const script of [`echo hello | ${command} /dev/stdin`, `${command} <(echo hello)`]) {
      expect(await finish(['bash', '-c', script, process.execPath, PRINT], { timeout: 20_000 })).to.deep.equal({
        code: 0,
        stdout: 'hello\n',
        stderr: '',
      });
    }
  });
});
