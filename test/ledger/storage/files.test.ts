import { mkdir, mkdtemp, readlink, rm, symlink, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { backUp } from '../../../src/ledger/backup/backup.ts';
import { openOrRecover } from '../../../src/ledger/backup/recovery.ts';
import { InUseError } from '../../../src/ledger/storage/files.ts';
import { openStore, openStoreToRead } from '../../../src/ledger/storage/store.ts';

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

  it('is held after a backup has taken the place of a damaged file that was reached through a link', async () => {
    const [data, other] = [join(directory, 'data'), join(directory, 'other')];
    await (await openStore(data)).close();
    await mkdir(other);
    await symlink('../data/ledger.db', join(other, 'ledger.db'));
    await backUp(other, 20_522);
    await truncate(join(data, 'ledger.db'), 5000);
    const store = await openOrRecover(other, { now: 0, report: () => undefined });
    expect(await opened('other')).to.be.instanceOf(InUseError);
    await store.close();
    await (await openStore(other)).close();
  });

  it('is not given for a link to a file that is not there, as on a disk that is not mounted: none begins at zero in its place', async () => {
    const [data, usb] = [join(directory, 'data'), join(directory, 'usb')];
    await mkdir(data);
    await symlink('../usb/ledger.db', join(data, 'ledger.db'));
    const why = `Ledger "${data}/ledger.db" is a link to "../usb/ledger.db", which is not there: mount its disk and check its permissions, or remove the link`;
    const openings = [openStore, openStoreToRead, (path: string) => openOrRecover(path, { now: 0, report: expect.fail })];
    for (const open of openings) expect(await open(data).catch((error: Error) => error)).to.have.property('message', why);
    expect(await readlink(join(data, 'ledger.db'))).to.equal('../usb/ledger.db');
    await (await openStore(usb)).close();
    await (await openStore(data)).close();
  });
});
