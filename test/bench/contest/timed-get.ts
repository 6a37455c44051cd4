import { Agent, get } from 'node:http';
import { gunzipSync } from 'node:zlib';

interface TimedAnswer {
  /** Milliseconds from the request to the last byte of the answer. */
  ms: number;
  /** Bytes on the wire, without headers. */
  bytes: number;
  text(): string;
}

export interface Scraper {
  scrape(): Promise<TimedAnswer>;
  close(): void;
}

/** Asks one address again and again over a kept connection, as Prometheus does. */
export function createScraper(url: string, { gzip }: { gzip: boolean }): Scraper {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '30', ...(gzip && { 'Accept-Encoding': 'gzip' }) };
  const scrape = () =>
    new Promise<TimedAnswer>((resolve, reject) => {
      const chunks: Buffer[] = [];
      const began = performance.now();
      const request = get(url, { agent, headers, timeout: 60_000 }, (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const ms = performance.now() - began;
          if (response.statusCode !== 200) return reject(new Error(`${url} answered ${response.statusCode}`));
          const body = Buffer.concat(chunks);
          const packed = response.headers['content-encoding'] === 'gzip';
          if (packed !== gzip) return reject(new Error(`${url} answered ${packed ? 'with' : 'without'} gzip`));
          resolve({ ms, bytes: body.length, text: () => (packed ? gunzipSync(body) : body).toString() });
        });
      });
      request.once('error', reject);
      request.once('timeout', () => request.destroy(new Error(`${url} does not answer`)));
    });
  return { scrape, close: () => agent.destroy() };
}
