import { expect } from 'chai';
import { parseDate } from '../../../src/domain/calendar.ts';
import { directedUsage, NO_USAGE, plusUsage, type Used, undirectedUsage } from '../../../src/domain/traffic.ts';
import { summaryNotice } from '../../../src/views/summary/notice.ts';
import { summaryMonth } from '../../../src/views/summary/period.ts';
import type { Summary } from '../../../src/views/summary/summary.ts';

const GiB = 1024 ** 3;
const period = summaryMonth(parseDate('2026-03-31') ?? 0, { day: 1 });

const user = (name: string, used: Used) => ({
  ...{ name, title: name, isPrivate: false, devices: 1, peers: 0, peerBytes: { download: 0, upload: 0 } },
  ...{ used, share: null, change: null },
});
const device = (name: string, used: Used) => ({
  mac: name,
  name,
  isPrivate: false,
  user: null,
  userTitle: null,
  used,
  share: null,
  change: null,
});
const summary = (more: Partial<Summary>): Summary => ({
  ...{ period, madeAt: 7, running: false, firstDay: 0, auditIsCut: false, timezone: 'UTC', units: 'iec', until: period.days.end - 1 },
  ...{ user: null, countedBy: 'wan', used: NO_USAGE, compared: null },
  ...{ quotas: [], users: [], devices: [], peers: [], tariffs: [], missing: [], gateways: [] },
  ...more,
});
const textOf = (more: Partial<Summary>): string[] => summaryNotice('k', summary(more)).text.split('\n');

describe('the notice of a summary', () => {
  it('tells the home, the users and the devices, and compares with the time before', () => {
    const used = (download: number) => directedUsage({ download, upload: GiB });
    const notice = summaryNotice(
      'summary monthly 2026-03-01',
      summary({
        used: used(119 * GiB),
        compared: { days: period.days, before: period.before, change: { now: 120 * GiB, before: 100 * GiB } },
        users: [user('anna', used(50 * GiB))],
        devices: ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => device(name, used(9 * GiB))),
        tariffs: [
          { tariff: 'on_peak', bytes: { download: 100 * GiB, upload: GiB } },
          { tariff: 'off_peak', bytes: { download: 19 * GiB, upload: 0 } },
        ],
        missing: [{ kind: 'rejected', router: 'gateway', source: 'wan', times: 1, refused: used(0), why: 'Too fast' }],
      }),
    );
    expect(notice).to.deep.include({
      key: 'summary monthly 2026-03-01',
      kind: 'summary',
      subject: 'Month from 2026-03-01 to 2026-03-31: 120 GiB',
      at: 7,
    });
    expect(notice.text.split('\n')).to.deep.equal([
      'The home: 119 GiB down, 1.00 GiB up.',
      'That is 20 % more than in the month before (100 GiB).',
      'By tariff: on peak 101 GiB, off peak 19.0 GiB.',
      '',
      'By user:',
      'anna: 51.0 GiB (50.0 GiB down, 1.00 GiB up)',
      '',
      'Most by, of 6 devices:',
      ...['a', 'b', 'c', 'd', 'e'].map((name) => `${name}: 10.0 GiB (9.00 GiB down, 1.00 GiB up)`),
      '',
      'What could not be counted:',
      'Uplinks of gateway, 1.00 GiB up refused: Too fast',
    ]);
    expect(textOf({ used: directedUsage({ download: 0, upload: 0 }) })).to.deep.equal(['The home: 0 B down, 0 B up.']);
  });

  it('tells bytes without a direction as such, and each byte once in the sum', () => {
    const [alone, both] = [
      undirectedUsage({ alone: 2048, repeated: 0 }),
      plusUsage(directedUsage({ download: 1024, upload: 0 }), undirectedUsage({ alone: 0, repeated: 512 })),
    ];
    expect(textOf({ used: plusUsage(alone, both), devices: [device('tv', alone), device('phone', both)] })).to.deep.equal([
      'The home: 1.00 KiB down, 0 B up, 2.50 KiB without a direction.',
      '',
      'By device:',
      'tv: 2.00 KiB (2.00 KiB without a direction)',
      'phone: 1.00 KiB (1.00 KiB down, 0 B up, 512 B without a direction)',
    ]);
    expect(textOf({})).to.deep.equal(['The home: 0 B.']);
  });

  it('has no long lists', () => {
    const missing = Array.from(
      { length: 9 },
      () => ({ kind: 'gap', router: 'a', source: 'wan', times: 1, refused: null, why: 'Why' }) as const,
    );
    const users = Array.from({ length: 12 }, (_, i) => user(`user ${i}`, directedUsage({ download: i, upload: 0 })));
    const lines = textOf({ missing, users });
    expect(lines.at(-1)).to.equal('and 4 more: see "wrtmeter summary"');
    expect(lines).to.have.length(1 + 2 + 11 + 2 + 6);
  });
});
