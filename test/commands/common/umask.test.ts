import { chmod, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { finish, output } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');

describe('what the program makes', () => {
  let directory: string;
  let exporter: Exporter | null = null;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-umask-'));
    await chmod(directory, 0o755);
  });
  afterEach(async () => {
    await exporter?.kill('SIGKILL');
    exporter = null;
    await rm(directory, { recursive: true });
  });

  /** Runs the program under a umask of the shell. */
  const within = (umask: string) => ['sh', '-c', `umask ${umask}; exec "$@"`, 'sh'];
  const serve = (umask: string) =>
    startExporter({ args: ['http://127.0.0.1:9'], dataDir: join(directory, 'above/data'), within: within(umask) });
  const run = (umask: string, ...args: string[]) =>
    output([...within(umask), process.execPath, MAIN, ...args, '--data', join(directory, 'above/data')]);
  const modes = async () => {
    const names = await readdir(directory, { recursive: true });
    const each = names.map(async (name) => [name, ((await stat(join(directory, name))).mode & 0o777).toString(8)]);
    return Object.fromEntries(await Promise.all(each)) as Record<string, string>;
  };

  for (const umask of ['0000', '0022']) {
    it(`is for its own user only, whatever the umask is: ${umask}`, async () => {
      exporter = await serve(umask);
      await exporter.scrape();
      await run(umask, 'backup');
      await run(umask, 'token', 'create', 'any');
      await run(umask, 'backup', join(directory, 'mine.db'));
      const found = await modes();
      expect(found).to.include({ above: '700', 'above/data': '700', 'above/data/backups': '700', 'mine.db': '600' });
      for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.db-shm', 'ledger.lock', 'tokens.json'])
        expect(found).to.include({ [`above/data/${name}`]: '600' });
      for (const [name, mode] of Object.entries(found)) expect([name, mode[1], mode[2]]).to.deep.equal([name, '0', '0']);
      expect(exporter.logs.join('\n')).not.to.match(/Other users/);
    });
  }

  it('and what an older version made is tightened at the next start', async () => {
    exporter = await serve('0022');
    await exporter.kill();
    const data = join(directory, 'above/data');
    await chmod(data, 0o755);
    await chmod(join(data, 'ledger.db'), 0o644);
    exporter = await serve('0022');
    const lines = exporter.logs.filter((line) => line.includes('Other users'));
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/data\\" from 0755 to 0700.*ledger\.db\\" from 0644 to 0600/);
    expect(await modes()).to.include({ 'above/data': '700', 'above/data/ledger.db': '600', 'above/data/ledger.db-wal': '600' });
  });

  it('a user who may not see the ledger is told so', async () => {
    exporter = await serve('0022');
    const [above, data] = [join(directory, 'above'), join(directory, 'above/data')];
    await chmod(above, 0o755);
    // Root sees everything, so another user asks; any other user may take the right from itself.
    const isRoot = process.getuid?.() === 0;
    const other = isRoot ? ['setpriv', '--reuid', '12345', '--regid', '12345', '--clear-groups'] : [];
    if (!isRoot) await chmod(data, 0);
    try {
      for (const args of [['print', 'devices'], ['backup']]) {
        const { code, stderr } = await finish([...other, process.execPath, MAIN, ...args, '--data', data]);
        expect([code, stderr]).to.deep.equal([
          1,
          `Ledger "${data}/ledger.db" cannot be read: permission denied; run this as the user of wrtmeter, or as root\n`,
        ]);
      }
    } finally {
      await chmod(data, 0o700);
    }
  });
});
