import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeToolbox, scripts, type Toolbox } from '../support/routers/busybox.ts';

describe('an event of dnsmasq or hotplug', () => {
  const MAC = '02:00:00:00:00:01';
  const DUID = '00:01:00:01:2c:8f:5a:1b:02:00:00:00:00:01';
  let dir: string;
  let toolbox: Toolbox;
  before(() => {
    dir = mkdtempSync(join(tmpdir(), 'wrtmeter-event-'));
    const program = (path: string, text: string) => writeFileSync(join(dir, path), `#!/bin/sh\n${text}`, { mode: 0o755 });
    mkdirSync(join(dir, 'standins'));
    program('standins/logger', `printf '%s\\n' "$@" >"${dir}/logged"\n`);
    // Prints its arguments, one per line, and fails if a test wants it.
    program('hosts-iptables.sh', `printf '%s\\n' "$@" >>"${dir}/called"\necho "wrtmeter: no" >&2\nexit "\${FAILS:-0}"\n`);
    toolbox = makeToolbox(join(dir, 'standins'));
  });
  after(() => {
    toolbox.remove();
    rmSync(dir, { recursive: true });
  });

  /** The words that hosts-iptables.sh was called with; null where it was not. */
  function run(command: readonly string[], env: Record<string, string> = {}): string[] | null {
    for (const name of ['called', 'logged']) rmSync(join(dir, name), { force: true });
    const { status, stderr } = spawnSync(toolbox.shell, command, { env: { WRTMETER_LIB: dir, ...env }, encoding: 'utf8' });
    expect([status, stderr]).to.deep.equal([0, '']);
    return existsSync(join(dir, 'called')) ? readFileSync(join(dir, 'called'), 'utf8').trimEnd().split('\n') : null;
  }
  const script = join(scripts, 'host-event.sh');
  const called = (...words: string[]) => run([script, ...words]);

  it('of dnsmasq adds the address of a lease or a neighbour, and nothing else of it', () => {
    for (const event of ['add', 'old']) expect(called(event, MAC, '192.168.1.5', 'pi')).to.deep.equal(['add', '192.168.1.5']);
    for (const event of ['arp-add', 'arp-old']) expect(called(event, MAC, 'fd00::5')).to.deep.equal(['add', 'fd00::5']);
    expect(called('add', DUID, '2001:db8::5', '$(reboot)')).to.deep.equal(['add', '2001:db8::5']);
  });

  it('of an end, a file, a link-local address or anything unknown adds nothing', () => {
    for (const event of ['del', 'arp-del', 'init', 'relay-snoop', '']) expect(called(event, MAC, '192.168.1.5', 'pi')).to.equal(null);
    expect(called('tftp', '1234', '192.168.1.5', '/tmp/x')).to.equal(null);
    expect(called('arp-add', MAC, 'fe80::1')).to.equal(null);
    expect(called('arp-add', MAC, 'FE80::1')).to.equal(null);
    expect(called('add', MAC)).to.equal(null);
    expect(called()).to.equal(null);
  });

  it('keeps what a client sent one word, whatever it is', () => {
    for (const hostile of ['-j ACCEPT', '$(reboot)', '`reboot`', "';reboot;'", '* ?'])
      expect(called('add', hostile, hostile, hostile)).to.deep.equal(['add', hostile]);
  });

  it('of hotplug, which reads the script into its own shell, adds the address too', () => {
    // As /sbin/hotplug-call does, by the name of a link and with the kind of event as its only argument.
    writeFileSync(join(dir, 'hotplug-call'), `for script in "${script}"; do ( [ -f "$script" ] && . "$script" ); done\n`);
    const hotplug = (kind: string, ACTION: string) =>
      run([join(dir, 'hotplug-call'), kind], { ACTION, MACADDR: MAC, IPADDR: '192.168.1.5', HOSTNAME: 'x' });
    for (const action of ['add', 'update']) expect(hotplug('dhcp', action)).to.deep.equal(['add', '192.168.1.5']);
    expect(hotplug('neigh', 'add')).to.deep.equal(['add', '192.168.1.5']);
    for (const kind of ['dhcp', 'neigh', 'tftp']) expect(hotplug(kind, 'remove')).to.equal(null);
    expect(hotplug('tftp', 'add')).to.equal(null);
  });

  it('whose address could not be added leaves a line in the log', () => {
    expect(run([script, 'add', MAC, '192.168.1.5'], { FAILS: '1' })).to.deep.equal(['add', '192.168.1.5']);
    expect(readFileSync(join(dir, 'logged'), 'utf8')).to.equal('-t\nwrtmeter\nwrtmeter: no\n');
    called('add', MAC, '192.168.1.5');
    expect(existsSync(join(dir, 'logged'))).to.equal(false);
  });
});
