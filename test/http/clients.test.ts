import { expect } from 'chai';
import type { Peer } from '../../src/domain/observation.ts';
import { LedgerError } from '../../src/errors.ts';
import type { AppDeps, PeerAct, PeerChange } from '../../src/http/deps.ts';
import type { Listening } from '../../src/http/server.ts';
import { clientSchemas } from '../../src/views/openapi/clients.ts';
import { schemas } from '../../src/views/openapi/schemas.ts';
import { type Failure, openHome, type SmallHome } from '../support/homes/small-home.ts';
import { violations } from '../support/schema.ts';
import { ask, depsOf, serveApp } from '../support/web/web.ts';
import { peer, peers, publicKey } from '../support/wireguard/peers.ts';

const AT = Date.UTC(2026, 10, 20, 18);
const KEY = publicKey(1);
const PEER = { router: 'gateway', interface: 'wg0', publicKey: KEY };

describe('the API of the VPN panel', () => {
  let home: SmallHome;
  let server: Listening;
  /** What the WireGuard server returns, or why it returns nothing. */
  let shown: Peer[] | Failure;
  let now: number;
  /** The actions, in order. */
  let done: string[];
  let acts: PeerAct[];

  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
    [shown, now, done, acts] = [[peer(1), peer(2)], AT, [], []];
  });
  afterEach(async () => {
    await server.close();
    await home.close();
  });

  async function start(changes: Partial<AppDeps> = {}): Promise<void> {
    const deps = depsOf(home, () => home.view(now), {
      async read() {
        done.push('round');
        now += 1000;
        await home.read(now, { gateway: { sources: { peers: Array.isArray(shown) ? peers(shown) : shown } } });
      },
      auth: {
        settings: () => ({ read: 'open', control: true }),
        check: async () => ({ kind: 'known', name: 'phone', scope: 'control' }),
      },
      note: async (act) => void acts.push(act),
      ...changes,
    });
    server = await serveApp(deps);
    await deps.read();
    done.length = 0;
  }

  const call = async (method: string, path: string) => {
    const { status, headers, text } = await ask(server.url + path, { method });
    expect(headers['content-type']).to.equal('application/json');
    return { status, body: JSON.parse(text) };
  };
  const get = (path: string) => call('GET', path);
  const idOf = async (key = KEY): Promise<number> => (await get(`/api/clients/${encodeURIComponent(key)}`)).body.client.id;

  /** A server that does what is requested. */
  const willing: AppDeps['control'] = {
    async change(name, action) {
      done.push(`${action} ${name.interface} ${name.publicKey === KEY ? 1 : '?'}`);
      if (!Array.isArray(shown)) return { ok: false, reason: 'it is away' };
      const others = shown.filter(({ publicKey: key }) => key !== name.publicKey);
      const own = shown.filter(({ publicKey: key }) => key === name.publicKey);
      switch (action) {
        case 'revoke':
          shown = [...others, ...own.map((one): Peer => ({ ...one, state: 'revoked', bytes: null, endpoint: null }))];
          return { ok: true, state: 'revoked' };
        case 'restore':
          shown = [...others, ...own.map((one): Peer => ({ ...one, state: 'active', bytes: { download: 0, upload: 0 } }))];
          return { ok: true, state: 'active' };
        case 'delete':
          shown = others;
          return { ok: true, state: 'gone' };
        default:
          return action satisfies never;
      }
    },
  };
  const answers = (result: PeerChange): AppDeps['control'] => ({ change: async () => result });

  describe('reading', () => {
    it('returns a client by number or key, at both paths, as documented', async () => {
      await start();
      const id = await idOf();
      for (const path of [`/api/clients/${id}`, `/api/clients/${id}/details`, `/api/clients/${encodeURIComponent(KEY)}/details`]) {
        const { status, body } = await get(path);
        expect(status).to.equal(200);
        expect(violations(body, clientSchemas.ClientAnswer, clientSchemas)).to.deep.equal([]);
        expect(body.client).to.include({ id, name: 'peer 1', server_id: 1, client_ip: '10.8.0.1', status: 'active' });
      }
    });

    it('returns the clients of a server by name or position, as documented', async () => {
      await start();
      for (const server of ['gateway', '1']) {
        const { status, body } = await get(`/api/servers/${server}/clients`);
        expect(status).to.equal(200);
        expect(violations(body, clientSchemas.ClientsAnswer, clientSchemas)).to.deep.equal([]);
        expect(body.clients.map(({ name }: { name: string }) => name)).to.deep.equal(['peer 1', 'peer 2']);
      }
    });

    it('starts no round', async () => {
      await start();
      await get('/api/servers/gateway/clients');
      await get(`/api/clients/${await idOf()}`);
      expect(done).to.deep.equal([]);
    });

    it('returns 404 for an unknown client, in the words of the panel', async () => {
      await start();
      expect(await get('/api/clients/4711')).to.deep.equal({ status: 404, body: { error: 'Client not found' } });
      expect(await get('/api/servers/attic/clients')).to.deep.equal({ status: 404, body: { error: 'Server not found' } });
      for (const [method, path] of [
        ['POST', '/api/clients/4711/revoke'],
        ['POST', '/api/clients/4711/restore'],
        ['DELETE', '/api/clients/4711'],
        ['POST', '/api/clients/4711/sync-stats'],
      ] as const) {
        expect(await call(method, path), path).to.deep.equal({ status: 404, body: { error: 'Client not found' } });
      }
      expect(await call('POST', '/servers/attic/sync-stats')).to.deep.equal({ status: 404, body: { error: 'Server not found' } });
      expect(done).to.deep.equal([]);
    });
  });

  describe('changing', () => {
    it('revoke: posts the peer’s bytes first, then removes it, and shows that state', async () => {
      await start({ control: willing });
      shown = [peer(1, { bytes: { download: 5000, upload: 300 }, latestHandshake: AT / 1000 }), peer(2)];
      const id = await idOf();
      const { status, body } = await call('POST', `/api/clients/${id}/revoke`);
      expect([status, body]).to.deep.equal([200, { success: true, message: 'Client revoked' }]);
      expect(done).to.deep.equal(['round', 'revoke wg0 1', 'round']);
      const { client } = (await get(`/api/clients/${id}`)).body;
      expect(client).to.include({ status: 'disabled', bytes_received: 5000, bytes_sent: 300 });
      expect((await get('/api/servers/1/clients')).body.clients).to.have.length(2);
    });

    it('restore: the peer is back, under the same number, with all its bytes', async () => {
      await start({ control: willing });
      shown = [peer(1, { bytes: { download: 5000, upload: 300 } }), peer(2)];
      const id = await idOf();
      await call('POST', `/api/clients/${id}/revoke`);
      done.length = 0;
      const { status, body } = await call('POST', `/api/clients/${id}/restore`);
      expect([status, body]).to.deep.equal([200, { success: true, message: 'Client restored' }]);
      expect(done).to.deep.equal(['restore wg0 1', 'round']);
      expect((await get(`/api/clients/${id}`)).body.client).to.include({ id, status: 'active', bytes_received: 5000, bytes_sent: 300 });
    });

    it('delete: the peer is gone, at both paths; its bytes stay in the ledger', async () => {
      for (const path of ['', '/delete']) {
        await start({ control: willing });
        shown = [peer(1, { bytes: { download: 5000, upload: 300 } }), peer(2)];
        const id = await idOf();
        const { status, body } = await call('DELETE', `/api/clients/${id}${path}`);
        expect([status, body]).to.deep.equal([200, { success: true, message: 'Client deleted' }]);
        expect((await get(`/api/clients/${id}`)).status).to.equal(404);
        expect([...home.ledger.books.accounts.values()].find((account) => account.id === id)?.total.download).to.equal(5000);
        await server.close();
        await home.close();
        home = await openHome({ routers: { gateway: [] } });
        [shown, done] = [[peer(1), peer(2)], []];
      }
    });

    it('is audited with the token and the result', async () => {
      await start({ control: willing });
      const id = await idOf();
      await call('POST', `/api/clients/${id}/revoke`);
      await call('POST', `/api/clients/${id}/restore`);
      await call('DELETE', `/api/clients/${id}`);
      expect(acts).to.deep.equal([
        { peer: PEER, why: 'revoked over HTTP with token "phone"' },
        { peer: PEER, why: 'restored over HTTP with token "phone"' },
        { peer: PEER, why: 'deleted over HTTP with token "phone"' },
      ]);
    });

    it('is answered and written down with what the owner should know beside it', async () => {
      await start({ control: answers({ ok: true, state: 'revoked', changed: false, notes: ['There is no route to 10.8.0.1'] }) });
      const { body } = await call('POST', `/api/clients/${await idOf()}/revoke`);
      expect(body).to.deep.equal({ success: true, message: 'Client revoked', notes: ['There is no route to 10.8.0.1'] });
      expect(violations(body, clientSchemas.DoneAnswer, clientSchemas)).to.deep.equal([]);
      expect(acts[0]?.why).to.equal('revoked over HTTP with token "phone", as it was already. There is no route to 10.8.0.1');
    });

    it('a failure is reported with its reason, never as a success', async () => {
      await start({ control: answers({ ok: false, reason: 'No route to host' }) });
      for (const [method, path] of [
        ['POST', '/revoke'],
        ['POST', '/restore'],
        ['DELETE', ''],
      ] as const) {
        const { status, body } = await call(method, `/api/clients/${await idOf()}${path}`);
        expect([status, body]).to.deep.equal([502, { success: false, error: 'No route to host' }]);
        expect(violations(body, clientSchemas.FailedAnswer, clientSchemas)).to.deep.equal([]);
      }
      expect(acts.map(({ why }) => why)).to.deep.equal(
        ['revoked', 'restored', 'deleted'].map((verb) => `could not be ${verb} over HTTP with token "phone": No route to host`),
      );
      expect((await get(`/api/clients/${await idOf()}`)).body.client.status).to.equal('active');
    });

    it('what is not possible in the current state is 409', async () => {
      await start({ control: answers({ ok: false, conflict: true, reason: 'It is revoked already' }) });
      expect(await call('POST', `/api/clients/${await idOf()}/revoke`)).to.deep.equal({
        status: 409,
        body: { success: false, error: 'It is revoked already' },
      });
    });

    it('the state on the server decides, not its answer', async () => {
      await start({ control: answers({ ok: true, state: 'active' }) });
      expect(await call('POST', `/api/clients/${await idOf()}/revoke`)).to.deep.equal({
        status: 502,
        body: { success: false, error: 'The server still shows the peer as active' },
      });
      expect(acts[0]?.why).to.equal('could not be revoked over HTTP with token "phone": The server still shows the peer as active');
    });

    it('a bug is not a success, and shows no stack trace', async () => {
      await start({
        control: {
          change: async () => {
            throw new TypeError('secret');
          },
        },
      });
      expect(await call('POST', `/api/clients/${await idOf()}/revoke`)).to.deep.equal({
        status: 502,
        body: { success: false, error: 'Internal error: see the log' },
      });
      expect(acts).to.have.length(1);
    });

    it('a change is reported as done even if the audit could not be written', async () => {
      const logged: string[] = [];
      await start({
        control: willing,
        log: (level, message) => logged.push(`${level} ${message}`),
        note: async () => {
          throw new LedgerError('Ledger "x": disk full');
        },
      });
      expect((await call('POST', `/api/clients/${await idOf()}/revoke`)).status).to.equal(200);
      expect(logged).to.deep.equal([
        `info Peer ${KEY} of gateway: revoked over HTTP with token "phone"`,
        'error Could not write an audit row: Ledger "x": disk full',
      ]);
    });

    it('a round that started before the change is not shown after it', async () => {
      await start({ control: willing });
      const id = await idOf();
      await server.close();
      let held: Peer[] = [];
      let reads = 0;
      await start({
        control: {
          change: async (...args) => {
            held = [peer(1), peer(2)];
            return willing.change(...args);
          },
        },
        read: async () => {
          now += 1000;
          // The first round after the change still shows the old state.
          const stale = held;
          held = [];
          reads += 1;
          await home.read(now, { gateway: { sources: { peers: peers(stale.length > 0 ? stale : (shown as Peer[])) } } });
        },
      });
      reads = 0;
      expect((await call('POST', `/api/clients/${id}/revoke`)).status).to.equal(200);
      expect(reads).to.equal(3);
      expect((await get(`/api/clients/${id}`)).body.client.status).to.equal('disabled');
    });
  });

  describe('sync-stats', () => {
    it('reads once and returns the number of peers, at both paths of a server', async () => {
      await start();
      for (const path of [
        '/api/servers/gateway/sync-stats',
        '/api/servers/1/sync-stats',
        '/servers/gateway/sync-stats',
        '/servers/1/sync-stats',
      ]) {
        done.length = 0;
        const { status, body } = await call('POST', path);
        expect([status, body, done]).to.deep.equal([200, { success: true, synced: 2 }, ['round']]);
      }
    });

    it('of a client returns its current usage', async () => {
      await start();
      const id = await idOf();
      shown = [peer(1, { bytes: { download: 2048, upload: 1024 }, latestHandshake: AT / 1000 })];
      const { status, body } = await call('POST', `/api/clients/${id}/sync-stats`);
      expect([status, body]).to.deep.equal([
        200,
        { success: true, stats: { sent: '1 KB', received: '2 KB', total: '3 KB', last_seen: 'Online', is_online: true } },
      ]);
      expect(violations(body, clientSchemas.StatsAnswer, clientSchemas)).to.deep.equal([]);
    });

    it('fails if the server could not be read, and sets nothing to zero', async () => {
      await start();
      shown = [peer(1, { bytes: { download: 2048, upload: 1024 } })];
      await call('POST', '/api/servers/1/sync-stats');
      const id = await idOf();
      shown = { reason: 'connect', message: 'Connection refused by 192.168.1.1' };
      for (const path of ['/api/servers/1/sync-stats', `/api/clients/${id}/sync-stats`]) {
        const { status, body } = await call('POST', path);
        expect([status, body]).to.deep.equal([502, { success: false, error: 'Connection refused by 192.168.1.1' }]);
      }
      expect((await get(`/api/clients/${id}`)).body.client).to.include({ bytes_received: 2048, bytes_sent: 1024 });
    });

    it('fails if the round could not be booked', async () => {
      await start();
      home.ledger.state.suspendedBecause = 'the clock says 1970';
      expect(await call('POST', '/api/servers/1/sync-stats')).to.deep.equal({ status: 200, body: { success: true, synced: 2 } });
      await server.close();
      let failing = false;
      await start({
        read: async () => {
          if (failing) home.ledger.state.writeErrors += 1;
          else {
            now += 1000;
            await home.read(now, { gateway: { sources: { peers: peers([peer(1)]) } } });
          }
        },
      });
      failing = true;
      expect(await call('POST', '/api/servers/1/sync-stats')).to.deep.equal({
        status: 503,
        body: { success: false, error: 'The round could not be written to the ledger: see the log' },
      });
      home.ledger.state.suspendedBecause = 'the clock says 1970';
      expect((await call('POST', '/api/servers/1/sync-stats')).body).to.deep.equal({
        success: false,
        error: 'Nothing is posted while the clock says 1970',
      });
    });
  });

  it('errors are as documented', async () => {
    await start();
    const { body } = await get('/api/clients/4711');
    expect(violations(body, schemas.Error, schemas)).to.deep.equal([]);
  });
});
