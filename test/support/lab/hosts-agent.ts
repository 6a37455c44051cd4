import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { createServer } from 'node:http';
import { isIPv6 } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { AGENT_PORT, type Exchange, type Moved, type Spray } from './hosts-agents.ts';

/**
 * A program that moves datagrams of known sizes, in its own namespace; commands come by HTTP through a Unix socket, which no namespace
 * divides. A datagram's first six bytes say after how many of its sender's datagrams it is answered, with how many, and of which size.
 */
const [socketPath = ''] = process.argv.slice(2);

const partner = createSocket('udp6');
const heard = new Map<string, number>();
partner.on('message', (message, from) => {
  const [after, answers, size] = [message.readUInt16BE(0), message.readUInt16BE(2), message.readUInt16BE(4)];
  const sender = `${from.address} ${from.port}`;
  const count = (heard.get(sender) ?? 0) + 1;
  heard.set(sender, count === after ? 0 : count);
  if (count === after) for (let i = 0; i < answers; i += 1) partner.send(Buffer.alloc(size), from.port, from.address);
});
partner.bind(AGENT_PORT, '::', () => orders.listen(socketPath, () => process.stdout.write('ready\n')));

const orders = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  request.on('end', () => {
    const order = JSON.parse(text) as Exchange | Spray;
    ('targets' in order ? spray(order) : exchange(order)).then(
      (moved) => response.end(JSON.stringify(moved)),
      (error: Error) => response.writeHead(500).end(error.message),
    );
  });
});

async function exchange({ to, from, rounds, up, down, patience }: Exchange): Promise<Moved> {
  const socket = createSocket(isIPv6(to) ? 'udp6' : 'udp4');
  const moved: Moved = { sent: { datagrams: 0, payload: 0 }, received: { datagrams: 0, payload: 0 } };
  socket.on('message', (message: Buffer, _: RemoteInfo) => {
    moved.received.datagrams += 1;
    moved.received.payload += message.length;
  });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ port: 0, ...(from !== undefined && { address: from }) }, resolve);
    });
    const send = async (count: number, answers: number): Promise<boolean> => {
      const message = Buffer.alloc(up.size);
      [count, answers, down.size].forEach((number, i) => {
        message.writeUInt16BE(number, 2 * i);
      });
      const expected = moved.received.datagrams + answers;
      for (let i = 0; i < count; i += 1) {
        await sendOne(socket, message, AGENT_PORT, to);
        moved.sent.datagrams += 1;
        moved.sent.payload += message.length;
      }
      const end = performance.now() + (patience ?? 5000);
      while (moved.received.datagrams < expected && performance.now() < end) await sleep(1);
      return moved.received.datagrams === expected;
    };
    // The first goes alone: of several that begin a connection at once on two processors, conntrack may drop one behind the counters.
    let whole = await send(1, 1);
    for (let round = 0; round < rounds && whole; round += 1) whole = await send(up.count, down.count);
    return moved;
  } finally {
    socket.close();
  }
}

/** Sends one datagram to each target, and hears nothing. */
async function spray({ targets, port, size }: Spray): Promise<Moved> {
  const sockets = { v4: createSocket('udp4'), v6: createSocket('udp6') };
  for (const socket of Object.values(sockets)) socket.on('error', () => {});
  const message = Buffer.alloc(size);
  for (const target of targets) await sendOne(isIPv6(target) ? sockets.v6 : sockets.v4, message, port, target);
  for (const socket of Object.values(sockets)) socket.close();
  return { sent: { datagrams: targets.length, payload: targets.length * size }, received: { datagrams: 0, payload: 0 } };
}

const sendOne = (socket: Socket, message: Buffer, port: number, to: string): Promise<void> =>
  new Promise((resolve, reject) => {
    socket.send(message, port, to, (error) => (error ? reject(error) : resolve()));
  });
