import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ListenError } from '../errors.ts';
import { boundConnections } from './connections.ts';

export interface Address {
  host: string;
  port: number;
}

export interface Listening {
  /** `http://ADDR:PORT`; for port 0, with the port that was chosen. */
  url: string;
  /** Stops accepting requests, gives running ones a little time, and closes. */
  close(): Promise<void>;
}

/** Longer than most scrape intervals, so that Prometheus can reuse its connection. */
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
  // Closes an idle connection after this time, also if its client does not read the answer.
  server.timeout = 150_000;
  await bind(server, address);
  const { port } = server.address() as AddressInfo;
  return { url: urlOf({ host: address.host, port }), close: () => close(server) };
}

/** Throws a ListenError if the address cannot be listened on now. */
export async function refuseIfTaken(address: Address): Promise<void> {
  const server = createServer();
  await bind(server, address);
  await new Promise((resolve) => server.close(resolve));
}

function bind(server: Server, address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new ListenError(whyNot(address, error), { cause: error })));
    server.listen({ host: address.host, port: address.port }, resolve);
  });
}

const urlOf = ({ host, port }: Address): string => `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

function whyNot(address: Address, { code, message }: NodeJS.ErrnoException): string {
  const where = `Cannot listen on ${urlOf(address).slice('http://'.length)}`;
  switch (code) {
    case 'EADDRINUSE':
      return `${where}: the port is already in use; stop the other program, or choose another port with --listen`;
    case 'EACCES':
      return `${where}: permission denied for ports below 1024; choose a higher port with --listen`;
    case 'EADDRNOTAVAIL':
      return `${where}: this machine does not have that address; use 0.0.0.0 for all addresses`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${where}: unknown host; use an address of this machine, or 0.0.0.0 for all`;
    default:
      return `${where}: ${message}`;
  }
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Otherwise, connections that become idle after their last answer would stay open.
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
