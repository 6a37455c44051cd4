import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pino from 'pino';
import { namesOf } from '../../../src/app/from-config.ts';
import { createNotifier, type Notifier } from '../../../src/app/notify/notifier.ts';
import type { Config } from '../../../src/config/config.ts';
import type { Notice } from '../../../src/domain/people/notice.ts';
import { newStatus } from '../../../src/domain/status.ts';
import { LedgerError } from '../../../src/errors.ts';
import type { Posted } from '../../../src/ledger/ledger.ts';
import { PACE } from '../../../src/notify/pace.ts';
import { configOf, withText } from '../../config/support.ts';
import { type Bench, classic, openBench, PHONE, START, station, system } from '../../support/ledger/rounds.ts';

const POSTED: Posted = { status: 'posted', audit: [], renamed: [] };
const MINUTE = 60_000;
const DAY = 86_400_000;

describe('the notifier', () => {
  let bench: Bench;
  let server: http.Server;
  let config: Config;
  let notifier: Notifier;
  let told: string[];
  let logs: string[];
  let beforeReading: Promise<void>;
  /** Unix ms. */
  let now: number;

  beforeEach(async () => {
    bench = await openBench();
    [told, logs, now, beforeReading] = [[], [], START, Promise.resolve()];
    server = http.createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      told.push(...JSON.parse(text).notices.map((notice: Notice) => `${notice.subject}: ${notice.text.split('\n')[0]}`));
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    config = await configOf(
      withText(`timezone: UTC\nnotify: { hook: { webhook: "http://127.0.0.1:${(server.address() as AddressInfo).port}" } }`),
    );
    await create();
  });
  afterEach(async () => {
    await notifier.stop();
    server.closeAllConnections();
    server.close();
    await bench.close();
  });

  async function create(): Promise<void> {
    notifier = await createNotifier({
      ...{ config, ledger: bench.ledger, pace: { ...PACE, gap: 50 } },
      reading: { all: (...query) => beforeReading.then(() => bench.store.all(...query)) },
      log: pino({ level: 'info' }, { write: (line: string) => void logs.push(line) }),
      clock: { now: () => now, tick: () => now - START },
    });
  }
  const decide = (posted: Posted = POSTED) => notifier.afterRound({ posted, routers: [], ...namesOf(config) });
  async function tells(...lines: string[]): Promise<void> {
    for (let i = 0; i < 200 && told.length < lines.length; i++) {
      // The clocks of the test go on, so that the gap passes.
      now += 1;
      await sleep(10);
    }
    await sleep(100);
    expect(told).to.deep.equal(lines);
    told = [];
  }
  async function read(ms: number, ...macs: string[]): Promise<void> {
    now = START + ms;
    await bench.read(ms / 1000, classic(...macs.map((mac) => station(mac, ms, 0))));
    decide();
  }

  it('tells of a device that is new in the committed books, once', async () => {
    await read(0, PHONE);
    await read(2 * DAY, PHONE, '04:00:00:00:00:09');
    await read(2 * DAY + 3 * MINUTE, PHONE, '04:00:00:00:00:09');
    await tells('New device: 04:00:00:00:00:09: A device without a name (04:00:00:00:00:09) was first seen on 2026-03-12 12:00.');
    await notifier.stop();
    await create();
    await read(2 * DAY + 6 * MINUTE, PHONE, '04:00:00:00:00:09');
    await tells();
  });

  it('tells that the ledger cannot be written although it cannot keep that, and that it can again', async () => {
    await read(0, PHONE);
    await tells();
    const { store } = bench.ledger;
    const commit = store.commit;
    const full = new LedgerError('Ledger "x": the disk is full: free some space');
    store.commit = async () => {
      throw full;
    };
    const failed = { status: 'failed', error: full } as const;
    for (const minutes of [1, 5]) {
      now = START + minutes * MINUTE;
      decide(failed);
    }
    await tells();
    for (const minutes of [6, 7, 8]) {
      now = START + minutes * MINUTE;
      decide(failed);
    }
    await tells('The ledger cannot be written: Since 2026-03-10 12:01: Ledger "x": the disk is full: free some space.');
    store.commit = commit;
    now = START + 9 * MINUTE;
    decide();
    await tells('The ledger is written again: It did not work since 2026-03-10 12:01.');
    expect((await store.all('SELECT key FROM notice ORDER BY key')).map(({ key }) => key)).to.deep.equal([
      'trouble write 2026-03-10',
      'trouble write 2026-03-10 over',
    ]);
  });

  it('tells that the clock is wrong, however wrong it is', async () => {
    await read(0, PHONE);
    bench.ledger.state.suspendedBecause = 'the clock says 2027';
    const suspended = { status: 'suspended', why: 'the clock says 2027' } as const;
    for (const minutes of [0, 14, 15]) {
      now = START + 365 * DAY + minutes * MINUTE;
      decide(suspended);
    }
    await tells('Nothing is counted because the clock is wrong: Since 2026-03-10 12:00: the clock says 2027.');
  });

  it('tells nothing again of a router that is renamed, also after a restart', async () => {
    const offloading = { ...system('b', 1), flowOffload: { software: true, hardware: false } };
    const decideOf = (name: string) =>
      notifier.afterRound({ posted: POSTED, routers: [{ ...newStatus(name, [], ['wan']), system: offloading }], ...namesOf(config) });
    decideOf('attic');
    await tells(
      'Flow offloading is on at attic: Software flow offloading is on in the firewall of attic. Offloaded bytes bypass the counters of hosts, so the figures of devices are too low. Switch it off, or count stations instead.',
    );
    config = { ...config, routers: (await configOf(withText('routers: { loft: { url: http://192.168.1.2, was: [attic] } }'))).routers };
    await notifier.reconfigure(config);
    decideOf('loft');
    await tells();
    await notifier.stop();
    await create();
    decideOf('loft');
    await tells();
  });

  it('tells what a month was once it is over, once', async () => {
    for (const day of [0, 21, 51]) await read(day * DAY, PHONE);
    await tells('Month from 2026-03-01 to 2026-03-31: 1.72 GiB: The home: 1.72 GiB down, 0 B up.');
    for (const day of [52, 53]) await read(day * DAY, PHONE);
    await tells('Month from 2026-04-01 to 2026-04-30: 2.41 GiB: The home: 2.41 GiB down, 0 B up.');
    await read(53 * DAY + MINUTE, PHONE);
    await tells();
  });

  it('reads a summary on a connection of its own, while rounds are posted', async () => {
    for (const day of [0, 21]) await read(day * DAY, PHONE);
    let release = () => {};
    beforeReading = new Promise((done) => {
      release = done;
    });
    for (const day of [51, 51.5]) await read(day * DAY, PHONE);
    await tells();
    const [phone] = [...bench.ledger.books.accounts.values()].filter(({ kind }) => kind === 'device');
    expect(phone?.lastSeen).to.equal(now);
    release();
    await tells('Month from 2026-03-01 to 2026-03-31: 1.72 GiB: The home: 1.72 GiB down, 0 B up.');
  });

  it('tells what others decide, each key once, and nothing without a target', async () => {
    const step: Notice = {
      key: 'quota line 90% 2026-03-01',
      kind: 'quota',
      subject: 'Quota line: 90 % used',
      text: '900 GB of 1 TB.',
      at: now,
    };
    await notifier.tell([step]);
    await notifier.tell([step]);
    await tells('Quota line: 90 % used: 900 GB of 1 TB.');
    await notifier.reconfigure({ ...config, targets: [] });
    await notifier.tell([{ ...step, key: 'quota line 100% 2026-03-01' }]);
    await notifier.reconfigure(config);
    await notifier.tell([step]);
    await tells();
    expect(notifier.counts()).to.deep.equal([{ target: 'hook', pending: 0, results: [] }]);
    expect(logs).to.deep.equal([]);
  });
});
