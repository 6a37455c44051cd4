import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';

/**
 * An unused port, for a program that cannot take any free one and say which. It lies below those that the kernel hands
 * out, so that no test that runs at the same time is given it in the moment before the program listens.
 */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < 100; tries++) {
    const port = randomInt(12_000, 32_768);
    if (await canListen(host, port)) return port;
  }
  throw new Error(`No free port on ${host} after 100 tries`);
}

/** Whether somebody listens there. */
export function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else reject(error);
    });
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
