import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { mock } from 'node:test';
import { expect } from 'chai';
import type { AppDeps, LiveFeed, Watcher } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { soon } from '../support/web/soon.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';

describe('/api/v1/live', () => {
  let home: SmallHome;
  let server: Listening;
  let watchers: Set<Watcher>;
  let isOn: boolean;
  let sockets: Socket[];
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  after(() => home.close());
  beforeEach(() => {
    watchers = new Set();
    isOn = true;
    sockets = [];
  });
  afterEach(async () => {
    for (const socket of sockets) socket.destroy();
    await server.close();
  });

  const start = async (changes: Partial<AppDeps> = {}) => {
    const live: LiveFeed = {
      isOn: () => isOn,
      watch(watcher) {
        watchers.add(watcher);
        return () => void watchers.delete(watcher);
      },
    };
    server = await serveApp(depsOf(home, () => home.view(Date.UTC(2026, 10, 20)), { live, ...changes }));
  };

  /** A client of its own, with all that it has read. */
  function client(headers = '') {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const state = { socket, text: '', isClosed: false };
    socket.on('data', (chunk) => {
      state.text += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.once('close', () => {
      state.isClosed = true;
    });
    socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: x\r\n${headers}\r\n`);
    sockets.push(socket);
    return state;
  }

  const sendAll = (text: string) => {
    for (const watcher of watchers) watcher.send(Buffer.from(text));
  };

  it('is a stream that no proxy keeps back, packs or stores', async () => {
    await start();
    const one = client('Accept-Encoding: gzip\r\n');
    await soon(() => one.text.includes('retry: 3000\n\n'));
    expect(one.text).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    for (const header of ['Content-Type: text/event-stream', 'Cache-Control: no-cache', 'X-Accel-Buffering: no'])
      expect(one.text).to.include(`\r\n${header}\r\n`);
    expect(one.text).to.not.match(/Content-Encoding|Content-Length/);
    sendAll('event: rates\ndata: {}\n\n');
    await soon(() => one.text.includes('event: rates\ndata: {}\n\n'));
    for (const watcher of watchers) watcher.end();
    await soon(() => one.text.endsWith('0\r\n\r\n'));
    expect(watchers.size).to.equal(0);
  });

  it('stops watching when its client leaves', async () => {
    await start();
    const one = client();
    await soon(() => watchers.size === 1);
    one.socket.destroy();
    await soon(() => watchers.size === 0);
  });

  it('HEAD answers without watching', async () => {
    await start();
    const { status, headers } = await ask(`${server.url}/api/v1/live`, { method: 'HEAD' });
    expect([status, headers['content-type'], watchers.size]).to.deep.equal([200, 'text/event-stream', 0]);
  });

  it('is for 16 clients, and the next is told when to come again', async () => {
    await start();
    for (let i = 0; i < 16; i++) client();
    await soon(() => watchers.size === 16);
    const { status, headers, text } = await ask(`${server.url}/api/v1/live`);
    expect([status, headers['retry-after'], headers['content-type']]).to.deep.equal([503, '10', 'application/json']);
    expect(JSON.parse(text).error).to.equal('No stream for another client, because 16 others watch already: ask again in 10 s');
    sockets[0]?.destroy();
    await soon(() => watchers.size === 15);
    client();
    await soon(() => watchers.size === 16);
  });

  it('cuts a client that does not read, and no other', async () => {
    await start();
    const [reads, unread] = [client(), client()];
    await soon(() => watchers.size === 2);
    unread.socket.pause();
    const large = `event: rates\ndata: "${'x'.repeat(60_000)}"\n\n`;
    let sent = 0;
    while (watchers.size === 2 && sent < 2000) {
      sendAll(large);
      sent += 1;
      await soon(() => reads.text.length >= sent * large.length);
    }
    expect([watchers.size, reads.isClosed]).to.deep.equal([1, false]);
    // What the kernel holds of the socket is not ours.
    expect(sent).to.be.below(500);
  });

  it('cuts a client that took nothing for 15 s while little waits for it, and no other', async () => {
    const server: Socket[] = [];
    const see = (message: unknown) => server.push((message as { socket: Socket }).socket);
    subscribe('http.server.request.start', see);
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      await start();
      const reads = client();
      await soon(() => watchers.size === 1);
      const unread = client();
      await soon(() => watchers.size === 2);
      unread.socket.pause();
      const waiting = () => server[1]?.writableLength ?? 0;
      const some = `event: rates\ndata: "${'x'.repeat(30_000)}"\n\n`;
      const beat = () => mock.timers.tick(15_000);
      let sent = 0;
      // As long as the kernel takes it, nobody is cut.
      for (; waiting() === 0 && sent < 2000; sent += 1) {
        sendAll(some);
        beat();
        await soon(() => reads.text.length >= (sent + 1) * some.length);
        expect(watchers.size).to.equal(2);
      }
      expect(waiting()).to.be.within(1, 131_072);
      const before = reads.text.length;
      beat();
      await soon(() => reads.text.length > before);
      beat();
      await soon(() => unread.isClosed || watchers.size < 2);
      expect([watchers.size, reads.isClosed]).to.deep.equal([1, false]);
    } finally {
      mock.timers.reset();
      unsubscribe('http.server.request.start', see);
    }
  });

  it('is off with live: 0, and when the program ends', async () => {
    isOn = false;
    await start();
    const off = await ask(`${server.url}/api/v1/live`);
    expect([off.status, JSON.parse(off.text).error]).to.deep.equal([404, 'Live is off: set "live: 2s" in the configuration and reload it']);
    await server.close();
    await start({ ready: () => false });
    const ending = await ask(`${server.url}/api/v1/live`);
    expect([ending.status, ending.headers['retry-after']]).to.deep.equal([503, '10']);
  });

  it('needs a token where reading does', async () => {
    await start({ auth: { settings: () => ({ read: 'token', control: false }), check: async () => ({ kind: 'missing' }) } });
    expect((await ask(`${server.url}/api/v1/live`)).status).to.equal(401);
    expect(watchers.size).to.equal(0);
  });

  it('ends when its client may no longer read: a token was revoked, or is needed now', async () => {
    let read: 'open' | 'token' = 'open';
    let tokens = ['phone', 'other'];
    const auth: AppDeps['auth'] = {
      settings: () => ({ read, control: false }),
      check: async ({ xApiToken }) => (tokens.includes(xApiToken) ? { kind: 'known', name: 'phone', scope: 'read' } : { kind: 'wrong' }),
    };
    mock.timers.enable({ apis: ['setInterval'] });
    try {
      await start({ auth });
      const [none, phone, other] = [client(), client('X-Api-Token: phone\r\n'), client('X-Api-Token: other\r\n')];
      const beat = async (left: number) => {
        const before = other.text.length;
        mock.timers.tick(15_000);
        await soon(() => watchers.size === left && other.text.length > before);
        expect([none, phone, other].filter(({ isClosed }) => !isClosed)).to.have.length(left);
      };
      await soon(() => watchers.size === 3);
      await beat(3);
      read = 'token';
      await beat(2);
      tokens = ['other'];
      await beat(1);
    } finally {
      mock.timers.reset();
    }
  });
});
