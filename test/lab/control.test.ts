import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'chai';
import { DIRECTIONS, minus, NOTHING, plus, type Traffic } from '../../src/domain/traffic.ts';
import { createWireguardWorld, type WireguardPeer, type WireguardWorld } from '../support/lab/wireguard.ts';
import { output } from '../support/program/command.ts';
import { type Exporter, startExporter } from '../support/program/exporter.ts';
import { type SshServer, startSshd } from '../support/routers/sshd.ts';
import { standOnEachOther } from '../support/steps.ts';
import { until } from '../support/until.ts';
import { ask } from '../support/web/web.ts';
import { holdsKey } from '../support/wireguard/keys.ts';

const MAIN = join(import.meta.dirname, '../../dist/main.js');

// The whole program, a server behind a real sshd, real tunnels. What a peer's own end has counted is the truth.
describe('peers that are revoked and restored over HTTP', () => {
  standOnEachOther();

  let world: WireguardWorld;
  let sshd: SshServer;
  let exporter: Exporter;
  let anna: WireguardPeer;
  let bert: WireguardPeer;
  let reader: string;
  let controller: string;
  /** Everything that was answered. */
  const answers: string[] = [];
  /** What each peer had moved at the first reading. */
  const movedBefore = new Map<WireguardPeer, Traffic>();

  before(async () => {
    world = await createWireguardWorld(['anna', 'bert']);
    const [first, second] = world.peers;
    if (first === undefined || second === undefined) throw new Error('There are no peers');
    [anna, bert] = [first, second];
    await world.up();
    sshd = await startSshd([`ForceCommand ${world.server.enter.join(' ')} sh -c "$SSH_ORIGINAL_COMMAND"`]);
    world.lab.defer(() => sshd.close());
    const { host, port, keyFile, knownHostsFile } = sshd.terms;
    const login = `ssh: root@${host}, port: ${port}, key_file: ${keyFile}, known_hosts_file: ${knownHostsFile}`;
    const config = join(world.lab.folder, 'wrtmeter.yaml');
    writeFileSync(config, `auth: { read: token }\ncontrol: true\nheartbeat: 0\nrouters: { vpn: { wireguard: { ${login} } } }\n`);
    const dataDir = join(world.lab.folder, 'data');
    exporter = await startExporter({ args: ['--config', config], dataDir });
    world.lab.defer(async () => void (await exporter.kill()));
    const token = async (...args: string[]) =>
      (await output([process.execPath, MAIN, 'token', 'create', ...args, '--data', dataDir])).trim();
    reader = await token('prometheus');
    controller = await token('phone', '--scope', 'control');
    // Ten seconds after a ping, a peer sends a packet of its own, which must not come between what follows.
    for (const peer of world.peers) await peer.ping(3, 700);
    for (const peer of world.peers) movedBefore.set(peer, await peer.moved());
    await call('GET', '/metrics', reader);
  });

  after('nothing is left over', () => world?.lab.close());

  async function call(method: string, path: string, token?: string) {
    const { status, text } = await ask(exporter.url + path, { method, headers: token === undefined ? {} : { 'X-Api-Token': token } });
    answers.push(text);
    return { status, body: path.startsWith('/api') ? JSON.parse(text) : text };
  }
  const at = (peer: WireguardPeer, action = '') => `/api/clients/${encodeURIComponent(peer.publicKey)}${action}`;
  const client = async (peer: WireguardPeer) => (await call('GET', at(peer), reader)).body.client;
  const onInterface = async () => (await world.server.run('wg', 'show', 'wg0', 'peers')).trim().split('\n');
  const file = () => readFileSync(join(world.server.folder, 'wg0.conf'), 'utf8');
  const used = async (peer: WireguardPeer): Promise<Traffic> => {
    const { bytes_received: download, bytes_sent: upload } = await client(peer);
    return { download, upload };
  };
  const since = async (peer: WireguardPeer) => minus(await peer.moved(), movedBefore.get(peer) ?? NOTHING);
  /** Reads the server until it has booked what the peer has moved by its own account: a packet may be between the two figures. */
  const allBooked = (peer: WireguardPeer, moved: () => Promise<Traffic>) =>
    until('all of it is booked', async () => {
      expect((await call('POST', at(peer, '/sync-stats'), controller)).body.success).to.equal(true);
      return isDeepStrictEqual(await used(peer), await moved());
    });
  const isShutOut = (peer: WireguardPeer) =>
    peer.ping(2, 100).then(
      () => expect.fail('It still gets through'),
      (error: Error) => expect(error.message).to.match(/lost|ended with/),
    );

  it('are listed as they are', async () => {
    const { status, body } = await call('GET', '/api/servers/vpn/clients', reader);
    expect(status).to.equal(200);
    // By their numbers, which follow the order in which wg first showed them: that is any.
    expect(body.clients.map(({ client_ip: ip, status, stats }: Record<string, unknown>) => [ip, status, stats])).to.have.deep.members(
      world.peers.map(({ address }) => [
        address,
        'active',
        { sent: '0 B', received: '0 B', total: '0 B', last_seen: 'Online', is_online: true },
      ]),
    );
  });

  it('are not changed without permission', async () => {
    const before = file();
    for (const action of ['/revoke', '/restore', '/delete', '/sync-stats']) {
      const method = action === '/delete' ? 'DELETE' : 'POST';
      expect((await call(method, at(anna, action))).status).to.equal(401);
      expect((await call(method, at(anna, action), reader)).status).to.equal(403);
    }
    expect(await onInterface()).to.have.members([anna.publicKey, bert.publicKey]);
    expect(file()).to.equal(before);
  });

  it('revoke shuts that peer out, books what it moved until then, and no packet of another is lost', async () => {
    await anna.ping(30, 1100);
    const moved = await since(anna);
    const [{ status, body }] = await Promise.all([call('POST', at(anna, '/revoke'), controller), bert.ping(250, 1200)]);
    expect([status, body]).to.deep.equal([200, { success: true, message: 'Client revoked' }]);
    expect(await onInterface()).to.deep.equal([bert.publicKey]);
    expect(file()).to.include(bert.publicKey).and.not.include(anna.publicKey);
    expect(await client(anna)).to.include({ status: 'disabled', client_ip: anna.address });
    expect(moved.upload).to.be.above(30 * 1100);
    // A peer may send a packet of its own at any time.
    const [booked, later] = [await used(anna), await since(anna)];
    for (const direction of DIRECTIONS) expect(booked[direction], direction).to.be.within(moved[direction], later[direction]);
    await isShutOut(anna);
    await bert.ping(3, 100);
  });

  it('restore puts it back with its old keys and addresses; its totals continue', async () => {
    const earlier = await used(anna);
    const [{ status, body }] = await Promise.all([call('POST', at(anna, '/restore'), controller), bert.ping(250, 1200)]);
    const notes = ['The interface has no route to fd07::2/128: restart the interface to add it'];
    expect([status, body]).to.deep.equal([200, { success: true, message: 'Client restored', notes }]);
    expect(await onInterface()).to.have.members([anna.publicKey, bert.publicKey]);
    await anna.greet();
    await anna.ping(20, 900);
    await allBooked(anna, async () => plus(earlier, await anna.moved()));
    expect(await client(anna)).to.include({ status: 'active', name: 'anna', client_ip: anna.address });
  });

  it('the other’s totals are exact across all of it, and across a restart of the interface', async () => {
    await allBooked(bert, () => since(bert));
    const earlier = await used(bert);
    await world.down();
    const { status, body } = await call('POST', '/api/servers/vpn/sync-stats', controller);
    expect([status, body.success]).to.deep.equal([502, false]);
    expect(await used(bert)).to.deep.equal(earlier);
    await world.up();
    await bert.greet();
    await bert.ping(5, 500);
    expect((await call('POST', '/api/servers/vpn/sync-stats', controller)).body).to.deep.equal({ success: true, synced: 2 });
    await allBooked(bert, async () => plus(earlier, await bert.moved()));
  });

  it('delete removes a peer permanently; it is no longer a client', async () => {
    expect((await call('DELETE', at(anna), controller)).body).to.deep.equal({ success: true, message: 'Client deleted' });
    expect((await call('GET', at(anna), reader)).body).to.deep.equal({ error: 'Client not found' });
    expect((await call('POST', at(anna, '/restore'), controller)).status).to.equal(404);
    expect(await onInterface()).to.deep.equal([bert.publicKey]);
  });

  it('what cannot be done is reported as that, and what is shown stays as it was', async () => {
    await sshd.close();
    const { status, body } = await call('POST', at(bert, '/revoke'), controller);
    expect([status, body.success]).to.deep.equal([502, false]);
    expect(body.error).to.be.a('string').and.not.equal('');
    expect((await client(bert)).status).to.equal('active');
    expect(await onInterface()).to.deep.equal([bert.publicKey]);
  });

  it('every change is in the audit log, with who did it and its result', async () => {
    const { body } = await call('GET', '/api/v1/audit?kind=access', reader);
    const rows = body.rows.map(({ router, why }: { router: string; why: string }) => [router, why.replace(/(?<="[:.] ).*/, '…')]).reverse();
    expect(rows).to.deep.equal([
      ['vpn', 'Revoked over HTTP with token "phone"'],
      // With what the owner should know: the tunnel here has no route for IPv6.
      ['vpn', 'Restored over HTTP with token "phone". …'],
      ['vpn', 'Deleted over HTTP with token "phone"'],
      ['vpn', 'Could not be revoked over HTTP with token "phone": …'],
    ]);
  });

  it('no key but public ones, and no token, is in an answer, in the log or in a file of ours', () => {
    const data = join(world.lab.folder, 'data');
    const files = readdirSync(data, { recursive: true, encoding: 'utf8' }).map((name) => join(data, name));
    const kept = files.filter((path) => statSync(path).isFile()).map((path) => readFileSync(path, 'latin1'));
    expect(kept.length).to.be.above(1);
    const told = [...answers, ...exporter.logs, ...kept].join('\n');
    for (const secret of world.secrets) expect(holdsKey(told, secret)).to.equal(false);
    for (const token of [reader, controller]) expect(told).to.not.include(token.slice(5));
  });
});
