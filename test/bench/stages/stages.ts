import { fitHeap } from '../../../src/app/heap.ts';
import type { Round, SourceResult } from '../../../src/domain/round.ts';
import { newStatus, updateStatuses } from '../../../src/domain/status.ts';
import { SourceError } from '../../../src/errors.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { parseWrtmeter, wrtmeterProbe } from '../../../src/sources/openwrt/wrtmeter.ts';
import type { ProbeResult } from '../../../src/sources/source.ts';
import { httpSender } from '../../../src/transports/http.ts';
import { createMetrics } from '../../../src/views/metrics/metrics.ts';
import type { View } from '../../../src/views/view.ts';
import { BENCH_TERMS } from '../home.ts';
import { median } from '../report/statistics.ts';
import type { BenchRouters } from '../routers/routers.ts';
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

/** Does rounds with the exporter's own pieces in this process, one after another instead of interleaved, and times each. */
export async function measureStages(
  routers: BenchRouters['routers'],
  advance: () => Promise<void>,
  dataDir: string,
  rounds: { warmUp: number; measured: number },
): Promise<Stages> {
  const read = httpSender({ credentials: { kind: 'none' }, tls: { ca: null, insecure: false } });
  const cgi = routers.map(([name, url]) => ({ name, url: `${url}/cgi-bin/wrtmeter.cgi` }));
  const statuses = new Map(cgi.map(({ name, url }) => [name, newStatus(name, [url], wrtmeterProbe(url, read).sources)]));
  const store = await openStore(dataDir);
  const ledger = await openLedger(store, BENCH_TERMS, Date.now());
  const metrics = createMetrics();
  const times: Stages[] = [];
  try {
    for (let i = 0; i < rounds.warmUp + rounds.measured; i++) {
      await advance();
      const startedAt = Date.now();
      const clock = stopwatch();
      const answers = await Promise.all(cgi.map(({ url }) => read({ url }, AbortSignal.timeout(30_000))));
      const readMs = clock();
      const told = answers.map((answer) => parseWrtmeter(answer));
      const parseMs = clock();
      const round = roundOf(cgi, told, startedAt);
      clock();
      const posted = await ledger.post(round, () => performance.now());
      const postMs = clock();
      if (posted.status !== 'posted') throw new Error(`A round was not posted: ${posted.status}`);
      updateStatuses(statuses, round);
      fitHeap(ledger.books.accounts.size);
      const view = viewOf(ledger, [...statuses.values()]);
      const text = await metrics.render(view, null);
      const renderMs = clock();
      const plain = plainText(metrics.families(view));
      const plainMs = clock();
      if (plain !== withoutProcess(text)) throw new Error('Joined strings are not what the client library renders');
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

function roundOf(cgi: readonly { name: string; url: string }[], told: readonly ProbeResult[], startedAt: number): Round {
  const at = Date.now();
  const routers = cgi.map(({ name, url }, i) => ({
    router: name,
    system: told[i]?.system ?? null,
    results: (told[i]?.sources ?? []).map(({ source, skipped = 0, observation }): SourceResult => {
      if (observation instanceof SourceError) throw observation;
      return { status: 'ok', source, origin: `wrtmeter.cgi ${url}`, observation, skipped, at, duration: 0 };
    }),
  }));
  return { routers, startedAt, finishedAt: at };
}

function viewOf({ books, months, state }: Awaited<ReturnType<typeof openLedger>>, routers: View['routers']): View {
  const common = {
    timezone: BENCH_TERMS.timezone,
    expire: 30 * 86_400,
    version: '0.0.0',
    aliases: new Map(),
    peerNames: new Map(),
    implied: false,
  };
  return { ...common, now: Date.now(), books, months, ledger: state, routers };
}
