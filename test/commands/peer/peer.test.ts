import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { peerControl } from '../../../src/app/control/peers.ts';
import { readFile } from '../../../src/app/read-file.ts';
import type { CommandIo } from '../../../src/commands/common/command-io.ts';
import { changeOnePeer, listAllPeers, type PeerOptions } from '../../../src/commands/peer/peer.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { type AccessServer, accessServer } from '../../support/wireguard/access-server.ts';

const CONF = 'etc/wireguard/wg0.conf';
const AUDIT = 'The audit log does not record this: it only has changes made over the API of the service\n';

describe('wrtmeter peer', () => {
  const path = process.env.PATH;
  let server: AccessServer;
  beforeEach(() => {
    server = accessServer('file');
    process.env.PATH = `${server.bin}:${path}`;
    configure();
  });
  afterEach(() => {
    process.env.PATH = path;
    server.remove();
  });

  /** Writes wrtmeter.yaml for the server, which is this machine. */
  function configure(more = '', wireguard = `interfaces: [wg0]\n      config_file: ${join(server.root, 'etc/wireguard/%i.conf')}`): void {
    const peers = `peers:\n  Anna’s phone: { public_key: ${server.anna} }\n`;
    writeFileSync(join(server.root, 'wrtmeter.yaml'), `routers:\n  vps:\n    wireguard:\n      ${wireguard}\n${more}${peers}`);
  }
  const input = () => ({ env: {}, cwd: server.root, readFile, systemTimezone: 'UTC' });
  async function said(command: (options: PeerOptions, io: CommandIo) => Promise<number>, options: PeerOptions = {}) {
    const out = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof out) => ({ write: (text: string) => (out[stream] += text) });
    const io = { ...input(), stdout: into('stdout'), stderr: into('stderr') };
    const code = await command({ config: 'wrtmeter.yaml', ...options }, io);
    return { code, ...out };
  }
  const change = (action: 'revoke' | 'restore' | 'delete', wanted: string, options: PeerOptions = {}) =>
    said((all, io) => changeOnePeer(action, wanted, all, io), options);

  it('revokes and restores by the configured name, and says that the audit log does not record it', async () => {
    expect(await change('revoke', 'anna’s PHONE')).to.deep.equal({
      code: 0,
      stdout: '"Anna’s phone" on vps (wg0) is revoked\n',
      stderr: AUDIT,
    });
    expect(server.text(CONF)).not.to.contain(server.anna);
    expect(await change('revoke', 'Anna’s phone')).to.deep.equal({
      code: 0,
      stdout: '"Anna’s phone" on vps (wg0) is already revoked\n',
      stderr: '',
    });
    expect(await change('restore', server.anna)).to.include({ code: 0, stdout: '"Anna’s phone" on vps (wg0) is active again\n' });
  });

  it('says as JSON what it changed', async () => {
    const shown = { router: 'vps', interface: 'wg0', public_key: server.anna, name: 'Anna’s phone' };
    for (const [action, state, changed] of [
      ['revoke', 'revoked', true],
      ['revoke', 'revoked', false],
      ['restore', 'active', true],
      ['delete', 'gone', true],
    ] as const) {
      const { code, stdout } = await change(action, 'Anna’s phone', { json: true, yes: true });
      expect([code, JSON.parse(stdout)]).to.deep.equal([0, { ...shown, state, place: changed ? 'both' : 'record', changed }]);
    }
    expect(await change('restore', server.anna, { json: true })).to.deep.include({ code: 2, stdout: '' });
  });

  it('delete requires --yes', async () => {
    expect(await change('delete', 'Anna’s phone')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'This deletes "Anna’s phone" and its keys permanently: confirm with --yes\n',
    });
    expect(server.text(CONF)).to.contain(server.anna);
    expect(await change('delete', server.bert, { yes: true })).to.include({
      code: 0,
      stdout: `${server.bert.slice(0, 8)}… on vps (wg0) is deleted\n`,
    });
  });

  it('lists active and revoked peers, as a table and as JSON', async () => {
    await change('revoke', server.anna);
    const { code, stdout } = await said(listAllPeers);
    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^Anna’s phone {2}vps +wg0 +revoked +10\.7\.0\.2\/32, fd07::2\/128 +/m)
      .and.to.match(/^2 peers$/m);
    const json = JSON.parse((await said(listAllPeers, { json: true })).stdout);
    expect(json.peers).to.deep.include({
      router: 'vps',
      interface: 'wg0',
      interface_up: true,
      public_key: server.anna,
      name: 'Anna’s phone',
      state: 'revoked',
      place: 'record',
      allowed_ips: ['10.7.0.2/32', 'fd07::2/128'],
    });
  });

  it('the list shows where interface and file differ', async () => {
    server.write(CONF, server.text(CONF).replace(server.bert, server.anna.replace(/^../, 'AA')));
    const { stdout } = await said(listAllPeers);
    expect(stdout)
      .to.match(/ active, not in a file /)
      .and.to.match(/ active, but not on the interface /);
    server.down();
    expect((await said(listAllPeers)).stdout).to.match(/^Anna’s phone .* active, interface down /m);
  });

  it('a server that refuses is a failure with its reason', async () => {
    server.fails('set');
    expect(await change('revoke', 'Anna’s phone')).to.deep.equal({
      code: 1,
      stdout: '',
      stderr:
        '"Anna’s phone" on vps (wg0) was not changed: "wg" could not take the peer off "wg0": Unable to modify interface: Operation not permitted\n',
    });
  });

  it('the peer must exist and be unambiguous', async () => {
    expect(await change('revoke', 'nobody')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'There is no peer "nobody": see "wrtmeter peer list"\n',
    });
    expect(await change('revoke', 'x', { router: 'attic' })).to.include({
      code: 2,
      stderr: 'There is no router "attic": choose one of "vps"\n',
    });
    expect(await change('revoke', 'x', { interface: 'wg5' })).to.include({
      code: 1,
      stderr: `vps: Neither the interface "wg5" nor the file "${join(server.root, 'etc/wireguard/wg5.conf')}" is on this server\n`,
    });
  });

  it('a router that is only read, or whose file is unreadable, is not changed', async () => {
    configure('  gateway: { url: http://192.168.1.1 }\n');
    expect(await change('revoke', server.anna, { router: 'gateway' })).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: '"gateway" is only read over HTTP, so its peers cannot be changed: configure under wireguard how to log in there\n',
    });
    configure('', 'config_file: none');
    expect((await change('revoke', server.anna)).stderr).to.match(/^"vps" has config_file: none, so a revoked peer could not be restored/);
    writeFileSync(join(server.root, 'wrtmeter.yaml'), 'routers: { gateway: { url: http://192.168.1.1 } }\n');
    expect(await change('revoke', server.anna)).to.include({ code: 2 });
    expect(server.text(CONF)).to.contain(server.anna);
  });

  it('for the web application: what the server shows then, or why not', async () => {
    const { config } = await loadConfig({ ...input(), cli: { config: 'wrtmeter.yaml' } });
    const control = peerControl(() => config);
    const anna = { router: 'vps', interface: 'wg0', publicKey: server.anna };
    const both = await Promise.all([control.change(anna, 'revoke'), control.change(anna, 'restore')]);
    expect(both).to.deep.equal([
      { ok: true, state: 'revoked', changed: true, notes: [] },
      { ok: true, state: 'active', changed: true, notes: [] },
    ]);
    expect(await control.change({ ...anna, router: 'attic' }, 'revoke')).to.include({ ok: false, conflict: true });
    expect(await control.change({ ...anna, publicKey: server.secrets[0] ?? '' }, 'revoke')).to.include({
      ok: false,
      conflict: true,
    });
    expect(await control.change(anna, 'delete')).to.include({ ok: true, state: 'gone' });
  });
});
