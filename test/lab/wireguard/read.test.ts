import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from 'chai';
import { changePeer } from '../../../src/control/change.ts';
import type { RouterRound } from '../../../src/domain/round.ts';
import { minus, NOTHING, plus, type Traffic } from '../../../src/domain/traffic.ts';
import type { Probe } from '../../../src/sources/source.ts';
import type { WireguardConfig } from '../../../src/sources/wireguard/config.ts';
import { wireguardProbe } from '../../../src/sources/wireguard/probe.ts';
import { thisMachine, within } from '../../../src/transports/exec.ts';
import { createWireguardWorld, makeKeys, type WireguardPeer, type WireguardWorld } from '../../support/lab/wireguard.ts';
import { type Bench, openBench } from '../../support/ledger/rounds.ts';
import { type SshServer, startSshd } from '../../support/routers/sshd.ts';
import { holdsKey } from '../../support/wireguard/keys.ts';
import { failureIn, HERE, peersIn, read, serverProbes } from '../../support/wireguard/read-wireguard.ts';

// What each peer's own end has counted is the truth: the bytes of the outer packets' payload, handshakes and padding included.
describe('a WireGuard server that is read', () => {
  let world: WireguardWorld;
  let anna: WireguardPeer;
  let bert: WireguardPeer;
  let bench: Bench;
  let seconds = 0;
  /** What each peer had moved when the ledger took its first reading. */
  const movedBefore = new Map<string, Traffic>();

  before('two peers have a tunnel', async () => {
    world = await createWireguardWorld(['anna', 'bert']);
    const [first, second] = world.peers;
    if (first === undefined || second === undefined) throw new Error('There are no peers');
    [anna, bert] = [first, second];
    await world.up();
    for (const peer of world.peers) await peer.ping(3, 700);
    bench = await openBench();
    world.lab.defer(() => bench.close());
  });

  after('nothing is left over', () => world?.lab.close());

  /** The server as if it were this machine. */
  const here = (more: Partial<WireguardConfig> = {}): Probe =>
    wireguardProbe({
      ...HERE,
      ...more,
      place: 'here',
      run: within(thisMachine(), (argv) => [...world.server.enter, ...argv]).each,
      asRoot: (argv) => argv,
      readsSystem: true,
    });

  /** No key but public ones is anywhere in what was read. */
  function expectNoSecret(told: unknown): void {
    const text = inspect(told, { depth: 12, showHidden: true });
    for (const key of world.secrets) expect(holdsKey(text, key)).to.equal(false);
  }

  it('shows its peers as they are', async () => {
    const round = await read([here()]);
    const { interfaces, peers } = peersIn(round);
    expectNoSecret(round);
    expect(interfaces).to.deep.equal(['wg0']);
    expect(peers.map(({ publicKey, name }) => [publicKey, name])).to.have.deep.members([
      [anna.publicKey, 'anna'],
      [bert.publicKey, null],
    ]);
    const ifindex = Number(await world.server.run('cat', '/sys/class/net/wg0/ifindex'));
    const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    for (const peer of world.peers) {
      const shown = peers.find(({ publicKey }) => publicKey === peer.publicKey);
      expect(shown?.bytes, 'download and upload as the peer sees them').to.deep.equal(await peer.moved());
      expect(shown?.allowedIps[0]).to.equal(`${peer.address}/32`);
      expect(shown?.endpoint).to.match(/^10\.99\.\d\.2:\d+$/);
      expect(Math.abs((shown?.latestHandshake ?? 0) - Date.now() / 1000)).to.be.below(30);
      expect(shown?.epoch).to.deep.equal({ boot: bootId.slice(0, 8), instance: ifindex, began: null, margin: 0 });
    }
    expect(round.system?.bootId).to.equal(bootId);
    expect(Math.abs((round.system?.time ?? 0) - Date.now() / 1000)).to.be.below(5);
  });

  describe('into the ledger', () => {
    /** One probe, as in a running program. */
    let probe: Probe;
    const post = async () => {
      seconds += 60;
      const round = await read([probe], seconds);
      await bench.readAll(seconds, [round]);
      return round;
    };
    const total = (peer: WireguardPeer) => bench.total({ kind: 'peer', router: 'vpn', interface: 'wg0', key: peer.publicKey });
    before(async () => {
      probe = here();
      for (const peer of world.peers) movedBefore.set(peer.publicKey, await peer.moved());
      peersIn(await post());
    });

    it('every byte is booked, each in its direction', async () => {
      await anna.ping(20, 1100);
      await bert.ping(7, 40);
      await world.server.run('busybox', 'ping', '-q', '-c', '3', '-s', '900', anna.address);
      await post();
      for (const peer of world.peers)
        expect(total(peer)).to.deep.equal(minus(await peer.moved(), movedBefore.get(peer.publicKey) ?? NOTHING));
      expect(total(anna)?.upload).to.be.above(20 * 1100);
    });

    it('a restart of the interface loses nothing, even where it has counted more since', async () => {
      const earlier = new Map(world.peers.map((peer) => [peer, total(peer) ?? NOTHING]));
      await world.down();
      expect(failureIn(await post())).to.equal('exec: interface "wg0" no longer exists; bring it up, or restart wrtmeter');
      await world.up();
      for (const peer of world.peers) {
        await peer.greet();
        await peer.ping(60, 1200);
      }
      await post();
      for (const peer of world.peers) {
        const since = await peer.moved();
        expect(since.upload).to.be.above(movedBefore.get(peer.publicKey)?.upload ?? 0);
        expect(total(peer)).to.deep.equal(plus(earlier.get(peer) ?? NOTHING, since));
      }
    });

    it('a peer that is taken off and put back loses nothing, and neither does the other', async () => {
      const earlier = total(anna) ?? NOTHING;
      await world.server.run('wg', 'set', 'wg0', 'peer', anna.publicKey, 'remove');
      await bert.ping(3, 300);
      const left = peersIn(await post()).peers.filter(({ state }) => state === 'active');
      expect(left.map(({ publicKey }) => publicKey)).to.deep.equal([bert.publicKey]);
      expect(total(anna)).to.deep.equal(earlier);
      writeFileSync(join(world.server.folder, 'shared'), anna.sharedKey, { mode: 0o600 });
      const back = ['preshared-key', '/etc/wireguard/shared', 'allowed-ips', `${anna.address}/32`];
      await world.server.run('wg', 'set', 'wg0', 'peer', anna.publicKey, ...back);
      await anna.greet();
      await anna.ping(4, 200);
      const counted = peersIn(await post()).peers;
      expect(total(anna)).to.deep.equal(plus(earlier, await anna.moved()));
      expect(counted.find(({ publicKey }) => publicKey === bert.publicKey)?.bytes).to.deep.equal(await bert.moved());
    });
  });

  it('names a revoked peer from the record beside the file, and nothing more of it', async () => {
    const [revoked, shared] = [await makeKeys(), await makeKeys()];
    const record = join(world.server.folder, 'wg0.conf.revoked');
    writeFileSync(
      record,
      `# Name = carl\n[Peer]\nPublicKey = ${revoked.publicKey}\nPresharedKey = ${shared.privateKey}\nAllowedIPs = 10.7.0.9/32\n`,
      { mode: 0o600 },
    );
    const round = await read([here()]);
    expect(peersIn(round).peers.find(({ publicKey }) => publicKey === revoked.publicKey)).to.deep.equal({
      interface: 'wg0',
      publicKey: revoked.publicKey,
      name: 'carl',
      endpoint: null,
      allowedIps: ['10.7.0.9/32'],
      bits: 64,
      state: 'revoked',
      latestHandshake: 0,
      bytes: null,
      epoch: null,
    });
    expectNoSecret(round);
    expect(holdsKey(inspect(round, { depth: 12 }), shared.privateKey)).to.equal(false);
  });

  it('shows a peer that is revoked and restored as such, by its name, and no other peer changed', async () => {
    const { run } = within(thisMachine(), (argv) => [...world.server.enter, ...argv]);
    const target = { interface: 'wg0', publicKey: anna.publicKey, configFile: null, tool: 'auto' } as const;
    const states = async () => {
      const round = await read([here()]);
      expectNoSecret(round);
      const ours = peersIn(round).peers.filter(({ publicKey }) => [anna.publicKey, bert.publicKey].includes(publicKey));
      return ours.map(({ name, state, allowedIps, bytes }) => [name, state, allowedIps.length, bytes === null]).sort();
    };
    for (const [action, state] of [
      ['revoke', 'revoked'],
      ['restore', 'active'],
    ] as const) {
      expect(await changePeer(run, target, action, AbortSignal.timeout(30_000))).to.include({ ok: true });
      expect(await states(), action).to.deep.equal(
        [
          ['anna', state, 2, state === 'revoked'],
          [null, 'active', 2, false],
        ].sort(),
      );
    }
    await anna.greet();
  });

  it('has its file elsewhere, if that is said', async () => {
    renameSync(join(world.server.folder, 'wg0.conf'), join(world.server.folder, 'moved'));
    expect(peersIn(await read([here()])).peers[0]?.name).to.equal(null);
    expect(
      peersIn(await read([here({ interfaces: ['wg0'], configFile: '/etc/wireguard/moved' })])).peers.some(({ name }) => name === 'anna'),
    ).to.equal(true);
    renameSync(join(world.server.folder, 'moved'), join(world.server.folder, 'wg0.conf'));
  });

  it('has more than one interface, of which those named are read', async () => {
    const { privateKey } = await makeKeys();
    appendFileSync(join(world.server.folder, 'wg7.conf'), `[Interface]\nPrivateKey = ${privateKey}\n`);
    const other = await world.server.up('wg7', []);
    try {
      expect(peersIn(await read([here()])).interfaces.sort()).to.deep.equal(['wg0', 'wg7']);
      expect(peersIn(await read([here({ interfaces: ['wg0'] })])).interfaces).to.deep.equal(['wg0']);
    } finally {
      await other.stop();
    }
    expect(failureIn(await read([here({ interfaces: ['wg0', 'wg7'] })]))).to.equal(
      'exec: interface "wg7" does not exist; bring it up, or correct interfaces',
    );
  });

  describe('over ssh', () => {
    let sshd: SshServer;
    const far = (more: Partial<WireguardConfig> = {}) => serverProbes({ ...HERE, ssh: sshd.terms, ...more });

    before(async () => {
      sshd = await startSshd([`ForceCommand ${world.server.enter.join(' ')} sh -c "$SSH_ORIGINAL_COMMAND"`]);
      world.lab.defer(() => sshd.close());
    });

    it('is the same as on this machine', async () => {
      const [near, there] = [await read([here()]), await read(far())];
      // wg shows them in another order each time.
      const sorted = (round: RouterRound) => {
        const { peers, ...told } = peersIn(round);
        return { ...told, peers: [...peers].sort((a, b) => (a.publicKey < b.publicKey ? -1 : 1)) };
      };
      expect(sorted(there)).to.deep.equal(sorted(near));
      expect(there.system?.bootId).to.equal(near.system?.bootId);
      expectNoSecret(there);
    });

    it('without the interface is reported as such', async () => {
      expect(failureIn(await read(far({ interfaces: ['wg5'] })))).to.equal(
        'exec: interface "wg5" does not exist; bring it up, or correct interfaces',
      );
    });

    it('without its server is a failed reading, soon', async () => {
      await sshd.close();
      const began = performance.now();
      expect(failureIn(await read(far()))).to.match(/^connect: ssh connection to 127\.0\.0\.1 failed: /);
      expect(performance.now() - began).to.be.below(4000);
    });
  });
});
