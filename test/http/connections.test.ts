import { createServer, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { boundConnections } from '../../src/http/connections.ts';

/** A connection from one of this machine's loopback addresses. */
function dial(port: number, from: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    socket.once('connect', () => resolve(socket)).on('error', reject);
  });
}

async function getOn(socket: Socket): Promise<string> {
  const answer = new Promise<string>((resolve, reject) => {
    socket.once('data', (data) => resolve(String(data).split('\r\n')[0] ?? ''));
    socket.once('close', () => reject(new Error('closed')));
  });
  socket.write('GET / HTTP/1.1\r\nHost: meter\r\n\r\n');
  return answer;
}

describe('the bound on connections', () => {
  let server: Server;
  let port: number;
  const sockets: Socket[] = [];
  const dialAll = async (count: number, from: (i: number) => string): Promise<Socket[]> => {
    const dialled: Socket[] = [];
    for (let i = 0; i < count; i += 1) dialled.push((await dial(port, from(i))).on('error', () => undefined));
    sockets.push(...dialled);
    await wait(50);
    return dialled;
  };

  beforeEach((done) => {
    server = createServer((request, response) => {
      if (request.url === '/') response.end('hello');
    });
    boundConnections(server, { most: 40, mostPerAddress: 16 });
    server.listen(0, '127.0.0.1', () => {
      port = (server.address() as { port: number }).port;
      done();
    });
  });
  afterEach((done) => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    server.close(() => done());
  });

  it('silent ones of one address only displace each other', async () => {
    const [prometheus] = await dialAll(1, () => '127.0.0.9');
    const flood = await dialAll(200, () => '127.0.0.1');
    expect(flood.filter((socket) => !socket.closed).length).to.equal(16);
    expect(await getOn(prometheus as Socket)).to.equal('HTTP/1.1 200 OK');
    const [late] = await dialAll(1, () => '127.0.0.1');
    expect(await getOn(late as Socket)).to.equal('HTTP/1.1 200 OK');
  });

  it('many addresses together displace those with the most, and never one that has a single one', async () => {
    const [prometheus] = await dialAll(1, () => '127.0.0.9');
    await dialAll(200, (i) => `127.0.1.${1 + (i % 8)}`);
    expect(await getOn(prometheus as Socket)).to.equal('HTTP/1.1 200 OK');
    const [newcomer] = await dialAll(1, () => '127.0.0.10');
    expect(await getOn(newcomer as Socket)).to.equal('HTTP/1.1 200 OK');
    expect(
      await new Promise<number>((resolve, reject) => server.getConnections((error, count) => (error ? reject(error) : resolve(count)))),
    ).to.be.at.most(41);
  });

  it('one that is being answered goes last', async () => {
    const [asking] = await dialAll(1, () => '127.0.0.1');
    asking?.write('GET /never HTTP/1.1\r\nHost: meter\r\n\r\n');
    await wait(50);
    await dialAll(60, () => '127.0.0.1');
    expect(asking?.closed).to.equal(false);
  });
});
