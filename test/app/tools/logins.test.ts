import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLogins } from '../../../src/app/tools/logins.ts';
import { LedgerError } from '../../../src/errors.ts';
import { brokenRules } from '../../../src/ledger/storage/integrity.ts';
import { metaBatch, readMeta } from '../../../src/ledger/storage/meta.ts';
import { openStore, type Store } from '../../../src/ledger/storage/store.ts';

const DEN = 'http://192.168.0.1';
const LOGIN = { username: 'admin', password: 'geheim & "süß"' };

describe('the logins that have worked', () => {
  let directory: string;
  let store: Store;
  let failures: unknown[];
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-logins-'));
    store = await openStore(directory);
    failures = [];
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
    expect(failures).to.deep.equal([]);
  });
  const open = (from: Pick<Store, 'all' | 'commit'> = store) => openLogins(from, (error) => failures.push(error));
  const refusedAt = async (address: string, login = LOGIN) => (await open()).at(address, login).refused();

  async function known(): Promise<void> {
    const logins = await open();
    logins.at(DEN, LOGIN).worked();
    await logins.stop();
  }

  it('are known after a restart, with what was refused since they worked', async () => {
    expect(await refusedAt(DEN)).to.equal(null);
    await known();
    expect([await refusedAt(DEN), await refusedAt(DEN)]).to.deep.equal([1, 2]);
    await known();
    expect(await refusedAt(DEN)).to.equal(1);
  });

  it('are those of one address, user name and password', async () => {
    await known();
    expect(await refusedAt('http://192.168.0.2')).to.equal(null);
    expect(await refusedAt(DEN, { ...LOGIN, username: 'root' })).to.equal(null);
    expect(await refusedAt(DEN, { ...LOGIN, password: 'geheim' })).to.equal(null);
    expect(await refusedAt(DEN)).to.equal(1);
  });

  it('are kept as a salted hash: the file has nothing of a password', async () => {
    await known();
    const first = await readMeta(store, 'logins');
    await rm(directory, { recursive: true });
    await store.close();
    store = await openStore(directory);
    await known();
    expect(await readMeta(store, 'logins')).not.to.equal(first);
    await store.all('PRAGMA wal_checkpoint(TRUNCATE)');
    const file = await readFile(join(directory, 'ledger.db'));
    for (const secret of [LOGIN.password, 'geheim', Buffer.from(LOGIN.password).toString('base64')])
      expect(file.includes(secret)).to.equal(false);
    expect(await brokenRules(store)).to.deep.equal([]);
  });

  it('are hashed and written once, however often they work', async () => {
    let commits = 0;
    const counting: typeof store.commit = (batches) => {
      commits += 1;
      return store.commit(batches);
    };
    const logins = await open({ ...store, commit: counting });
    const memory = logins.at(DEN, LOGIN);
    memory.worked();
    expect(commits).to.equal(0);
    await logins.stop();
    for (let time = 0; time < 1000; time += 1) memory.worked();
    await logins.stop();
    expect(commits).to.equal(1);
  });

  it('are deleted with their router, and replaced by another login', async () => {
    await known();
    const logins = await open();
    logins.keepOnly([DEN]);
    logins.at(DEN, { ...LOGIN, password: 'another' }).worked();
    await logins.stop();
    expect(await refusedAt(DEN)).to.equal(null);
    logins.keepOnly([]);
    await logins.stop();
    expect(await readMeta(store, 'logins')).to.equal('{}');
  });

  it('are not known where the file has nonsense', async () => {
    for (const text of ['', 'nonsense', 'null', '7', '[]', `{"${DEN}":null}`, `{"${DEN}":{"salt":"","hash":"","refusals":0}}`]) {
      await store.commit([metaBatch([['logins', text]])]);
      expect(await refusedAt(DEN), text).to.equal(null);
    }
  });

  it('are known until the end where the file cannot be written, which is reported', async () => {
    const logins = await open({ ...store, commit: () => Promise.reject(new LedgerError('The disk is full')) });
    logins.at(DEN, LOGIN).worked();
    expect(await logins.at(DEN, LOGIN).refused()).to.equal(1);
    expect(failures.splice(0).map(String)).to.deep.equal(['LedgerError: The disk is full', 'LedgerError: The disk is full']);
  });
});
