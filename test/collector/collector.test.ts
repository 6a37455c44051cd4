import { mock } from 'node:test';
import { expect } from 'chai';
import { type CollectorTerms, createCollector } from '../../src/collector/collector.ts';
import type { RouterToRead } from '../../src/collector/round.ts';
import type { Round } from '../../src/domain/round.ts';
import { SourceError } from '../../src/errors.ts';
import type { Probe } from '../../src/sources/source.ts';

const clock = { now: () => Date.now(), tick: () => performance.now() };
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

/** A router that answers after a time, or fails when its time is over. */
function router(name: string, ms: number, log: string[] = [], timeout = 10): RouterToRead {
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
  return { name, probes: [probe], timeout };
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

  it('reads more than ten routers without a warning of Node', async () => {
    const warnings: Error[] = [];
    const keep = (warning: Error) => void warnings.push(warning);
    process.on('warning', keep);
    const { collector, rounds } = collect({ routers: Array.from({ length: 12 }, (_, i) => router(`ap-${i}`, 1)) });
    await collector.round(10);
    await pause(1);
    process.off('warning', keep);
    expect(outcomes(rounds[0])).to.have.length(12);
    expect(warnings).to.deep.equal([]);
  });

  it('a caller that cannot wait for the end of a round gets what is known by then, and the round continues', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 1000), router('a', 1)] });
    for (const patience of [0.05, 0.15]) await collector.round(patience);
    expect(rounds).to.have.length(0);
    await collector.round(999_999);
    expect(outcomes(rounds[0])).to.deep.equal(['slow ok', 'a ok']);
  });

  it('no caller sets how long a round takes: a router that hangs ends at its own timeout', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 60_000, [], 0.9), router('a', 1)] });
    const began = performance.now();
    await collector.round(999_999);
    expect(performance.now() - began).to.be.within(300, 5000);
    expect(outcomes(rounds[0])).to.deep.equal(['slow timeout', 'a ok']);
  });

  it('each router has its own timeout', async () => {
    const { collector, rounds } = collect({ routers: [router('fast', 300, [], 0.6), router('patient', 300, [], 5)] });
    await collector.round(null);
    expect(outcomes(rounds[0])).to.deep.equal(['fast timeout', 'patient ok']);
  });

  it('the heartbeat continues whatever callers do', async () => {
    const { collector, rounds } = collect({ routers: [router('a', 50)], heartbeat: 0.1 });
    const until = performance.now() + 600;
    while (performance.now() < until) await collector.round(0.001);
    await pause(400);
    // Else the end may cut a round short.
    await collector.round(null);
    await collector.stop();
    expect(rounds.length).to.be.greaterThan(3);
    expect(rounds.flatMap(outcomes)).to.not.include('a timeout');
  });

  it('a finished round is reused for minInterval if that is set', async () => {
    const { collector, rounds } = collect({ routers: [router('a', 1)], minInterval: 0.2 });
    await collector.round(10);
    await collector.round(10);
    expect(rounds).to.have.length(1);
    await pause(220);
    await collector.round(10);
    expect(rounds).to.have.length(2);
    // Before a peer is revoked, its bytes are read.
    await collector.read();
    expect(rounds).to.have.length(3);
  });

  it('reads and posts no round by old terms once it is held, and goes on by the new ones', async () => {
    const { collector, rounds } = collect({ routers: [router('old', 40)] });
    const running = collector.round(null);
    const held = collector.hold();
    const release = await held;
    const waiting = collector.round(null);
    expect(rounds.map(outcomes), 'the running one is posted first').to.deep.equal([['old ok']]);
    const second = collector.hold();
    await pause(20);
    expect(rounds).to.have.length(1);
    collector.setTerms({ routers: [router('new', 5)], heartbeat: 0, minInterval: 0 });
    release();
    (await second)();
    await Promise.all([running, waiting]);
    expect(rounds.map(outcomes)).to.deep.equal([['old ok'], ['new ok']]);
    await collector.stop();
  });

  it('reads all routers at once, and one that hangs costs the others nothing', async () => {
    const { collector, rounds } = collect({ routers: [router('slow', 60_000, [], 0.8), router('a', 20), router('b', 20)] });
    const began = performance.now();
    await collector.round(null);
    expect(performance.now() - began).to.be.within(250, 5000);
    expect(outcomes(rounds[0])).to.deep.equal(['slow timeout', 'a ok', 'b ok']);
  });

  it('starts a round by itself after a heartbeat without one', async () => {
    const { collector, rounds } = collect({ routers: [router('a', 1)], heartbeat: 0.05 });
    const began = performance.now();
    while (rounds.length < 3) await pause(5);
    // Timers may be a little early.
    expect(performance.now() - began).to.be.greaterThan(3 * 45);
    await collector.stop();
    const count = rounds.length;
    await pause(120);
    expect(rounds).to.have.length(count);
  });

  it('starts a round after a heartbeat however often the terms are set in it', async () => {
    const terms = { routers: [router('a', 1)], heartbeat: 0.3, minInterval: 0 };
    const { collector, rounds } = collect(terms);
    const until = performance.now() + 1500;
    while (performance.now() < until) {
      await pause(50);
      collector.setTerms(terms);
    }
    await collector.stop();
    expect(rounds.length).to.be.within(2, 5);
  });

  it('starts the first round soon, if nobody else does', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
      const posted = async (first: (c: ReturnType<typeof collect>) => unknown, ...waits: number[]) => {
        const each = collect({ heartbeat: 300 });
        await first(each);
        const counts = [];
        for (const seconds of waits) {
          mock.timers.tick(seconds * 1000);
          await new Promise((done) => setImmediate(done));
          counts.push(each.rounds.length);
        }
        await each.collector.stop();
        return counts;
      };
      expect(await posted(() => undefined, 19, 1, 299, 1)).to.deep.equal([0, 1, 1, 2]);
      expect(await posted(({ collector }) => collector.round(null), 20, 279, 1)).to.deep.equal([1, 1, 2]);
    } finally {
      mock.timers.reset();
    }
  });

  it('goes on by itself however long a round is reused', async () => {
    for (const minInterval of [0.04, 0.05, 0.2]) {
      const { collector, rounds } = collect({ routers: [router('a', 1)], heartbeat: 0.05, minInterval });
      while (rounds.length < 3) await pause(5);
      await collector.stop();
    }
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
      timeout: 10,
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
