import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * The program at the far end of the uplink. A client's first line says what it wants: `down BYTES`; `drip BYTES TIMES MS`, which is
 * as many pieces of that size, one after each pause; or `up`, which is answered with the number of bytes that came after it.
 */
const server = createServer({ allowHalfOpen: true }, (socket) => {
  let line = '';
  let counted = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    const end = line.endsWith('\n') ? -1 : chunk.indexOf('\n');
    if (end >= 0) line += chunk.toString('latin1', 0, end + 1);
    counted += chunk.length - end - 1;
  });
  socket.on('end', () => void answer(socket, line.trim(), counted));
});
server.listen(Number(process.argv[2]), '::', () => process.stdout.write('ready\n'));

async function answer(socket: Socket, line: string, counted: number): Promise<void> {
  const [word, ...numbers] = line.split(' ');
  const [bytes = 0, times = 1, pause = 0] = numbers.map(Number);
  if (word === 'up') socket.write(`${counted}\n`);
  for (let i = 0; i < times && word !== 'up' && !socket.destroyed; i += 1) {
    socket.write(Buffer.alloc(bytes));
    await sleep(pause);
  }
  socket.end();
}
