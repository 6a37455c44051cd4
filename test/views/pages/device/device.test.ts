import { expect } from 'chai';
import { createPeople } from '../../../../src/domain/people/people.ts';
import { plainUser } from '../../../../src/domain/people/user.ts';
import { accountsOf } from '../../../../src/ledger/account.ts';
import { placesCard } from '../../../../src/views/pages/device/facts.ts';
import { devicePage } from '../../../../src/views/pages/device/page.ts';
import { deviceRows } from '../../../../src/views/rows/devices.ts';
import type { View } from '../../../../src/views/view.ts';
import { leases, openHome, type SmallHome, stations } from '../../../support/homes/small-home.ts';
import { writeAudit } from '../../../support/ledger/audit-rows.ts';
import { pageReaderOf } from '../../../support/web/web.ts';
import { words } from '../../../support/web/words.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 20, 17, 30);
const PHONE = '00:00:5e:00:53:01';
const HOSTILE = '<img src=x onerror=alert(1)>';
const KIB = 1024;

describe('the page of a device', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
    let download = 0;
    const read = async (at: number, bytes: number) => {
      download += bytes;
      await home.read(at, {
        gateway: {
          sources: {
            stations: stations([{ mac: PHONE, interface: 'phy0-ap0', bytes: { download, upload: download / 4 } }], [['phy0-ap0', 5180]]),
            leases: leases([{ mac: PHONE, ip: '192.168.1.20', hostname: HOSTILE }]),
          },
        },
      });
    };
    await read(Date.UTC(2026, 9, 5, 12, 1), 0);
    await read(Date.UTC(2026, 9, 5, 12, 2), 100 * KIB);
    await read(Date.UTC(2026, 10, 19, 6, 1), 0);
    await read(Date.UTC(2026, 10, 19, 6, 2), 40 * KIB);
    await read(NOW - 60_000, 0);
    await read(NOW - 1000, 8 * KIB);
    const row = { at: NOW - 12 * HOUR, router: 'gateway', source: 'stations' };
    await writeAudit(home.ledger.store, [
      { ...row, kind: 'reset', counter: `phy0-ap0 ${PHONE}`, download: 5, why: 'boot' },
      { ...row, kind: 'reset', counter: 'phy0-ap0 00:00:5e:00:53:99', why: 'boot' },
      { ...row, kind: 'rejected', counter: PHONE, download: 2048, why: HOSTILE },
    ]);
  });
  after(() => home.close());

  const page = (query: Record<string, string> = { mac: PHONE }, changes: Partial<View> = {}): Promise<string> => {
    const view = home.view(NOW, changes);
    return devicePage(view, query, pageReaderOf(home));
  };
  const hidden = { people: createPeople({ users: [], devices: [{ name: 'diary', macs: [PHONE], isPrivate: true }], peers: [] }) };

  it('has the days of this month and 13 months, as charts and as tables with the same figures', async () => {
    const text = words(await page());
    expect(text).to.include('19 Nov 40.0 KiB 10.0 KiB 50.0 KiB');
    expect(text).to.include('Oct 2026 100 KiB 25.0 KiB 125 KiB Nov 2026 48.0 KiB 12.0 KiB 60.0 KiB');
    expect(text).to.include('Nov 2025 Most: Oct 2026').and.not.include('Oct 2025');
    expect(text).to.include('18 Nov 0 B 0 B 0 B').and.not.include('21 Nov 0 B').and.not.include('Sep 2026');
    expect(await page()).to.include('aria-label="Bytes of each day of this month. Most: 19 Nov with 50.0 KiB. The table has all figures."');
  });

  it('has the hours of the week, in local time', async () => {
    // 06:01 and 17:29 in UTC are 07:00 and 18:00 in Berlin, on a Thursday and a Friday.
    const text = await page();
    expect(text).to.include('<title>Thu 07:00: 50.0 KiB</title>').and.include('<title>Fri 18:00: 10.0 KiB</title>');
    expect(text).to.include('aria-label="Bytes by weekday and hour. Most: Thu 07:00 with 50.0 KiB.');
  });

  it('says where it is and was, and what is known of it', async () => {
    const text = words(await page());
    expect(text).to.include('now at gateway on').and.include('5 GHz').and.include('gateway on the air');
    expect(text).to.include(`MAC ${PHONE}`).and.include('Addresses 192.168.1.20').and.include('First seen 2026-10-05 14:01');
    const people = createPeople({ users: [{ ...plainUser('anna'), title: 'Grandma', macs: [PHONE] }], devices: [], peers: [] });
    expect(words(await page({ mac: PHONE }, { people }))).to.include('User Grandma ');
  });

  it('says which MAC a place is of where a router counted several', () => {
    const view = home.view(NOW);
    const [row] = deviceRows(view);
    const [first] = accountsOf(view.books.accounts, 'station');
    if (row === undefined || first === undefined) throw new Error('The phone has no account');
    const places = [first, { ...first, key: '00:00:5e:00:53:02' }, { ...first, kind: 'host' as const }];
    const said = (list: typeof places) => words(placesCard(view, row, list)?.text ?? '');
    expect(said(places))
      .to.include(`gateway on the air · ${PHONE} `)
      .and.include('gateway on the air · 00:00:5e:00:53:02 ')
      .and.match(/gateway behind the gateway (?!·)/);
    expect(said([first])).to.not.include(PHONE);
  });

  it('marks its own resets and refused bytes, and not those of others', async () => {
    const text = await page();
    expect(text).to.include('<title>20 Nov: 1 rejected, 1 reset</title>');
    expect(words(text)).to.include('Counter reset at gateway : The router had rebooted');
    expect(words(text)).to.include('Rejected at gateway : 2.00 KiB not counted.');
  });

  it('shows what strangers wrote as text', async () => {
    expect(await page())
      .to.include('&lt;img src=x')
      .and.not.include('<img');
  });

  it('of a private device has months only', async () => {
    const text = words(await page({ mac: PHONE }, hidden));
    expect(text).to.include('It is private: only months are shown').and.include('Oct 2026 100 KiB 25.0 KiB 125 KiB');
    for (const secret of ['diary', '19 Nov', '20 Nov', 'Thu', '192.168.1.20', 'gateway', 'reset', '18:29', 'ago', 'img'])
      expect(text.replace(/as of \S+ \S+/, ''), secret).to.not.include(secret);
  });

  it('refuses what is not a MAC, or not known, and never finds by name', async () => {
    const failure = (query: Record<string, string>) => page(query, hidden).then(String, ({ status, message }) => `${status} ${message}`);
    expect(await failure({})).to.equal('400 "mac" is "": write it like 02:00:00:00:00:01');
    expect(await failure({ mac: 'diary' })).to.equal('400 "mac" is "diary": write it like 02:00:00:00:00:01');
    expect(await failure({ mac: '02:00:00:00:00:77' })).to.equal('404 No device with the MAC "02:00:00:00:00:77" has been counted');
  });
});
