import { expect } from 'chai';
import { createPeople } from '../../../../src/domain/people/people.ts';
import { plainUser } from '../../../../src/domain/people/user.ts';
import { newStatus } from '../../../../src/domain/status.ts';
import { FAILURE_REASONS } from '../../../../src/errors.ts';
import { readAudit } from '../../../../src/ledger/storage/read-audit.ts';
import { auditAnswer } from '../../../../src/views/api-v1/audit.ts';
import { FAILURE_WORDS } from '../../../../src/views/failure-words.ts';
import { lateAuditQuery } from '../../../../src/views/pages/home/audit.ts';
import { homePage } from '../../../../src/views/pages/home/page.ts';
import { hosts, openHome, type SmallHome, stations, wan } from '../../../support/homes/small-home.ts';
import { writeAudit } from '../../../support/ledger/audit-rows.ts';
import { system } from '../../../support/ledger/rounds.ts';
import { pageReaderOf } from '../../../support/web/web.ts';
import { words } from '../../../support/web/words.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const ADDRESS = 'http://192.168.1.1/cgi-bin/wrtmeter.cgi';

describe('the home page', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [ADDRESS] } });
  });
  afterEach(() => home.close());

  const page = (changes: Parameters<SmallHome['view']>[1] = {}) => words(homePage(home.view(NOW, changes), null));
  const failure = { reason: 'connect', message: 'Cannot connect to 192.168.1.1:80' } as const;
  const fail = () => home.read(NOW - 3000, { gateway: { sources: { stations: failure, wan: failure, leases: failure } } });

  it('before the first reading it says that counting starts with it', async () => {
    expect(page()).to.include('Nothing has been read yet. Counting starts with the first reading').and.include('no reading yet · Reload');
    expect(page()).to.not.include('as of');
    await home.read(NOW - 3000, {
      gateway: { sources: { stations: stations([{ mac: '00:00:5e:00:53:03', bytes: { download: 9, upload: 9 } }]) } },
    });
    expect(page()).to.include('The first reading is done. Counting starts with the first reading').and.include('1 on the air, 1 known');
    expect(page()).to.include('as of 2026-11-20 18:59:57 Europe/Berlin · Reload');
    await home.read(NOW, {
      gateway: { sources: { stations: stations([{ mac: '00:00:5e:00:53:03', bytes: { download: 99, upload: 9 } }]) } },
    });
    expect(page()).to.not.include('Counting starts');
  });

  it('says which routers are one that is read twice', () => {
    const routers = ['gateway', '<b>'].map((name) => {
      const status = newStatus(name, [], ['wan']);
      for (const source of status.sources.values()) source.success = true;
      return { ...status, up: true, system: system('aaaaaaaa', 10) };
    });
    expect(page({ routers })).to.include(
      'gateway and &lt;b&gt; are the same router under two addresses, so all its bytes are counted twice. Remove all but one of them from the configuration.',
    );
  });

  it('has a bar for each user, and others last, where the configuration has users', async () => {
    for (const [age, bytes] of [
      [7200, 0],
      [3600, 1024],
    ] as const) {
      const both = ['00:00:5e:00:53:03', '00:00:5e:00:53:04'].map((mac) => ({ mac, bytes: { download: bytes, upload: bytes } }));
      await home.read(NOW - age * 1000, { gateway: { sources: { stations: stations(both) } } });
    }
    expect(page()).to.not.include('Users this month');
    const users = [{ ...plainUser('anna'), title: 'Anna <B>', macs: ['00:00:5e:00:53:03'] }, plainUser('ben')];
    expect(page({ people: createPeople({ users, devices: [], peers: [] }) })).to.include(
      'Users this month User Download Upload Total Anna &lt;B&gt; 1 device 1.00 KiB 1.00 KiB 2.00 KiB ben 0 devices 0 B 0 B 0 B Others 1 device 1.00 KiB 1.00 KiB 2.00 KiB',
    );
  });

  it('if no router is configured and none answers, it says what to do', async () => {
    expect(page({ implied: true })).to.not.include('wrtmeter demo');
    await fail();
    const text = page({ implied: true });
    expect(text).to.include('No router answers at http://192.168.1.1.');
    expect(text).to.include('openwrt-cgi/install.sh root@192.168.1.1').and.include('wrtmeter demo').and.not.include('Counting starts');
    expect(page({ implied: false })).to.not.include('wrtmeter demo');
  });

  it('a web server without the script is not called silent', async () => {
    const missing = { reason: 'status', message: 'status 404: a web server answers there' } as const;
    await home.read(NOW - 3000, { gateway: { sources: { stations: missing, wan: missing, leases: missing } } });
    expect(page({ implied: true }))
      .to.include('Something answers at http://192.168.1.1, but no router can be read there. Install the scripts')
      .and.not.include('No router answers');
  });

  it('sources with the same failure are shown once, with the reason, what to do and when they were last read', async () => {
    await home.read(NOW - 120_000, { gateway: { sources: { stations: stations([]), wan: wan([]), leases: failure } } });
    await fail();
    const text = page();
    expect(text).to.include('stations, wan, leases failed 3 s ago 2.0 s');
    expect(text)
      .to.include('Cannot be reached. Check that the router is on')
      .and.include('Last read 2 min ago. Cannot connect to 192.168.1.1:80');
    expect(text.split('Cannot be reached')).to.have.length(2);
    expect(text).to.include('gateway no answer');
  });

  it('a failure that needs another remedy than others of its reason shows that', async () => {
    const sources = { stations: { reason: 'status', message: 'status 502', todo: 'Raise script_timeout.' } } as const;
    await home.read(NOW - 3000, { gateway: { sources } });
    expect(page()).to.include('Answered with an error. Raise script_timeout. status 502').and.not.include('scripts are installed');
  });

  it('says what happened for every reason', () => {
    expect(Object.keys(FAILURE_WORDS)).to.have.members([...FAILURE_REASONS]);
    for (const what of Object.values(FAILURE_WORDS)) expect(what).to.match(/^[A-Z][^.]+[^.]$/);
  });

  it('warns while posting is suspended by the clock, and after a failed write', () => {
    expect(page()).to.not.include('booked').and.not.include('written');
    const suspended = {
      ...home.ledger.state,
      suspendedBecause: 'the clock says 1970-01-01T00:00:09Z, which is before 2025',
      writeErrors: 3,
    };
    const text = page({ ledger: suspended });
    expect(text).to.include('Counting is suspended: the clock says 1970-01-01T00:00:09Z, which is before 2025.');
    expect(text).to.include('The ledger could not be written, 3 times since the program started. See the log.');
    const moved = { ...suspended, writeFailure: 'Ledger "/data/ledger.db" was moved or replaced while it was in use: stop wrtmeter' };
    expect(page({ ledger: moved })).to.include(
      `The last round could not be written: ${moved.writeFailure.replaceAll('"', '&quot;')}. No byte is lost`,
    );
  });

  it('the last week of the audit log is at the end: similar rows in one line, without phones that come and go', async () => {
    const lately = async () => {
      const view = home.view(NOW);
      const { rows } = await auditAnswer(view, lateAuditQuery(view), (query, most) => readAudit(home.ledger.store, query, most));
      return words(homePage(view, null, rows));
    };
    const hour = 3_600_000;
    await writeAudit(home.ledger.store, [
      { at: NOW - 8 * 24 * hour, kind: 'rejected', router: 'gateway', source: 'wan', counter: 'wan old', download: 1e15 },
      { at: NOW - hour, kind: 'reset', router: 'gateway', source: 'stations', counter: '02:00:00:00:00:01', download: 5, why: 'boot' },
      { at: NOW - hour, kind: 'import', download: 5, why: 'brought along' },
    ]);
    expect(await lately()).to.not.include('This week in the audit log');
    await writeAudit(home.ledger.store, [
      { at: NOW - 5 * hour, kind: 'gap', router: 'gateway', source: 'stations', why: 'no reading for 7200 s' },
      { at: NOW - 5 * hour, kind: 'gap', router: 'gateway', source: 'wan', why: 'no reading for 7200 s' },
      {
        at: NOW - 4 * hour,
        kind: 'rejected',
        router: 'gateway',
        source: 'wan',
        counter: 'wan pppoe-wan',
        download: 2 ** 40,
        why: 'more than 1000000000 bit/s could carry in 30 s',
      },
    ]);
    const text = await lately();
    expect(text).to.include(
      'This week in the audit log All audit rows Rejected: uplink wan (pppoe-wan) at gateway, 1.00 TiB not counted. More than 1.00 Gb/s could carry in 30 s. 4 h ago',
    );
    expect(text).to.include(
      'Gap: all uplinks at gateway. No reading for 2 h; the bytes since then are spread over that time. 5 h ago, the last of 2',
    );
  });

  it('says how much of the month the hosts account for, and links to the reasons', async () => {
    const read = (at: number, uplink: number, host: number) =>
      home.read(at, {
        gateway: {
          sources: {
            wan: wan([{ name: 'wan', bytes: { download: uplink, upload: 0 } }]),
            hosts: hosts([{ mac: '00:00:5e:00:53:03', ip: '192.168.1.24', bytes: { download: host, upload: 0 } }]),
          },
        },
      });
    await read(NOW - 60_000, 0, 0);
    expect(page()).to.not.include('account for');
    await read(NOW - 30_000, 10_240, 9216);
    expect(page()).to.include('Hosts account for 90 % of it since 2026-11-20 18:00; 1.00 KiB are unattributed: possible reasons.');
    await read(NOW, 10_240, 12_288);
    expect(page()).to.include('The hosts have 2.00 KiB more than the uplink: possible reasons.');
    expect(homePage(home.view(NOW), null)).to.include('<a href="router?name=gateway">');
  });

  it('shows today, the days of this month and the last months, and says as of when; API links are elsewhere', async () => {
    const read = (at: number, download: number) =>
      home.read(at, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download, upload: download / 4 } }]) } } });
    for (const [at, kib] of [
      [Date.UTC(2026, 9, 5, 12, 1), 0],
      [Date.UTC(2026, 9, 5, 12, 2), 100],
      [Date.UTC(2026, 10, 19, 12, 1), 100],
      [Date.UTC(2026, 10, 19, 12, 2), 140],
      [NOW - 60_000, 140],
      [NOW, 148],
    ] as const)
      await read(at, kib * 1024);
    const view = home.view(NOW + 5000);
    const reader = pageReaderOf(home);
    const past = { rows: await reader.history(view, 'lines'), periods: reader.periods(view, 13) };
    const text = words(homePage(view, past));
    expect(text).to.include('Today: 8.00 KiB down, 2.00 KiB up · yesterday: 40.0 KiB down, 10.0 KiB up');
    expect(text).to.include('19 Nov 40.0 KiB 10.0 KiB 50.0 KiB').and.include('Oct 2026 100 KiB 25.0 KiB 125 KiB');
    expect(text).to.match(/as of 2026-11-20 \d\d:\d\d:\d\d Europe\/Berlin · Reload/);
    expect(homePage(view, past))
      .to.include('<a href="developer">')
      .and.not.match(/href="(api|metrics|-)/);
  });

  it('shows several uplinks, but a single one only if it is down', async () => {
    const bytes = { download: 0, upload: 0 };
    await home.read(NOW, { gateway: { sources: { wan: wan([{ name: 'wan', bytes }]) } } });
    expect(page()).to.not.include('Uplink State');
    await home.read(NOW + 1, { gateway: { sources: { wan: wan([{ name: 'wan', bytes: null, up: false }]) } } });
    expect(page()).to.include('wan at gateway down 0 B 0 B');
  });

  it('of uplinks, devices and peers beyond ten it leads to the list: the page is short whatever routers show', async () => {
    const bytes = { download: 0, upload: 0 };
    const number = (i: number) => String(i).padStart(4, '0');
    const uplinks = Array.from({ length: 2000 }, (_, i) => ({ name: `wan${number(i)}`, bytes }));
    const devices = Array.from({ length: 2000 }, (_, i) => ({ mac: `02:00:00:00:${number(i).slice(0, 2)}:${number(i).slice(2)}`, bytes }));
    await home.read(NOW, { gateway: { sources: { wan: wan(uplinks), stations: stations(devices) } } });
    const text = homePage(home.view(NOW), null);
    expect(text).to.include('<a href="uplinks">All 2000 uplinks</a>').and.include('<a href="devices">All 2000 devices</a>');
    expect(text.length).to.be.below(40_000);
  });
});
