import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { createHostsWorld, type HostsWorld, type Machine } from '../../support/lab/hosts-world.ts';
import { startWholeRouter, type WholeRouter } from '../../support/lab/limits/whole-router.ts';
import { type Finished, finish } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { standOnEachOther } from '../../support/steps.ts';

const [, SETUP = ''] = /^## Set it up\n(.*?)^## /ms.exec(readFileSync('docs/run/limits.md', 'utf8')) ?? [];
const [YAML_BLOCK = '', YAML = ''] = /^```yaml\n(.*?)^```/ms.exec(SETUP) ?? [];
const [INSTALL = '', USE = ''] = [...SETUP.replace(YAML_BLOCK, '').matchAll(/(?:^ {4}.*\n)+/gm)].map(([block]) => block);
const [DOCTOR = '', LIMIT = '', PRINT = ''] = USE.trim().split('\n');
const SLOW = 'device_020000000001 slow 250000 250000';
const WRITTEN = '192.168.1.1';

// What docs/run/limits.md says, word for word but for the address, on a router on which nothing was prepared for it.
for (const server of ['dropbear', 'openssh'] as const)
  describe(`limits, from the first command to the last, on a router with ${server}`, () => {
    standOnEachOther();

    let world: HostsWorld;
    let router: WholeRouter;
    let tablet: Machine;
    let laptop: Machine;
    let exporter: Exporter;
    let here: string;

    before(async () => {
      world = await createHostsWorld();
      await world.router.counting('stop');
      tablet = await world.join('tablet', '02:00:00:00:00:01');
      laptop = await world.join('laptop', '02:00:00:00:00:02');
      router = await startWholeRouter(world, server);
      here = join(world.lab.folder, 'meter');
      mkdirSync(here);
      const wrtmeter = `#!/bin/sh\nexec ${process.execPath} ${resolve('dist/main.js')} "$@"\n`;
      writeFileSync(join(router.owner, 'wrtmeter'), wrtmeter, { mode: 0o755 });
    });
    after('nothing is left over', () => world?.lab.close());

    const settings = () => ({ WRTMETER_CONFIG: join(here, 'wrtmeter.yaml'), WRTMETER_DATA: join(here, 'data') });
    /** Types lines into a shell of who runs wrtmeter. */
    const type = (lines: string): Promise<Finished> => {
      const typed = lines.replaceAll(WRITTEN, router.address).replaceAll('openwrt-cgi/', `${resolve('openwrt-cgi')}/`);
      const env = { ...process.env, ...settings(), PATH: `${router.owner}:${process.env.PATH}`, USER: 'owner' };
      return finish(['sh', '-ec', typed], { cwd: here, env, timeout: 60_000 });
    };
    const start = async () => {
      exporter = await startExporter({ args: ['--config', settings().WRTMETER_CONFIG], dataDir: settings().WRTMETER_DATA });
      world.lab.defer(async () => void (await exporter.kill()));
    };
    const configure = (yaml: string) =>
      writeFileSync(settings().WRTMETER_CONFIG, `heartbeat: 0\n${yaml.replaceAll(WRITTEN, router.address)}`);
    const table = async () =>
      (await finish(['ip', 'netns', 'exec', world.router.namespace, 'nft', 'list', 'table', 'inet', 'wrtmeter_limits'])).stdout;
    const shown = async () => [...(await router.page()).matchAll(/^limit (\S+ \S+ \S+ \S+) \d/gm)].map(([, limit]) => limit);
    const becomes = (limits: readonly string[]) =>
      world.lab.until(
        `the router has ${limits.join() || 'no limits'}`,
        async () => JSON.stringify(await shown()) === JSON.stringify(limits),
      );
    /** What the audit has about limits, the oldest row first. */
    const audit = async (): Promise<string[]> => {
      const { stdout } = await type('wrtmeter print audit --json');
      const { rows } = JSON.parse(stdout) as { rows: Record<string, string>[] };
      return rows
        .filter(({ kind }) => kind === 'limit')
        .map(({ router: on, what, why }) => [on, what, why].filter((part) => part !== null).join(', '))
        .reverse();
    };
    const reaches = async (machine: Machine) => {
      const datagrams = { count: 1, size: 100 };
      const asked = { to: '198.51.100.1', from: machine.v4, rounds: 0, up: datagrams, down: datagrams, patience: 400 };
      return (await machine.agent.tryExchange(asked)).received.datagrams > 0;
    };

    it('the key is made and installed', async () => {
      const { code, stdout, stderr } = await type(INSTALL);
      expect([code, stderr.split('\n').filter((line) => line !== '' && !line.startsWith('#'))]).to.deep.equal([0, []]);
      const file = server === 'dropbear' ? '/etc/dropbear/authorized_keys' : '/root/.ssh/authorized_keys';
      expect(stdout).to.contain(`Limits are set by the key in ${file}\n`);
      expect(stdout)
        .to.contain(`It answers at http://${router.address}/cgi-bin/wrtmeter.cgi\n`)
        .and.contain('Hosts are counted by nftables\n');
      expect((await router.read(file)).match(/command="\/usr\/lib\/wrtmeter\/limits.sh" ssh-ed25519 /g)).to.have.length(1);
    });

    it('a limit by hand stands with the next round, is shown, and slows one device', async () => {
      configure(YAML);
      await start();
      await exporter.scrape();
      // With the ssh of the service, not that of the router's owner.
      const argv = [process.execPath, resolve('dist/main.js'), ...DOCTOR.trim().split(' ').slice(1)];
      const doctor = await finish(argv, { cwd: here, env: { ...process.env, ...settings() }, timeout: 60_000 });
      expect(doctor.stdout).to.contain('1 router answered').and.not.contain('cannot be asked for limits');
      const { code, stdout } = await type(
        LIMIT.split('\n')
          .filter((line) => line.includes('limit set'))
          .join('\n'),
      );
      expect([code, stdout]).to.deep.equal([
        0,
        'device tablet is slowed to 2 Mbit/s, with the next round of the service; "wrtmeter limit clear 1" ends it\n',
      ]);
      expect(await shown()).to.deep.equal([]);
      await exporter.scrape();
      await becomes([SLOW]);
      expect(await table())
        .to.contain(tablet.mac)
        .and.contain(tablet.v4)
        .and.not.contain(laptop.mac);
    });

    it('another one takes its place, and shuts that device out', async () => {
      expect((await type('wrtmeter limit set "device tablet" pause')).code).to.equal(0);
      await exporter.scrape();
      await becomes(['device_020000000001 pause - -']);
      expect([await reaches(tablet), await reaches(laptop)]).to.deep.equal([false, true]);
    });

    it('the end and a new start of the program leave it as it is', async () => {
      const before = await audit();
      expect(await exporter.kill('SIGTERM')).to.deep.equal({ code: 0, signal: null });
      expect(await shown()).to.deep.equal(['device_020000000001 pause - -']);
      await start();
      await exporter.scrape();
      await exporter.scrape();
      expect(await shown()).to.deep.equal(['device_020000000001 pause - -']);
      expect(await audit()).to.deep.equal(before);
    });

    it('clearing it frees the device, and the audit has all of it', async () => {
      const { code, stdout } = await type('wrtmeter limit clear "device tablet"');
      expect([code, stdout]).to.deep.equal([0, 'device tablet is no longer paused by hand\n']);
      await exporter.scrape();
      await becomes([]);
      expect(await table()).to.equal('');
      expect(await reaches(tablet)).to.equal(true);
      const by = `by user "${userInfo().username}" on this machine`;
      const rows = [`Slowed to 2 Mbit/s ${by}`, `Paused ${by}`].flatMap((why) => [`tablet, ${why}`, `gateway, tablet, ${why}`]);
      expect(await audit()).to.deep.equal([...rows, `tablet, Cleared ${by}`, 'gateway, tablet, Free again']);
      expect((await type(PRINT)).stdout).to.contain('Slowed to 2 Mbit/s');
    });

    it('a reload that takes the permission away frees the router, and one that gives it again has the limit back', async () => {
      expect((await type(LIMIT)).code).to.equal(0);
      await exporter.scrape();
      await becomes([SLOW]);
      configure(YAML.replace('control: true\n', ''));
      process.kill(exporter.pid, 'SIGHUP');
      await becomes([]);
      await exporter.scrape();
      expect(await table()).to.equal('');
      expect((await audit()).slice(-2)).to.deep.equal([
        'gateway, the router, It may no longer be asked for limits, so it was freed',
        'gateway, tablet, Free again',
      ]);
      configure(YAML);
      process.kill(exporter.pid, 'SIGHUP');
      await world.lab.until('it is read again', () => exporter.logs.filter((line) => line.includes('Configuration reloaded')).length === 2);
      await exporter.scrape();
      await becomes([SLOW]);
    });

    it('--no-control frees the router at once, and the program says in one line why nothing can be limited', async () => {
      const before = await audit();
      const { code, stderr } = await type(`openwrt-cgi/install.sh --no-control root@${WRITTEN}`);
      expect([code, stderr, await table(), await shown()]).to.deep.equal([0, '', '', []]);
      const logs = exporter.logs.length;
      for (let rounds = 0; rounds < 3; rounds += 1) await exporter.scrape();
      const why = `${router.address} accepts none of the keys for root: add the public key to authorized_keys there`;
      const row = `1 limit could not be set; it is tried again: ${why}`;
      await world.lab.until('the program has said it', () => exporter.logs.length > logs);
      await exporter.scrape();
      expect((await audit()).slice(before.length)).to.deep.equal([`gateway, the router, ${row}`]);
      expect(exporter.logs.slice(logs).map((line) => JSON.parse(line).msg)).to.deep.equal([`gateway: ${row}`]);
    });
  });
