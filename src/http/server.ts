import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError } from '../errors.ts';
import { boundConnections } from './connections.ts';

export interface Address {
  host: string;
  port: number;
}

export interface Listening {
  /** `http://ADDR:PORT`, with the port that was taken where 0 was asked for. */
  url: string;
  /** Takes no more requests, gives those under way a little time, and ends. */
  close(): Promise<void>;
}

/** Longer than most scrape intervals, so that Prometheus finds its connection again. */
const KEEP_ALIVE_MS = 75_000;
const PATIENCE_MS = 2000;
/** A connection that has not asked after this time is closed. */
const ASK_MS = 10_000;

/** Listens on an address. Throws a ListenError. */
export async function listen(app: RequestListener, address: Address): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: ASK_MS,
      requestTimeout: 2 * ASK_MS,
      connectionsCheckingInterval: 1000,
      keepAliveTimeout: KEEP_ALIVE_MS,
      maxHeaderSize: 16_384,
    },
    app,
  );
  boundConnections(server, { most: 512, mostPerAddress: 128 });
  // A connection on which nothing moves for so long is given up, also one whose client does not take its answer.
  server.timeout = 150_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(whyNot(address, error), { cause: error })));
    server.listen({ host: address.host, port: address.port }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: urlOf({ host: address.host, port }), close: () => close(server) };
}

const urlOf = ({ host, port }: Address): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

function whyNot(address: Address, { code, message }: NodeJS.ErrnoException): string {
  const where = `Cannot listen on ${urlOf(address).slice('http://'.length)}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where}: another program does; end it, or choose another port with --listen`;
    case 'EACCES':
      return `${where}: ports below 1024 need a privilege; choose a higher one with --listen`;
    case 'EADDRNOTAVAIL':
      return `${where}: this machine does not have that address; 0.0.0.0 stands for all that it has`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${where}: there is no such host; write an address of this machine, or 0.0.0.0 for all`;
    default:
      return `${where}: ${message}`;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Connections that fall idle after their last answer would be kept otherwise.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    const end = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(end);
      resolve();
    });
    server.closeIdleConnections();
  });
}
