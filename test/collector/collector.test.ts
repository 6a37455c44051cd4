import { expect } from 'chai';
import { type CollectorTerms, createCollector } from '../../src/collector/collector.ts';
import type { RouterToRead } from '../../src/collector/round.ts';
import type { Round } from '../../src/domain/round.ts';
import { SourceError } from '../../src/errors.ts';
import type { Probe } from '../../src/sources/source.ts';

const clock = { now: () => Date.now(), tick: () => performance.now() };
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A router that answers after a time, or when it is aborted. */
function router(name: string, ms: number, log: string[] = []): RouterToRead {
  const probe: Probe = {
    sources: ['wan'],
    origin: name,
    async collect(signal) {
      log.push(name);
      await new Promise<void>((done, fail) => {
        const timer = setTimeout(done, ms);
        signal.addEventListener('abort', () => {
          clearTimeout(timer);
          fail(new SourceError('timeout', 'no complete answer in time'));
        });
      });
      const observation = {
        source: 'wan' as const,
        rules: { directions: 'apart', absent: 'kept', unknown: 'baseline', fall: 'reset', refresh: 10 } as const,
        uplinks: [],
      };
      return { system: null, sources: [{ source: 'wan', skipped: 0, observation: observation }] };
    },
  };
  return { name, probes: [probe] };
}

function collect(terms: Partial<CollectorTerms>) {
  const rounds: Round[] = [];
  const bugs: unknown[] = [];
  const post = async (round: Round) => void rounds.push(round);
  const collector = createCollector({ routers: [], heartbeat: 0, minInterval: 0, ...terms }, post, clock, (error) => bugs.push(error));
  return { collector, rounds, bugs };
}

const outcomes = (round: Round | undefined) =>
  round?.routers.map(({ router: name, results }) => `${name} ${results.map((r) => (r.status === 'ok' ? 'ok' : r.reason))}`);

describe('the collector', () => {
  it('requests during a round share its result; a finished round is not reused', async () => {
    const log: string[] = [];
    const { collector, rounds } = collect({ routers: [router('a', 30, log)] });
    await Promise.all([collector.round(10), collector.round(10), collector.round(null)]);
    expect(rounds).to.have.length(1);
    await collector.round(10);
    expect(rounds).to.have.length(2);
    expect(log).to.deep.equal(['a', 'a']);
  });

  it('a request that joins a long round gets what is known at its timeout', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 60_000)] });
    const long = collector.round(3);
    const began = performance.now();
    await collector.round(0.8);
    expect(performance.now() - began).to.be.lessThan(2000);
    expect(rounds).to.have.length(0);
    await collector.stop();
    await long;
  });

  it('a finished round is reused for minInterval if that is set', async () => {
    const { collector, rounds } = collect({ routers: [router('a', 1)], minInterval: 0.2 });
    await collector.round(10);
    await collector.round(10);
    expect(rounds).to.have.length(1);
    await pause(220);
    await collector.round(10);
    expect(rounds).to.have.length(2);
  });

  it('reads all routers at once, and one that hangs does not affect the others', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 60_000), router('a', 20), router('b', 20)] });
    const began = performance.now();
    await collector.round(0.8);
    expect(performance.now() - began).to.be.within(250, 5000);
    expect(outcomes(rounds[0])).to.deep.equal(['slow timeout', 'a ok', 'b ok']);
  });

  it('starts a round by itself after a heartbeat without one', async () => {
    const { collector, rounds } = collect({ routers: [router('a', 1)], heartbeat: 0.05 });
    await pause(180);
    await collector.stop();
    expect(rounds.length).to.be.within(2, 4);
    const count = rounds.length;
    await pause(120);
    expect(rounds).to.have.length(count);
  });

  it('cuts a running round short when it stops, and posts what was read', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 60_000), router('a', 1)] });
    const running = collector.round(60);
    await pause(30);
    await collector.stop();
    await running;
    expect(outcomes(rounds[0])).to.deep.equal(['slow timeout', 'a ok']);
    await collector.round(10);
    expect(rounds).to.have.length(1);
  });

  it('a bug is not a failed router', async () => {
    const broken: RouterToRead = {
      name: 'x',
      probes: [{ sources: ['wan'], origin: 'x', collect: () => Promise.reject(new TypeError('oops')) }],
    };
    const { collector, rounds } = collect({ routers: [broken] });
    await collector.round(1).then(
      () => expect.fail('nothing thrown'),
      (error) => expect(error).to.be.instanceOf(TypeError),
    );
    expect(rounds).to.have.length(0);
  });
});
