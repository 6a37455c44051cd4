import { expect } from 'chai';
import { clientJson, findClient, findServer, serverClients, syncedPeers } from '../../src/views/api-clients.ts';
import { RequestError } from '../../src/views/api-v1/request-error.ts';
import { clientSchemas } from '../../src/views/openapi/clients.ts';
import { openHome, type SmallHome } from '../support/homes/small-home.ts';
import { violations } from '../support/schema.ts';
import { peer, peers, publicKey } from '../support/wireguard/peers.ts';

const AT = Date.UTC(2026, 10, 20, 18);
const MB = 1024 * 1024;

describe('the clients of the VPN panel', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { attic: [], gateway: [] } });
  });
  afterEach(() => home.close());

  const read = (at: number, ...list: ReturnType<typeof peer>[]) => home.read(at, { gateway: { sources: { peers: peers(list) } } });
  const client = (text: string, now = AT + 60_000) => clientJson(home.view(now), findClient(home.view(now), text));

  it('are peers by the panel’s names: sent is the peer’s upload, times are local', async () => {
    await read(AT, peer(7, { bytes: { download: 0, upload: 0 } }));
    await read(AT + 60_000, peer(7, { bytes: { download: 1.5 * 1024 * MB, upload: 10 * MB + 123 }, latestHandshake: AT / 1000 }));
    expect(client(publicKey(7))).to.deep.equal({
      id: findClient(home.view(AT), publicKey(7)).id,
      name: 'peer 7',
      server_id: 2,
      client_ip: '10.8.0.7',
      status: 'active',
      created_at: '2026-11-20 19:00:00',
      stats: { sent: '10 MB', received: '1.5 GB', total: '1.51 GB', last_seen: 'Online', is_online: true },
      bytes_sent: 10 * MB + 123,
      bytes_received: 1.5 * 1024 * MB,
      last_handshake: '2026-11-20 19:00:00',
    });
  });

  it('are as the OpenAPI document describes them', async () => {
    await read(
      AT,
      peer(1),
      peer(2, { state: 'revoked', bytes: null, allowedIps: [] }),
      peer(3, { name: null, allowedIps: ['fd00::3/128'] }),
    );
    const list = serverClients(home.view(AT), 'gateway');
    expect(list).to.have.length(3);
    for (const one of list) expect(violations(one, clientSchemas.Client, clientSchemas)).to.deep.equal([]);
  });

  it('sizes have two decimals at most, and base 1024', async () => {
    const sizes = [
      [0, '0 B'],
      [1023, '1023 B'],
      [1024, '1 KB'],
      [1536, '1.5 KB'],
      [1600, '1.56 KB'],
      [MB - 1, '1024 KB'],
      [456.78 * MB, '456.78 MB'],
      [1024 ** 4, '1 TB'],
      [5000 * 1024 ** 4, '5000 TB'],
    ] as const;
    await read(AT, ...sizes.map((_, i) => peer(i)));
    await read(AT + 1e9, ...sizes.map(([bytes], i) => peer(i, { bytes: { download: Math.floor(bytes), upload: 0 } })));
    for (const [i, [, text]] of sizes.entries()) expect(client(publicKey(i), AT + 1e9).stats.received).to.equal(text);
  });

  it('last_seen shows the time since the last handshake', async () => {
    const since = [
      [0, 'Online'],
      [299, 'Online'],
      [300, '5 minutes ago'],
      [3599, '59 minutes ago'],
      [3600, '1 hours ago'],
      [86_399, '23 hours ago'],
      [86_400, '1 days ago'],
      [400 * 86_400, '400 days ago'],
    ] as const;
    await read(AT, ...since.map(([seconds], i) => peer(i, { latestHandshake: AT / 1000 - seconds })), peer(50));
    for (const [i, [, text]] of since.entries()) expect(client(publicKey(i), AT).stats.last_seen).to.equal(text);
    expect(client(publicKey(50), AT)).to.nested.include({ 'stats.last_seen': 'Never', 'stats.is_online': false, last_handshake: null });
  });

  it('one that is revoked is disabled and not online, however late its handshake, and keeps what it used', async () => {
    await read(AT, peer(1));
    await read(AT + 1000, peer(1, { bytes: { download: 5000, upload: 100 }, latestHandshake: AT / 1000 }));
    await read(AT + 2000, peer(1, { state: 'revoked', bytes: null, endpoint: null, latestHandshake: 0 }));
    expect(client(publicKey(1))).to.deep.include({ status: 'disabled', bytes_received: 5000, bytes_sent: 100 });
    expect(client(publicKey(1)).stats).to.include({ is_online: false, last_seen: '1 minutes ago' });
  });

  it('are found by number or public key; one that was deleted is not', async () => {
    await read(AT, peer(1), peer(2));
    const { id } = findClient(home.view(AT), publicKey(2));
    expect(findClient(home.view(AT), String(id)).publicKey).to.equal(publicKey(2));
    for (const text of ['0', '999', '-1', `0${id}`, `${id} `, '', publicKey(3), 'peer 1', '__proto__']) {
      expect(() => findClient(home.view(AT), text), text)
        .to.throw(RequestError, 'Client not found')
        .with.property('status', 404);
    }
    await read(AT + 1000, peer(1));
    expect(() => findClient(home.view(AT), String(id))).to.throw('Client not found');
    expect(serverClients(home.view(AT), 'gateway')).to.have.length(1);
  });

  it('one key on two interfaces is two clients, distinguished by their numbers', async () => {
    await home.read(AT, { gateway: { sources: { peers: peers([peer(1), peer(1, { interface: 'wg1' })], ['wg0', 'wg1']) } } });
    expect(() => findClient(home.view(AT), publicKey(1)))
      .to.throw('Several clients have this key: use the number of one')
      .with.property('status', 409);
    const ids = serverClients(home.view(AT), 'gateway').map(({ id }) => id);
    expect(new Set(ids).size).to.equal(2);
    for (const id of ids) expect(findClient(home.view(AT), String(id)).id).to.equal(id);
  });

  it('addresses of one host lose their prefix length, networks keep it', async () => {
    const addresses = [
      ['10.8.0.2/32', '10.8.0.2'],
      ['fd00::2/128', 'fd00::2'],
      ['10.8.0.0/24', '10.8.0.0/24'],
      ['fd00::/32', 'fd00::/32'],
      ['0.0.0.0/0', '0.0.0.0/0'],
    ] as const;
    await read(AT, ...addresses.map(([address], i) => peer(i, { allowedIps: [address, '192.0.2.1/32'] })), peer(50, { allowedIps: [] }));
    for (const [i, [, shown]] of addresses.entries()) expect(client(publicKey(i)).client_ip).to.equal(shown);
    expect(client(publicKey(50)).client_ip).to.equal(null);
  });

  it('one that was listed and never counted has its key for a number', async () => {
    await read(AT, peer(1, { state: 'revoked', bytes: null }));
    expect(client(publicKey(1))).to.include({ id: publicKey(1), created_at: null, bytes_sent: 0, status: 'disabled' });
  });

  it('servers are routers, by name or by place; a name counts before a place', async () => {
    const view = home.view(AT);
    expect(['attic', 'gateway', '1', '2'].map((text) => findServer(view, text))).to.deep.equal(['attic', 'gateway', 'attic', 'gateway']);
    for (const text of ['', '0', '3', '01', '-1', '1.0', '1e0', 'Attic', 'toString', '99999999999999999999'])
      expect(() => findServer(view, text), text).to.throw(RequestError, 'Server not found');
    const [attic, gateway] = view.routers;
    if (attic === undefined || gateway === undefined) throw new Error('There are two routers');
    expect(findServer({ routers: [attic, { ...gateway, name: '1' }] }, '1')).to.equal('1');
  });

  it('a round that read none says why, instead of a number', async () => {
    await read(AT, peer(1), peer(2, { state: 'revoked', bytes: null }));
    expect(syncedPeers(home.view(AT), 'gateway')).to.deep.equal({ synced: 2 });
    expect(syncedPeers(home.view(AT), 'attic')).to.deep.equal({ error: 'Router "attic" shows no WireGuard peers' });
    const failure = { reason: 'timeout', message: 'No answer within 9.5 s' } as const;
    await home.read(AT + 1000, { gateway: { sources: { peers: failure } }, attic: { sources: { wan: failure } } });
    for (const server of ['gateway', 'attic'])
      expect(syncedPeers(home.view(AT), server)).to.deep.equal({ error: 'No answer within 9.5 s' });
  });
});
