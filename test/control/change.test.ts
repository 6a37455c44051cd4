import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { changePeer, isFailure, listPeers } from '../../src/control/change.ts';
import type { AccessResult } from '../../src/control/result.ts';
import { peerServer as accessTo } from '../../src/control/server.ts';
import type { Action, PeerTarget } from '../../src/control/target.ts';
import { ExitError, SourceError } from '../../src/errors.ts';
import { thisMachine } from '../../src/transports/exec.ts';
import type { Run } from '../../src/transports/run.ts';
import { type AccessServer, accessServer } from '../support/wireguard/access-server.ts';
import { accessText, someKey } from '../support/wireguard/peer-script.ts';

const CONF = 'etc/wireguard/wg0.conf';
const RECORD = `${CONF}.revoked`;
const soon = () => AbortSignal.timeout(15_000);

describe('changePeer', () => {
  let server: AccessServer;
  beforeEach(() => {
    server = accessServer('file');
  });
  afterEach(() => server.remove());

  const target = (publicKey: string, more: Partial<PeerTarget> = {}): PeerTarget => ({
    interface: 'wg0',
    publicKey,
    configFile: null,
    tool: 'auto',
    ...more,
  });
  const change = (action: Action, publicKey = server.anna, more: Partial<PeerTarget> = {}): Promise<AccessResult> =>
    changePeer(server.run, target(publicKey, more), action, soon());

  it('revokes and restores, on the interface and in the file', async () => {
    expect(await change('revoke')).to.deep.equal({ ok: true, state: 'revoked', changed: true, place: 'both', notes: [] });
    expect(server.live()).to.deep.equal([server.bert]);
    expect(server.text(CONF)).not.to.contain(server.anna);
    expect(server.text(RECORD)).to.contain(server.anna);
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: true, place: 'both' });
    expect(server.live()).to.have.members([server.anna, server.bert]);
    expect(existsSync(join(server.root, RECORD))).to.equal(false);
  });

  it('a second peer in the record stays there, whatever happens to the first', async () => {
    await change('revoke');
    await change('revoke', server.bert);
    expect(server.live()).to.deep.equal([]);
    await change('restore');
    expect(server.text(RECORD)).to.contain(server.bert).and.not.contain(server.anna);
    await change('delete', server.bert);
    expect(server.text(RECORD)).to.equal('');
    expect(server.live()).to.deep.equal([server.anna]);
  });

  it('a configuration file that is a link stays one, and the record is next to the link, where readers look', async () => {
    mkdirSync(join(server.root, 'etc/other'));
    symlinkSync(join(server.root, CONF), join(server.root, 'etc/other/link.conf'));
    expect(await change('revoke', server.anna, { configFile: join(server.root, 'etc/other/link.conf') })).to.deep.include({ ok: true });
    expect(server.text(CONF)).not.to.contain(server.anna);
    expect(readdirSync(join(server.root, 'etc/other'))).to.deep.equal(['link.conf', 'link.conf.revoked']);
    expect(server.text('etc/other/link.conf.revoked')).to.contain(server.anna);
    expect(lstatSync(join(server.root, 'etc/other/link.conf')).isSymbolicLink()).to.equal(true);
  });

  it('%i in the path of the file is the interface', async () => {
    expect(await change('revoke', server.anna, { configFile: join(server.root, 'etc/wireguard/%i.conf') })).to.deep.include({ ok: true });
    expect(server.text(RECORD)).to.contain(server.anna);
  });

  it('if wg fails, file and record are unchanged, and its reason is reported', async () => {
    const before = server.text(CONF);
    for (const [action, word] of [
      ['revoke', 'set'],
      ['delete', 'set'],
    ] as const) {
      server.fails(word);
      expect(await change(action)).to.deep.equal({
        ok: false,
        step: 'interface',
        conflict: false,
        reason: '"wg" could not take the peer off "wg0": Unable to modify interface: Operation not permitted',
      });
      expect(server.text(CONF)).to.equal(before);
      expect(readdirSync(join(server.root, 'etc/wireguard'))).to.deep.equal(['wg0.conf']);
    }
    server.fails(null);
    await change('revoke');
    const revoked = [server.text(CONF), server.text(RECORD)];
    server.fails('addconf');
    expect(await change('restore')).to.deep.include({ ok: false, step: 'interface' });
    expect([server.text(CONF), server.text(RECORD)]).to.deep.equal(revoked);
  });

  it('an unreadable or invalid configuration is refused, and nothing changes', async () => {
    expect(await change('revoke', server.anna, { tool: 'awg' })).to.deep.include({
      ok: false,
      step: 'read',
      reason: '"awg" is not installed on this server',
    });
    expect(await change('revoke', server.anna, { interface: 'wg7' })).to.deep.include({ ok: false, step: 'read' });
    const mixed = `[Peer]\nPublicKey = ${server.anna}\nPublicKey = ${server.bert}\n`;
    server.write(CONF, mixed);
    expect(await change('revoke')).to.deep.include({
      ok: false,
      step: 'read',
      reason: `A [Peer] block of "${join(server.root, CONF)}" has two public keys: keep one of them`,
    });
    expect(server.text(CONF)).to.equal(mixed);
    expect(await change('revoke', server.anna, { interface: 'a b; reboot' })).to.deep.include({ ok: false, step: 'arguments' });
    expect(await change('revoke', 'no key')).to.deep.include({ ok: false, step: 'arguments' });
    expect(await change('revoke', server.anna, { configFile: 'wg0.conf' })).to.deep.include({ ok: false, step: 'arguments' });
  });

  it('if the interface is down, the file changes, and the result says so', async () => {
    server.down();
    expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked', changed: true, place: 'file' });
    expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: true, place: 'file' });
  });

  it('the list shows active and revoked peers, and where interface and file differ', async () => {
    await change('revoke');
    server.write(CONF, server.text(CONF).replace(server.bert, someKey()));
    const listing = await listPeers(server.run, target(server.anna), soon());
    if (isFailure(listing)) throw new Error(listing.reason);
    expect(listing.up).to.equal(true);
    expect(listing.peers.map(({ state, place }) => `${state} ${place}`).sort()).to.deep.equal([
      'active file',
      'active interface',
      'revoked record',
    ]);
    expect(listing.peers.find(({ publicKey }) => publicKey === server.anna)?.allowedIps).to.deep.equal(['10.7.0.2/32', 'fd07::2/128']);
  });

  it('only public keys come back', async () => {
    let heard = '';
    const run: Run = async (argv, stdin, signal) => {
      const answer = await server.run(argv, stdin, signal);
      heard += argv.join(' ') + answer;
      return answer;
    };
    for (const action of ['revoke', 'restore', 'delete'] as const) await changePeer(run, target(server.anna), action, soon());
    await listPeers(run, target(server.anna), soon());
    for (const secret of server.secrets) expect(heard).not.to.contain(secret.slice(0, 16));
  });

  it('a truncated script does nothing', async () => {
    const before = server.text(CONF);
    const half: Run = (argv, stdin, signal) => server.run(argv, stdin?.slice(0, -12) ?? null, signal);
    const result = await changePeer(half, target(server.anna), 'revoke', soon());
    expect(result).to.deep.include({ ok: false, step: 'answer' });
    expect(server.text(CONF)).to.equal(before);
    expect(server.live()).to.have.length(2);
  });

  it('a shell that is killed while it writes leaves no copy of the configuration behind: the next request removes it', async () => {
    // The script calls sync before each rename: this one ends it there. Busybox has a sync of its own, so this is another shell.
    const [count, main] = [join(server.root, '../sync-count'), join(server.root, '../main-pid')];
    const sync = `#!/bin/sh\nn=$(($(cat ${count}) - 1))\necho $n >${count}\n[ $n != 0 ] || kill -9 $(cat ${main}) $PPID\n`;
    writeFileSync(join(server.bin, 'sync'), sync, { mode: 0o755 });
    const shell = thisMachine({
      PATH: `${server.bin}:/usr/bin:/bin`,
      WRTMETER_ROOT: server.root,
      STANDIN: join(server.root, '../standin'),
    }).run;
    const begin = `echo $$ >${main}; exec sh -s -- revoke wg0 ${server.anna} - wg`;
    const files = () => readdirSync(join(server.root, 'etc/wireguard'));
    const original = server.text(CONF);
    const left = new Set<string>();
    for (let at = 1; at <= 5; at += 1) {
      writeFileSync(count, `${at}\n`);
      await shell(['sh', '-c', begin], accessText(), soon()).catch((error: unknown) => expect(error).to.be.instanceOf(SourceError));
      for (const name of files()) left.add(name);
      writeFileSync(count, '0\n');
      expect(isFailure(await listPeers(shell, target(server.anna), soon())), `sync ${at}`).to.equal(false);
      expect(files().filter((name) => !/^wg0\.conf(\.revoked)?$/.test(name))).to.deep.equal([]);
      await changePeer(shell, target(server.anna), 'restore', soon());
      expect(server.text(CONF)).to.equal(original);
    }
    expect([...left]).to.include.members(['wg0.conf.undo.new', 'wg0.conf.undo', 'wg0.conf.revoked.new']);
    expect([...left]).not.to.include('wg0.conf.new');
  });

  it('an empty undo folder is removed; one that is not complete is kept, and the answer says so', async () => {
    mkdirSync(join(server.root, `${CONF}.undo`));
    expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked', notes: [] });
    expect(await change('restore')).to.deep.include({ ok: true });
    server.write(`${CONF}.undo/config`, 'what was there');
    const undo = join(server.root, `${CONF}.undo`);
    expect(await change('revoke')).to.deep.equal({
      ok: false,
      step: 'settle',
      conflict: false,
      reason: `"${undo}", the state before an interrupted change, is not complete: compare "${join(server.root, CONF)}" with what is in it, then remove it`,
    });
    expect(server.text(`${CONF}.undo/config`)).to.equal('what was there');
  });

  it('of a file that a program writes from its own database, revoke and delete say that it lets the peer in again', async () => {
    for (const header of [
      '# Note: Do not edit this file directly.\n# Your changes will be overwritten!\n\n# Server\n',
      "# This file was generated using wireguard-ui (https://example.org)\n# Please don't modify it manually, otherwise your change might got replaced.\n\n",
      '# AUTOGENERATED FILE - DO NOT EDIT\n',
      '# -WGP- WIREGUARD PORTAL CONFIGURATION FILE\n',
      '# Ansible managed\n',
    ]) {
      server.write(CONF, header + server.text(CONF));
      const notes = [
        `A program writes "${join(server.root, CONF)}" from its own database and lets the peer in again at its next write: remove the peer there too`,
      ];
      expect(await change('revoke'), header).to.deep.include({ ok: true, state: 'revoked', notes });
      expect(await change('revoke'), header).to.deep.include({ ok: true, changed: false, notes });
      expect(await change('restore'), header).to.deep.include({ ok: true, state: 'active', notes: [] });
      server.write(CONF, server.text(CONF).slice(header.length));
    }
    // What an owner says of one peer is not said of the file.
    server.write(CONF, `${server.text(CONF)}\n# do not edit this peer\n[Peer]\nPublicKey = ${someKey()}\n`);
    expect(await change('delete')).to.deep.include({ ok: true, state: 'gone', notes: [] });
  });

  describe('an answer that does not come', () => {
    const failing =
      (error: Error): Run =>
      async () => {
        throw error;
      };
    const askOnce = (run: Run): Run => {
      let first = true;
      return (argv, stdin, signal) => {
        const now = first ? run : server.run;
        first = false;
        return now(argv, stdin, signal);
      };
    };

    it('means no change if nothing was started', async () => {
      for (const error of [
        new SourceError('auth', 'vpn accepts none of the keys'),
        new SourceError('connect', 'ssh connection to vpn failed: ssh: connect to host vpn port 22: Connection refused'),
        new ExitError(1, '"sudo" failed with 1: sudo: a password is required'),
        new ExitError(127, '"docker" is not installed on the machine that runs wrtmeter'),
      ])
        expect(await changePeer(failing(error), target(server.anna), 'revoke', soon())).to.deep.equal({
          ok: false,
          step: 'connect',
          conflict: false,
          reason: error.message,
        });
    });

    it('is looked up: a change that was made is reported as made', async () => {
      const breaking = askOnce(async (argv, stdin, signal) => {
        await server.run(argv, stdin, signal);
        throw new SourceError('connect', 'ssh connection to vpn failed: Connection to vpn closed by remote host.');
      });
      expect(await changePeer(breaking, target(server.anna), 'revoke', soon())).to.deep.include({
        ok: true,
        state: 'revoked',
        changed: true,
      });
    });

    it('is looked up: a change that was not made is reported with the state on the server', async () => {
      const late = new SourceError('timeout', 'no complete answer in time');
      const result = await changePeer(askOnce(failing(late)), target(server.anna), 'revoke', soon());
      expect(result).to.deep.include({
        ok: false,
        step: 'answer',
        reason: 'The answer is incomplete (no complete answer in time), and the server shows the peer as active: try again',
      });
    });

    it('leaves the state unknown if the server does not answer', async () => {
      const result = await changePeer(
        failing(new SourceError('timeout', 'no complete answer in time')),
        target(server.anna),
        'revoke',
        soon(),
      );
      expect(result).to.have.property('reason').that.contains('is unknown: check with "wrtmeter peer list"');
    });
  });

  it('several changes of one server run one after the other', async () => {
    let running = 0;
    const most: number[] = [];
    const run: Run = async (argv, stdin, signal) => {
      running += 1;
      most.push(running);
      const answer = await server.run(argv, stdin, signal).finally(() => {
        running -= 1;
      });
      return answer;
    };
    const access = accessTo(run);
    const results = await Promise.all(
      (['revoke', 'restore', 'revoke', 'restore'] as const).map((action) => access.change(target(server.anna), action, soon())),
    );
    expect(results.map((result) => result.ok && result.changed)).to.deep.equal([true, true, true, true]);
    expect(Math.max(...most)).to.equal(1);
  });

  describe('on OpenWrt', () => {
    const NETWORK = 'etc/config/network';
    beforeEach(() => {
      server.remove();
      server = accessServer('uci');
    });

    it('switches the peer’s section off and on again; nothing else changes', async () => {
      const before = server.text(NETWORK);
      expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked', changed: true, place: 'both' });
      expect(server.text(NETWORK)).to.equal(`${before}network.cfg0a.disabled='1'\n`);
      expect(server.live()).to.deep.equal([server.bert]);
      expect(await change('revoke')).to.deep.include({ ok: true, state: 'revoked', changed: false });
      expect(await change('restore')).to.deep.include({ ok: true, state: 'active', changed: true });
      expect(server.text(NETWORK)).to.equal(before);
      expect(server.live()).to.have.members([server.anna, server.bert]);
      expect(readdirSync(join(server.root, 'etc/config'))).to.deep.equal(['network']);
    });

    it('deletes the section, active or not', async () => {
      expect(await change('delete', server.bert)).to.deep.include({ ok: true, state: 'gone', changed: true, place: 'both' });
      await change('revoke');
      expect(await change('delete')).to.deep.include({ ok: true, state: 'gone', changed: true, place: 'record' });
      expect(server.text(NETWORK)).not.to.contain('wireguard_wg0');
      expect(server.text(NETWORK)).to.contain("network.wg0.proto='wireguard'");
    });

    it('lists disabled peers as revoked', async () => {
      await change('revoke');
      const listing = await listPeers(server.run, target(server.anna), soon());
      expect(listing).to.have.property('peers').with.length(2);
      expect(JSON.stringify(listing)).to.contain(`"publicKey":"${server.anna}","state":"revoked"`);
    });

    it('uncommitted changes of other programs are not committed', async () => {
      const before = server.text(NETWORK);
      server.write('../standin/uci-network', `${before}network.lan.ipaddr='192.168.9.1'\n`);
      expect(await change('revoke')).to.deep.include({
        ok: false,
        step: 'begin',
        reason: 'Other changes of network are not committed: run "uci commit network" or "uci revert network" first',
      });
      expect(server.text('../standin/uci-network')).to.contain('192.168.9.1');
      expect(server.text(NETWORK)).to.equal(before);
    });

    it('if the commit or wg fails, everything stays as it was', async () => {
      const before = server.text(NETWORK);
      for (const word of ['commit', 'set']) {
        server.fails(word);
        for (const action of ['revoke', 'delete'] as const) {
          expect(await change(action), `${action} ${word}`).to.have.property('ok', false);
          expect(server.text(NETWORK)).to.equal(before);
          expect(server.live()).to.have.length(2);
        }
      }
    });

    it('a release that would enable a disabled peer at the next start refuses to revoke', async () => {
      server.write('lib/netifd/proto/wireguard.sh', '# knows no such option\n');
      expect(await change('revoke')).to.deep.include({ ok: false, step: 'config' });
      expect(server.live()).to.have.length(2);
    });
  });

  it('an unwritable folder is reported, and nothing changes', async () => {
    if (process.getuid?.() === 0) {
      // Root can write everywhere, so a folder blocks the path of the script’s own folder instead.
      server.write(`${CONF}.undo.new/child`, '');
      server.write(`${RECORD}.new/child`, '');
      expect(await change('revoke')).to.deep.include({ ok: false, step: 'record' });
    } else {
      chmodSync(join(server.root, 'etc/wireguard'), 0o500);
      expect(await change('revoke')).to.deep.include({ ok: false, step: 'begin' });
      chmodSync(join(server.root, 'etc/wireguard'), 0o700);
    }
    expect(server.live()).to.have.length(2);
    expect(server.text(CONF)).to.contain(server.anna);
  });
});
