import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { packageOf } from '../../../setup/release/openwrt/files.ts';
import { makeIpk } from '../../../setup/release/openwrt/ipk.ts';
import { scripts } from '../../support/routers/busybox.ts';
import { type DropbearRouter, startDropbearRouter } from '../../support/routers/dropbear-router.ts';

const OF = { maintainer: 'Some One <one@example.org>', time: 1_790_000_000 };
const DEFAULTS = "\nconfig wrtmeter 'main'\n\nconfig hosts 'hosts'\n\toption enabled '1'\n";
const GUARDED = DEFAULTS.replace("'main'\n", "'main'\n\toption token '0123456789abcdef'\n");
const COUNTED = 'wrtmeter: Hosts are counted by nftables\n';

describe('the package of a router', () => {
  let folder: string;
  let router: DropbearRouter;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-package-'));
    for (const version of ['0.1.0', '0.2.0']) {
      const place = join(folder, version);
      mkdirSync(place);
      makeIpk(packageOf(scripts, { ...OF, version }), place, folder);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));
  beforeEach(async () => {
    router = await startRouter();
  });
  afterEach(() => router.close());

  /** A router with what opkg needs. */
  async function startRouter(): Promise<DropbearRouter> {
    const started = await startDropbearRouter();
    for (const applet of ['tar', 'gunzip', 'cp', 'sha256sum']) symlinkSync('busybox', join(started.root, 'bin', applet));
    cpSync('test/lab/router-bin/opkg', join(started.root, 'bin/opkg'));
    for (const version of ['0.1.0', '0.2.0']) cpSync(ipk(version), join(started.root, `tmp/${version}.ipk`));
    const firewall = join(started.root, 'tools/uci-firewall');
    writeFileSync(firewall, readFileSync(firewall, 'utf8').replace("flow_offloading='1'", "flow_offloading='0'"));
    writeFileSync(join(started.root, 'etc/config/firewall'), 'config defaults\n', { mode: 0o640 });
    return started;
  }
  const ipk = (version: string) => join(folder, `wrtmeter-openwrt_${version}_all.ipk`);
  const path = (name: string) => join(router.root, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const config = () => read('etc/config/wrtmeter');
  const url = () => `http://127.0.0.1:${router.httpPort}/cgi-bin/wrtmeter.cgi`;
  function onRouter(command: string, environment = {}) {
    const env = { PATH: '/usr/sbin:/bin', STANDIN: '/tools', SSH_CONNECTION: '127.0.0.1 1 127.0.0.1 22', ...environment };
    return spawnSync('chroot', [router.root, '/bin/sh', '-c', command], { env, encoding: 'utf8' });
  }
  function opkg(...args: string[]): string {
    const { status, stdout, stderr } = onRouter(`opkg ${args.join(' ')}`);
    expect([status, stderr]).to.deep.equal([0, '']);
    return stdout;
  }
  const install = (version: string) => opkg('install', `/tmp/${version}.ipk`);
  const remotely = (script: string, ...args: string[]) =>
    spawnSync(join(scripts, script), [...args, ...router.ssh, 'root@127.0.0.1'], { cwd: folder, encoding: 'utf8' });
  function control() {
    writeFileSync(path('usr/sbin/dropbear'), '#!/bin/sh\n', { mode: 0o755 });
    if (!existsSync(join(folder, 'limits'))) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'limits')]);
    return remotely('install.sh', '--control', 'limits.pub');
  }
  const answer = async (token?: string) => {
    const response = await fetch(url(), token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });
    return { status: response.status, text: (await response.text()).replace(/^(time|uptime) .*\n/gm, '') };
  };
  const table = () => (existsSync(path('tmp/nft-table')) ? read('tmp/nft-table') : '');

  /** What is on a router: the mode and the text of each file, or where a link leads. The package's own record and parts are left out. */
  function filesOf(root: string): Record<string, string> {
    const found: Record<string, string> = {};
    for (const name of ['etc', 'lib', 'usr', 'www'].flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, encoding: 'utf8' }).map((below) => `${top}/${below}`),
    )) {
      const file = join(root, name);
      const stat = lstatSync(file);
      if (stat.isDirectory() || /^usr\/lib\/(opkg\/|wrtmeter\/(package|on-router)\.sh$)/.test(name)) continue;
      found[name] = stat.isSymbolicLink() ? readlinkSync(file) : `${(stat.mode & 0o777).toString(8)} ${readFileSync(file, 'latin1')}`;
    }
    const kept = found['lib/upgrade/keep.d/wrtmeter'];
    if (kept !== undefined) found['lib/upgrade/keep.d/wrtmeter'] = kept.split('\n').sort().join('\n');
    return found;
  }
  const ours = () => Object.keys(filesOf(router.root)).filter((name) => /wrtmeter|cgi/.test(name));

  it('puts there what install.sh puts there, counts, and answers as after that', async () => {
    expect(install('0.1.0')).to.equal(`${COUNTED}wrtmeter: It answers at ${url()}\n`);
    const [files, first, counting] = [filesOf(router.root), await answer(), table()];
    expect(first.status).to.equal(200);
    expect(counting).to.contain('br-lan');
    await router.close();
    router = await startRouter();
    expect(remotely('install.sh').status).to.equal(0);
    // The port of the web server is in no file of ours.
    expect(Object.keys(files)).to.deep.equal(Object.keys(filesOf(router.root)));
    expect(files).to.deep.equal(filesOf(router.root));
    expect([first, counting]).to.deep.equal([await answer(), table()]);
  });

  it('keeps a changed configuration when it is upgraded and when it is removed, and leaves nothing else', async () => {
    const before = ours();
    install('0.1.0');
    writeFileSync(path('etc/config/wrtmeter'), GUARDED);
    expect(install('0.2.0')).to.equal(`${COUNTED}wrtmeter: It answers at ${url()} and asks for its token\n`);
    expect([config(), (lstatSync(path('etc/config/wrtmeter')).mode & 0o777).toString(8)]).to.deep.equal([GUARDED, '600']);
    expect([(await answer()).status, (await answer('0123456789abcdef')).status]).to.deep.equal([401, 200]);
    expect(read('usr/lib/opkg/info/wrtmeter-openwrt.control')).to.contain('Version: 0.2.0\n');
    expect(opkg('remove', 'wrtmeter-openwrt')).to.equal('');
    expect(ours()).to.deep.equal([...before, 'etc/config/wrtmeter'].sort());
    expect([config(), read('etc/config/firewall'), table()]).to.deep.equal([GUARDED, 'config defaults\n', '']);
    for (const gone of ['usr/lib/wrtmeter', 'usr/share/wrtmeter']) expect(existsSync(path(gone)), gone).to.equal(false);
    install('0.2.0');
    expect((await answer()).status, 'the token is back').to.equal(401);
  });

  it('takes its configuration along when it is removed, if nobody has changed it', () => {
    install('0.1.0');
    expect(config()).to.equal(DEFAULTS);
    opkg('remove', 'wrtmeter-openwrt');
    expect(ours()).to.deep.equal([]);
  });

  it('takes over what install.sh has installed, with its token, and no counting of hosts where that is switched off', async () => {
    remotely('install.sh', '--token', 'auto');
    const guarded = config();
    expect(install('0.1.0')).to.contain('asks for its token');
    expect(config()).to.equal(guarded);
    remotely('install.sh', '--no-hosts');
    expect(config()).to.equal(guarded.replace("enabled '1'", "enabled '0'"));
    // uci's answers are a file of their own here.
    const counts = (on: 0 | 1) => writeFileSync(path('tools/uci-wrtmeter'), `wrtmeter.hosts=hosts\nwrtmeter.hosts.enabled='${on}'\n`);
    counts(0);
    expect(install('0.2.0')).to.contain('wrtmeter: Hosts are not counted: switched off in /etc/config/wrtmeter\n');
    expect([config(), table()]).to.deep.equal([guarded.replace("enabled '1'", "enabled '0'"), '']);
    counts(1);
    onRouter('/etc/init.d/wrtmeter reload');
    expect(table(), 'one command switches it on').to.contain('br-lan');
  });

  it('replaces a service of install.sh that apk has put its own beside', () => {
    install('0.1.0');
    const service = read('etc/init.d/wrtmeter');
    writeFileSync(path('etc/init.d/wrtmeter.apk-new'), service, { mode: 0o755 });
    writeFileSync(path('etc/init.d/wrtmeter'), '#!/bin/sh /etc/rc.common\n# an earlier one: /usr/lib/wrtmeter\n');
    expect(onRouter('/usr/lib/wrtmeter/package.sh installed').status).to.equal(0);
    expect([read('etc/init.d/wrtmeter'), readdirSync(path('etc/init.d')).sort()]).to.deep.equal([service, ['wrtmeter', 'wrtmeter-root']]);
  });

  it('can be upgraded by install.sh, and uninstall.sh removes it', async () => {
    install('0.1.0');
    expect(remotely('install.sh', '--token', 'auto').stdout).to.contain('It answers at');
    expect((await answer()).status).to.equal(401);
    expect(remotely('uninstall.sh').stdout).to.equal('Removed from root@127.0.0.1: wrtmeter-openwrt /etc/config/wrtmeter\n');
    expect([ours(), readdirSync(path('usr/lib/opkg/info'))]).to.deep.equal([[], []]);
  });

  it('is removed though its folder holds a file of somebody else', () => {
    install('0.1.0');
    writeFileSync(path('usr/lib/wrtmeter/own.sh'), '# own\n');
    expect(opkg('remove', 'wrtmeter-openwrt')).to.equal('');
    expect(existsSync(path('usr/lib/opkg/info/wrtmeter-openwrt.list'))).to.equal(false);
    expect(readdirSync(path('usr/lib/wrtmeter'))).to.deep.equal(['own.sh']);
  });

  it('works where the folder and the prefix of the web server are written with a slash at the end', () => {
    writeFileSync(path('tools/uci-uhttpd'), `${read('tools/uci-uhttpd')}uhttpd.main.home='/www/'\nuhttpd.main.cgi_prefix='/cgi-bin/'\n`);
    expect(install('0.1.0')).to.equal(`${COUNTED}wrtmeter: It answers at ${url()}\n`);
  });

  it('leaves the key for limits of install.sh, and has sysupgrade keep what it runs', () => {
    expect(control().status).to.equal(0);
    const files = filesOf(router.root);
    expect(files['lib/upgrade/keep.d/wrtmeter']).to.contain('/usr/lib/wrtmeter/limits.sh\n');
    expect(install('0.1.0')).to.contain('wrtmeter: Limits are set by the key in /etc/dropbear/authorized_keys\n');
    expect(filesOf(router.root)).to.deep.equal(files);
  });

  it('moves other scripts of these names away, and none over another', () => {
    const [mine, earlier] = ['#!/bin/sh\necho mine\n', '#!/bin/sh\necho mine once\n'];
    writeFileSync(path('www/cgi-bin/wan.cgi.before-wrtmeter'), earlier);
    for (const file of ['wan.cgi', 'dhcp.cgi']) writeFileSync(path(`www/cgi-bin/${file}`), mine);
    const { status, stderr } = onRouter('opkg install /tmp/0.1.0.ipk');
    const note = (file: string, kept: string) => `wrtmeter: /www/cgi-bin/${file} was not from wrtmeter and is now /www/cgi-bin/${kept}\n`;
    expect([status, stderr]).to.deep.equal([
      0,
      note('wan.cgi', 'wan.cgi.before-wrtmeter-2') + note('dhcp.cgi', 'dhcp.cgi.before-wrtmeter'),
    ]);
    expect(read('www/cgi-bin/wan.cgi.before-wrtmeter')).to.equal(earlier);
    for (const kept of ['wan.cgi.before-wrtmeter-2', 'dhcp.cgi.before-wrtmeter']) expect(read(`www/cgi-bin/${kept}`)).to.equal(mine);
    expect(read('www/cgi-bin/wan.cgi')).to.equal(readFileSync(join(scripts, 'wan.cgi'), 'utf8'));
  });

  it('says that a web server with another folder does not find its scripts', () => {
    writeFileSync(path('tools/uci-uhttpd'), "uhttpd.main.home='/srv/web'\n");
    const { status, stderr } = onRouter('opkg install /tmp/0.1.0.ipk');
    expect(status).to.equal(0);
    expect(stderr).to.match(/^wrtmeter: uhttpd runs scripts in \/srv\/web\/cgi-bin, but .* use install\.sh instead\n$/);
  });

  it('in an image that is being made, waits for the first boot', async () => {
    const image = join(folder, 'image');
    mkdirSync(join(image, 'control'), { recursive: true });
    const unpack = (file: string, to: string) => spawnSync('tar', ['-xzf', file, '-C', to]);
    unpack(ipk('0.1.0'), image);
    unpack(join(image, 'control.tar.gz'), join(image, 'control'));
    unpack(join(image, 'data.tar.gz'), router.root);
    for (const script of ['preinst', 'postinst']) {
      const env = { PATH: process.env.PATH, IPKG_INSTROOT: router.root };
      const run = spawnSync(resolve(image, 'control', script), ['configure'], { env, encoding: 'utf8' });
      expect([run.status, run.stdout, run.stderr], script).to.deep.equal([0, '', '']);
    }
    expect(table()).to.equal('');
    // What an earlier firmware had and sysupgrade has kept.
    mkdirSync(path('rom/www/cgi-bin'), { recursive: true });
    cpSync(path('www/cgi-bin/wan.cgi'), path('rom/www/cgi-bin/wan.cgi'));
    writeFileSync(path('www/cgi-bin/wan.cgi'), '#!/bin/sh\n# an earlier one: WRTMETER_ROOT\n');
    writeFileSync(path('lib/upgrade/keep.d/wrtmeter'), '/www/cgi-bin/wan.cgi\n');
    // As OpenWrt does at boot: it removes what succeeded.
    const boot = onRouter('cd /etc/uci-defaults && ( . ./95-wrtmeter ) && rm -f 95-wrtmeter');
    expect([boot.status, boot.stdout, boot.stderr, readdirSync(path('etc/uci-defaults'))]).to.deep.equal([0, '', '', []]);
    expect(table()).to.contain('br-lan');
    expect((await answer()).status).to.equal(200);
    expect(read('www/cgi-bin/wan.cgi')).to.equal(readFileSync(join(scripts, 'wan.cgi'), 'utf8'));
    expect(readdirSync(path('etc/rc.d'))).to.include.members(['S61wrtmeter', 'S98wrtmeter-root']);
    expect(existsSync(path('lib/upgrade/keep.d/wrtmeter')), 'the next image has its own').to.equal(false);
    // But not what install.sh --control has brought.
    expect(control().status).to.equal(0);
    expect(onRouter('/usr/lib/wrtmeter/package.sh booted').status).to.equal(0);
    expect(read('lib/upgrade/keep.d/wrtmeter').trimEnd().split('\n')).to.deep.equal([
      ...['/lib/upgrade/keep.d/wrtmeter', '/etc/config/wrtmeter'],
      ...['/usr/lib/wrtmeter/limits.sh', '/etc/dropbear/authorized_keys'],
    ]);
  });
});
