import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createLab, inside, type Lab, within } from '../../support/lab/world.ts';
import { finish } from '../../support/program/command.ts';
import {
  cgiEnvironment,
  type FakeRouter,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  scripts,
  type Toolbox,
} from '../../support/routers/busybox.ts';

const REAL = ['nft', 'iptables', 'iptables-save', 'iptables-restore', 'ip6tables', 'ip6tables-save', 'ip6tables-restore'];

describe('hosts.sh, with the real nft and iptables of a namespace', () => {
  let lab: Lab;
  let namespace: string;
  let router: FakeRouter;
  let folder: string;
  let toolbox: Toolbox;
  before(async () => {
    lab = createLab();
    namespace = await lab.namespace('hm');
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-methods-'));
    lab.defer(async () => rmSync(folder, { recursive: true, force: true }));
    for (const name of ['bin', 'lib']) mkdirSync(join(folder, name));
    const missing = REAL.find((name) => !existsSync(`/usr/sbin/${name}`));
    if (missing !== undefined) throw new Error(`This test needs /usr/sbin/${missing}: apt-get install nftables iptables`);
    for (const name of REAL) writeFileSync(join(folder, 'bin', name), `#!/bin/sh\nexec /usr/sbin/${name} "$@"\n`);
    // OpenWrt's busybox has it, Debian's leaves it to util-linux.
    writeFileSync(join(folder, 'bin', 'flock'), '#!/bin/sh\nexec /usr/bin/flock "$@"\n');
    writeFileSync(join(folder, 'bin', 'fw4'), '#!/bin/sh\n');
    lend();
  });
  after(async () => {
    toolbox.remove();
    await lab.close();
  });
  beforeEach(async () => {
    router = fakeRouter('gateway');
    await inside(namespace, ['nft', 'flush', 'ruleset']);
  });
  afterEach(() => {
    router.remove();
    lend();
  });

  /** The tools of the router, without some; the scripts find one another in a folder, and run in its shell. */
  function lend(...leaveOut: string[]): void {
    toolbox?.remove();
    toolbox = makeToolbox([join(fixtures, 'bin'), moreTools, join(folder, 'bin')], leaveOut);
    for (const name of readdirSync(scripts).filter((file) => file.startsWith('hosts') && file.endsWith('.sh'))) {
      writeFileSync(join(folder, 'lib', name), readFileSync(join(scripts, name), 'utf8').replace(/^#!.*/, `#!${toolbox.shell}`));
      chmodSync(join(folder, 'lib', name), 0o755);
    }
  }
  const run = async (command: string, script = 'hosts.sh', more = {}) => {
    const env = { ...cgiEnvironment(router), PATH: process.env.PATH ?? '', WRTMETER_LIB: join(folder, 'lib'), ...more };
    const { code, stdout, stderr } = await finish([...within(namespace), toolbox.shell, join(folder, 'lib', script), command], { env });
    return [code, stdout + stderr];
  };
  const configure = (...options: string[]) => {
    writeFileSync(join(router.tools, 'uci-wrtmeter'), options.map((option) => `wrtmeter.hosts.${option}\n`).join(''));
    writeFileSync(join(router.tools, 'uci-wrtmeter.hosts'), options.map((option) => `wrtmeter.hosts.${option}\n`).join(''));
  };
  const counting = async () => {
    const nftables = (await inside(namespace, ['nft', 'list', 'tables'])).includes('table inet wrtmeter');
    const iptables = (await inside(namespace, ['iptables-save', '-t', 'mangle'])).includes(':wrtmeter_upload');
    return [...(nftables ? ['nftables'] : []), ...(iptables ? ['iptables'] : [])];
  };
  const handle = async () => /"handle": (\d+)/.exec(await inside(namespace, ['nft', '-j', 'list', 'tables', 'inet']))?.[1];

  it('a router with firewall4 counts with nftables, says what it counts, and stops', async () => {
    expect(await run('start')).to.deep.equal([0, '']);
    expect(await counting()).to.deep.equal(['nftables']);
    expect((await run('status'))[1])
      .to.match(/^Counting the hosts of wg0 \(wg0\)$/m)
      .and.match(/^Counting the hosts of lan \(br-lan\)$/m);
    expect(await run('stop')).to.deep.equal([0, '']);
    expect(await counting()).to.deep.equal([]);
    expect(await run('stop'), 'twice').to.deep.equal([0, '']);
    expect(await run('status')).to.deep.equal([
      1,
      'wrtmeter: Nothing is counted, because the table "inet wrtmeter" is missing: create it with "/etc/init.d/wrtmeter start"\n',
    ]);
  });
  it('one with firewall3 counts with iptables', async () => {
    lend('fw4', 'nft');
    expect(await run('start')).to.deep.equal([0, '']);
    expect(await counting()).to.deep.equal(['iptables']);
    expect(await run('stop')).to.deep.equal([0, '']);
    expect(await counting()).to.deep.equal([]);
  });
  it('nftables alone will do, and does not need iptables', async () => {
    lend(...REAL.filter((name) => name !== 'nft'), 'fw4');
    expect(await run('start')).to.deep.equal([0, '']);
    expect(await counting()).to.deep.equal(['nftables']);
  });
  it('of two methods one counts: the other is taken away when it is chosen', async () => {
    for (const method of ['nftables', 'iptables', 'nftables']) {
      configure(`method='${method}'`);
      expect(await run('reload'), method).to.deep.equal([0, '']);
      expect(await counting()).to.deep.equal([method]);
    }
    configure("enabled='0'");
    await run('reload');
    expect(await counting()).to.deep.equal([]);
    expect((await run('status'))[1]).to.match(/^No hosts are counted: it is switched off/);
  });
  it('nlbwmon that runs, or will when the router starts, counts in their place', async () => {
    await run('start');
    writeFileSync(join(router.tools, 'pidof-nlbwmon'), '777\n');
    expect(await run('reload')).to.deep.equal([0, '']);
    expect([await counting(), await run('status')]).to.deep.equal([[], [0, 'nlbwmon counts the hosts\n']]);
    rmSync(join(router.tools, 'pidof-nlbwmon'));
    mkdirSync(join(router.root, 'etc/rc.d'), { recursive: true });
    symlinkSync('../init.d/nlbwmon', join(router.root, 'etc/rc.d/S60nlbwmon'));
    await run('reload');
    expect(await counting()).to.deep.equal([]);
    expect(await run('status')).to.deep.equal([1, 'wrtmeter: nlbwmon is not running; start it with "/etc/init.d/nlbwmon start"\n']);
    rmSync(join(router.root, 'etc/rc.d'), { recursive: true });
    await run('reload');
    expect(await counting()).to.deep.equal(['nftables']);
  });
  it('networks and firewalls that change leave the counters, another size does not', async () => {
    configure("size='64'");
    await run('start');
    const first = await handle();
    await inside(namespace, ['nft', 'add', 'element', 'inet', 'wrtmeter', 'down4', '{ 192.168.1.10 counter packets 3 bytes 5000000000 }']);
    configure("size='64'", "network='guest'");
    expect(await run('reload')).to.deep.equal([0, '']);
    await inside(namespace, [
      'nft',
      'add',
      'element',
      'inet',
      'wrtmeter',
      'up6_l3',
      '{ fd07::2 counter packets 3 bytes 7, fd07::3 counter packets 0 bytes 0 }',
    ]);
    expect([(await run('status'))[1], await handle()]).to.deep.equal([
      'Counting the hosts of guest (br-guest)\nSent within a day: 0 IPv4 and 2 IPv6 addresses; there is room for 64 of each kind\nBytes without room: 0 received, 0 sent\n',
      first,
    ]);
    expect(await inside(namespace, ['nft', 'list', 'set', 'inet', 'wrtmeter', 'down4'])).to.contain('bytes 5000000000');
    configure("size='32'");
    await run('reload');
    expect(await handle()).to.not.equal(first);
    expect(await inside(namespace, ['nft', 'list', 'set', 'inet', 'wrtmeter', 'down4']))
      .to.contain('size 32')
      .and.not.contain('bytes');
  });
  it('two at once make one table', async () => {
    const runs = await Promise.all([run('start'), run('reload'), run('start')]);
    expect(runs).to.deep.equal([
      [0, ''],
      [0, ''],
      [0, ''],
    ]);
    expect((await run('status'))[1]).to.contain('(br-lan)');
  });
  it('a table that an earlier or a later script made is created again', async () => {
    await inside(namespace, ['nft', 'add', 'table', 'inet', 'wrtmeter']);
    await inside(namespace, ['nft', 'add', 'set', 'inet', 'wrtmeter', 'counted', '{ type ipv4_addr; }']);
    expect(await run('start')).to.deep.equal([0, '']);
    expect((await run('status'))[1]).to.contain('(br-lan)');
  });
  it('a router that is not a gateway counts nothing, and what it counted before is taken away', async () => {
    await run('start');
    writeFileSync(join(router.tools, 'uci-firewall'), "firewall.@zone[0]=zone\nfirewall.@zone[0].name='lan'\n");
    writeFileSync(join(router.tools, 'ubus-network.interface-dump'), '{"interface":[{"interface":"lan","up":true,"l3_device":"br-lan"}]}');
    expect(await run('reload')).to.deep.equal([0, 'No hosts are counted: this router has no uplink of its own\n']);
    expect(await counting()).to.deep.equal([]);
  });
  it('a configuration that cannot be read takes nothing away', async () => {
    await run('start');
    for (const name of ['ubus-network.interface-dump', 'uci-network']) rmSync(join(router.tools, name));
    expect(await run('reload')).to.deep.equal([
      1,
      'wrtmeter: Cannot determine the networks whose hosts to count: neither netifd nor /etc/config/network says which networks there are\n',
    ]);
    expect(await counting()).to.deep.equal(['nftables']);
  });
  it('one clear line for what is wrong', async () => {
    configure("method='magic'");
    expect(await run('start')).to.deep.equal([
      1,
      'wrtmeter: The method of counting hosts is auto, nftables, iptables or nlbwmon, not "magic" (/etc/config/wrtmeter)\n',
    ]);
    for (const size of ['0', '-1', '1e3', '1000000', '64; reboot'])
      expect(await run('start', 'hosts-nftables.sh', { WRTMETER_SIZE: size }), size).to.deep.equal([
        1,
        `wrtmeter: The size of the host sets is a number from 1 to 99999, not "${size}" (/etc/config/wrtmeter)\n`,
      ]);
    configure();
    expect(await run('restart')).to.deep.equal([1, 'wrtmeter: Usage: hosts.sh start | stop | reload | status | method\n']);
    expect((await run('', 'hosts-nftables.sh'))[1]).to.equal('wrtmeter: Usage: hosts-nftables.sh start | stop | reload | status\n');
    lend(...REAL, 'fw4');
    expect(await run('start')).to.deep.equal([
      1,
      'wrtmeter: Nothing here can count hosts: install nftables ("opkg install nftables-json" or "apk add nftables-json")\n',
    ]);
  });
});
