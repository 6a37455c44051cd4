import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { fixtures, makeToolbox, scripts, type Toolbox } from '../support/routers/busybox.ts';

const CHAINS = `*mangle
:FORWARD ACCEPT [0:0]
:wrtmeter - [0:0]
:wrtmeter_download - [0:0]
:wrtmeter_from_home - [0:0]
:wrtmeter_upload - [0:0]
[9:99] -A FORWARD -j wrtmeter
[0:0] -A wrtmeter -i br-lan -g wrtmeter_from_home
[0:0] -A wrtmeter -o br-lan -g wrtmeter_download
[5:55] -A wrtmeter_download -d 192.168.1.5/32 -j RETURN
[0:0] -A wrtmeter_download -j RETURN
[0:0] -A wrtmeter_from_home -o br-lan -j RETURN
[0:0] -A wrtmeter_from_home -g wrtmeter_upload
[5:55] -A wrtmeter_upload -s 192.168.1.5/32 -j RETURN
[0:0] -A wrtmeter_upload -j RETURN
COMMIT
`;
const EMPTY = '*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n';

// What becomes of the rules in a kernel is in test/lab/hosts-iptables.test.ts; here is the input of iptables-restore, without root.
describe('what hosts-iptables.sh asks of iptables', () => {
  let dir: string;
  let toolbox: Toolbox;
  const file = (path: string, content: string) => {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), content);
  };

  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'wrtmeter-iptables-'));
    cpSync(join(fixtures, 'bin'), join(dir, 'bin'), { recursive: true });
    const tool = (name: string, body: string) => writeFileSync(join(dir, 'bin', name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    for (const name of ['iptables', 'ip6tables']) {
      tool(`${name}-save`, `cat "$STANDIN/${name}"`);
      tool(`${name}-restore`, `cat >>"$STANDIN/told-${name}"`);
    }
    // Busybox has no flock here; the lock is tested in the lab.
    tool('flock', 'exec /usr/bin/flock "$@"');
    tool(
      'ip',
      `case "$1 $2 $3" in
  *' neigh show') cat "$STANDIN/neighbours$1" ;;
  *' route show') cat "$STANDIN/routes$1" ;;
  *' route get') case $4 in
    192.168.1.1 | fd00::1) echo "local $4 dev lo src $4" ;;
    10.7.0.3 | fd07::3) echo "$4 dev wg0 src 10.7.0.1" ;;
    192.168.1.* | fd00:*) echo "$4 dev br-lan src 192.168.1.1" ;;
    *) echo "$4 via 203.0.113.1 dev eth1 src 203.0.113.9" ;; esac ;;
esac`,
    );
    tool('wg', '[ "$*" = "show all allowed-ips" ] && cat "$STANDIN/wg-allowed-ips"');
    toolbox = makeToolbox(join(dir, 'bin'));
  });
  after(() => {
    toolbox.remove();
    rmSync(dir, { recursive: true });
  });
  beforeEach(() => {
    rmSync(join(dir, 'root'), { recursive: true, force: true });
    file('root/proc/uptime', '50000.00 0.00\n');
    for (const name of ['iptables', 'ip6tables']) file(`tools/${name}`, EMPTY);
    for (const name of ['neighbours-4', 'neighbours-6', 'routes-4', 'routes-6', 'wg-allowed-ips', 'uci-dhcp']) file(`tools/${name}`, '');
  });

  function run(words: readonly string[], env: Record<string, string> = {}) {
    const told = (name: string) => join(dir, `tools/told-${name}`);
    for (const name of ['iptables', 'ip6tables']) rmSync(told(name), { force: true });
    const { status, stdout, stderr } = spawnSync(toolbox.shell, [join(scripts, 'hosts-iptables.sh'), ...words], {
      encoding: 'utf8',
      env: {
        WRTMETER_LIB: scripts,
        WRTMETER_ROOT: join(dir, 'root'),
        WRTMETER_NETWORKS: 'lan=br-lan',
        STANDIN: join(dir, 'tools'),
        PATH: '/nonexistent',
        ...env,
      },
    });
    const lines = (name: string) => (existsSync(told(name)) ? readFileSync(told(name), 'utf8').trimEnd().split('\n') : []);
    return { status, stdout, stderr, v4: lines('iptables'), v6: lines('ip6tables') };
  }
  const added = (lines: readonly string[]) =>
    lines.filter((line) => line.startsWith('-I wrtmeter_upload')).map((line) => line.split(' ')[3]);

  it('is a whole table if there is none: chains that count and return, and none of them empty', () => {
    expect(run(['start']).v4).to.deep.equal([
      '*mangle',
      '-N wrtmeter_upload',
      '-N wrtmeter_download',
      ':wrtmeter - [0:0]',
      ':wrtmeter_from_home - [0:0]',
      '-A wrtmeter -i br-lan -g wrtmeter_from_home',
      '-A wrtmeter -o br-lan -g wrtmeter_download',
      '-A wrtmeter_from_home -o br-lan -j RETURN',
      '-A wrtmeter_from_home -g wrtmeter_upload',
      '-I FORWARD 1 -j wrtmeter',
      '-A wrtmeter_upload -j RETURN',
      '-A wrtmeter_download -j RETURN',
      'COMMIT',
    ]);
  });

  it('is nothing if everything exists', () => {
    file('tools/iptables', CHAINS);
    file('tools/ip6tables', CHAINS.replaceAll('192.168.1.5/32', 'fd00::5/128'));
    file('root/tmp/dhcp.leases', '0 02:00:00:00:00:01 192.168.1.5 pi *\n');
    for (const words of [['start'], ['reload'], ['add', '192.168.1.5'], ['add', 'FD00:0:0::0005']]) {
      const { v4, v6, status, stderr } = run(words);
      expect({ v4, v6, status, stderr }, words.join(' ')).to.deep.equal({ v4: [], v6: [], status: 0, stderr: '' });
    }
  });

  it('is only what is missing: another device, a direction, the jump, and one jump where there are two', () => {
    file('tools/iptables', CHAINS.replace(/.*-d 192.*\n/, '').replace(/.*FORWARD -j.*\n/, ''));
    file('root/tmp/dhcp.leases', '0 02:00:00:00:00:01 192.168.1.5 pi *\n');
    expect(run(['start']).v4).to.deep.equal([
      '*mangle',
      '-I FORWARD 1 -j wrtmeter',
      '-I wrtmeter_download -d 192.168.1.5 -j RETURN',
      'COMMIT',
    ]);
    file('tools/iptables', CHAINS.replace(/(.*FORWARD -j.*\n)/, '$1$1'));
    expect(run(['start']).v4).to.deep.equal(['*mangle', '-D FORWARD -j wrtmeter', 'COMMIT']);
    file('tools/iptables', CHAINS);
    const { v4 } = run(['start'], { WRTMETER_NETWORKS: 'lan=br-lan guest=br-guest' });
    expect(
      v4.filter((line) => /load/.test(line) && !/ -g /.test(line)),
      'the counters of hosts are left alone',
    ).to.deep.equal([]);
    expect(v4).to.include('-A wrtmeter -i br-guest -g wrtmeter_from_home');
  });

  it('takes addresses from leases, neighbours, the configuration and hosts files, if the way to them is counted', () => {
    file('root/tmp/dhcp.leases', '99 02:00:00:00:00:01 192.168.1.10 a *\nduid 0001\n99 1 fd00::10 a 0001:02\n');
    file('root/tmp/other.leases', '0 02:00:00:00:00:02 192.168.1.11 b *\n');
    file(
      'root/etc/hosts',
      '127.0.0.1 localhost\n::1 localhost\n192.168.1.1 router\n192.168.1.12 nas nas.lan\nFD00::0:12 nas\n8.8.8.8 dns\n',
    );
    file('root/tmp/hosts/odhcpd', '# br-lan 0001 1 c 99 1 128 fd00::13/128\nfd00::13\tc\n0.0.0.0 ads\nfe80::1 x\nff02::1 all\n');
    file(
      'tools/uci-dhcp',
      "dhcp.a.leasefile='/tmp/dhcp.leases'\ndhcp.b.leasefile='/tmp/other.leases'\ndhcp.@host[0].ip='192.168.1.14'\ndhcp.@domain[0].ip='192.168.1.15' 'fd00::15'\n",
    );
    file(
      'tools/neighbours-4',
      '192.168.1.16 dev br-lan lladdr 02:00:00:00:00:03 STALE\n203.0.113.1 dev eth1 lladdr 02:00:00:00:00:04 REACHABLE\n192.168.1.17 dev br-lan  FAILED\n',
    );
    file(
      'tools/neighbours-6',
      'fe80::16 dev br-lan lladdr 02:00:00:00:00:03 STALE\nfd00::16 dev br-lan lladdr 02:00:00:00:00:03 router STALE\n',
    );
    const { v4, v6, stderr } = run(['start']);
    expect(stderr).to.equal('');
    expect(added(v4)).to.have.members([10, 11, 12, 14, 15, 16].map((n) => `192.168.1.${n}`));
    expect(added(v6)).to.have.members(['fd00::10', 'fd00::0:12', 'fd00::13', 'fd00::15', 'fd00::16']);
  });

  it('takes addresses of peers of a tunnel from the ways to them and from what WireGuard allows them', () => {
    file(
      'tools/routes-4',
      '10.7.0.0/24 dev wg0 scope link  src 10.7.0.1\n10.7.0.2 dev wg0 scope link\n10.8.0.1 via 10.7.0.2 dev wg0\n203.0.113.1 dev eth1\n',
    );
    file('tools/routes-6', 'fd07::2 dev wg0  metric 1024\nfe80::/64 dev wg0  metric 256\n');
    const key = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
    file('tools/wg-allowed-ips', `wg0\t${key}\t10.7.0.3/32 fd07::3/128 192.168.9.0/24\nwg0\t${key}\t(none)\nwg1\t${key}\t10.9.0.9/32\n`);
    const { v4, v6 } = run(['start'], { WRTMETER_NETWORKS: 'vpn=wg0' });
    expect(added(v4)).to.have.members(['10.7.0.2', '10.7.0.3']);
    expect(added(v6)).to.have.members(['fd07::2', 'fd07::3']);
  });

  it('is nothing for an event while nothing is counted', () => {
    const { v4, status } = run(['add', '192.168.1.5']);
    expect([v4, status]).to.deep.equal([[], 0]);
  });

  it('is nothing for what is not an address of a host', () => {
    file('tools/iptables', CHAINS);
    file('tools/ip6tables', CHAINS.replaceAll('192.168.1.5/32', 'fd00::5/128'));
    for (const address of [
      '192.168.1.1',
      '192.168.1.06',
      '192.168.1.256',
      '192.168.1',
      '0192.168.1.6',
      '8.8.8.8',
      '127.0.0.1',
      '169.254.1.1',
      '0.0.0.0',
      '255.255.255.255',
      'fe80::1',
      'ff02::1',
      '::1',
      '::',
      '::ffff:192.168.1.6',
      'fd00::1::2',
      'fd00:::1',
      'fd00::12345',
      'fd00:1:2:3:4:5:6',
      'fd00:1:2:3:4:5:6:7:8',
      ':fd00::1',
      '1.2.3.4:5',
    ]) {
      const { v4, v6, status } = run(['add', address]);
      expect([v4, v6, status], address).to.deep.equal([[], [], 0]);
    }
    for (const hostile of ['', '-j ACCEPT', '$(reboot)', '192.168.1.6 -j DROP', '192.168.1.6\n-A FORWARD -j DROP', 'pi']) {
      const { v4, v6, status, stderr } = run(['add', hostile]);
      expect([v4, v6, status, stderr], hostile).to.deep.equal([[], [], 1, 'wrtmeter: This is not an address\n']);
    }
  });

  it('contains only rules that count, whatever is in files that others write', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '-j',
        'ACCEPT',
        '$(touch pwned)',
        '`id`',
        ';',
        '|',
        '-A',
        'FORWARD',
        'COMMIT',
        '*filter',
        '\u0001rules',
        '\n\u0001wanted\nnetwork x evil0\n',
        '\u0001end',
        '%s',
        '\\n',
        'lladdr',
        'dev',
        'br-lan',
        "'",
        '"',
      ),
      fc.string({ maxLength: 12 }),
      fc.ipV4(),
      fc.ipV6(),
      fc.nat(255).map((n) => `192.168.1.${n}`),
      fc.nat(9999).map((n) => `fd00::${n}`),
    );
    const text = fc
      .array(
        fc.array(word, { maxLength: 7 }).map((words) => words.join(' ')),
        { maxLength: 8 },
      )
      .map((lines) => `${lines.join('\n')}\n`);
    const strict =
      /^(\*mangle|COMMIT|:wrtmeter(_from_home)? - \[0:0\]|-N wrtmeter_(?:up|down)load|-I FORWARD 1 -j wrtmeter|-A wrtmeter\S* .*|-[ID] wrtmeter_(?:upload -s|download -d) (\S+) -j RETURN)$/;
    const made = /^-A wrtmeter(_upload|_download|_from_home)?( -[io] br-lan)? -[gj] (RETURN|wrtmeter_(from_home|upload|download))$/;
    fc.assert(
      fc.property(fc.tuple(text, text, text, text, text), word, ([leases, hosts, more, neighbours, memory], address) => {
        file('root/tmp/dhcp.leases', leases);
        file('root/etc/hosts', hosts);
        file('root/tmp/hosts/x', more);
        // The kernel's own lines have no marks in them.
        for (const name of ['neighbours-4', 'neighbours-6']) file(`tools/${name}`, neighbours.replaceAll('\u0001', ''));
        file('tools/uci-dhcp', "dhcp.@host[0].ip='192.168.1.14'\n");
        file('root/var/run/wrtmeter/hosts4', memory);
        file('root/var/run/wrtmeter/hosts6', memory);
        file('tools/iptables', EMPTY);
        for (const words of [['start'], ['add', address]]) {
          const { v4, v6 } = run(words);
          for (const [lines, family] of [
            [v4, 4],
            [v6, 6],
          ] as const) {
            for (const line of lines) {
              const [, , , host] = strict.exec(line) ?? expect.fail(`Told: ${line}`);
              if (host !== undefined) expect(isIP(host), line).to.equal(family);
              else if (line.startsWith('-A')) expect(line).to.match(made);
            }
          }
          if (words[0] === 'start') expect(added(v4)).to.include('192.168.1.14');
          file('tools/iptables', CHAINS);
        }
        expect(existsSync('pwned')).to.equal(false);
      }),
      { numRuns: 20 },
    );
  }).timeout(180_000);

  it('is the end of all rules on a router without an uplink, and the reason is said', () => {
    for (const name of ['uci-firewall', 'ubus-network.interface-dump'])
      cpSync(join(fixtures, 'access-point/tools', name), join(dir, 'tools', name));
    file('tools/iptables', CHAINS);
    const { v4, stdout, status } = run(['start'], { WRTMETER_NETWORKS: '' });
    expect(v4.filter((line) => line.startsWith('-X'))).to.have.lengthOf(4);
    expect([stdout, status]).to.deep.equal(['No hosts are counted: this router has no uplink of its own\n', 0]);
    rmSync(join(dir, 'tools/ubus-network.interface-dump'));
    const unknown = run(['start'], { WRTMETER_NETWORKS: '' });
    expect([unknown.v4, unknown.status]).to.deep.equal([[], 1]);
    expect(unknown.stderr).to.match(/^wrtmeter: Cannot determine the networks whose hosts to count: /);
  });

  it('says what to do when it cannot be done', () => {
    file('tools/iptables', '');
    expect(run(['start']).stderr).to.equal(
      'wrtmeter: iptables does not work here; does this router have firewall3 (iptables and kmod-ipt-core)?\n',
    );
    file('tools/iptables', EMPTY);
    expect(run(['status']).stderr).to.equal(
      'wrtmeter: No IPv4 hosts are counted: the rules are missing; create them with "/etc/init.d/wrtmeter start"\n',
    );
    expect(run(['start'], { WRTMETER_SIZE: '1e3' }).stderr).to.match(/^wrtmeter: The size .* not "1e3"/);
    expect(run([]).stderr).to.match(/^wrtmeter: Usage: /);
    expect(run(['add']).stderr).to.match(/^wrtmeter: Usage: /);
  });

  it('is nothing where the list of rules was cut short: what is not seen may still exist', () => {
    for (const text of [CHAINS.slice(0, 300), EMPTY.replace('COMMIT\n', '')]) {
      file('tools/iptables', text);
      for (const words of [['start'], ['add', '192.168.1.9']]) {
        const { v4, status, stderr } = run(words);
        const message = 'wrtmeter: The rules of the hosts could not be created: iptables-save was cut short\n';
        expect({ v4, status, stderr }).to.deep.equal({ v4: [], status: 1, stderr: message });
      }
    }
  });

  it('is tried once more when it was refused, and then given up with what iptables says', () => {
    const tool = join(toolbox.dir, 'iptables-restore');
    const works = readFileSync(tool);
    writeFileSync(tool, `${works}`.replace(/cat .*/, 'cat >>"$STANDIN/told-iptables"; echo "iptables-restore: line 3 failed" >&2; exit 1'));
    const { v4, status, stderr } = run(['start']);
    writeFileSync(tool, works);
    expect(v4.filter((line) => line === 'COMMIT')).to.have.lengthOf(2);
    expect([status, stderr]).to.deep.equal([1, 'wrtmeter: The rules of the hosts could not be created: iptables-restore: line 3 failed\n']);
  });

  it('leaves IPv6 out where ip6tables does not work, and says so', () => {
    rmSync(join(dir, 'tools/ip6tables'));
    const { v4, v6, status, stderr } = run(['start']);
    expect([v4.length > 0, v6, status, stderr]).to.deep.equal([true, [], 0, '']);
    file('tools/iptables', CHAINS);
    expect(run(['status']).stdout).to.equal(
      'Counting 1 of at most 512 IPv4 addresses on br-lan; bytes without a rule: 0 received, 0 sent\nIPv6 is not counted: ip6tables does not work here\n',
    );
    const event = run(['add', 'fd00::9']);
    expect([event.v6, event.status]).to.deep.equal([[], 0]);
  });

  it('removes everything of its own, and nothing else', () => {
    file('tools/iptables', CHAINS.replace('COMMIT', '[0:0] -A FORWARD -i br-lan -j mine\n[0:0] -A FORWARD -j wrtmeter\nCOMMIT'));
    expect(run(['stop']).v4).to.deep.equal([
      '*mangle',
      '-D FORWARD -j wrtmeter',
      '-D FORWARD -j wrtmeter',
      ...['wrtmeter', 'wrtmeter_download', 'wrtmeter_from_home', 'wrtmeter_upload'].map((name) => `-F ${name}`),
      ...['wrtmeter', 'wrtmeter_download', 'wrtmeter_from_home', 'wrtmeter_upload'].map((name) => `-X ${name}`),
      'COMMIT',
    ]);
    file('tools/iptables', EMPTY);
    expect(run(['stop'])).to.include({ status: 0, stderr: '' });
  });
});
