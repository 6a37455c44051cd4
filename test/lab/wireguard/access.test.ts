import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { changePeer, listPeers } from '../../../src/control/change.ts';
import type { AccessResult } from '../../../src/control/result.ts';
import type { Action, PeerTarget } from '../../../src/control/target.ts';
import { thisMachine, within } from '../../../src/transports/exec.ts';
import type { Run } from '../../../src/transports/run.ts';
import { sshMachine } from '../../../src/transports/ssh.ts';
import { createWireguardWorld, makeKeys, type WireguardPeer, type WireguardWorld } from '../../support/lab/wireguard.ts';
import { type Finished, finish } from '../../support/program/command.ts';
import { tinyDisk } from '../../support/program/tiny-disk.ts';
import { busyboxPath } from '../../support/routers/busybox.ts';
import { startSshd } from '../../support/routers/sshd.ts';
import { holdsKey } from '../../support/wireguard/keys.ts';
import { accessText } from '../../support/wireguard/peer-script.ts';

const ACTIONS: Action[] = ['revoke', 'restore', 'delete'];
const STEPS = ['begin', 'begun', 'record', 'recorded', 'config', 'configured', 'interface', 'applied', 'verify', 'verified', 'finish'];

const soon = () => AbortSignal.timeout(40_000);

describe('access to the peers of a WireGuard server', () => {
  let world: WireguardWorld;
  let anna: WireguardPeer;
  let bert: WireguardPeer;
  let conf: string;
  let original: string;
  let run: Run;

  before('two peers have a tunnel', async () => {
    world = await createWireguardWorld(['anna', 'bert']);
    const [first, second] = world.peers;
    if (first === undefined || second === undefined) throw new Error('There are no peers');
    [anna, bert] = [first, second];
    await world.up();
    conf = join(world.server.folder, 'wg0.conf');
    original = readFileSync(conf, 'utf8');
    run = within(thisMachine(), (argv) => [...world.server.enter, ...argv]).run;
    for (const peer of world.peers) await peer.ping(2, 100);
  });

  after('nothing is left over', () => world?.lab.close());

  beforeEach('everybody is in', async () => {
    for (const name of readdirSync(world.server.folder)) rmSync(join(world.server.folder, name), { recursive: true });
    writeFileSync(conf, original, { mode: 0o640 });
    chmodSync(conf, 0o640);
    await world.server.run('wg', 'syncconf', 'wg0', '/etc/wireguard/wg0.conf');
  });

  const target = (peer: Pick<WireguardPeer, 'publicKey'> = anna): PeerTarget => ({
    interface: 'wg0',
    publicKey: peer.publicKey,
    configFile: null,
    tool: 'auto',
  });
  const change = (action: Action, peer: Pick<WireguardPeer, 'publicKey'> = anna, by: Run = run): Promise<AccessResult> =>
    changePeer(by, target(peer), action, soon());
  const done = (state: string, more: Partial<AccessResult> = {}) => ({
    ok: true,
    state,
    changed: true,
    place: 'both',
    notes: NO_ROUTE,
    ...more,
  });
  // The lab gives its interface no IPv6 address.
  const NO_ROUTE: string[] = [];

  /** All peers of the server, as its own tools show them. */
  async function shown(): Promise<{ file: string; record: string; interface: string[] }> {
    const dump = await world.server.run('wg', 'show', 'wg0', 'dump');
    const rows = dump.trim().split('\n').slice(1);
    const record = `${conf}.revoked`;
    return {
      file: readFileSync(conf, 'utf8'),
      record: existsSync(record) ? readFileSync(record, 'utf8') : '',
      // Keys, preshared keys and addresses; endpoints and counters continue.
      interface: rows.map((row) => [0, 1, 3].map((column) => row.split('\t')[column]).join(' ')).sort(),
    };
  }

  /** Whether a peer reaches the server now. */
  const reaches = async ({ host }: WireguardPeer): Promise<boolean> =>
    (await finish([...host.enter, busyboxPath(), 'ping', '-q', '-c', '2', '-W', '1', '10.7.0.1'])).code === 0;

  it('a revoked peer moves nothing from then on, and a transfer of another continues without a gap', async () => {
    // First small packets at a steady pace, none of which may be lost; then as much as the tunnel carries.
    const steady = finish([...bert.host.enter, busyboxPath(), 'ping', '-q', '-i', '0.01', '-c', '200', '-W', '1', '10.7.0.1']);
    await sleep(300);
    expect(await reaches(anna)).to.equal(true);
    expect(await change('revoke')).to.deep.equal(done('revoked'));
    const before = await anna.moved();
    expect(await reaches(anna)).to.equal(false);
    expect((await anna.moved()).download).to.equal(before.download);
    expect((await steady).stdout).to.contain('200 packets transmitted, 200 packets received');
    await change('restore');

    const [mebibytes, port] = [250, '9009'];
    const sink = world.lab.start(`${world.lab.id}-server`, [
      ...world.server.enter,
      ...[busyboxPath(), 'nc', '-l', '-p', port, '-e', busyboxPath(), 'wc', '-c'],
    ]);
    await world.lab.until('the server listens', async () => (await world.server.run('ss', '-ltn')).includes(port), sink);
    const send = `head -c ${mebibytes}M /dev/zero | ${busyboxPath()} nc -w 5 10.7.0.1 ${port}`;
    const transfer = finish([...bert.host.enter, 'sh', '-c', send], { timeout: 60_000 });
    await sleep(100);
    expect(await change('revoke')).to.deep.equal(done('revoked'));
    expect(sink.running()).to.equal(true);
    // What has come is counted at the server.
    expect(Number((await transfer).stdout)).to.equal(mebibytes * 1024 * 1024);

    expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: true, place: 'both' });
    await anna.greet();
    await anna.ping(5, 500);
    await bert.ping(5, 500);
  });

  it('restoring brings back the same keys, addresses and name; file and interface agree, and the file keeps mode and owner', async () => {
    const before = await shown();
    await change('revoke');
    const between = await shown();
    expect(between.file).not.to.contain(anna.publicKey);
    expect(between.file).to.equal(original.replace(/# Name = anna[^#]*?\n\n(?=\[Peer\])/s, ''));
    expect(between.interface).to.deep.equal(before.interface.filter((row) => !row.startsWith(anna.publicKey)));
    expect(between.record).to.match(
      /^# wrtmeter: revoked \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\n# wrtmeter: place .*\n# Name = anna\n\[Peer\]\n/,
    );
    expect(statSync(`${conf}.revoked`).mode & 0o777).to.equal(0o600);
    expect(statSync(conf).mode & 0o777).to.equal(0o640);

    await change('restore');
    const after = await shown();
    expect(after.interface).to.deep.equal(before.interface);
    expect(after.record).to.equal('');
    expect(readdirSync(world.server.folder)).to.deep.equal(['wg0.conf']);
    expect(after.file).to.equal(original);
    expect(statSync(conf).mode & 0o777).to.equal(0o640);
  });

  it('a configuration that is a link stays one, and its record is beside the link, where readers look', async () => {
    const real = join(world.server.folder, 'real.conf');
    renameSync(conf, real);
    symlinkSync('real.conf', conf);
    expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked' });
    expect(lstatSync(conf).isSymbolicLink()).to.equal(true);
    expect(readFileSync(real, 'utf8')).not.to.contain(anna.publicKey);
    expect(readFileSync(`${conf}.revoked`, 'utf8')).to.contain(anna.publicKey);
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active' });
    expect(readFileSync(real, 'utf8')).to.contain(anna.publicKey);
    expect(existsSync(`${conf}.revoked`)).to.equal(false);
  });

  it('what is so already is distinguished from what was done, and strangers from both', async () => {
    const stranger = { publicKey: (await makeKeys()).publicKey };
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: false });
    await change('revoke');
    expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked', changed: false, place: 'record' });
    expect(await change('delete')).to.deep.include({ ok: true, state: 'gone', changed: true });
    for (const action of ACTIONS) {
      expect(await change(action), action).to.deep.include({ ok: false, step: 'find', conflict: true });
      expect(await change(action, stranger), action).to.deep.include({ ok: false, step: 'find', conflict: true });
    }
  });

  it('deleting an active peer takes it from the interface, the file and the record', async () => {
    expect(await change('delete')).to.deep.include({ ok: true, state: 'gone', changed: true, place: 'both' });
    const { file, record, interface: rows } = await shown();
    expect(file + record + rows.join()).not.to.contain(anna.publicKey);
    expect(await reaches(bert)).to.equal(true);
  });

  /** Runs an action that stops at a step, as if it failed there or its shell died there. */
  const stopped = async (action: Action, step: string, how: 'fail' | 'kill'): Promise<string> => {
    const shell = [...world.server.enter, 'env', `WRTMETER_STOP=${step} ${how}`, busyboxPath(), 'ash'];
    return (await finish([...shell, '-s', '--', action, 'wg0', anna.publicKey, '-', 'wg'], { input: accessText() })).stdout;
  };
  const leftovers = () => readdirSync(world.server.folder).filter((name) => !/^wg0\.conf(\.revoked)?$/.test(name));
  const everybodyIn = async () => {
    writeFileSync(conf, original);
    rmSync(`${conf}.revoked`, { force: true });
    await world.server.run('wg', 'syncconf', 'wg0', '/etc/wireguard/wg0.conf');
  };

  for (const action of ACTIONS)
    it(`${action}: a step that fails leaves what was before, whole`, async () => {
      if (action === 'restore') await change('revoke');
      const before = await shown();
      for (const step of STEPS) {
        expect(await stopped(action, step, 'fail'), step).to.match(new RegExp(`\nresult failed ${step} A test stopped it here\n$`));
        expect(await shown(), step).to.deep.equal(before);
        expect(leftovers(), step).to.deep.equal([]);
      }
      await everybodyIn();
      await anna.greet();
      expect(await reaches(anna)).to.equal(true);
    });

  for (const action of ['revoke', 'delete'] as const)
    it(`${action}: whatever step its shell dies at, the next caller finishes it, with interface, file and record as they should be`, async () => {
      const others = (await shown()).interface.filter((row) => !row.startsWith(anna.publicKey));
      for (const step of STEPS.slice(1)) {
        await everybodyIn();
        await stopped(action, step, 'kill');
        expect(await listPeers(run, target(), soon()), step)
          .to.have.property('notes')
          .that.deep.equals(['An interrupted change was completed first']);
        const after = await shown();
        expect(after.interface, step).to.deep.equal(others);
        expect(after.file, step).not.to.contain(anna.publicKey);
        expect(after.record.split(anna.sharedKey).length, step).to.equal(action === 'revoke' ? 2 : 1);
        expect(leftovers(), step).to.deep.equal([]);
      }
    });

  it('restore: whatever step its shell dies at, the peer stays out until somebody restores it again', async () => {
    await change('revoke');
    const before = await shown();
    for (const step of STEPS.slice(1)) {
      await stopped('restore', step, 'kill');
      expect(await listPeers(run, target(), soon()), step)
        .to.have.property('notes')
        .that.deep.equals(['An interrupted restore was rolled back first']);
      expect(await shown(), step).to.deep.equal(before);
      expect(leftovers(), step).to.deep.equal([]);
    }
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active' });
  });

  it('a shell that dies before it starts has changed nothing', async () => {
    const before = await shown();
    for (const action of ['revoke', 'delete'] as const) await stopped(action, 'begin', 'kill');
    expect(await listPeers(run, target(), soon()))
      .to.have.property('notes')
      .that.deep.equals([]);
    expect(await shown()).to.deep.equal(before);
  });

  it('an answer is looked for when the shell died on the server: then the revoke is done', async () => {
    let calls = 0;
    const dying: Run = (argv, stdin, signal) => {
      calls += 1;
      return run(calls === 1 ? ['env', 'WRTMETER_STOP=configured kill', ...argv] : argv, stdin, signal);
    };
    expect(await change('revoke', anna, dying)).to.deep.include({ ok: true, state: 'revoked', changed: true });
    expect((await shown()).interface).to.have.length(1);
  });

  it('a file that somebody changed after a change was cut off is left as it is, and the interface follows it', async () => {
    await stopped('revoke', 'configured', 'kill');
    const edited = `${readFileSync(conf, 'utf8')}# mine\n`;
    writeFileSync(conf, edited);
    const left = '"/etc/wireguard/wg0.conf" was changed by another program in the meantime and was left as it is';
    const listing = await listPeers(run, target(), soon());
    expect(listing).to.have.property('notes').that.deep.equals([left, 'An interrupted change was completed first']);
    const { file, record, interface: rows } = await shown();
    expect(file).to.equal(edited);
    expect(record).to.contain(anna.sharedKey);
    expect(rows).to.have.length(1);

    await stopped('restore', 'applied', 'kill');
    writeFileSync(conf, `${readFileSync(conf, 'utf8')}# mine, too\n`);
    expect(await listPeers(run, target(), soon()))
      .to.have.property('notes')
      .that.includes(left);
    expect(readFileSync(conf, 'utf8')).to.contain(anna.publicKey).and.contain('# mine, too');
    expect((await shown()).interface).to.have.length(2);
  });

  it('a disk that is full at any moment: done, or nothing has changed', async () => {
    const disk = await tinyDisk(world.lab.folder, 'disk', '96k');
    try {
      // The interface is not there on this machine, so the file is all there is.
      const path = join(disk.path, 'wg0.conf');
      const here = thisMachine().run;
      const spots = { interface: 'wmfull', publicKey: anna.publicKey, configFile: path, tool: 'wg' } as const;
      const ends = new Set<string>();
      for (let free = 0; free <= 64; free += 4) {
        for (const name of readdirSync(disk.path)) rmSync(join(disk.path, name), { recursive: true });
        writeFileSync(path, original);
        writeFileSync(join(disk.path, 'ballast'), Buffer.alloc((80 - free) * 1024));
        const result = await changePeer(here, spots, 'revoke', soon());
        ends.add(result.ok ? 'done' : result.step);
        const record = existsSync(`${path}.revoked`) ? readFileSync(`${path}.revoked`, 'utf8') : '';
        if (result.ok) expect(record).to.contain(anna.sharedKey);
        else expect([readFileSync(path, 'utf8'), record, result.reason.includes('Cannot write')]).to.deep.equal([original, '', true]);
        expect(readdirSync(disk.path).filter((name) => !/^(wg0\.conf(\.revoked)?|ballast)$/.test(name))).to.deep.equal([]);
      }
      expect([...ends]).to.include.members(['begin', 'done']);
    } finally {
      await disk.remove();
    }
  });

  it('many changes at once come one after the other', async function () {
    this.timeout(120_000);
    const results = await Promise.all(
      [1, 2, 3, 4].flatMap(() => [change('revoke'), change('restore', bert), change('restore'), change('revoke', bert)]),
    );
    expect(results.filter(({ ok }) => !ok)).to.deep.equal([]);
    const { file, record, interface: rows } = await shown();
    for (const { publicKey } of world.peers) {
      const inFile = file.split(publicKey).length - 1;
      expect(inFile + record.split(publicKey).length - 1).to.equal(1);
      expect(rows.filter((row) => row.startsWith(publicKey)).length).to.equal(inFile);
    }
  });

  it('an address that was given away meanwhile is not taken back', async () => {
    await change('revoke');
    const other = await makeKeys();
    writeFileSync(conf, `${readFileSync(conf, 'utf8')}\n[Peer]\nPublicKey = ${other.publicKey}\nAllowedIPs = fd07:0::2/127, 10.7.0.2\n`);
    await world.server.run('wg', 'syncconf', 'wg0', '/etc/wireguard/wg0.conf');
    const before = await shown();
    expect(await change('restore')).to.deep.equal({
      ok: false,
      step: 'conflict',
      conflict: true,
      reason: `10.7.0.2/32 has been given to another peer (${other.publicKey.slice(0, 8)}…) meanwhile: give that one another address first`,
    });
    expect(await shown()).to.deep.equal(before);
  });

  it('a peer that is in no file is revoked and restored on the interface alone, with its preshared key', async () => {
    const before = await shown();
    writeFileSync(conf, original.replace(/# Name = anna[^#]*?\n\n(?=\[Peer\])/s, ''));
    expect(await change('revoke')).to.deep.equal(done('revoked', { place: 'interface' }));
    expect((await shown()).interface).to.have.length(1);
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: true, place: 'interface' });
    expect((await shown()).interface).to.deep.equal(before.interface);
    expect(readFileSync(conf, 'utf8')).not.to.contain(anna.publicKey);
  });

  it('while the interface is down, the file changes; it comes up without the peer, and a restore adds it immediately', async () => {
    await world.down();
    expect(await change('revoke')).to.deep.equal(done('revoked', { place: 'file' }));
    await world.up();
    expect((await shown()).interface).to.have.length(1);
    await change('restore');
    for (const peer of world.peers) await peer.greet();
    expect([await reaches(anna), await reaches(bert)]).to.deep.equal([true, true]);
  });

  it('a wg-quick that saves the interface into the file loses nothing: SaveConfig', async () => {
    await world.down();
    const quick = (word: string) => world.server.run('env', 'WG_QUICK_USERSPACE_IMPLEMENTATION=wireguard-go', 'wg-quick', word, 'wg0');
    writeFileSync(conf, original.replace('ListenPort', 'Address = 10.7.0.1/24, fd07::1/64\nSaveConfig = true\nListenPort'));
    await quick('up');
    try {
      const before = await shown();
      expect(await change('revoke')).to.deep.equal(done('revoked'));
      await quick('down');
      // Comments are gone, and so is the peer: but not from the record.
      expect(readFileSync(conf, 'utf8'))
        .to.match(/SaveConfig = true/)
        .and.not.contain('# Name')
        .and.not.contain(anna.publicKey);
      await quick('up');
      expect(await change('restore')).to.deep.equal(done('active'));
      expect((await shown()).interface).to.deep.equal(before.interface);
      await quick('down');
      await quick('up');
      expect((await shown()).interface).to.deep.equal(before.interface);
    } finally {
      await quick('down');
      writeFileSync(conf, original);
      await world.up();
    }
    for (const peer of world.peers) await peer.greet();
    await anna.ping(2, 100);
  });

  it('in an installer’s file, beside commented-out peers and behind a noisy login, only its own lines go and come', async () => {
    const [head = '', ...peers] = original.split(/\n(?=\[Peer\]|# Name)/);
    const blocks = peers.join('\n').split(/(?=# Name = anna\n|(?<!anna\n)\[Peer\])/);
    const hidden = `#[Peer]\n#PublicKey = ${(await makeKeys()).publicKey}\n#AllowedIPs = 10.7.0.99/32\n`;
    const marked = blocks.map((block, i) => `### begin p${i} ###\n${block.trimEnd()}\n### end p${i} ###\n`).join(hidden);
    const text = `# Note: Do not edit this file directly.\n${head.trimEnd()}\n${marked}${hidden}`;
    writeFileSync(conf, text);
    await world.server.run('wg', 'syncconf', 'wg0', '/etc/wireguard/wg0.conf');
    const before = (await shown()).interface;
    const enter = `echo Welcome; ${world.server.enter.join(' ')} sh -c "$SSH_ORIGINAL_COMMAND"; code=$?; echo Goodbye; exit $code`;
    const sshd = await startSshd([`ForceCommand ${enter}`]);
    try {
      const remote = sshMachine(sshd.terms).run;
      const note =
        'A program writes "/etc/wireguard/wg0.conf" from its own database and lets the peer in again at its next write: remove the peer there too';
      for (const peer of world.peers) {
        expect(await change('revoke', peer, remote)).to.deep.equal(done('revoked', { notes: [note] }));
        expect((await shown()).file.split(hidden).length).to.equal(3);
        expect(await change('restore', peer, remote)).to.deep.include({ ok: true, state: 'active', changed: true, place: 'both' });
        expect(await shown()).to.deep.equal({ file: text, record: '', interface: before });
      }
    } finally {
      await sshd.close();
    }
  });

  it('over ssh it is the same, and an answer that is lost on the way is looked for', async () => {
    const sshd = await startSshd();
    try {
      const remote = within(sshMachine(sshd.terms), (argv) => [...world.server.enter, ...argv]).run;
      expect(await change('revoke', anna, remote)).to.deep.equal(done('revoked'));
      expect(await change('restore', anna, remote)).to.deep.include({ ok: true, state: 'active', changed: true });
      // The connection breaks off when all is done.
      let calls = 0;
      const breaking: Run = async (argv, stdin, signal) => {
        const answer = await remote(argv, stdin, signal);
        calls += 1;
        return calls === 1 ? answer.slice(0, -5) : answer;
      };
      expect(await change('revoke', anna, breaking)).to.deep.include({ ok: true, state: 'revoked', changed: true });
      expect(await change('restore', anna, remote)).to.deep.include({ ok: true, state: 'active' });
      const closed = sshMachine({ ...sshd.terms, port: 1 }).run;
      expect(await change('revoke', anna, closed)).to.deep.include({ ok: false, step: 'connect' });
    } finally {
      await sshd.close();
    }
  });

  it('a change that gave up while another one ran is not done later', async () => {
    const sshd = await startSshd();
    try {
      const remote = within(sshMachine(sshd.terms), (argv) => [...world.server.enter, ...argv]).run;
      const holder = world.lab.start(`${world.lab.id}-server`, [...world.server.enter, 'flock', '/etc/wireguard', 'sleep', '4']);
      await sleep(300);
      const result = await changePeer(remote, target(), 'revoke', AbortSignal.timeout(1200));
      expect(result).to.deep.equal({
        ok: false,
        step: 'answer',
        conflict: false,
        reason: 'The answer is incomplete (no complete answer in time), and the server shows the peer as active: try again',
      });
      await holder.stop();
      await sleep(2500);
      expect((await shown()).interface).to.have.length(2);
      expect(await change('restore')).to.deep.include({ ok: true, changed: false });
    } finally {
      await sshd.close();
    }
  });

  it('no key but public ones leaves the server, whatever fails', async () => {
    let heard = '';
    const listening: Run = async (argv, stdin, signal) => {
      const answer = await run(argv, stdin, signal);
      heard += `${argv.join(' ')}\n${answer}`;
      return answer;
    };
    for (const action of ['revoke', 'restore', 'delete'] as const) await change(action, anna, listening);
    await listPeers(listening, target(), soon());
    // A preshared key that is none: wg quotes it in its complaint.
    const spoilt = world.secrets.at(-1)?.slice(0, 40) ?? '';
    writeFileSync(conf, original.replaceAll(bert.sharedKey, spoilt));
    await change('revoke', bert, listening);
    const failed = await change('restore', bert, listening);
    expect(failed).to.deep.include({ ok: false, step: 'interface' });
    expect(JSON.stringify(failed)).to.contain('(hidden)');
    for (const key of [...world.secrets, spoilt]) expect(holdsKey(heard + JSON.stringify(failed), key)).to.equal(false);
  });

  describe('wrtmeter peer', () => {
    const wrtmeter = (...args: string[]): Promise<Finished> => {
      const config = join(world.lab.folder, 'wrtmeter.yaml');
      writeFileSync(config, 'routers:\n  vpn:\n    wireguard:\n      interfaces: [wg0]\n');
      const program = ['node', '--import', resolve('node_modules/tsx/dist/esm/index.mjs'), resolve('src/main.ts')];
      return finish([...world.server.enter, ...program, 'peer', ...args, '--config', config], { timeout: 60_000 });
    };

    it('lists, revokes and restores by name, in any letters, and by key', async () => {
      const list = await wrtmeter('list');
      expect(list.stderr).to.equal('');
      expect(list.stdout).to.match(
        new RegExp(`^anna +vpn +wg0 +active +10\\.7\\.0\\.2/32, fd07::2/128 +${anna.publicKey.replace(/[+/]/g, '.')}$`, 'm'),
      );
      expect(await wrtmeter('revoke', 'Anna')).to.deep.include({ code: 0, stdout: '"anna" on vpn (wg0) is revoked\n' });
      expect((await wrtmeter('list')).stdout).to.match(/^anna +vpn +wg0 +revoked /m);
      expect(await wrtmeter('revoke', anna.publicKey)).to.deep.include({ code: 0, stdout: '"anna" on vpn (wg0) is already revoked\n' });
      expect(await wrtmeter('restore', 'anna')).to.deep.include({ code: 0, stdout: '"anna" on vpn (wg0) is active again\n' });
      expect(await wrtmeter('delete', 'anna')).to.deep.include({ code: 2 });
      expect(await wrtmeter('delete', 'anna', '--yes')).to.deep.include({ code: 0, stdout: '"anna" on vpn (wg0) is deleted\n' });
      expect(await wrtmeter('revoke', 'anna')).to.deep.include({
        code: 2,
        stdout: '',
        stderr: 'There is no peer "anna": see "wrtmeter peer list"\n',
      });
    });

    it('says so if the server refuses', async () => {
      writeFileSync(conf, `${original}\0`);
      expect(await wrtmeter('revoke', 'anna')).to.deep.include({
        code: 1,
        stderr: 'vpn: "/etc/wireguard/wg0.conf" holds NUL bytes: it is not a configuration\n',
      });
    });
  });
});
