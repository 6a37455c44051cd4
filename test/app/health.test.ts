import { expect } from 'chai';
import { type Condition, healthOf } from '../../src/app/health.ts';
import { newStatus } from '../../src/domain/status.ts';
import { LedgerError } from '../../src/errors.ts';
import { system } from '../support/ledger/rounds.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const HOUR = 3_600_000;
const CONDITION: Condition = {
  ledger: { suspendedBecause: null, backupFailure: null },
  lastPosted: { status: 'posted', audit: [], renamed: [] },
  csv: null,
  routers: [],
  startedAt: NOW - HOUR,
  now: NOW,
  heartbeat: 300,
};

describe('the health of the service', () => {
  it('without a problem, also before the first round', () => {
    expect(healthOf(CONDITION)).to.deep.equal({ healthy: true, problems: [] });
    expect(healthOf({ ...CONDITION, lastPosted: null })).to.deep.equal({ healthy: true, problems: [] });
  });

  it('files of csv that cannot be written are a problem', () => {
    expect(healthOf({ ...CONDITION, csv: { failure: 'EACCES: permission denied' } })).to.deep.equal({
      healthy: true,
      problems: ['Files of csv cannot be written: EACCES: permission denied'],
    });
  });

  it('a round that could not be written makes it unhealthy', () => {
    const error = new LedgerError('Ledger "/data/ledger.db": the disk is full');
    expect(healthOf({ ...CONDITION, lastPosted: { status: 'failed', error } })).to.deep.equal({
      healthy: false,
      problems: ['The last round could not be written: Ledger "/data/ledger.db": the disk is full'],
    });
  });

  it('a silent router, a wrong clock and a failed backup are problems of a healthy service', () => {
    const why = 'the clock says 1970-01-01T00:00:09Z, which is before 2025';
    const condition: Condition = {
      ...CONDITION,
      ledger: { suspendedBecause: why, backupFailure: 'the disk is nearly full' },
      lastPosted: { status: 'suspended', why },
      routers: [newStatus('gateway', [], ['wan'])],
    };
    expect(healthOf(condition)).to.deep.equal({
      healthy: true,
      problems: [
        `Nothing is posted while ${why}`,
        'The last daily backup failed: the disk is nearly full',
        'wan of gateway not read for 60 min',
      ],
    });
  });

  it('a router that is read twice is a problem of a healthy service', () => {
    const routers = ['gateway', 'garden'].map((name) => {
      const status = newStatus(name, [], ['wan']);
      Object.assign(status.sources.get('wan') ?? {}, { success: true, lastSuccess: NOW });
      return { ...status, up: true, system: system('aaaaaaaa', 10) };
    });
    expect(healthOf({ ...CONDITION, routers })).to.deep.equal({
      healthy: true,
      problems: ['gateway and garden are the same router under two addresses, so all its bytes are counted twice'],
    });
  });

  it('a router is silent after three heartbeats, or 15 minutes', () => {
    const routers = [newStatus('gateway', [], ['wan'])];
    const problems = (heartbeat: number) => healthOf({ ...CONDITION, routers, heartbeat }).problems.length;
    expect([problems(0), problems(1199), problems(1201)]).to.deep.equal([1, 1, 0]);
  });
});
