import { chmod, chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { tightenData } from '../../src/app/tighten.ts';
import { hashToken } from '../../src/auth/token.ts';
import { changeTokens } from '../../src/auth/token-file.ts';
import { backUp } from '../../src/ledger/backup/backup.ts';
import { restoreFile } from '../../src/ledger/backup/recovery.ts';
import { openStore } from '../../src/ledger/storage/store.ts';

const NOW = Date.UTC(2026, 10, 20);

describe('what root makes for a service with its own user', () => {
  let directory: string;
  before(() => {
    if (process.getuid?.() !== 0) throw new Error('This test needs root: it makes files for another user');
  });
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-owner-'));
    await chown(directory, 1234, 1235);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const owner = async (name: string) => {
    const { uid, gid } = await stat(join(directory, name));
    return [uid, gid];
  };

  it('tokens belong to that user, who could not read them otherwise', async () => {
    const token = { name: 'prometheus', scope: 'read' as const, created: 0, hash: hashToken('x') };
    await changeTokens(directory, () => [token]);
    expect(await owner('tokens.json')).to.deep.equal([1234, 1235]);
    expect((await stat(join(directory, 'tokens.json'))).mode & 0o777).to.equal(0o600);
  });

  it('backups and a restored ledger do too', async () => {
    await (await openStore(directory)).close();
    const backup = await backUp(directory, NOW / 86_400_000);
    await restoreFile(directory, backup, NOW);
    for (const name of ['backups', 'backups/ledger-2026-11-20.db', 'ledger.db']) {
      expect([name, ...(await owner(name))]).to.deep.equal([name, 1234, 1235]);
    }
  });

  it('a new ledger and its lock do too, so that the service starts after an import or a restore', async () => {
    const store = await openStore(directory);
    for (const name of ['ledger.db', 'ledger.db-wal', 'ledger.lock'])
      expect([name, ...(await owner(name))]).to.deep.equal([name, 1234, 1235]);
    await store.close();
    await rm(join(directory, 'ledger.lock'));
    await backUp(directory, NOW / 86_400_000);
    await restoreFile(directory, join(directory, 'backups/ledger-2026-11-20.db'), NOW);
    expect(await owner('ledger.lock')).to.deep.equal([1234, 1235]);
  });

  it('files of another user that others can read are named in one line, and the start continues', async () => {
    await (await openStore(directory)).close();
    await chown(join(directory, 'ledger.db'), 1234, 1235);
    for (const name of ['ledger.db', 'ledger.lock']) await chmod(join(directory, name), 0o644);
    await chmod(directory, 0o777);
    const logs: string[] = [];
    const log = { info: (line: string) => void logs.push(line), warn: (line: string) => void logs.push(line) };
    process.seteuid?.(4321);
    try {
      await tightenData(directory, log);
    } finally {
      process.seteuid?.(0);
    }
    expect(logs).to.have.length(1);
    expect(logs[0]).to.equal(
      `Other users can read the data of wrtmeter: "${directory}" (0777: it belongs to user 1234), ` +
        `"${directory}/ledger.db" (0644: it belongs to user 1234), "${directory}/ledger.lock" (0644: it belongs to user 1234); ` +
        `their owner can change that with "chmod go="`,
    );
  });
});
