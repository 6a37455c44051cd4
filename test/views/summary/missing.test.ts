import { expect } from 'chai';
import type { AuditRecord } from '../../../src/ledger/storage/read-audit.ts';
import { bytesIn } from '../../../src/views/format.ts';
import { missingOf, missingText } from '../../../src/views/summary/missing.ts';

const row = (more: Partial<AuditRecord>): AuditRecord => ({
  ...{ id: 1, at: 0, kind: 'gap', router: 'gateway', source: 'wan', counter: '', download: 0, upload: 0, why: '' },
  ...more,
});
const lines = (...rows: Partial<AuditRecord>[]): string[] => missingOf(rows.map(row)).map((each) => missingText(each, bytesIn('iec')));

describe('what could not be counted', () => {
  it('is one line for what has router, source and cause in common, refused bytes first', () => {
    expect(
      lines(
        { why: 'no reading for 3600 s' },
        { kind: 'reset', source: 'stations', why: 'boot', download: 5 },
        { kind: 'rejected', download: 2 ** 20, upload: 1, why: 'more than 1000000000 bit/s could carry in 30 s' },
        { why: 'no reading for 5400 s' },
        { why: 'no reading for 600 s', router: 'attic', source: 'hosts' },
        { kind: 'restore', router: '', source: '', why: 'the newest backup' },
        { kind: 'machine', source: '', why: 'another machine answers' },
        { kind: 'skipped', source: 'hosts', why: '3 lines of its answer could not be used' },
      ),
    ).to.deep.equal([
      'Uplinks of gateway, 1.00 MiB down and 1 B up refused: More than 1.00 Gb/s could carry in 30 s',
      'Uplinks of gateway, 2 times: No reading for 3 h in all; the bytes of that time are spread over it, without those of counters that were gone or had restarted',
      'Wi-Fi stations of gateway: The router had rebooted, and its counters restarted; what it had counted since the reading before is missing',
      'Hosts of attic: No reading for 10 min in all; the bytes of that time are spread over it, without those of counters that were gone or had restarted',
      'The ledger: The newest backup',
      'Router gateway: Another machine answers',
      'Hosts of gateway: 3 lines of its answer could not be used; what they count is missing unless a later answer shows it',
    ]);
  });

  it('is none of what misses no byte, or is of a kind or source that is not known', () => {
    expect(
      lines(
        { kind: 'wrap' },
        { kind: 'import' },
        { kind: 'clock' },
        { kind: 'dip', why: 'came back' },
        { kind: 'dip', why: 'may have restarted' },
        { kind: 'gap', source: 'leases', why: 'no reading for 9 s' },
        { kind: 'gap', source: 'constructor' },
        { kind: 'of later' },
      ),
    ).to.deep.equal([]);
  });

  it('bytes without a direction are told as such', () => {
    expect(lines({ kind: 'rejected', source: 'statistics', download: 2048, why: 'more than 8 bit/s could carry in 1 s' })).to.deep.equal([
      'Statistics of gateway, 2.00 KiB refused: More than 8 b/s could carry in 1 s',
    ]);
  });
});
