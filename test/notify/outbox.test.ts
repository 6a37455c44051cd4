import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect } from 'chai';
import { DAY_MS } from '../../src/domain/calendar.ts';
import { NOTICE_KINDS, type Notice, type NoticeStore } from '../../src/domain/people/notice.ts';
import { LedgerError, SourceError } from '../../src/errors.ts';
import { noticeStore } from '../../src/ledger/storage/people/notices.ts';
import { openStore, type Store } from '../../src/ledger/storage/store.ts';
import type { Message } from '../../src/notify/message.ts';
import { type Outbox, openOutbox } from '../../src/notify/outbox.ts';
import type { TargetConfig } from '../../src/notify/target.ts';

const NOON = Date.UTC(2026, 2, 10, 12);
const PACE = { gap: 120, longestPause: 240, keep: 2 * DAY_MS, mostPending: 30, patience: 200 };

const targetOf = (name: string, more: Partial<TargetConfig> = {}): TargetConfig => ({
  ...{ name, kinds: NOTICE_KINDS, quiet: null, title: null },
  service: { kind: 'webhook', url: `http://${name}.example.net/`, credentials: { kind: 'none' }, tls: { ca: null, insecure: false } },
  ...more,
});
const notice = (key: string, more: Partial<Notice> = {}): Notice => ({
  ...{ key, kind: 'device', subject: `New: ${key}`, text: `${key} is new.`, at: NOON },
  ...more,
});

describe('the outbox', () => {
  let directory: string;
  let store: Store;
  let outbox: Outbox;
  let now: number;
  let log: string[];
  /** What each target was sent; and what it answers: an error, or nothing. */
  let sent: { target: string; message: Message }[];
  let answer: (target: string, message: Message, signal: AbortSignal) => Promise<void>;
  let kept: NoticeStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-outbox-'));
    store = await openStore(directory);
    kept = noticeStore(store);
    [now, log, sent] = [NOON, [], []];
    answer = async () => undefined;
    await open([targetOf('phone')]);
  });
  afterEach(async () => {
    await outbox.stop();
    await store.close();
    await rm(directory, { recursive: true });
  });

  async function open(targets: readonly TargetConfig[], timezone = 'UTC'): Promise<void> {
    const line = (text: unknown) => void log.push(String(text));
    outbox = await openOutbox({
      store: kept,
      clock: { now: () => now, trusted: () => now, tick: () => performance.now() },
      log: { info: line, warn: line, error: line },
      pace: PACE,
      sendTo: (target) => async (message, signal) => {
        sent.push({ target: target.name, message });
        await answer(target.name, message, signal);
      },
    });
    await outbox.setTargets(targets, timezone);
  }

  /** As after a crash: the file is as it was, and nothing else is left. */
  async function crash(targets: readonly TargetConfig[] = [targetOf('phone')]): Promise<void> {
    // What the old process does from now on reaches nobody and no file.
    await outbox.stop();
    await store.close();
    store = await openStore(directory);
    kept = noticeStore(store);
    await open(targets);
  }

  const subjects = () => sent.map(({ message }) => message.notices.map(({ key }) => key).join('+'));
  async function eventually(what: () => boolean): Promise<void> {
    for (let i = 0; i < 300 && !what(); i++) await sleep(10);
    expect(what(), `${what}`).to.equal(true);
  }
  /** What was sent is noted a moment later. */
  async function noted(left = 0): Promise<void> {
    for (let i = 0; i < 300 && (await kept.pending()).length !== left; i++) await sleep(20);
    expect(await kept.pending()).to.have.length(left);
  }
  const down =
    (text = 'could not connect (ECONNREFUSED)') =>
    async () => {
      throw new SourceError('connect', text);
    };
  const counted = () => outbox.counts().flatMap(({ target, results }) => results.map((r) => `${target} ${r.kind} ${r.result} ${r.count}`));

  it('tells each target a notice once, however often it is put', async () => {
    await crash([targetOf('phone'), targetOf('mail')]);
    await outbox.put([notice('a')]);
    await outbox.put([notice('a'), notice('a')]);
    await eventually(() => sent.length === 2);
    await crash([targetOf('phone'), targetOf('mail')]);
    await outbox.put([notice('a')]);
    await sleep(100);
    expect(sent.map(({ target }) => target)).to.have.members(['phone', 'mail']);
    await noted();
  });

  it('tells nothing that an earlier notice covers, after a restart neither', async () => {
    await outbox.put([notice('100 %', { covers: ['50 %', '80 %'] })]);
    await outbox.put([notice('80 %')]);
    await eventually(() => sent.length === 1);
    await noted();
    await crash([targetOf('phone')]);
    await outbox.put([notice('50 %'), notice('other')]);
    await eventually(() => sent.length === 2);
    expect(sent.flatMap(({ message }) => message.notices.map(({ key }) => key))).to.deep.equal(['100 %', 'other']);
  });

  it('tells nothing that is covered only since its notice was told', async () => {
    await outbox.put([notice('100 %')]);
    await eventually(() => sent.length === 1);
    await outbox.put([notice('100 %', { covers: ['50 %'] })]);
    await crash();
    await outbox.put([notice('50 %'), notice('other')]);
    await eventually(() => sent.length === 2);
    expect(subjects()).to.deep.equal(['100 %', 'other']);
  });

  it('tells nothing that was told by an earlier key, and keeps the later one', async () => {
    await outbox.put([notice('attic 80 %')]);
    await eventually(() => sent.length === 1);
    await outbox.put([notice('loft 80 %', { earlier: ['attic 80 %'] })]);
    await crash();
    await outbox.put([notice('loft 80 %'), notice('other')]);
    await eventually(() => sent.length === 2);
    expect(subjects()).to.deep.equal(['attic 80 %', 'other']);
  });

  it('sends a target only the kinds that it wants, and keeps the key of what nobody wants', async () => {
    await crash([targetOf('phone', { kinds: ['trouble'] })]);
    await outbox.put([notice('a'), notice('b', { kind: 'trouble' })]);
    await eventually(() => sent.length === 1);
    expect(subjects()).to.deep.equal(['b']);
    expect(outbox.has('a')).to.equal(true);
  });

  it('sends the first at once, and what comes within the gap as one message', async () => {
    const began = performance.now();
    await outbox.put([notice('a')]);
    await eventually(() => sent.length === 1);
    await outbox.put([notice('b'), notice('c')]);
    await eventually(() => sent.length === 2);
    expect(performance.now() - began).to.be.greaterThan(PACE.gap - 5);
    expect(subjects()).to.deep.equal(['a', 'b+c']);
    expect(sent[1]?.message).to.include({ title: '2 notices: New: b …', text: 'New: b\nb is new.\n\nNew: c\nc is new.' });
    expect(counted()).to.deep.equal(['phone device sent 3']);
  });

  it('tries a target that is down again until it is up, and the others meanwhile', async () => {
    await crash([targetOf('phone'), targetOf('mail')]);
    answer = (target) => (target === 'phone' ? down()() : Promise.resolve());
    await outbox.put([notice('a')]);
    await eventually(() => sent.filter(({ target }) => target === 'phone').length >= 3);
    expect(sent.filter(({ target }) => target === 'mail')).to.have.length(1);
    expect(log).to.deep.equal([
      'Cannot send 1 notice to "phone" (webhook at phone.example.net), tried again: could not connect (ECONNREFUSED)',
    ]);
    answer = async () => undefined;
    await eventually(() => log.length === 2);
    expect(log[1]).to.equal('Notices reach "phone" again');
    expect(counted()).to.include('phone device sent 1').and.include('mail device sent 1');
    expect(new Set(sent.filter(({ target }) => target === 'phone').map(({ message }) => message.id))).to.have.property('size', 1);
    await noted();
  });

  it('tries a target again that never answers, whatever is collected as garbage meanwhile', async () => {
    setFlagsFromString('--expose-gc');
    const collect: () => void = runInNewContext('gc');
    answer = (_, __, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new SourceError('timeout', 'late'))));
    await outbox.put([notice('a')]);
    await eventually(() => sent.length === 1);
    collect();
    await eventually(() => log.length > 0);
    expect(log).to.deep.equal(['Cannot send 1 notice to "phone" (webhook at phone.example.net), tried again: late']);
    expect(counted()).to.deep.equal(['phone device failed 1']);
  });

  it('continues after a crash with what was not noted as sent, under the same id', async () => {
    answer = down();
    await outbox.put([notice('a'), notice('b')]);
    await eventually(() => sent.length >= 1);
    await outbox.put([notice('c')]);
    const first = sent[0]?.message.id;
    await outbox.stop();
    sent = [];
    answer = async () => undefined;
    await crash();
    await eventually(() => sent.length === 2);
    // The same message as before, and what came after it on its own.
    expect(subjects()).to.deep.equal(['a+b', 'c']);
    expect(sent[0]?.message.id).to.equal(first);
  });

  it('does not send again what the ledger could not note while the process runs', async () => {
    const end = kept.end;
    let broken = true;
    kept.end = async (deliveries) => {
      if (broken) throw new LedgerError('the disk is full');
      await end(deliveries);
    };
    await outbox.put([notice('a')]);
    await eventually(() => sent.length === 1);
    await sleep(300);
    expect(sent).to.have.length(1);
    broken = false;
    await eventually(() => outbox.counts()[0]?.pending === 0);
    await sleep(300);
    await noted();
    expect(sent).to.have.length(1);
  });

  it('drops what is older than two days, and the oldest of too many, and counts them', async () => {
    answer = down();
    await outbox.put([notice('old', { at: NOON - 2 * DAY_MS + 500 })]);
    await eventually(() => sent.length >= 1);
    now += 1000;
    await eventually(() => counted().includes('phone device dropped 1'));
    await outbox.put(Array.from({ length: 40 }, (_, i) => notice(`n${String(i).padStart(2, '0')}`)));
    await eventually(() => counted().includes('phone device dropped 11'));
    expect(outbox.counts()[0]?.pending).to.equal(30);
    await noted(30);
    expect((await kept.pending()).map((d) => d.notice.key)[0]).to.equal('n10');
  });

  it('sends nothing in quiet hours, and all of it in one message at their end', async () => {
    await crash([targetOf('phone', { quiet: { from: 22 * 60, to: 7 * 60 } })]);
    now = Date.UTC(2026, 2, 10, 22, 0);
    await outbox.put([notice('a', { at: now })]);
    await outbox.put([notice('b', { at: now, kind: 'trouble' })]);
    now = Date.UTC(2026, 2, 11, 6, 59, 59);
    await sleep(250);
    expect(sent).to.deep.equal([]);
    now = Date.UTC(2026, 2, 11, 7, 0);
    await eventually(() => sent.length === 1);
    expect(subjects()).to.deep.equal(['a+b']);
  });

  it('keeps quiet hours by the local clock over both changes of it', async () => {
    const quiet = { from: 22 * 60, to: 150 };
    for (const [night, until] of [
      ['2026-03-28T23:00:00Z', '2026-03-29T01:00:00Z'], // 02:00 is 03:00: 02:30 is left out
      ['2026-10-24T21:00:00Z', '2026-10-25T01:30:00Z'], // 02:30 comes twice: it is quiet until the second
    ] as const) {
      sent = [];
      await outbox.stop();
      now = Date.parse(night);
      await open([targetOf('phone', { quiet })], 'Europe/Berlin');
      await outbox.put([notice(night, { at: now })]);
      now = Date.parse(until) - 1000;
      await sleep(250);
      expect(sent, until).to.deep.equal([]);
      now = Date.parse(until);
      await eventually(() => sent.length === 1);
    }
  });

  it('a target that is taken out is sent nothing more; one that is added is sent what happens from then on', async () => {
    answer = down();
    await outbox.put([notice('a')]);
    await eventually(() => sent.length >= 1);
    sent = [];
    answer = async () => undefined;
    await outbox.setTargets([targetOf('mail')], 'UTC');
    await outbox.put([notice('a'), notice('b')]);
    await eventually(() => sent.length === 1);
    await sleep(100);
    expect(sent.map(({ target, message }) => [target, message.notices.length])).to.deep.equal([['mail', 1]]);
    await noted();
  });

  it('tells what the ledger cannot keep, once, and keeps its key when it can', async () => {
    const put = kept.put;
    kept.put = async () => {
      throw new LedgerError('the disk is full');
    };
    const trouble = notice('trouble write', { kind: 'trouble' });
    expect(await outbox.put([trouble]).then(() => null, String)).to.equal('LedgerError: the disk is full');
    outbox.tellUnsaved([trouble]);
    outbox.tellUnsaved([trouble]);
    await eventually(() => sent.length === 1);
    kept.put = put;
    await outbox.put([notice('a')]);
    await eventually(() => sent.length === 2);
    expect([...(await kept.keys())]).to.have.members(['a', 'trouble write']);
    expect(subjects()).to.deep.equal(['trouble write', 'a']);
  });

  it('stops soon, also while a target does not answer', async () => {
    answer = (_, __, signal) =>
      new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new SourceError('timeout', 'late')), { once: true }));
    await outbox.put([notice('a')]);
    await eventually(() => sent.length === 1);
    const began = performance.now();
    await outbox.stop();
    expect(performance.now() - began).to.be.lessThan(3000);
    expect((await kept.pending()).map((d) => d.notice.key)).to.deep.equal(['a']);
  });
});
