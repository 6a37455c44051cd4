import type { Exporter } from '../../support/program/exporter.ts';
import { type Summary, summarise } from '../report/statistics.ts';
import type { BenchRouters } from '../routers/routers.ts';
import { createClient } from './client.ts';
import type { NodeExporter } from './node-exporter.ts';
import { memoryOf, type Usage, usageOf } from './proc.ts';

/** What one program's scrapes cost. */
export interface Scrapes {
  /** Milliseconds from the request to the last byte. */
  time: Summary;
  /** Milliseconds of processor time a scrape, over all of them. */
  cpu: number;
  /** Bytes sent to the disk a scrape, over all of them. */
  written: number;
  /** Bytes of the last answer, as it was sent and unpacked. */
  bytes: number;
  textBytes: number;
  memory: { now: number; most: number };
}

export interface Programs {
  wrtmeter: Exporter;
  nodeExporter: NodeExporter | null;
}

export interface Contest {
  wrtmeter: Scrapes;
  nodeExporter: Scrapes | null;
}

/** Scrapes both programs in turn, so that whatever else the machine does hits both alike. Every counter moves between two rounds. */
export async function contest(programs: Programs, routers: BenchRouters, rounds: number): Promise<Contest> {
  const ours = createContestant(programs.wrtmeter);
  const theirs = programs.nodeExporter === null ? null : createContestant(programs.nodeExporter);
  try {
    for (const contestant of [ours, theirs]) await contestant?.warm();
    for (let i = 0; i < rounds; i++) {
      await routers.advance();
      await ours.scrape();
      await theirs?.scrape();
    }
    return { wrtmeter: await ours.result(), nodeExporter: (await theirs?.result()) ?? null };
  } finally {
    for (const contestant of [ours, theirs]) contestant?.close();
  }
}

function createContestant({ pid, url }: { pid: number; url: string }) {
  const client = createClient(url);
  const times: number[] = [];
  let before: Usage = { cpu: 0, written: 0 };
  let last = { bytes: 0, text: () => '' };
  async function scrape(): Promise<void> {
    const answer = await client.get('/metrics');
    if (!answer.isGzip) throw new Error(`${url} answered without gzip`);
    times.push(answer.ms);
    last = answer;
  }
  return {
    scrape,
    async warm(): Promise<void> {
      await scrape();
      times.length = 0;
      before = await usageOf(pid);
    },
    async result(): Promise<Scrapes> {
      const after = await usageOf(pid);
      const each = (of: keyof Usage) => (after[of] - before[of]) / times.length;
      const sizes = { bytes: last.bytes, textBytes: Buffer.byteLength(last.text()) };
      return { time: summarise(times), cpu: each('cpu'), written: each('written'), ...sizes, memory: await memoryOf(pid) };
    },
    close: () => client.close(),
  };
}
