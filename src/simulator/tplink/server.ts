import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Answering, RouterAnswer, RouterRequest, TplinkRouter } from './router.ts';

/** Changes what a router answers: `honest` is what it would. Null cuts the connection without an answer. */
export type Fault = (asked: RouterRequest, honest: () => RouterAnswer) => RouterAnswer | null;

interface ServerOptions {
  host?: string;
  port?: number;
  fault?: Fault;
  /** How long an answer takes, ms. */
  delay?: (asked: RouterRequest) => number;
}

export interface RunningTplink {
  url: string;
  close(): Promise<void>;
}

const NOT_FOUND: RouterAnswer = { status: 404, body: '<html><body>404 Not Found</body></html>' };
const MOST_BODY = 64 * 1024;

/** Serves a router with TP-Link's own firmware. */
export async function startTplink(router: TplinkRouter, answering: Answering, options: ServerOptions = {}): Promise<RunningTplink> {
  const { host = '127.0.0.1', port = 0, fault = (_, honest) => honest(), delay = () => 0 } = options;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('latin1');
    request.on('data', (part: string) => {
      body += part;
      if (body.length > MOST_BODY) request.destroy();
    });
    request.on('end', () => {
      const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      const answer = fault(asked, () => answering(router, asked) ?? NOT_FOUND);
      const reply = () => (answer === null ? response.destroy() : send(response, answer));
      const wait = delay(asked);
      if (wait === 0) reply();
      else setTimeout(reply, wait).unref();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function send(response: ServerResponse, { status, body, headers = {} }: RouterAnswer): void {
  response.writeHead(status, { 'content-type': 'text/html', ...headers });
  response.end(body);
}
