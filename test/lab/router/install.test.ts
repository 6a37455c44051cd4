import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { scripts } from '../../support/routers/busybox.ts';
import { type DropbearRouter, startDropbearRouter } from '../../support/routers/dropbear-router.ts';

const names = ['wrtmeter.cgi', 'hosts.cgi', 'totalwifi.cgi', 'wan.cgi', 'dhcp.cgi'];
const parts = ['hosts.sh', 'hosts-again.sh', 'hosts-networks.sh', 'hosts-nftables.sh', 'hosts-iptables.sh', 'host-event.sh'];
const unguarded = "\nconfig wrtmeter 'main'\n\nconfig hosts 'hosts'\n\toption enabled '1'\n";

describe('install.sh and uninstall.sh, over a real Dropbear', () => {
  let router: DropbearRouter;
  let here: string;
  beforeEach(async () => {
    router = await startDropbearRouter();
    here = mkdtempSync(join(tmpdir(), 'wrtmeter-here-'));
    writeFileSync(path('tools/uci-firewall'), read('tools/uci-firewall').replace("flow_offloading='1'", "flow_offloading='0'"));
  });
  afterEach(async () => {
    await router.close();
    rmSync(here, { recursive: true, force: true });
  });

  const path = (name: string) => join(router.root, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const mode = (name: string) => (statSync(path(name)).mode & 0o777).toString(8);
  const local = (script: string, args: readonly string[], input = '', environment = {}): SpawnSyncReturns<string> =>
    spawnSync(join(scripts, script), args, { cwd: here, input, encoding: 'utf8', env: { ...process.env, ...environment } });
  const install = (...args: string[]) => local('install.sh', [...args, ...router.ssh, 'root@127.0.0.1']);
  const url = () => `http://127.0.0.1:${router.httpPort}`;
  const ask = async (token?: string) =>
    (await fetch(`${url()}/cgi-bin/wrtmeter.cgi`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } })).status;
  const snapshot = () =>
    [...names.map((name) => `www/cgi-bin/${name}`), 'lib/upgrade/keep.d/wrtmeter', 'etc/config/wrtmeter'].map((name) => [
      name,
      mode(name),
      statSync(path(name)).ino,
      read(name),
    ]);

  it('one command puts the scripts where uhttpd finds them, says the URL, and they survive sysupgrade', async () => {
    const run = install();
    expect([run.status, run.stderr]).to.deep.equal([0, '']);
    expect(run.stdout).to.contain(`It answers at ${url()}/cgi-bin/wrtmeter.cgi\n`).and.contain(`routers:\n  gateway:\n    url: ${url()}\n`);
    for (const name of names)
      expect([mode(`www/cgi-bin/${name}`), read(`www/cgi-bin/${name}`)]).to.deep.equal(['755', readFileSync(join(scripts, name), 'utf8')]);
    expect(readdirSync(path('www/cgi-bin')), 'no leftovers').to.have.length(names.length);
    const scriptsOfHosts = [...parts.map((name) => `/usr/lib/wrtmeter/${name}`), '/etc/init.d/wrtmeter'];
    const links = ['/etc/hotplug.d/iface/30-wrtmeter', '/etc/rc.d/S61wrtmeter'];
    const kept = ['/lib/upgrade/keep.d/wrtmeter', '/etc/config/wrtmeter', ...names.map((name) => `/www/cgi-bin/${name}`)]
      .concat(scriptsOfHosts)
      .concat(links)
      .concat(['/etc/init.d/wrtmeter-root', ...names.map((name) => `/usr/share/wrtmeter/cgi-bin/${name}`), '/etc/rc.d/S98wrtmeter-root']);
    expect(read('lib/upgrade/keep.d/wrtmeter')).to.equal(`${kept.join('\n')}\n`);
    expect([mode('etc/config/wrtmeter'), read('etc/config/wrtmeter')]).to.deep.equal(['600', unguarded]);
    expect(await ask()).to.equal(200);
  });
  it('again changes nothing, and an upgrade replaces the scripts and keeps the configuration', () => {
    install('--token', 'auto');
    const first = snapshot();
    expect(install('--token', 'auto').status).to.equal(0);
    expect(install().status).to.equal(0);
    for (const [i, now] of snapshot().entries()) expect(now, 'not even written again').to.deep.equal(first[i]);
    writeFileSync(path('www/cgi-bin/wan.cgi'), '#!/bin/sh\n# an earlier one: WRTMETER_ROOT\n');
    writeFileSync(path('etc/config/wrtmeter'), `${read('etc/config/wrtmeter')}\toption mine 'yes'\n`);
    install();
    expect(read('www/cgi-bin/wan.cgi')).to.equal(readFileSync(join(scripts, 'wan.cgi'), 'utf8'));
    expect(read('etc/config/wrtmeter')).to.match(
      /^\nconfig wrtmeter 'main'\n\toption token '[0-9a-f]{32}'\n\nconfig hosts 'hosts'\n\toption enabled '1'\n\toption mine 'yes'\n$/,
    );
  });
  it('--token auto makes a token once and writes it to a file of its owner; --token none takes it away', async () => {
    const run = install('--token', 'auto');
    const file = join(here, 'wrtmeter-127.0.0.1.token');
    expect(run.stdout).to.contain(`It answers at ${url()}/cgi-bin/wrtmeter.cgi\n`).and.contain(`    token_file: ${file}\n`);
    const token = readFileSync(file, 'utf8').trim();
    expect([token.length, (statSync(file).mode & 0o777).toString(8)]).to.deep.equal([32, '600']);
    expect(run.stdout + run.stderr).to.not.contain(token);
    expect([await ask(), await ask('wrong'), await ask(token)]).to.deep.equal([401, 401, 200]);
    expect(install().stdout).to.contain('and asks for its token\n');
    rmSync(file);
    install('--token', 'auto');
    expect(readFileSync(file, 'utf8').trim(), 'the same as before').to.equal(token);
    install('--token', 'none');
    expect(read('etc/config/wrtmeter')).to.equal(unguarded);
    expect(await ask()).to.equal(200);
  });
  it('a token of one’s own comes from a file or standard input and is in no argument of any process', async () => {
    const token = 'my-own-token.0123456789';
    writeFileSync(join(here, 'token'), `${token}\n`);
    // Input of the remote shell, and the arguments of ssh and curl here.
    for (const tool of ['ssh', 'curl']) {
      writeFileSync(join(here, tool), `#!/bin/sh\nprintf '%s ' "$0" "$@" >>"${here}/arguments"\nexec /usr/bin/${tool} "$@"\n`);
      chmodSync(join(here, tool), 0o755);
    }
    const environment = { PATH: `${here}:${process.env.PATH ?? ''}` };
    const args = [...router.ssh, 'root@127.0.0.1'];
    expect(local('install.sh', ['--token-file', 'token', ...args], '', environment).stdout).to.contain('    token_file: token\n');
    expect(await ask(token)).to.equal(200);
    const other = token.toUpperCase();
    expect(local('install.sh', ['--token-file', '-', ...args], `${other}\n`, environment).status).to.equal(0);
    expect([await ask(token), await ask(other)]).to.deep.equal([401, 200]);
    expect(readFileSync(join(here, 'arguments'), 'utf8'))
      .to.contain('sh -s')
      .and.not.match(new RegExp(token, 'i'));
  });
  it('uninstall.sh takes everything away, twice without complaint', () => {
    install('--token', 'auto');
    const run = () => local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']);
    const before = [
      'etc/hotplug.d/iface/30-wrtmeter',
      'etc/init.d/wrtmeter',
      'usr/lib/wrtmeter',
      'etc/init.d/wrtmeter-root',
      'usr/share/wrtmeter',
      ...names.map((name) => `www/cgi-bin/${name}`),
    ];
    const gone = [...before, 'etc/config/wrtmeter', 'lib/upgrade/keep.d/wrtmeter'];
    expect(run().stdout).to.equal(`Removed from root@127.0.0.1: ${gone.map((name) => `/${name}`).join(' ')}\n`);
    for (const folder of ['www/cgi-bin', 'etc/config', 'lib/upgrade/keep.d', 'etc/init.d', 'etc/rc.d', 'etc/hotplug.d/iface', 'tmp/hosts'])
      expect(
        readdirSync(path(folder)).filter((name) => /wrtmeter|cgi/.test(name)),
        folder,
      ).to.deep.equal([]);
    expect(existsSync(path('tmp/nft-table')), 'nothing counts any more').to.equal(false);
    const again = run();
    expect([again.status, again.stdout, again.stderr]).to.deep.equal([0, 'Nothing of wrtmeter is on root@127.0.0.1\n', '']);
  });
  it('a connection that breaks off has installed nothing', () => {
    for (const bytes of [100, 4000, 9000, 30000]) {
      writeFileSync(join(here, 'ssh'), `#!/bin/sh\nhead -c ${bytes} | /usr/bin/ssh "$@"\n`);
      chmodSync(join(here, 'ssh'), 0o755);
      const run = local('install.sh', [...router.ssh, 'root@127.0.0.1'], '', { PATH: `${here}:${process.env.PATH ?? ''}` });
      expect(run.status, `${bytes} bytes`).to.equal(1);
      expect(run.stderr.trim().split('\n').at(-1)).to.match(/^install\.sh: .*OpenWrt router/);
      expect([readdirSync(path('www/cgi-bin')), readdirSync(path('etc/config')), readdirSync(path('lib/upgrade/keep.d'))]).to.deep.equal([
        [],
        [],
        [],
      ]);
    }
  });
  it('other scripts of the same name are left alone, both times', () => {
    writeFileSync(path('www/cgi-bin/totalwifi.cgi'), '#!/bin/sh\necho mine\n');
    const note = 'note: /www/cgi-bin/totalwifi.cgi is not from wrtmeter and was left as it is\n';
    expect(install().stderr).to.equal(note);
    expect(read('lib/upgrade/keep.d/wrtmeter')).to.not.contain('totalwifi');
    expect(local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']).stderr).to.equal(note);
    expect(read('www/cgi-bin/totalwifi.cgi')).to.equal('#!/bin/sh\necho mine\n');
  });
  it('a router without iw gets a message, and works', () => {
    rmSync(path('usr/sbin/iw'));
    const run = install();
    expect([run.status, run.stderr]).to.deep.equal([
      0,
      'warning: It cannot read the stations yet: iw is not installed; install it with "opkg install iw" or "apk add iw"\n',
    ]);
  });
  it('uhttpd’s own folders, prefix and https are followed', () => {
    writeFileSync(
      path('tools/uci-uhttpd'),
      "uhttpd.main.home='/srv/web'\nuhttpd.main.cgi_prefix='/cgi'\nuhttpd.main.listen_http='0.0.0.0:80'\nuhttpd.main.listen_https='0.0.0.0:1'\nuhttpd.main.redirect_https='1'\n",
    );
    const run = install();
    expect(existsSync(path('srv/web/cgi/wrtmeter.cgi'))).to.equal(true);
    expect(run.stdout).to.contain('    url: https://127.0.0.1:1\n    insecure: true');
    expect(run.stderr).to.match(/^warning: Nothing answers at https:\/\/127\.0\.0\.1:1 from this computer; does uhttpd run/);
  });
  describe('a web server that does not run as root', () => {
    // uhttpd as busybox httpd, and a process of that name that has given its rights up.
    const uhttpd =
      '#!/bin/sh\nwhile [ $# -gt 0 ]; do case $1 in -h) home=$2 ;; -p) port=$2 ;; esac; shift; done\nexec /bin/busybox httpd -f -p "$port" -h "$home"\n';
    beforeEach(async () => {
      await router.serveAs(65534);
      mkdirSync(path('proc/4242'), { recursive: true });
      writeFileSync(path('proc/4242/cmdline'), 'uhttpd\0-f\0');
      writeFileSync(path('proc/4242/stat'), `4242 (uhttpd) S 1 4242 4242 0 -1 4194560${' 0'.repeat(43)}\n`);
      writeFileSync(path('proc/4242/status'), 'Name:\tuhttpd\nUid:\t65534\t65534\t65534\t65534\n');
    });
    afterEach(() => local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']));

    it('is answered for by one of ours that does, and the token stays root’s', async () => {
      writeFileSync(path('usr/sbin/uhttpd'), uhttpd, { mode: 0o755 });
      const run = install('--token', 'auto');
      expect([run.status, run.stderr]).to.deep.equal([0, '']);
      expect(mode('etc/config/wrtmeter')).to.equal('600');
      const token = readFileSync(join(here, 'wrtmeter-127.0.0.1.token'), 'utf8').trim();
      expect([await ask(), await ask('wrong'), await ask(token)]).to.deep.equal([401, 401, 200]);
      expect(run.stdout).to.contain('It answers at');
      // Gone with everything else.
      expect(local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']).status).to.equal(0);
      expect([existsSync(path('usr/share/wrtmeter')), existsSync(path('var/run/wrtmeter-root.pid'))]).to.deep.equal([false, false]);
    });
    it('fails the installation where none can be started, though the scripts work as root', () => {
      writeFileSync(path('usr/sbin/uhttpd'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      const run = install();
      expect(run.status).to.equal(1);
      expect(run.stderr.trim().split('\n').at(-1)).to.match(
        /^install\.sh: The web server cannot run \/www\/cgi-bin\/wrtmeter\.cgi: Cannot read \/etc\/config\/wrtmeter: the web server does not run as root/,
      );
    });
  });
  describe('counting hosts', () => {
    const firewall = `# my firewall\n\nconfig defaults\n\toption forward 'REJECT' # strict\n\n\nconfig include 'mine'\n\toption path '/etc/firewall.user'\n`;
    const said = (run: SpawnSyncReturns<string>) => run.stdout.split('\n').find((line) => line.startsWith('Hosts are ')) ?? run.stderr;
    const table = () => (existsSync(path('tmp/nft-table')) ? read('tmp/nft-table') : '');
    beforeEach(() => writeFileSync(path('etc/config/firewall'), firewall, { mode: 0o640 }));

    it('begins with the installation, after every boot, firewall reload and interface that comes up', () => {
      expect(said(install())).to.equal('Hosts are counted by nftables');
      expect(table()).to.contain('add element inet wrtmeter counted { "br-lan" comment "lan", }');
      // "service wrtmeter status": procd knows of no process of ours, and calls that inactive.
      const status = () =>
        spawnSync('chroot', [router.root, '/etc/init.d/wrtmeter', 'status'], {
          env: { PATH: '/usr/sbin:/bin', STANDIN: '/tools' },
          encoding: 'utf8',
        });
      expect([status().status, status().stdout.slice(0, 18)]).to.deep.equal([0, 'Sent within a day:']);
      rmSync(path('tmp/nft-table'));
      expect([status().status, status().stdout]).to.deep.equal([1, '']);
      expect(status().stderr).to.match(/^wrtmeter: Nothing is counted/);
      expect(said(install())).to.equal('Hosts are counted by nftables');
      expect(readlinkSync(path('etc/rc.d/S61wrtmeter'))).to.equal('../init.d/wrtmeter');
      expect(read('etc/config/firewall')).to.equal(
        `${firewall}\nconfig include 'wrtmeter'\n\toption type 'script'\n\toption path '/usr/lib/wrtmeter/hosts-again.sh'\n\toption fw4_compatible '1'\n`,
      );
      // As fw4 and hotplug-call do: the script is read, by a shell that has more to do.
      for (const script of ['/usr/lib/wrtmeter/hosts-again.sh', '/etc/hotplug.d/iface/30-wrtmeter']) {
        rmSync(path('tmp/nft-table'));
        const shell = spawnSync('chroot', [router.root, '/bin/sh', '-c', `. ${script}; echo alive`], {
          env: { PATH: '/usr/sbin:/bin', STANDIN: '/tools', ACTION: script.startsWith('/etc') ? 'ifup' : 'includes' },
          encoding: 'utf8',
        });
        expect([shell.stdout, shell.stderr]).to.deep.equal(['alive\n', '']);
        expect(table(), script).to.contain('br-lan');
      }
    });
    it('again changes nothing in the firewall’s configuration, and taking wrtmeter away brings the old text back', () => {
      install();
      const first = read('etc/config/firewall');
      install();
      expect(read('etc/config/firewall')).to.equal(first);
      expect(mode('etc/config/firewall')).to.equal('640');
      local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']);
      expect([read('etc/config/firewall'), mode('etc/config/firewall')]).to.deep.equal([firewall, '640']);
    });
    it('--no-hosts takes it away and it stays so, until --hosts', () => {
      install();
      const off = 'Hosts are not counted: switched off; --hosts switches it on';
      expect(said(install('--no-hosts'))).to.equal(off);
      expect([table(), read('etc/config/firewall')]).to.deep.equal(['', firewall]);
      for (const name of ['usr/lib/wrtmeter', 'etc/init.d/wrtmeter', 'etc/hotplug.d/iface/30-wrtmeter'])
        expect(existsSync(path(name)), name).to.equal(false);
      expect(read('lib/upgrade/keep.d/wrtmeter')).to.not.match(/init\.d\/wrtmeter\n|usr\/lib|hotplug/);
      expect(said(install())).to.equal(off);
      expect(read('etc/config/wrtmeter')).to.contain("config hosts 'hosts'\n\toption enabled '0'\n");
      expect(said(install('--hosts'))).to.equal('Hosts are counted by nftables');
      expect(table()).to.contain('br-lan');
    });
    it('keeps what the configuration says of networks and sizes', () => {
      writeFileSync(path('etc/config/wrtmeter'), "config hosts hosts\n\tlist network 'lan'\n\toption enabled '0'\n\toption size '64'\n");
      install('--hosts');
      const hosts = "config hosts hosts\n\toption enabled '1'\n\tlist network 'lan'\n\toption size '64'\n";
      expect(read('etc/config/wrtmeter')).to.equal(hosts);
      install('--token', 'auto');
      const token = readFileSync(join(here, 'wrtmeter-127.0.0.1.token'), 'utf8').trim();
      expect(read('etc/config/wrtmeter'), 'where uci looks for wrtmeter.main.token').to.equal(
        `${hosts}\nconfig wrtmeter 'main'\n\toption token '${token}'\n`,
      );
    });
    it('a router without uplink counts none, one without the means says what to install', () => {
      writeFileSync(path('tools/uci-firewall'), "firewall.@zone[0]=zone\nfirewall.@zone[0].name='lan'\nfirewall.@zone[0].network='lan'\n");
      const netifd = { interface: [{ interface: 'lan', up: true, l3_device: 'br-lan', route: [{ target: '0.0.0.0', mask: 0 }] }] };
      writeFileSync(path('tools/ubus-network.interface-dump'), JSON.stringify(netifd));
      expect(said(install())).to.equal('Hosts are not counted: this router has no uplink of its own');
      expect(table()).to.equal('');
      rmSync(path('usr/sbin/nft'));
      expect(said(install())).to.equal(
        'Hosts are not counted: Nothing here can count hosts: install nftables ("opkg install nftables-json" or "apk add nftables-json")',
      );
    });
    it('with iptables the events of dnsmasq and of neighbours are listened to', () => {
      for (const tool of ['fw4', 'nft']) rmSync(path(`usr/sbin/${tool}`));
      writeFileSync(path('usr/sbin/iptables'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      writeFileSync(path('etc/init.d/dnsmasq'), '#!/bin/sh\necho "$1" >>/tmp/dnsmasq-told\n', { mode: 0o755 });
      // Its tables are the kernel's, which this router shares with the machine: that it counts is shown elsewhere.
      expect(said(install())).to.match(/^Hosts are not counted: iptables does not work here/);
      install();
      expect(read('tmp/dnsmasq-told'), 'once').to.equal('restart\n');
      for (const link of ['dhcp', 'neigh'])
        expect(readlinkSync(path(`etc/hotplug.d/${link}/90-wrtmeter`))).to.equal('/usr/lib/wrtmeter/host-event.sh');
      expect(read('lib/upgrade/keep.d/wrtmeter')).to.contain('/etc/hotplug.d/dhcp/90-wrtmeter\n/etc/hotplug.d/neigh/90-wrtmeter\n');
      expect(read('etc/config/firewall')).to.contain("\toption reload '1'\n").and.not.contain('fw4_compatible');
      local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']);
      expect([...readdirSync(path('etc/hotplug.d/dhcp')), ...readdirSync(path('etc/hotplug.d/neigh'))]).to.deep.equal([]);
    });
    it('flow offloading, which hides traffic, is warned of', () => {
      writeFileSync(path('tools/uci-firewall'), read('tools/uci-firewall').replace("flow_offloading='0'", "flow_offloading='1'"));
      expect(install().stderr).to.equal(
        'warning: Flow offloading is on, which hides most traffic of hosts from the firewall: switch it off, or install nlbwmon\n',
      );
    });
    it('nlbwmon that is there counts by itself, and no table is made', () => {
      writeFileSync(path('usr/sbin/nlbw'), '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      symlinkSync('../init.d/nlbwmon', path('etc/rc.d/S60nlbwmon'));
      expect(said(install())).to.equal('Hosts are counted by nlbwmon');
      expect(table()).to.equal('');
    });
    it('other files at the same places are left alone', () => {
      writeFileSync(path('etc/init.d/wrtmeter'), '#!/bin/sh\necho mine\n', { mode: 0o755 });
      mkdirSync(path('etc/hotplug.d/iface'), { recursive: true });
      writeFileSync(path('etc/hotplug.d/iface/30-wrtmeter'), 'echo mine\n');
      const notes = ['/etc/init.d/wrtmeter', '/etc/hotplug.d/iface/30-wrtmeter'].map(
        (name) => `note: ${name} is not from wrtmeter and was left as it is\n`,
      );
      mkdirSync(path('usr/lib/wrtmeter'), { recursive: true });
      writeFileSync(path('usr/lib/wrtmeter/mine'), 'mine\n');
      expect(install().stderr).to.equal(notes.join(''));
      const kept = 'note: /usr/lib/wrtmeter holds files that are not from wrtmeter and were left as they are\n';
      expect(local('uninstall.sh', [...router.ssh, 'root@127.0.0.1']).stderr).to.equal(notes.reverse().join('') + kept);
      expect(readdirSync(path('usr/lib/wrtmeter'))).to.deep.equal(['mine']);
      expect([read('etc/init.d/wrtmeter'), read('etc/hotplug.d/iface/30-wrtmeter')]).to.deep.equal([
        '#!/bin/sh\necho mine\n',
        'echo mine\n',
      ]);
      expect(existsSync(path('etc/rc.d/S61wrtmeter'))).to.equal(false);
    });
  });
  describe('one clear line', () => {
    const failure = (run: SpawnSyncReturns<string>) => [run.status, run.stderr];
    it('for a router without uhttpd, unless another web server is named', () => {
      rmSync(path('usr/sbin/uhttpd'));
      const run = install();
      expect(run.status).to.equal(1);
      expect(run.stderr).to.match(
        /^install\.sh: uhttpd is not installed on this router: "opkg update && opkg install uhttpd" .*--www DIR[^\n]*\n$/,
      );
      expect(existsSync(path('www/cgi-bin/wrtmeter.cgi'))).to.equal(false);
      expect(install('--www', '/www').status).to.equal(0);
    });
    it('for a script that does not run there', () => {
      rmSync(path('bin/awk'));
      rmSync(path('bin/busybox'));
      const run = install();
      expect(run.status).to.equal(1);
      expect(run.stderr.trim().split('\n').at(-1)).to.match(/^install\.sh: /);
    });
    it('for no answer from the other end, or a refused login', () => {
      const nobody = local('install.sh', ['-p', '1', '-o', 'BatchMode=yes', 'root@127.0.0.1']);
      expect(nobody.status).to.equal(1);
      expect(nobody.stderr.trim().split('\n').at(-1)).to.equal(
        'install.sh: Cannot log in to "root@127.0.0.1"; does "ssh root@127.0.0.1" work?',
      );
      const refused = local('install.sh', [...router.ssh, 'nobody@127.0.0.1']);
      expect(refused.stderr.trim().split('\n').at(-1)).to.equal(
        'install.sh: Cannot log in to "nobody@127.0.0.1"; does "ssh nobody@127.0.0.1" work?',
      );
    });
    it('for a wrong command line', () => {
      expect(failure(local('install.sh', []))).to.deep.equal([2, 'install.sh: Which router? For example: install.sh root@192.168.1.1\n']);
      expect(failure(local('install.sh', ['--token', 'secret', 'root@x']))[1]).to.equal(
        'install.sh: --token is "auto" or "none"; put your own token into a file and give --token-file FILE\n',
      );
      expect(failure(local('install.sh', ['--token']))[1]).to.equal('install.sh: --token needs a value; --help shows how\n');
      expect(failure(local('install.sh', ['--token-file', 'missing', 'root@x']))[1]).to.equal(
        'install.sh: Cannot read the token file "missing"\n',
      );
      expect(failure(local('install.sh', ['--token-file', '-', 'root@x'], 'short\n'))[1]).to.equal(
        'install.sh: The token must have 16 to 128 characters\n',
      );
      expect(failure(local('install.sh', ['--token-file', '-', 'root@x'], "x'; reboot #######\n"))[1]).to.equal(
        'install.sh: The token may hold letters, digits and ._~+/=- only\n',
      );
      expect(failure(local('install.sh', ['--www', 'www', 'root@x']))[1]).to.equal(
        'install.sh: --www needs an absolute path of plain characters, not "www"\n',
      );
      expect(failure(local('install.sh', ['--verbose', 'root@x']))[1]).to.equal(
        'install.sh: Unknown option "--verbose"; --help shows them all\n',
      );
      expect(failure(local('install.sh', ['root@x', 'root@y']))[1]).to.equal('install.sh: One router at a time: "root@x" or "root@y"\n');
      expect(failure(local('install.sh', ['root@x;reboot']))[1]).to.equal(
        'install.sh: "root@x;reboot" is not an ssh destination; give USER@HOST and -p PORT\n',
      );
      expect(local('install.sh', ['--help']).stdout).to.match(/^Usage: install\.sh /);
    });
  });
});
