import { fitHeap } from '../../../src/app/heap.ts';
import { readRound } from '../../../src/collector/round.ts';
import { NOBODY } from '../../../src/domain/people/people.ts';
import type { Round } from '../../../src/domain/round.ts';
import { newStatus, updateStatuses } from '../../../src/domain/status.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { classicProbes } from '../../../src/sources/classic/classic.ts';
import { wrtmeterProbe } from '../../../src/sources/openwrt/wrtmeter.ts';
import type { Answer, Probe, ReadAnswer } from '../../../src/sources/source.ts';
import { httpSender } from '../../../src/transports/http.ts';
import { createMetrics } from '../../../src/views/metrics/metrics.ts';
import type { View } from '../../../src/views/view.ts';
import { BENCH_TERMS } from '../home.ts';
import { median } from '../report/statistics.ts';
import type { BenchRouter, BenchRouters } from '../routers/routers.ts';
import { plainText, withoutProcess } from './plain-text.ts';

/** Medians, in ms, of the pieces of a round; `commit` is the part of `post` that waits for the disk. */
export interface Stages {
  read: number;
  parse: number;
  post: number;
  commit: number;
  render: number;
  /** The same lines by joining strings. */
  plain: number;
}

/** Bounds of an answer that none here reaches: what the program itself accepts shows in its rounds. */
const MOST = 2 ** 30;

/** Does rounds with the exporter's own pieces in this process, one after another instead of interleaved, and times each. */
export async function measureStages(
  routers: BenchRouters['routers'],
  advance: () => Promise<void>,
  dataDir: string,
  rounds: { warmUp: number; measured: number },
): Promise<Stages> {
  const send = httpSender({ credentials: { kind: 'none' }, tls: { ca: null, insecure: false }, most: { bytes: MOST, lines: MOST } });
  const answers = new Map<string, Answer>();
  const read: ReadAnswer = async ({ url }) => answers.get(url) ?? expectAnswer(url);
  const toRead = routers.map((router) => ({ name: router.name, probes: probesOf(router, read), timeout: 30 }));
  const urls = routers.flatMap((router) => ('url' in router ? [scriptOf(router.url)] : Object.values(router.urls)));
  const statuses = new Map(
    toRead.map(({ name, probes }) => [
      name,
      newStatus(
        name,
        [name],
        probes.flatMap(({ sources }) => sources),
      ),
    ]),
  );
  const store = await openStore(dataDir);
  const ledger = await openLedger(store, BENCH_TERMS, Date.now());
  const metrics = createMetrics();
  const times: Stages[] = [];
  try {
    for (let i = 0; i < rounds.warmUp + rounds.measured; i++) {
      await advance();
      const clock = stopwatch();
      answers.clear();
      await Promise.all(urls.map(async (url) => answers.set(url, await send({ url }, AbortSignal.timeout(30_000)))));
      const readMs = clock();
      const round = await readRound(toRead, AbortSignal.timeout(30_000), { now: Date.now, tick: () => performance.now() });
      const parseMs = clock();
      refuseFailed(round);
      clock();
      const posted = await ledger.post(round, () => performance.now());
      const postMs = clock();
      if (posted.status !== 'posted') throw new Error(`A round was not posted: ${posted.status}`);
      updateStatuses(statuses, round);
      fitHeap(ledger.books.accounts.size);
      const view = viewOf(ledger, [...statuses.values()]);
      const text = metrics.render(view, '');
      const renderMs = clock();
      const plain = plainText(metrics.families(view));
      const plainMs = clock();
      if (plain !== withoutProcess(Buffer.concat(text).toString()))
        throw new Error('Joined strings are not what the client library renders');
      const commitMs = ledger.state.commitSeconds * 1000;
      times.push({ read: readMs, parse: parseMs, post: postMs, commit: commitMs, render: renderMs, plain: plainMs });
    }
  } finally {
    await ledger.close();
  }
  const of = (stage: keyof Stages) => median(times.slice(rounds.warmUp).map((t) => t[stage]));
  return { read: of('read'), parse: of('parse'), post: of('post'), commit: of('commit'), render: of('render'), plain: of('plain') };
}

/** Milliseconds since it was asked last. */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return last - before;
  };
}

const scriptOf = (url: string): string => `${url}/cgi-bin/wrtmeter.cgi`;

const probesOf = (router: BenchRouter, read: ReadAnswer): Probe[] =>
  'url' in router ? [wrtmeterProbe(scriptOf(router.url), read)] : classicProbes(router.urls, read);

function expectAnswer(url: string): never {
  throw new Error(`${url} was not read before the round`);
}

function refuseFailed({ routers }: Round): void {
  for (const { router, results } of routers) {
    for (const result of results) {
      if (result.status === 'failed') throw new Error(`${router} ${result.source}: ${result.message}`);
    }
  }
}

function viewOf({ books, months, state }: Awaited<ReturnType<typeof openLedger>>, routers: View['routers']): View {
  const common = {
    timezone: BENCH_TERMS.timezone,
    expire: 30 * 86_400,
    version: '0.0.0',
    aliases: new Map(),
    peerNames: new Map(),
    notices: [],
    people: NOBODY,
    quotas: [],
    implied: false,
  };
  const now = Date.now();
  return { ...common, now, wallClock: now, books, months, ledger: state, routers };
}
