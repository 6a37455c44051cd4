import { expect } from 'chai';
import { byHour } from '../../grafana/pages/when.ts';
import { utcOffset } from '../../src/domain/calendar.ts';
import { fill } from '../support/prometheus/grafana.ts';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus/prometheus.ts';

const MINUTE = 60;
const DAY = 86_400;
/** Monday, 13 April 2026, 0:00 UTC, and four weeks before. Summer time began in Berlin on 29 March. */
const END = Date.UTC(2026, 3, 13) / 1000;
const START = END - 28 * DAY;
/** Scraped every five minutes, at no full one. */
const SCRAPES = Array.from({ length: (28 * DAY) / (5 * MINUTE) }, (_, index) => START + index * 5 * MINUTE + 17);

type Burst = readonly [day: number, hour: number, minute: number, bytes: number];
type Series = { name: string; labels: Record<string, string>; value: (time: number) => number | null };

const always = () => 1;
const utc = (home: string): Series => ({ name: 'wrtmeter_utc_offset_seconds', labels: { instance: home }, value: () => 0 });
const inZone = (home: string, zone: string): Series => ({ ...utc(home), value: (time) => utcOffset(time * 1000, zone) });
const info = (home: string, mac: string, user: string, value: Series['value'] = always): Series => ({
  name: 'wrtmeter_device_info',
  labels: { instance: home, mac, hostname: mac, user },
  value,
});
/** A counter that grows at moments, by days and UTC hours since the start. */
const counter = (home: string, mac: string, way: string, ...bursts: Burst[]): Series => ({
  name: `wrtmeter_device_${way}_bytes_total`,
  labels: { instance: home, mac, hostname: mac },
  value: (time) =>
    bursts.reduce((sum, [day, hour, minute, bytes]) => sum + (time >= START + day * DAY + (hour * 60 + minute) * MINUTE ? bytes : 0), 5000),
});
const device = (home: string, mac: string, user: string, ...download: Burst[]): Series[] => [
  info(home, mac, user),
  counter(home, mac, 'download', ...download),
  counter(home, mac, 'upload'),
];
const lastScrape = SCRAPES.at(-1) ?? 0;

const BERLIN = [
  inZone('berlin', 'Europe/Berlin'),
  // Mondays in winter and in summer, and a Sunday that is Monday there.
  ...device('berlin', 'a', 'anna', [0, 10, 10, 1000], [21, 10, 10, 500], [6, 23, 40, 7]),
];
const KOLKATA = [inZone('kolkata', 'Asia/Kolkata'), ...device('kolkata', 'a', 'anna', [1, 10, 10, 1], [1, 10, 40, 2], [1, 11, 10, 4])];
const SAMOA = [inZone('samoa', 'Pacific/Pago_Pago'), ...device('samoa', 'a', 'anna', [1, 10, 10, 1], [1, 11, 10, 2])];
const RENEWED: Series[] = [
  { ...utc('renewed'), value: (time) => (time === lastScrape ? 7200 : null) },
  ...device('renewed', 'a', 'anna', [2, 3, 10, 1]),
];
const FAMILY: Series[] = [
  utc('family'),
  ...device('family', 'a', 'anna', [4, 8, 10, 1]),
  counter('family', 'a', 'undirected', [4, 8, 10, 2]),
  info('family', 'b', 'ben'),
  counter('family', 'b', 'undirected', [4, 8, 10, 4]),
  ...device('family', 'c', '', [4, 8, 10, 8]),
  info('family', 'd', 'lodger', (time) => (time === lastScrape ? null : 1)),
  info('family', 'd', '', (time) => (time === lastScrape ? 1 : null)),
  counter('family', 'd', 'download', [4, 8, 10, 16]),
  counter('family', 'd', 'upload', [4, 8, 10, 32]),
];
const RESTORED = [utc('restored'), ...device('restored', 'a', 'anna', [4, 8, 10, -3000], [4, 9, 10, 10])];
const again = RESTORED.map((series) => ({ ...series, labels: { ...series.labels, job: 'again' } }));

/** The samples as OpenMetrics text. */
function textOf(all: readonly Series[]): string {
  const lines = all.flatMap(({ name, labels, value }) => {
    const text = Object.entries(labels).map(([label, given]) => `${label}="${given}"`);
    return SCRAPES.flatMap((time) => (value(time) === null ? [] : [`${name}{${text.join(',')}} ${value(time)} ${time}`]));
  });
  return `${lines.join('\n')}\n# EOF\n`;
}

describe('the panel When, on a Prometheus with four weeks of several homes', () => {
  let prometheus: RunningPrometheus;
  before(async () => {
    const history = textOf([...BERLIN, ...KOLKATA, ...SAMOA, ...RENEWED, ...FAMILY, ...RESTORED, ...again]);
    prometheus = await startPrometheus({ targets: [], history });
  });
  after(() => prometheus?.stop());

  const cells = async (instance: string, user = '.+') => {
    const found = await prometheus.query(fill(byHour, { instance, user }), END);
    return Object.fromEntries(found.map(({ labels, values }) => [`${labels.weekday} ${labels.hour}`, values[0]?.[1]]));
  };
  const filled = async (instance: string, user?: string) =>
    Object.fromEntries(Object.entries(await cells(instance, user)).filter(([, bytes]) => bytes !== 0));

  it('has bytes in the hour of the clock that the home had then, whatever is its time now', async () => {
    expect(await filled('berlin')).to.deep.equal({ '0 11': 1000, '0 12': 500, '0 0': 7 });
  });

  it('has a cell for each hour of the week, and no others', async () => {
    const days = Array.from({ length: 7 }, (_, day) => Array.from({ length: 24 }, (_, hour) => `${day} ${hour}`));
    expect(Object.keys(await cells('berlin'))).to.have.members(days.flat());
  });

  it('has the right hour where it begins half an hour after that of UTC, and west of it', async () => {
    expect(await filled('kolkata')).to.deep.equal({ '1 15': 1, '1 16': 6 });
    expect(await filled('samoa')).to.deep.equal({ '0 23': 1, '1 0': 2 });
  });

  it('has the time of now where the meter did not tell its time before', async () => {
    expect(await filled('renewed')).to.deep.equal({ '2 5': 1 });
  });

  it('has the chosen users, with bytes that have no direction once, and nothing of private devices from before either', async () => {
    expect(await filled('family')).to.deep.equal({ '4 8': 5 });
    expect(await filled('family', 'anna')).to.deep.equal({ '4 8': 1 });
    expect(await filled('family', '(anna|ben)')).to.deep.equal({ '4 8': 5 });
    expect(await filled('family', 'lodger')).to.deep.equal({});
  });

  it('has one meter, once for all jobs, and does not take for traffic that a ledger was put back', async () => {
    expect(await filled('restored')).to.deep.equal({ '4 9': 10 });
  });
});
