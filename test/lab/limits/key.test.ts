import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createHostsWorld, type HostsWorld, type Machine } from '../../support/lab/hosts-world.ts';
import { limitOf, parseAnswer, wantedText } from '../../support/lab/limits/limits.ts';
import { type Login, startLogin } from '../../support/lab/limits/login.ts';
import { scripts } from '../../support/routers/busybox.ts';
import { type DropbearRouter, startDropbearRouter } from '../../support/routers/dropbear-router.ts';
import { makeKey } from '../../support/routers/sshd.ts';

const COMMAND = 'command="/usr/lib/wrtmeter/limits.sh"';

describe('a key that can only set limits', () => {
  let here: string;
  const keyOf = (name: string) => readFileSync(join(here, `${name}.pub`), 'utf8').split(' ')[1] ?? '';
  /** As install.sh writes them. */
  const lineOf = (server: 'dropbear' | 'openssh', name: string) =>
    `${server === 'dropbear' ? 'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,no-pty' : 'restrict'},${COMMAND} ssh-ed25519 ${keyOf(name)} wrtmeter-limits\n`;

  before(() => {
    here = mkdtempSync(join(tmpdir(), 'wrtmeter-key-'));
    for (const name of ['first', 'second']) makeKey(join(here, name));
  });
  after(() => rmSync(here, { recursive: true, force: true }));

  describe('on a router', () => {
    let router: DropbearRouter;
    beforeEach(async () => {
      router = await startDropbearRouter();
      writeFileSync(path('tools/uci-firewall'), read('tools/uci-firewall').replace("flow_offloading='1'", "flow_offloading='0'"));
      for (const server of ['dropbear', 'sshd']) writeFileSync(path(`usr/sbin/${server}`), '#!/bin/sh\n', { mode: 0o755 });
    });
    afterEach(() => router.close());
    const path = (name: string) => join(router.root, name);
    const read = (name: string) => readFileSync(path(name), 'utf8');
    const run = (script: string, ...args: string[]): SpawnSyncReturns<string> =>
      spawnSync(join(scripts, script), [...args, ...router.ssh, 'root@127.0.0.1'], { cwd: here, encoding: 'utf8' });
    const files = { dropbear: 'etc/dropbear/authorized_keys', openssh: 'root/.ssh/authorized_keys' } as const;

    it('is put beside the keys of others by install.sh --control, replaced by another one, and survives sysupgrade', () => {
      const mine = 'ssh-ed25519 AAAAmine owner\n# a remark\nssh-rsa AAAAother laptop';
      mkdirSync(path('etc/dropbear'));
      writeFileSync(path(files.dropbear), mine, { mode: 0o600 });
      const first = run('install.sh', '--control', 'first.pub');
      expect([first.status, first.stderr]).to.deep.equal([0, '']);
      expect(first.stdout).to.contain('Limits are set by the key in /etc/dropbear/authorized_keys /root/.ssh/authorized_keys\n');
      expect(read(files.dropbear)).to.equal(`${mine}\n${lineOf('dropbear', 'first')}`);
      expect(read(files.openssh)).to.equal(lineOf('openssh', 'first'));
      for (const file of Object.values(files)) {
        expect((statSync(path(file)).mode & 0o777).toString(8)).to.equal('600');
        expect(read('lib/upgrade/keep.d/wrtmeter')).to.contain(`/${file}\n`);
      }
      expect(read('lib/upgrade/keep.d/wrtmeter')).to.contain('/usr/lib/wrtmeter/limits.sh\n');
      expect(read('usr/lib/wrtmeter/limits.sh')).to.equal(readFileSync(join(scripts, 'limits.sh'), 'utf8'));
      const inode = statSync(path(files.dropbear)).ino;
      for (const args of [['--control', 'first.pub'], [], ['--no-hosts']]) {
        const again = run('install.sh', ...args);
        expect([again.status, again.stderr], args.join()).to.deep.equal([0, '']);
        expect(statSync(path(files.dropbear)).ino, 'not even written again').to.equal(inode);
      }
      expect(run('install.sh', '--control', 'second.pub').status).to.equal(0);
      expect(read(files.dropbear)).to.equal(`${mine}\n${lineOf('dropbear', 'second')}`);
      expect(readdirSync(path('etc/dropbear')), 'no leftovers').to.deep.equal(['authorized_keys']);
    });
    it('is removed by --no-control and by uninstall.sh, and no other key is', () => {
      for (const take of [() => run('install.sh', '--no-control'), () => run('uninstall.sh')]) {
        run('install.sh', '--control', 'first.pub');
        writeFileSync(path(files.openssh), `ssh-ed25519 AAAAmine owner\n${lineOf('openssh', 'first')}ssh-rsa AAAAother laptop\n`);
        expect(take().status).to.equal(0);
        expect(read(files.openssh)).to.equal('ssh-ed25519 AAAAmine owner\nssh-rsa AAAAother laptop\n');
        expect(read(files.dropbear)).to.equal('');
        expect(existsSync(path('usr/lib/wrtmeter/limits.sh'))).to.equal(false);
      }
      expect(existsSync(path('usr/lib/wrtmeter'))).to.equal(false);
    });
    it('is taken if the only other line with it is commented out, which stays; and one of ours that is commented out opens nothing', () => {
      mkdirSync(path('etc/dropbear'));
      const old = `#ssh-ed25519 ${keyOf('first')} me\n \t# ssh-ed25519 ${keyOf('first')} me\n`;
      writeFileSync(path(files.dropbear), old);
      const { status, stderr } = run('install.sh', '--control', 'first.pub');
      expect([status, stderr]).to.deep.equal([0, '']);
      expect(read(files.dropbear)).to.equal(old + lineOf('dropbear', 'first'));
      for (const file of Object.values(files)) writeFileSync(path(file), `# ${read(file).trimEnd().replaceAll('\n', '\n# ')}\n`);
      expect(run('install.sh').stdout).to.contain('Limits are set by the key in no file: give it again with --control\n');
    });
    it('is refused with one clear line where it would not be only that', () => {
      mkdirSync(path('etc/dropbear'));
      writeFileSync(path(files.dropbear), `ssh-ed25519 ${keyOf('first')} me\n`);
      const last = (...args: string[]) =>
        run('install.sh', ...args)
          .stderr.trim()
          .split('\n')
          .at(-1);
      expect(last('--control', 'first.pub')).to.equal(
        'install.sh: The key already opens this router by another line of /etc/dropbear/authorized_keys: make a key for limits alone',
      );
      expect(read(files.dropbear)).to.equal(`ssh-ed25519 ${keyOf('first')} me\n`);
      expect(last('--control', 'first')).to.equal(
        'install.sh: "first" is not a public ed25519 key: make one with "ssh-keygen -t ed25519" and give its .pub file',
      );
      expect(last('--control', 'missing.pub')).to.equal('install.sh: Cannot read the public key "missing.pub"');
      writeFileSync(join(here, 'bad.pub'), `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI';reboot;'${'A'.repeat(32)} x\n`);
      expect(last('--control', 'bad.pub')).to.contain('is not a public ed25519 key');
      for (const server of ['dropbear', 'sshd']) rmSync(path(`usr/sbin/${server}`));
      expect(last('--control', 'second.pub')).to.equal(
        'install.sh: This router has neither Dropbear nor OpenSSH, so no key can set limits',
      );
    });
  });

  describe('over a real ssh server, with a real nft behind it', () => {
    let world: HostsWorld;
    let anna: Machine;
    let ben: Machine;
    const logins = new Map<string, Login>();
    before(async () => {
      world = await createHostsWorld();
      anna = await world.join('anna', '02:00:00:00:00:01');
      ben = await world.join('ben', '02:00:00:00:00:02');
      for (const server of ['dropbear', 'openssh'] as const)
        logins.set(server, await startLogin(world, server, lineOf(server, 'first'), join(here, 'first')));
    });
    after('nothing is left over', () => world?.lab.close());

    for (const server of ['dropbear', 'openssh'])
      describe(server, () => {
        const login = () => logins.get(server) ?? expect.fail(`${server} did not start`);
        const pause = () => wantedText(limitOf('ben', 'pause', ben));
        const table = () => world.router.nft('list', 'tables');

        it('sets limits, and the machine that asks is let in to the router whatever happens', async () => {
          const { stdout, stderr } = await login().ssh(anna, pause());
          expect([parseAnswer(stdout).result, stderr]).to.deep.equal(['ok changed', '']);
          expect(await world.router.nft('list', 'set', 'inet', 'wrtmeter_limits', 'asker4')).to.contain(anna.v4);
          const cut = await ben.agent.tryExchange({
            to: '198.51.100.1',
            rounds: 0,
            up: { count: 1, size: 100 },
            down: { count: 1, size: 100 },
            patience: 300,
          });
          expect(cut.received.datagrams).to.equal(0);
          expect(parseAnswer((await login().ssh(anna, wantedText([]))).stdout).result).to.equal('ok changed');
          expect(await table()).to.not.contain('wrtmeter_limits');
        });
        it('does nothing else: whatever is asked for, limits.sh is what runs', async () => {
          const touch = 'touch /root/broken-in';
          for (const [options, command] of [
            [[], ['id']],
            [[], ['sh']],
            [[], [`sh -c "${touch}"`]],
            [[], [`/usr/lib/wrtmeter/limits.sh; ${touch}`]],
            [[], [`$(${touch})`]],
            [[], ['scp', '-t', '/root']],
            [[], ['nft', 'flush', 'ruleset']],
            [[], []],
            [['-tt'], []],
            [['-A'], []],
            [['-X'], []],
            [['-s'], ['sftp']],
          ] as const) {
            const before = await world.router.nft('-s', 'list', 'ruleset');
            const { stdout } = await login().ssh(anna, `${touch}\n`, options, command);
            const what = [...options, ...command].join(' ');
            if (options.length === 0 || stdout !== '')
              expect(stdout.replaceAll('\r', ''), what).to.match(
                /^(touch \/root\/broken-in\n)?wrtmeter-limits 1\nresult failed input [^\n]*\n$/,
              );
            expect(readdirSync(login().home), what).to.deep.equal(['.ssh']);
            expect(await world.router.nft('-s', 'list', 'ruleset'), what).to.equal(before);
          }
        });
        it('takes no variable of the login for one of its tests', async () => {
          for (const [name, value] of [
            ['WRTMETER_STOP', 'check'],
            ['WRTMETER_ROOT', '/root'],
            ['WRTMETER_NETWORKS', 'x=y};flush-ruleset'],
          ]) {
            const { stdout } = await login().ssh(anna, pause(), ['-o', `SetEnv=${name}=${value}`], ['for-tests']);
            expect(parseAnswer(stdout).result, name).to.match(/^ok /);
            expect(readdirSync(login().home), name).to.deep.equal(['.ssh']);
          }
          await login().ssh(anna, wantedText([]));
        });
        it('gives no terminal, no files and no way to another machine', async () => {
          const asked = await login().ssh(anna, pause(), ['-tt']);
          expect(asked.stderr + asked.stdout).to.match(/PTY allocation request failed|wrtmeter-limits 1/);
          for (const options of [
            ['-W', '198.51.100.1:7000'],
            ['-W', '127.0.0.1:23'],
            ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '7777:127.0.0.1:22'],
            ['-N', '-o', 'ExitOnForwardFailure=yes', '-R', '/run/x.sock:127.0.0.1:22'],
            ['-N', '-o', 'ExitOnForwardFailure=yes', '-w', 'any:any'],
          ]) {
            const { code, stdout } = await login().ssh(anna, 'echo "down 10"\n', options);
            expect([code === 0, stdout], options.join(' ')).to.deep.equal([false, '']);
          }
        });
      });
  });
});
