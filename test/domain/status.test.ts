import { expect } from 'chai';
import type { SourceName } from '../../src/domain/observation.ts';
import type { Round } from '../../src/domain/round.ts';
import { isCurrent, newStatus, readTwice, silentRouters, updateStatuses } from '../../src/domain/status.ts';
import { system } from '../support/ledger/rounds.ts';

const MINUTE = 60_000;

describe('the status of routers', () => {
  const statuses = () => new Map(['gateway', 'attic'].map((name) => [name, newStatus(name, [], ['wan', 'stations'])]));
  const round = (at: number, router: string, ok: boolean): Round => ({
    startedAt: at,
    finishedAt: at,
    routers: [
      {
        router,
        system: null,
        results: (['wan', 'stations'] as const).map((source) => ({
          ...(ok
            ? { status: 'ok' as const, origin: 'any', observation: { source: 'neighbours' as const, neighbours: [] }, skipped: 0 }
            : { status: 'failed' as const, reason: 'timeout' as const, message: 'no complete answer in time' }),
          source,
          at,
          duration: 1,
        })),
      },
    ],
  });

  it('a router that was read lately is not silent, one that fails is after a time, with the reason', () => {
    const routers = statuses();
    updateStatuses(routers, round(0, 'gateway', true));
    updateStatuses(routers, round(0, 'attic', true));
    updateStatuses(routers, round(20 * MINUTE, 'gateway', true));
    updateStatuses(routers, round(20 * MINUTE, 'attic', false));
    expect(silentRouters(routers.values(), 20 * MINUTE, 0, 15 * MINUTE)).to.deep.equal([
      { router: 'attic', sources: ['wan', 'stations'], since: 0, why: 'no complete answer in time' },
    ]);
    expect(silentRouters(routers.values(), 14 * MINUTE, 0, 15 * MINUTE)).to.deep.equal([]);
  });

  it('one boot with one source under two names is one router that is read twice', () => {
    const router = (name: string, bootId: string, ...sources: SourceName[]) => {
      const status = newStatus(name, [], sources);
      for (const source of status.sources.values()) source.success = true;
      return { ...status, up: true, system: system(bootId, 10) };
    };
    const twice = [router('gateway', 'a', 'wan', 'stations'), router('garden', 'a', 'wan', 'stations'), router('attic', 'b', 'stations')];
    expect(readTwice(twice)).to.deep.equal([['gateway', 'garden']]);
    expect(readTwice(twice.map((status, i) => ({ ...status, up: i !== 1 })))).to.deep.equal([]);
    const apart = [router('gateway', 'a', 'wan', 'leases'), router('vpn', 'a', 'peers', 'leases', 'neighbours')];
    expect(readTwice(apart)).to.deep.equal([]);
  });

  it('one that was never read is silent since the start', () => {
    const silent = silentRouters(statuses().values(), 30 * MINUTE, 10 * MINUTE, 15 * MINUTE);
    expect(silent.map(({ router, since, why }) => [router, since, why])).to.deep.equal([
      ['gateway', 10 * MINUTE, null],
      ['attic', 10 * MINUTE, null],
    ]);
    expect(silentRouters(statuses().values(), 24 * MINUTE, 10 * MINUTE, 15 * MINUTE)).to.deep.equal([]);
  });

  it('a router that turns out to count hosts is not waited for as one that counts machines', () => {
    const routers = new Map([['den', newStatus('den', [], ['statistics', 'leases'])]]);
    const den = routers.get('den');
    const read = (at: number, ...sources: SourceName[]) => {
      const failed = { status: 'failed', reason: 'timeout', message: 'no complete answer in time', at, duration: 1 } as const;
      const results = sources.map((source) => ({ ...failed, source }));
      updateStatuses(routers, { startedAt: at, finishedAt: at, routers: [{ router: 'den', system: null, results }] });
      return [...(den?.sources.keys() ?? [])];
    };
    expect(read(0, 'statistics', 'leases')).to.deep.equal(['statistics', 'leases']);
    expect(read(MINUTE, 'hosts', 'leases')).to.have.members(['hosts', 'leases']);
    expect(read(2 * MINUTE, 'statistics', 'leases')).to.have.members(['statistics', 'leases']);
    expect(read(3 * MINUTE, 'leases')).to.deep.equal(['leases']);
  });

  it('a success that is old says nothing about now', () => {
    const routers = statuses();
    updateStatuses(routers, round(0, 'gateway', true));
    const wan = routers.get('gateway')?.sources.get('wan');
    expect(wan && [isCurrent(wan, 15 * MINUTE), isCurrent(wan, 16 * MINUTE)]).to.deep.equal([true, false]);
  });
});
