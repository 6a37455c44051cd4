import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { expect } from 'chai';
import Koa from 'koa';
import { jsonParts } from '../../src/http/json-parts.ts';
import { createCutter, createTurns, type TurnTerms } from '../../src/http/turns.ts';
import { RequestError } from '../../src/views/api-v1/request-error.ts';
import { until } from '../support/until.ts';

const BIG = 'x'.repeat(20_000_000);

describe('large answers', () => {
  let close: () => void;
  let sockets: Socket[];
  beforeEach(() => {
    sockets = [];
  });
  afterEach(() => {
    for (const socket of sockets) socket.destroy();
    close();
  });

  async function serve(handle: (context: Koa.Context) => unknown): Promise<string> {
    const app = new Koa();
    app.silent = true;
    app.use(async (context) => {
      try {
        await handle(context);
        context.body ??= context.path === '/big' ? BIG : 'done';
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        context.status = error.status;
        context.body = error.message;
      }
    });
    const server = createServer(app.callback());
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    close = () => {
      server.closeAllConnections();
      server.close();
    };
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** A client that asks and never reads; resolves when it has been answered to. */
  async function silent(url: string): Promise<Socket> {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.write('GET /big HTTP/1.1\r\nHost: x\r\n\r\n');
    socket.pause();
    await new Promise((done) => setTimeout(done, 100));
    return socket;
  }

  const turns = (changes: Partial<TurnTerms> = {}) =>
    createTurns({ atOnce: 2, waiting: 2, patience: 300, stalled: 60_000, longest: 60_000, ...changes });

  it('only so many are made at once; those that wait get their turn in order', async () => {
    const turn = turns();
    let most = 0;
    let now = 0;
    const order: string[] = [];
    const url = await serve(async (context) => {
      await turn(context);
      now += 1;
      most = Math.max(most, now);
      await new Promise((done) => setTimeout(done, 60));
      order.push(context.path);
      now -= 1;
    });
    const asked = ['/1', '/2', '/3', '/4'].map(async (path, i) => {
      await new Promise((done) => setTimeout(done, i * 10));
      return (await fetch(url + path)).text();
    });
    expect(await Promise.all(asked)).to.deep.equal(['done', 'done', 'done', 'done']);
    expect([most, order]).to.deep.equal([2, ['/1', '/2', '/3', '/4']]);
  });

  it('beyond those that may wait, and after their patience, it is 503 with Retry-After; then there is room again', async () => {
    const turn = turns();
    const url = await serve((context) => turn(context));
    await silent(url);
    await silent(url);
    const began = performance.now();
    const answers = await Promise.all([1, 2, 3, 4].map(() => fetch(url)));
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).to.deep.equal(Array(4).fill([503, '5']));
    expect(performance.now() - began).to.be.within(250, 2000);
    for (const socket of sockets) socket.destroy();
    await until('it is answered', async () => (await fetch(url)).status === 200);
  });

  it('a client that does not read loses its turn to those that wait', async () => {
    const turn = turns({ stalled: 200, patience: 5000 });
    const url = await serve((context) => turn(context));
    await silent(url);
    await silent(url);
    expect((await fetch(url)).status).to.equal(200);
  });

  it('an answer that is long in the making is no client that does not read', async () => {
    const turn = turns({ atOnce: 1, stalled: 100, patience: 5000 });
    const url = await serve(async (context) => {
      await turn(context);
      await new Promise((done) => setTimeout(done, 700));
    });
    const answers = await Promise.all([1, 2].map(() => fetch(url)));
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200]);
  });

  it('one that leaves while it waits takes no turn', async () => {
    const turn = turns({ atOnce: 1, patience: 60_000 });
    let made = 0;
    const url = await serve(async (context) => {
      await turn(context);
      made += 1;
    });
    const first = await silent(url);
    await fetch(url, { signal: AbortSignal.timeout(100) }).catch(() => undefined);
    first.destroy();
    expect((await fetch(url)).status).to.equal(200);
    expect(made).to.equal(2);
  });

  it('of answers that are never refused, the oldest that nobody reads end', async () => {
    const cut = createCutter(3, 50);
    const url = await serve((context) => cut(context.res));
    const silents = [];
    for (let i = 0; i < 6; i++) silents.push(await silent(url));
    expect((await fetch(url)).status).to.equal(200);
    const ended = await Promise.all(
      silents.slice(0, 3).map(
        (socket) =>
          new Promise((done) => {
            socket.once('close', () => done(true));
            socket.resume();
          }),
      ),
    );
    expect(ended).to.deep.equal([true, true, true]);
  });
});

describe('JSON in parts', () => {
  it('is the same JSON, whatever is in it', () => {
    const values = [
      {},
      { a: 1 },
      { list: [] },
      { by: 'day', list: [1, 'two', null, undefined, { three: [] }], after: null, none: undefined },
      { list: Array.from({ length: 30_000 }, (_, i) => ({ i, name: `"${i}"\n` })), next: '1.2' },
    ];
    for (const value of values) expect([...jsonParts(value)].join('')).to.equal(JSON.stringify(value));
  });

  it('no part of a long list is much longer than the others', () => {
    const parts = [...jsonParts({ list: Array.from({ length: 30_000 }, (_, i) => ({ i })) })];
    expect(parts.length).to.be.above(4);
    for (const part of parts) expect(part.length).to.be.below(70_000);
  });
});
