import { expect } from 'chai';
import { createHistory, createHistoryReader, type KnownHistory } from '../../../src/app/texts/history.ts';
import { dayText, type Month, monthOf } from '../../../src/domain/calendar.ts';
import { createPeople, type People } from '../../../src/domain/people/people.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { Store } from '../../../src/ledger/storage/store.ts';
import { type Bench, classic, LAPTOP, openBench, PHONE, START, station, statistics, TERMS, wan } from '../../support/ledger/rounds.ts';
import { parsePrometheusText, type Sample, withLabels } from '../../support/prometheus/text.ts';

const DAY = 86_400;
const DAYS = 430;
/** Bytes that the uplink receives on a day; the phone receives a tenth. */
const bytesOf = (day: number) => 1_000_000 + day * 1000;

describe('/metrics/history', function () {
  this.timeout(30_000);
  let bench: Bench;
  let reads: number;
  let line: number;
  let store: Pick<Store, 'all'>;
  let people: People;
  before(async () => {
    bench = await openBench();
    line = 0;
    for (let day = 0; day < DAYS; day += 1) await read(day);
  });
  beforeEach(() => {
    reads = 0;
    people = createPeople({
      users: [plainUser('anna'), { ...plainUser('bert'), isPrivate: true }],
      devices: [
        { name: 'phone', macs: [PHONE], user: 'anna' },
        { name: 'laptop', macs: [LAPTOP], user: 'bert' },
      ],
      peers: [],
    });
    store = {
      all(sql, ...values) {
        reads += 1;
        return bench.store.all(sql, ...values);
      },
    };
  });
  after(() => bench.close());

  async function read(day: number): Promise<void> {
    line += bytesOf(day);
    const tenth = line / 10;
    await bench.read(day * DAY, wan({ download: line, upload: line / 4 }), classic(station(PHONE, tenth, 7), station(LAPTOP, tenth, 9)));
  }

  const known = (day: number): KnownHistory => ({
    books: bench.ledger.books,
    ledger: bench.ledger.state,
    now: START + day * DAY * 1000,
    timezone: TERMS.timezone,
    aliases: new Map([
      [PHONE, { name: 'phone', mac: PHONE, user: 'anna' }],
      [LAPTOP, { name: 'laptop', mac: LAPTOP, user: 'bert' }],
    ]),
    peerNames: new Map(),
    people,
  });

  async function samplesOf(history: ReturnType<typeof createHistory>, day: number, billing = { day: 1 }): Promise<Sample[]> {
    const parts = await history.of(known(day), { billing, routerBilling: new Map() });
    return parsePrometheusText(Buffer.concat(parts).toString());
  }

  /** By first day, straight from the file. */
  async function inFile(kind: string, key: string, { start, end }: Month): Promise<number> {
    const [row] = await bench.store.all(
      'SELECT sum(day.download) AS bytes FROM day JOIN account ON account.id = day.account WHERE kind = ? AND key = ? AND day >= ? AND day < ?',
      ...[kind, key, start, end],
    );
    return Number(row?.bytes);
  }

  const today = (day: number) => Math.floor((START / 1000 + day * DAY) / DAY);

  it('has the last 62 days and 25 periods of the home, its uplinks and users, and 13 periods of devices, to the byte', async () => {
    const last = DAYS - 1;
    const samples = await samplesOf(createHistory(createHistoryReader(store)), last, { day: 5 });
    const days = withLabels(samples, 'wrtmeter_history_day_download_bytes', { of: 'home' });
    expect(days).to.have.length(62);
    expect(days.at(-1)?.labels.start).to.equal(dayText(today(last)));
    for (const { labels, value } of days) {
      const start = today(last) - 61 + days.findIndex((each) => each.labels.start === labels.start);
      expect([labels.start, value]).to.deep.equal([dayText(start), await inFile('wan', '', { start, end: start + 1 })]);
    }
    const months = withLabels(samples, 'wrtmeter_history_month_download_bytes', { of: 'device', name: 'phone' });
    expect(months).to.have.length(13);
    let month = monthOf(today(last), { day: 5 });
    for (const { labels, value } of months.toReversed()) {
      expect([labels.start, value]).to.deep.equal([dayText(month.start), await inFile('device', PHONE, month)]);
      month = monthOf(month.start - 1, { day: 5 });
    }
    // The ledger began 15 periods ago.
    expect(withLabels(samples, 'wrtmeter_history_month_download_bytes', { of: 'home' })).to.have.length(15);
    expect(withLabels(samples, 'wrtmeter_history_month_download_bytes', { of: 'uplink', name: 'gateway/wan' })).to.have.length(15);
    expect(withLabels(samples, 'wrtmeter_history_day_upload_bytes', { of: 'user', name: 'anna' })).to.have.length(62);
  });

  it('tells no days of what is private, and names its devices by their MAC', async () => {
    const samples = await samplesOf(createHistory(createHistoryReader(store)), DAYS - 1);
    const names = (family: string, of: string) =>
      new Set(withLabels(samples, `wrtmeter_history_${family}`, { of }).map(({ labels }) => labels.name));
    expect([...names('day_download_bytes', 'user')]).to.have.members(['anna']);
    expect([...names('month_download_bytes', 'user')]).to.have.members(['anna', 'bert']);
    expect([...names('day_download_bytes', 'device')]).to.have.members(['phone']);
    expect([...names('month_download_bytes', 'others')]).to.deep.equal([]);
    expect([...names('month_download_bytes', 'device')]).to.have.members(['phone', LAPTOP]);
  });

  it('has the users that only devices name, without others', async () => {
    people = createPeople({ users: [], devices: [{ name: 'phone', macs: [PHONE], user: 'anna' }], peers: [] });
    const samples = await samplesOf(createHistory(createHistoryReader(store)), DAYS - 1);
    for (const family of ['day_download_bytes', 'month_download_bytes']) {
      const found = withLabels(samples, `wrtmeter_history_${family}`, {});
      const names = found.flatMap(({ labels: { of, name } }) => (of === 'user' || of === 'others' ? [`${of} ${name}`] : []));
      expect([...new Set(names)]).to.deep.equal(['user anna']);
    }
  });

  it('reads what has ended once, and the running day and periods each time', async () => {
    const history = createHistory(createHistoryReader(store));
    await Promise.all([samplesOf(history, DAYS - 1), samplesOf(history, DAYS - 1)]);
    expect(reads, 'the lines, users, each device').to.equal(62 + 25 + (62 + 25) + (13 + 31));
    reads = 0;
    await samplesOf(history, DAYS - 1);
    expect(reads).to.equal(6);
    reads = 0;
    await samplesOf(history, DAYS);
    expect(reads, 'when a day has turned: the one that ended, too').to.equal(9);
  });

  it('for a page of the home reads the lines alone, and keeps what was read for those who want more', async () => {
    const reader = createHistoryReader(store);
    const terms = { billing: { day: 1 }, routerBilling: new Map() };
    expect(new Set((await reader.rows(known(DAYS - 1), terms, 'lines')).map(({ of }) => of))).to.have.keys('home', 'uplink');
    expect(reads).to.equal(62 + 25);
    await reader.rows(known(DAYS - 1), terms, 'users');
    expect(reads).to.equal(62 + 25 + 2 + (62 + 25));
    reads = 0;
    await reader.rows(known(DAYS - 1), terms, 'lines');
    await reader.rows(known(DAYS - 1), terms, 'users');
    expect(reads).to.equal(2 + 4);
  });

  it('has the running month of users and devices from the books, with the same bytes as in the file', async () => {
    const terms = { billing: { day: 1 }, routerBilling: new Map() };
    const day = DAYS - 1;
    const months = { home: monthOf(today(day), { day: 1 }) };
    const inFile = await createHistoryReader(store).rows(known(day), terms, 'each');
    reads = 0;
    expect(await createHistoryReader(store).rows({ ...known(day), months }, terms, 'each')).to.deep.equal(inFile);
    expect(reads).to.equal(62 + 25 + (62 + 24) + (12 + 31));
  });

  it('tells bytes of a day that has ended, though they came late or its billing day changed', async () => {
    const history = createHistory(createHistoryReader(store));
    const [before] = withLabels(await samplesOf(history, DAYS - 1), 'wrtmeter_history_day_download_bytes', { of: 'home' }).slice(-1);
    line += 600_000;
    await bench.read((DAYS + 2) * DAY, wan({ download: line, upload: line / 4 }));
    const days = withLabels(await samplesOf(history, DAYS + 2), 'wrtmeter_history_day_download_bytes', { of: 'home' }).slice(-4);
    expect(days.map(({ value }) => value).reduce((a, b) => a + b)).to.equal((before?.value ?? 0) + 600_000);
    expect(days[0]?.value).to.be.above(before?.value ?? 0);
    const first = withLabels(await samplesOf(history, DAYS + 2, { day: 20 }), 'wrtmeter_history_month_download_bytes', { of: 'home' })[0];
    expect(first?.labels.start).to.equal('2026-02-20');
  });

  describe('days of devices', () => {
    let other: Bench;
    beforeEach(async () => {
      other = await openBench();
    });
    afterEach(() => other.close());

    /** `name start download` of each, on a day after the start. */
    async function daysAt(day: number): Promise<string[]> {
      const view = { ...known(day), books: other.ledger.books, people: createPeople({ users: [], devices: [], peers: [] }) };
      const parts = await createHistory(createHistoryReader(other.store)).of(view, { billing: { day: 1 }, routerBilling: new Map() });
      const found = withLabels(parsePrometheusText(Buffer.concat(parts).toString()), 'wrtmeter_history_day_download_bytes', {
        of: 'device',
      });
      return found.map(({ labels, value }) => `${labels.name} ${labels.start} ${value}`);
    }
    const downloads = (seconds: number, bytes: Record<string, number>) =>
      other.read(seconds, classic(...Object.entries(bytes).map(([mac, download]) => station(mac, download, 0))));

    it('are the last 31, from the first with bytes on, of those seen in them', async () => {
      await downloads(0, { [PHONE]: 0, [LAPTOP]: 0 });
      await downloads(60, { [PHONE]: 1000, [LAPTOP]: 500 });
      await downloads(3 * DAY, { [PHONE]: 1000 });
      await downloads(3 * DAY + 60, { [PHONE]: 3000 });
      expect(await daysAt(3)).to.have.members([
        ...['phone 2026-03-10 1000', 'phone 2026-03-11 0', 'phone 2026-03-12 0', 'phone 2026-03-13 2000'],
        ...['laptop 2026-03-10 500', 'laptop 2026-03-11 0', 'laptop 2026-03-12 0', 'laptop 2026-03-13 0'],
      ]);
      const later = await daysAt(32);
      expect([later.length, later[0], later.at(-1)]).to.deep.equal([30, 'phone 2026-03-13 2000', 'phone 2026-04-11 0']);
    });

    it('of the only device, which is the home, are kept beside those of the home', async () => {
      await downloads(0, { [PHONE]: 0 });
      await downloads(60, { [PHONE]: 1000 });
      const view = { ...known(1), books: other.ledger.books, people: createPeople({ users: [], devices: [], peers: [] }) };
      const counted: Pick<Store, 'all'> = {
        all(sql, ...values) {
          reads += 1;
          return other.store.all(sql, ...values);
        },
      };
      const history = createHistory(createHistoryReader(counted));
      const terms = { billing: { day: 1 }, routerBilling: new Map() };
      await history.of(view, terms);
      reads = 0;
      await history.of(view, terms);
      expect(reads, 'the running day and period of both').to.equal(4);
    });

    it('are left out where more than 200 were seen in these days', async () => {
      const macs = Array.from({ length: 201 }, (_, i) => `02:00:00:00:01:${i.toString(16).padStart(2, '0')}`);
      const all = (bytes: number, from = 0) => Object.fromEntries(macs.slice(from).map((mac) => [mac, bytes]));
      await downloads(0, all(0));
      await downloads(60, all(1000));
      await downloads(DAY, all(1000, 1));
      await downloads(DAY + 60, all(3000, 1));
      expect(await daysAt(1)).to.deep.equal([]);
      expect(await daysAt(30), 'the last day of the first device is among them').to.deep.equal([]);
      const days = await daysAt(31);
      expect([days.length, days[0]]).to.deep.equal([200 * 31, `${macs[1]} 2026-03-11 2000`]);
    });
  });

  it('shows bytes in one figure as such, and each once', async () => {
    const other = await openBench();
    try {
      await other.read(0, statistics({ [PHONE]: 1000 }));
      await other.read(60, statistics({ [PHONE]: 4000 }));
      const view = {
        ...known(0),
        books: other.ledger.books,
        people: createPeople({ users: [], devices: [], peers: [] }),
        aliases: new Map(),
      };
      const parts = await createHistory(createHistoryReader(other.store)).of(view, { billing: { day: 1 }, routerBilling: new Map() });
      const samples = parsePrometheusText(Buffer.concat(parts).toString());
      const of = (family: string) => withLabels(samples, `wrtmeter_history_month_${family}`, { of: 'device' }).map(({ value }) => value);
      expect([of('download_bytes'), of('undirected_bytes'), of('total_bytes')]).to.deep.equal([[], [3000], [3000]]);
    } finally {
      await other.close();
    }
  });
});
