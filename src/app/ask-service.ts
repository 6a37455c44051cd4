import type { Config } from '../config/config.ts';
import { SourceError } from '../errors.ts';
import type { Health } from '../http/deps.ts';
import { httpSender } from '../transports/http.ts';

const ANSWER_MS = 5000;

/** Asks the service at the configured address for its health; null if no wrtmeter answers there. */
export async function askService({ listen: { host, port } }: Pick<Config, 'listen'>): Promise<Health | null> {
  const local = host === '0.0.0.0' || host === '' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
  const send = httpSender({ credentials: { kind: 'none' }, tls: { ca: null, insecure: false } });
  try {
    const { status, text } = await send({ url: `http://${local}:${port}/-/healthy`, accepts: [503] }, AbortSignal.timeout(ANSWER_MS));
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== 'object' || answer === null || !('problems' in answer) || !Array.isArray(answer.problems)) return null;
    return { healthy: status === 200, problems: answer.problems.filter((line) => typeof line === 'string') };
  } catch (error) {
    if (error instanceof SourceError || error instanceof SyntaxError) return null;
    throw error;
  }
}
