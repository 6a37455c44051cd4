import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tightenData } from '../../src/app/tighten.ts';

const FILES = [
  'ledger.db',
  'ledger.db-wal',
  'ledger.db-shm',
  'ledger.lock',
  'ledger.lock-journal',
  'ledger-replaced-2026-11-01T10-00-00-2.db',
  'tokens.json',
];

describe('the permissions of a data directory', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-modes-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const make = async (name: string, mode: number) => {
    await writeFile(join(directory, name), '');
    await chmod(join(directory, name), mode);
  };
  const makeBackups = async (mode: number) => {
    await mkdir(join(directory, 'backups'));
    await make('backups/ledger-2026-11-20.db', 0o644);
    await chmod(join(directory, 'backups'), mode);
  };
  const modes = async () => {
    const names = ['.', ...(await readdir(directory, { recursive: true }))];
    const each = names.map(async (name) => [name, ((await stat(join(directory, name))).mode & 0o7777).toString(8)]);
    return Object.fromEntries(await Promise.all(each)) as Record<string, string>;
  };
  const tighten = async () => {
    const logs: string[] = [];
    const log = { info: (line: string) => void logs.push(line), warn: (line: string) => void logs.push(line) };
    await tightenData(directory, log);
    return logs;
  };

  it('what others could read is tightened, and named in one line with both modes', async () => {
    for (const name of FILES) await make(name, 0o644);
    await makeBackups(0o755);
    await chmod(directory, 0o755);
    const [line = '', ...more] = await tighten();
    expect(more).to.deep.equal([]);
    expect(line).to.match(/^Other users could read the data of wrtmeter; permissions changed: /);
    expect(line).to.include(`"${directory}" from 0755 to 0700`);
    expect(line).to.include(`"${directory}/backups" from 0755 to 0700`);
    expect(line).to.include(`"${directory}/backups/ledger-2026-11-20.db" from 0644 to 0600`);
    for (const name of FILES) expect(line).to.include(`"${directory}/${name}" from 0644 to 0600`);
    const found = await modes();
    for (const [name, mode] of Object.entries(found))
      expect([name, mode]).to.deep.equal([name, /^(\.|backups)$/.test(name) ? '700' : '600']);
    expect(await tighten()).to.deep.equal([]);
  });

  it('files of others, and a directory that holds some, keep their modes', async () => {
    for (const name of ['ledger.db', 'wrtmeter.yaml', 'ledger.ods', 'notes-ledger.db']) await make(name, 0o644);
    await makeBackups(0o755);
    await make('backups/photos.tar', 0o644);
    await chmod(directory, 0o2775);
    expect(await tighten()).to.have.length(1);
    expect(await modes()).to.deep.equal({
      '.': '2775',
      'ledger.db': '600',
      'wrtmeter.yaml': '644',
      'ledger.ods': '644',
      'notes-ledger.db': '644',
      backups: '700',
      'backups/photos.tar': '644',
      'backups/ledger-2026-11-20.db': '600',
    });
  });

  it('a link is not followed, and nothing is said where nothing is to be done', async () => {
    await make('elsewhere', 0o644);
    await symlink(join(directory, 'elsewhere'), join(directory, 'tokens.json'));
    await make('ledger.db', 0o400);
    expect(await tighten()).to.deep.equal([]);
    expect(await modes()).to.include({ elsewhere: '644', 'ledger.db': '400' });
  });

  it('a directory that is not there, or empty, is no error', async () => {
    expect(await tighten()).to.deep.equal([]);
    await rm(directory, { recursive: true });
    expect(await tighten()).to.deep.equal([]);
    await mkdir(directory);
  });
});
