import { Agent, get } from 'node:http';
import { gunzipSync } from 'node:zlib';

interface TimedAnswer {
  /** Milliseconds from the request to the last byte of the answer. */
  ms: number;
  /** Bytes on the wire, without headers. */
  bytes: number;
  isGzip: boolean;
  text(): string;
}

/** Asks one program over a kept connection, and accepts gzip, as Prometheus and browsers do. */
export interface Client {
  /** Rejects where the answer is not 200. */
  get(path: string): Promise<TimedAnswer>;
  close(): void;
}

export function createClient(origin: string): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'X-Prometheus-Scrape-Timeout-Seconds': '60', 'Accept-Encoding': 'gzip' };
  const timedGet = (path: string) =>
    new Promise<TimedAnswer>((resolve, reject) => {
      const url = origin + path;
      const chunks: Buffer[] = [];
      const began = performance.now();
      const request = get(url, { agent, headers, timeout: 120_000 }, (response) => {
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () => {
          const ms = performance.now() - began;
          if (response.statusCode !== 200) return reject(new Error(`${url} answered ${response.statusCode}`));
          const body = Buffer.concat(chunks);
          const isGzip = response.headers['content-encoding'] === 'gzip';
          resolve({ ms, bytes: body.length, isGzip, text: () => (isGzip ? gunzipSync(body) : body).toString() });
        });
      });
      request.once('error', reject);
      request.once('timeout', () => request.destroy(new Error(`${url} does not answer`)));
    });
  return { get: timedGet, close: () => agent.destroy() };
}
