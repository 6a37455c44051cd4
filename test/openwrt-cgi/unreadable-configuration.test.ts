import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  cgiEnvironment,
  type FakeRouter,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  routerForEach,
  runCgi,
  scripts,
} from '../support/routers/busybox.ts';

/** uci prints nothing of a file that it cannot parse, and ends with 1: as for one that does not exist. */
describe('a configuration that uci cannot read is a failure, not an empty one', () => {
  const { toolbox, router } = routerForEach('gateway', [join(fixtures, 'bin'), moreTools], ['iptables-save', 'ip6tables-save']);

  const file = (name: string, text: string) => writeFileSync(join(router.root, 'etc/config', name), text);
  /** As the stand-in for uci shows it: a file, and nothing of it. */
  const breakConfiguration = (name: string) => {
    file(name, "config zone\n\toption name 'lan\n");
    rmSync(join(router.tools, `uci-${name}`), { force: true });
  };
  const failures = (script = 'wrtmeter.cgi') =>
    runCgi(toolbox, script, router)
      .body.split('\n')
      .filter((line) => line.startsWith('failed '));
  const why = (name: string) => `uci cannot read /etc/config/${name}; "uci show ${name}" on the router says why`;

  it('firewall: which interfaces are uplinks is not known; the table of hosts is read as ever', () => {
    breakConfiguration('firewall');
    expect(failures()).to.deep.equal([`failed wan ${why('firewall')}`]);
    expect(runCgi(toolbox, 'hosts.cgi', router).body).to.contain('counting nftables');
    rmSync(join(router.tools, 'nft-table'));
    file('wrtmeter', "config hosts 'hosts'\n\toption enabled '1'\n");
    expect(failures()).to.deep.equal([`failed wan ${why('firewall')}`, `failed hosts ${why('firewall')}`]);
  });
  it('dhcp: where the leases are is not known', () => {
    breakConfiguration('dhcp');
    expect(failures()).to.deep.equal([`failed leases ${why('dhcp')}`]);
    expect([runCgi(toolbox, 'dhcp.cgi', router).status, runCgi(toolbox, 'dhcp.cgi', router).body]).to.deep.equal([500, `${why('dhcp')}\n`]);
  });
  it('network: which peers are switched off is not known', () => {
    breakConfiguration('network');
    expect(failures()).to.deep.equal([`failed peers ${why('network')}`]);
  });
  it('nlbwmon: its period is not known', () => {
    writeFileSync(join(router.tools, 'pidof-nlbwmon'), '777\n');
    writeFileSync(join(router.tools, 'nlbw'), '{"columns":["family","mac","ip","rx_bytes","tx_bytes"],"data":[]}');
    breakConfiguration('nlbwmon');
    expect(failures()).to.deep.equal([`failed hosts ${why('nlbwmon')}`]);
  });
  it('one that does not exist is as good as an empty one', () => {
    for (const name of ['firewall', 'dhcp', 'network']) rmSync(join(router.tools, `uci-${name}`), { force: true });
    expect(failures()).to.deep.equal([]);
  });

  describe('what counts hosts stands as it is', () => {
    /** hosts.sh reload, with an nft that writes down what it is asked to do. */
    const reload = () => {
      const lib = join(router.root, 'usr/lib/wrtmeter');
      mkdirSync(lib, { recursive: true });
      for (const name of ['hosts.sh', 'hosts-networks.sh', 'hosts-nftables.sh', 'hosts-iptables.sh']) {
        writeFileSync(join(lib, name), readFileSync(join(scripts, name), 'utf8').replace(/^#!.*/, `#!${toolbox.shell}`), { mode: 0o755 });
      }
      const asked = join(router.root, 'asked');
      rmSync(asked, { force: true });
      writeFileSync(
        join(toolbox.dir, 'nft'),
        `#!/bin/busybox ash\necho "$*" >>${asked}\n[ "$1" != -t ] || echo 'chain layout_1_4096 { }'\n`,
      );
      writeFileSync(join(toolbox.dir, 'fw4'), '#!/bin/busybox ash\n', { mode: 0o755 });
      const run = spawnSync(toolbox.shell, [join(lib, 'hosts.sh'), 'reload'], {
        encoding: 'utf8',
        env: { ...cgiEnvironment(router), WRTMETER_LIB: lib },
      });
      return { status: run.status, stderr: run.stderr, asked: existsSync(asked) ? readFileSync(asked, 'utf8') : '' };
    };
    it('with a readable configuration the devices are set again', () => {
      const run = reload();
      expect([run.status, run.stderr]).to.deep.equal([0, '']);
      expect(run.asked).to.contain('-f /proc/self/fd/0').and.not.contain('delete');
    });
    for (const name of ['firewall', 'wrtmeter'])
      it(`with an unreadable ${name}`, () => {
        breakConfiguration(name);
        const run = reload();
        expect(run.status).to.equal(1);
        expect(run.stderr).to.contain(why(name));
        expect(run.asked).to.not.match(/delete|-f/);
      });
    it('with an unreadable network, if netifd does not say which networks there are', () => {
      breakConfiguration('network');
      expect(reload().status).to.equal(0);
      rmSync(join(router.tools, 'ubus-network.interface-dump'));
      const run = reload();
      expect([run.status, run.asked.match(/delete|-f/)]).to.deep.equal([1, null]);
      expect(run.stderr).to.contain(why('network'));
    });
  });
});

describe('the first, true reason of a failure stays', () => {
  let router: FakeRouter;
  beforeEach(() => {
    router = fakeRouter('gateway');
    writeFileSync(join(router.root, 'etc/config/wrtmeter'), "config hosts 'hosts'\n\toption enabled '1'\n");
  });
  afterEach(() => router.remove());
  const hosts = (leaveOut: readonly string[]) => {
    const box = makeToolbox([join(fixtures, 'bin'), moreTools], leaveOut);
    const { body } = runCgi(box, 'wrtmeter.cgi', router);
    box.remove();
    return body.split('\n').filter((line) => /^(failed|begin) hosts/.test(line));
  };

  it('nlbwmon that is enabled and has died is that, whatever else is installed', () => {
    mkdirSync(join(router.root, 'etc/rc.d'), { recursive: true });
    symlinkSync('../init.d/nlbwmon', join(router.root, 'etc/rc.d/S60nlbwmon'));
    const dead = ['failed hosts nlbwmon is not running; start it with "/etc/init.d/nlbwmon start"'];
    expect(hosts([])).to.deep.equal(dead);
    expect(hosts(['nft', 'iptables-save', 'ip6tables-save'])).to.deep.equal(dead);
  });
  it('netifd and the table both missing are a failure of the hosts, not nothing', () => {
    rmSync(join(router.tools, 'ubus-network.interface-dump'));
    expect(hosts(['nlbw', 'iptables-save', 'ip6tables-save']), 'the table is there').to.deep.equal(['begin hosts']);
    rmSync(join(router.tools, 'nft-table'));
    expect(hosts(['nlbw', 'iptables-save', 'ip6tables-save'])).to.deep.equal([
      'failed hosts netifd did not answer, so it is not known whether hosts should be counted here',
    ]);
  });
});
