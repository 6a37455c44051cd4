import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DAY_MS } from '../../../../src/domain/calendar.ts';
import type { Delivery, Notice } from '../../../../src/domain/people/notice.ts';
import { forget } from '../../../../src/ledger/storage/forget.ts';
import { brokenRules } from '../../../../src/ledger/storage/integrity.ts';
import { noticeStore } from '../../../../src/ledger/storage/people/notices.ts';
import { openStore, type Store } from '../../../../src/ledger/storage/store.ts';
import { PHONE, START } from '../../../support/ledger/rounds.ts';

const notice = (key: string, at = START): Notice => ({ key, kind: 'device', subject: `New: ${key}`, text: `${key} is new`, at });
const to = (target: string, of: Notice): Delivery => ({ target, notice: of, message: null });

describe('notices in the ledger (Rule: one notice)', () => {
  let directory: string;
  let store: Store;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-notices-'));
    store = await openStore(directory);
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  const reopened = async () => {
    await store.close();
    store = await openStore(directory);
    return noticeStore(store);
  };

  it('are kept with what each target must still be sent, and with the memory, until they are ended', async () => {
    const [a, b] = [notice('a', START + 1), notice('b')];
    await noticeStore(store).put([a, b], [to('phone', a), to('mail', a), to('phone', b)], '{"since":1}');
    const kept = await reopened();
    expect(await kept.memory()).to.equal('{"since":1}');
    expect([...(await kept.keys())]).to.have.members(['a', 'b']);
    expect(await kept.pending()).to.deep.equal([to('phone', b), to('mail', a), to('phone', a)]);
    await kept.begin([to('phone', a), to('phone', b)], 'm1');
    expect(await (await reopened()).pending()).to.deep.equal([
      { ...to('phone', b), message: 'm1' },
      to('mail', a),
      { ...to('phone', a), message: 'm1' },
    ]);
    await noticeStore(store).end([to('phone', a), to('phone', b)]);
    expect(await noticeStore(store).pending()).to.deep.equal([to('mail', a)]);
    expect(await brokenRules(store)).to.deep.equal([]);
  });

  it('whose key is there stay as they are', async () => {
    await noticeStore(store).put([notice('a')], [to('phone', notice('a'))], null);
    await noticeStore(store).put([{ ...notice('a'), subject: 'Other' }], [], null);
    expect((await noticeStore(store).pending()).map((d) => d.notice.subject)).to.deep.equal(['New: a']);
    expect(await noticeStore(store).memory()).to.equal(null);
  });

  it('leave only their keys when nobody must be sent them any more, and those for 400 days', async () => {
    const a = notice('a');
    await noticeStore(store).put([a, notice('b')], [to('phone', a), to('mail', a)], null);
    const texts = async () => (await store.all('SELECT text FROM notice ORDER BY key')).map(({ text }) => text);
    await noticeStore(store).end([to('phone', a)]);
    expect(await texts()).to.deep.equal(['a is new', '']);
    await noticeStore(store).end([to('mail', a)]);
    expect(await texts()).to.deep.equal(['', '']);
    await noticeStore(store).put([notice('c', START + 401 * DAY_MS)], [], null);
    expect([...(await noticeStore(store).keys())]).to.deep.equal(['c']);
  });

  it('go with the device that they name when it is forgotten', async () => {
    const [phone, other] = [notice(`device ${PHONE}`), notice('device 02:00:00:00:00:09')];
    await noticeStore(store).put([phone, other], [to('mail', phone), to('mail', other)], null);
    await store.commit([{ sql: 'INSERT INTO device(mac) SELECT value ->> 0 FROM json_each(?)', rows: [[PHONE]] }]);
    await forget(store, PHONE, START);
    expect((await noticeStore(store).pending()).map((d) => d.notice.key)).to.deep.equal([other.key]);
    expect([...(await noticeStore(store).keys())]).to.deep.equal([other.key]);
  });

  it('commit whole or not at all', async () => {
    const bad = { ...notice('x'), at: 'never' as unknown as number };
    const failure = await noticeStore(store)
      .put([notice('a'), bad], [to('phone', notice('a'))], '{}')
      .then(() => null, String);
    expect(failure).to.match(/^LedgerError/);
    expect([...(await noticeStore(store).keys())]).to.deep.equal([]);
    expect(await noticeStore(store).memory()).to.equal(null);
  });
});
