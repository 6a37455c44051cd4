import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { InUseError } from '../../../src/ledger/storage/files.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';

describe('the lock of a ledger (Rule: care of the file)', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-lock-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const opened = (name: string) => openStore(join(directory, name)).catch((error: Error) => error);

  it('has one writer, by whichever path: a link to the directory, or to the file in it', async () => {
    const store = await openStore(join(directory, 'data'));
    await symlink('data', join(directory, 'link'));
    await mkdir(join(directory, 'other'));
    await symlink('../data/ledger.db', join(directory, 'other/ledger.db'));
    for (const name of ['data', 'link', 'other']) expect(await opened(name), name).to.be.instanceOf(InUseError);
    await store.close();
    for (const name of ['data', 'link', 'other']) await (await openStore(join(directory, name))).close();
  });

  it('is held by the writer that opened the file through a link too', async () => {
    await (await openStore(join(directory, 'data'))).close();
    await mkdir(join(directory, 'other'));
    await symlink('../data/ledger.db', join(directory, 'other/ledger.db'));
    const store = await openStore(join(directory, 'other'));
    expect(await opened('data')).to.be.instanceOf(InUseError);
    await store.close();
  });
});
