import { expect } from 'chai';
import type { Logger } from 'pino';
import { createTwiceLog, logPosting } from '../../../src/app/log/round-log.ts';
import { newStatus } from '../../../src/domain/status.ts';
import type { AuditKind, AuditRow } from '../../../src/ledger/books.ts';
import { system } from '../../support/ledger/rounds.ts';

describe('the log of rounds', () => {
  it('has one line for many rows of the audit that are alike, and one for each of a few', () => {
    const lines: [fields: object, line: string][] = [];
    const add = (fields: object, line: string) => lines.push([fields, line]);
    const log = { info: add, warn: add } as unknown as Logger;
    const row = (kind: AuditKind, counter: string): AuditRow => ({
      ...{ at: 0, kind, router: 'gateway', source: 'stations', counter, why: kind === 'dip' ? 'shows less' : 'too much' },
      ...{ download: 5, upload: 1 },
    });
    const audit = [row('dip', 'a'), row('rejected', 'b'), row('dip', 'c'), row('dip', 'd'), row('dip', 'e'), row('rejected', 'f')];
    logPosting(log, { status: 'posted', audit, renamed: [] }, null);
    const of = (which: object, download: number, upload: number) => ({ router: 'gateway', source: 'stations', ...which, download, upload });
    expect(lines).to.deep.equal([
      [of({ counters: 4 }, 20, 4), 'Counter dipped: shows less (4 counters of stations of gateway, each with a row in the audit)'],
      [of({ counter: 'b' }, 5, 1), 'Not posted: too much'],
      [of({ counter: 'f' }, 5, 1), 'Not posted: too much'],
    ]);
  });

  it('says what to do where a router was renamed without saying so', () => {
    const lines: string[] = [];
    const log = { warn: (_: unknown, line: string) => lines.push(line) } as unknown as Logger;
    logPosting(log, { status: 'posted', audit: [], renamed: [{ router: 'attic', was: 'old attic' }] }, null);
    expect(lines).to.deep.equal([
      'attic is read where old attic was, which the configuration no longer has. If it is the same router under a new name, add was: ["old attic"] to it: then the totals of old attic continue in it.',
    ]);
  });

  it('says once which routers are read twice, and what to do', () => {
    const lines: string[] = [];
    const log = { warn: (_: unknown, line: string) => lines.push(line) } as unknown as Logger;
    const routers = ['gateway', 'garden'].map((name) => {
      const status = newStatus(name, [], ['wan']);
      for (const source of status.sources.values()) source.success = true;
      return { ...status, up: true, system: system('aaaaaaaa', 10) };
    });
    const tell = createTwiceLog(log);
    tell(routers);
    tell(routers);
    expect(lines).to.deep.equal([
      'gateway and garden are the same router under two addresses, so all its bytes are counted twice. Remove all but one of them from the configuration.',
    ]);
  });
});
