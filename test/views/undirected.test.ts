import { expect } from 'chai';
import { usageReader } from '../../src/ledger/storage/read-usage.ts';
import { apiPhp } from '../../src/views/api-php.ts';
import { devicesAnswer } from '../../src/views/api-v1/answers.ts';
import { auditLine } from '../../src/views/api-v1/audit.ts';
import { usageAnswer } from '../../src/views/api-v1/usage.ts';
import { USAGE_COLUMNS, usageLines } from '../../src/views/api-v1/usage-csv.ts';
import { createMetrics } from '../../src/views/metrics/metrics.ts';
import { devicesCard } from '../../src/views/pages/home/devices.ts';
import { openHome, type SmallHome, stations } from '../support/homes/small-home.ts';
import { statistics } from '../support/ledger/rounds.ts';
import { joined } from '../support/metrics-text.ts';

const PHONE = '00:00:5e:00:53:01';
const TV = '00:00:5e:00:53:03';
const NOW = Date.UTC(2026, 10, 20, 18);

/** A TP-Link router that sees both devices, and an access point that sees the phone. */
describe('a home with undirected bytes', () => {
  let home: SmallHome;
  before(async () => {
    const aliases = new Map([[TV, { name: 'tv', mac: TV, user: 'anna' }]]);
    home = await openHome({ routers: { den: [], attic: [] }, aliases });
    const read = (at: number, phone: number, tv: number) =>
      home.read(at, {
        den: { sources: { statistics: statistics({ [PHONE]: phone, [TV]: tv }) } },
        attic: { sources: { stations: stations([{ mac: PHONE, bytes: { download: phone, upload: 0 } }]) } },
      });
    await read(NOW - 60_000, 1000, 1000);
    await read(NOW, 1500, 8000);
  });
  after(() => home.close());

  it('metrics: a measure of its own, and a total with each byte once', async () => {
    const text = joined(createMetrics().render(home.view(NOW), ''));
    const value = (name: string, mac: string) => new RegExp(`^wrtmeter_${name}\\{mac="${mac}"[^}]*\\} (\\d+)$`, 'm').exec(text)?.[1];
    expect(value('device_undirected_bytes_total', TV)).to.equal('7000');
    expect(value('device_undirected_bytes_total', PHONE)).to.equal('500');
    expect([value('device_month_total_bytes', TV), value('device_month_total_bytes', PHONE)]).to.deep.equal(['7000', '500']);
    expect([value('device_download_bytes_total', TV), value('device_download_bytes_total', PHONE)]).to.deep.equal([undefined, '500']);
    expect(text.match(/^wrtmeter_device_info\{/gm)).to.have.length(2);
    expect(text).to.include('wrtmeter_user_month_undirected_bytes{user="anna"} 7000');
    expect(text).to.include('wrtmeter_user_month_total_bytes{user="anna"} 7000');
    expect(text).not.to.include('user_month_download_bytes{');
  });

  it('API: no download and no upload where there is none', () => {
    const [tv, phone] = devicesAnswer(home.view(NOW)).devices;
    expect(tv).to.deep.include({
      name: 'tv',
      macs: [TV],
      download_bytes: null,
      upload_bytes: null,
      undirected_bytes: 7000,
      total_bytes: 7000,
    });
    expect(phone).to.deep.include({ macs: [PHONE], download_bytes: 500, upload_bytes: 0, undirected_bytes: 500, total_bytes: 500 });
    expect(apiPhp(home.view(NOW), 'clients').body).to.deep.equal({ data: [{ id: PHONE, rx_bytes: 0, tx_bytes: 500 }] });
  });

  it('usage and CSV: one series of each device', async () => {
    const answer = await usageAnswer(home.view(NOW), home.terms, { kind: 'device' }, usageReader(home.ledger.store));
    expect(
      answer.series.map(({ mac, download_bytes, undirected_bytes, total_bytes }) => [mac, download_bytes, undirected_bytes, total_bytes]),
    ).to.deep.equal([
      [TV, null, 7000, 7000],
      [PHONE, 500, 500, 500],
    ]);
    expect(usageLines(answer).map((line) => USAGE_COLUMNS.slice(-6).map((column) => line[column]))).to.deep.equal([
      [null, null, null, null, 7000, 7000],
      [500, 0, null, null, 500, 500],
    ]);
  });

  it('page: a column with the total, and an empty one where no direction is known', () => {
    const page = devicesCard(home.view(NOW)).text;
    expect(page).to.include('<th scope="col" class="n">Total</th>');
    expect(page).to.match(/tv<\/bdi>[\s\S]*?<td class="n wide"><\/td><td class="n wide"><\/td><td class="n">6\.84 KiB<\/td>/);
  });

  it('audit: bytes of statistics have no direction', () => {
    const row = {
      id: 1,
      at: NOW,
      kind: 'reset',
      router: 'den',
      source: 'statistics',
      counter: `${TV} 192.168.0.3`,
      download: 5,
      upload: 0,
      why: 'fell',
    };
    expect(auditLine(home.view(NOW), row)).to.deep.include({
      what: 'tv at 192.168.0.3',
      mac: TV,
      download_bytes: null,
      upload_bytes: null,
      undirected_bytes: 5,
      total_bytes: 5,
    });
  });
});
