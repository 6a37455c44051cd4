import { expect } from 'chai';
import { type CollectorTerms, createCollector } from '../../src/collector/collector.ts';
import type { RouterToRead } from '../../src/collector/round.ts';
import type { Round, RouterRound } from '../../src/domain/round.ts';
import { SourceError } from '../../src/errors.ts';

const clock = { now: () => Date.now(), tick: () => performance.now() };
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A router that answers after a time, or fails when it is cut short. */
function router(name: string, ms: number, more: Partial<RouterToRead> = {}): RouterToRead & { times: number } {
  const made = {
    ...{ name, timeout: 10, times: 0 },
    probes: [
      {
        sources: ['leases' as const],
        origin: name,
        async collect(signal: AbortSignal) {
          made.times += 1;
          await new Promise<void>((done, fail) => {
            const timer = setTimeout(done, ms);
            signal.addEventListener('abort', () => {
              clearTimeout(timer);
              fail(new SourceError('timeout', 'no complete answer in time'));
            });
          });
          return { system: null, sources: [] };
        },
      },
    ],
    ...more,
  };
  return made;
}

function collect(routers: readonly RouterToRead[], terms: Partial<CollectorTerms> = {}) {
  const rounds: Round[] = [];
  const seen: RouterRound[] = [];
  const bugs: unknown[] = [];
  const post = async (round: Round) => void rounds.push(round);
  const collector = createCollector({ heartbeat: 0, minInterval: 0, ...terms, routers }, post, clock, (error) => bugs.push(error));
  collector.watch((read) => seen.push(read));
  return { collector, rounds, bugs, seen: () => seen.map(({ router: name }) => name) };
}

describe('the collector, for those who watch', () => {
  it('reads without posting, and posts a round when none has ended for the time', async () => {
    const { collector, rounds, seen } = collect([router('a', 5), router('b', 5)]);
    expect(collector.look(0.2)).to.deep.equal({ started: ['a', 'b'], isRound: true });
    await pause(40);
    expect(collector.look(0.2)).to.deep.equal({ started: ['a', 'b'], isRound: false });
    await pause(40);
    expect(rounds).to.have.length(1);
    expect(seen()).to.deep.equal(['a', 'b', 'a', 'b']);
    await pause(200);
    expect(collector.look(0.2).isRound).to.equal(true);
    await pause(40);
    expect(rounds).to.have.length(2);
  });

  it('minInterval holds for its rounds too', async () => {
    const { collector, rounds } = collect([router('a', 1)], { minInterval: 60 });
    collector.look(0.01);
    await pause(50);
    expect(collector.look(0.01).isRound).to.equal(false);
    await pause(20);
    expect(rounds).to.have.length(1);
  });

  it('a round shares the answer of a router that is being read', async () => {
    const slow = router('slow', 300);
    const { collector, rounds, seen } = collect([router('a', 1), slow]);
    await collector.round(null);
    collector.look(60);
    await pause(200);
    await collector.round(null);
    expect([slow.times, rounds.length]).to.deep.equal([2, 2]);
    expect(seen()).to.deep.equal(['a', 'slow', 'a', 'a', 'slow']);
    await collector.round(null);
    expect(slow.times, 'an answer that is there is not shared').to.equal(3);
  });

  it('reads on beside a slow router, which is asked once at a time, and beside a round', async () => {
    const slow = router('slow', 200);
    const { collector } = collect([router('a', 1), slow]);
    const round = collector.round(null);
    await pause(20);
    for (let i = 0; i < 3; i++) {
      expect(collector.look(60)).to.deep.equal({ started: ['a'], isRound: false });
      await pause(20);
    }
    await round;
    expect(slow.times).to.equal(1);
    expect(collector.look(60).started).to.deep.equal(['a', 'slow']);
    await collector.stop();
  });

  it('a router whose readings cost much is read in rounds only', async () => {
    const { collector } = collect([router('a', 1), router('tplink', 1, { onlyInRounds: true })]);
    expect(collector.look(60).started).to.deep.equal(['a', 'tplink']);
    await pause(20);
    expect(collector.look(60).started).to.deep.equal(['a']);
    await collector.stop();
  });

  it('what is read between rounds ends when the collector is held or stops, is passed on to nobody, and shared with no later round', async () => {
    const slow = router('slow', 60_000, { timeout: 60 });
    const { collector, rounds, seen } = collect([router('a', 1)]);
    await collector.round(null);
    collector.setTerms({ routers: [slow], heartbeat: 0, minInterval: 0 });
    collector.look(60);
    const release = await collector.hold();
    expect(collector.look(60)).to.deep.equal({ started: [], isRound: false });
    collector.setTerms({ routers: [router('slow', 1)], heartbeat: 0, minInterval: 0 });
    release();
    await collector.round(null);
    expect([rounds.length, seen().join()]).to.deep.equal([2, 'a,slow']);
    collector.setTerms({ routers: [slow], heartbeat: 0, minInterval: 0 });
    collector.look(60);
    const shared = collector.round(null);
    await collector.stop();
    await shared;
    expect(rounds).to.have.length(3);
    expect(collector.look(0)).to.deep.equal({ started: [], isRound: false });
  });

  it('a bug in a reading between rounds is reported', async () => {
    const broken = router('x', 1);
    const { collector, bugs } = collect([broken]);
    await collector.round(null);
    broken.probes = [{ sources: ['wan'], origin: 'x', collect: () => Promise.reject(new TypeError('oops')) }];
    collector.look(60);
    await pause(10);
    expect(bugs.map(String)).to.deep.equal(['TypeError: oops']);
  });
});
