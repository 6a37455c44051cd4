import type { Exporter } from '../../support/program/exporter.ts';
import { type Summary, summarise } from '../report/statistics.ts';
import type { BenchRouters } from '../routers/routers.ts';
import type { NodeExporter } from './node-exporter.ts';
import { memoryOf, type Usage, usageOf } from './proc.ts';
import { createScraper } from './timed-get.ts';

/** What one program's scrapes cost. */
export interface Scrapes {
  /** Milliseconds from the request to the last byte. */
  time: Summary;
  /** Milliseconds of processor time a scrape, over all of them. */
  cpu: number;
  /** Bytes sent to the disk a scrape, over all of them. */
  written: number;
  /** Bytes of the last answer. */
  bytes: number;
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

/** Seconds of the routers' lives between two rounds. */
export const STEP = 15;

/** Scrapes both programs in turn, so that whatever else the machine does hits both alike. Every counter moves between two rounds. */
export async function contest(programs: Programs, routers: BenchRouters, rounds: number, gzip: boolean): Promise<Contest> {
  const ours = createContestant({ pid: programs.wrtmeter.pid, url: `${programs.wrtmeter.url}/metrics` }, gzip);
  const theirs = programs.nodeExporter === null ? null : createContestant(programs.nodeExporter, gzip);
  try {
    for (const contestant of [ours, theirs]) await contestant?.warm();
    for (let i = 0; i < rounds; i++) {
      await routers.advance(STEP);
      await ours.scrape();
      await theirs?.scrape();
    }
    return { wrtmeter: await ours.result(), nodeExporter: (await theirs?.result()) ?? null };
  } finally {
    for (const contestant of [ours, theirs]) contestant?.close();
  }
}

function createContestant({ pid, url }: { pid: number; url: string }, gzip: boolean) {
  const scraper = createScraper(url, { gzip });
  const times: number[] = [];
  let before: Usage = { cpu: 0, written: 0 };
  let bytes = 0;
  return {
    async warm(): Promise<void> {
      await scraper.scrape();
      before = await usageOf(pid);
    },
    async scrape(): Promise<void> {
      const answer = await scraper.scrape();
      times.push(answer.ms);
      bytes = answer.bytes;
    },
    async result(): Promise<Scrapes> {
      const after = await usageOf(pid);
      const each = (of: keyof Usage) => (after[of] - before[of]) / times.length;
      return { time: summarise(times), cpu: each('cpu'), written: each('written'), bytes, memory: await memoryOf(pid) };
    },
    close: () => scraper.close(),
  };
}
