import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fixtures, moreTools, routerForEach, runCgi } from '../support/routers/busybox.ts';
import { makeWireguardKey } from '../support/wireguard/keys.ts';

describe('a device that is recreated while wrtmeter.cgi reads its counters', () => {
  const { toolbox, router } = routerForEach('pppoe', [join(fixtures, 'bin'), moreTools]);
  const body = () => runCgi(toolbox, 'wrtmeter.cgi', router).body;

  /** Gives a device another number, while a file with counters is read. */
  function renumber(device: string, path: string, text: string): void {
    rmSync(path, { force: true });
    spawnSync('mkfifo', [path]);
    const number = join(router.root, 'sys/class/net', device, 'ifindex');
    const script = 'exec 3>"$1"; echo 99 >"$2"; printf %s "$3" >&3';
    spawn('sh', ['-c', script, 'sh', path, number, text], { stdio: 'ignore' });
  }

  it('has no number as an uplink: its counters may be of the one before', () => {
    expect(body()).to.contain('\nuplink wan up pppoe-wan 12 pppoe 9876543210 123456789\n');
    const counters = join(router.root, 'proc/net/dev');
    renumber('pppoe-wan', counters, readFileSync(counters, 'latin1'));
    expect(body()).to.contain('\nuplink wan up pppoe-wan - pppoe 9876543210 123456789\n');
  });

  it('has none as an interface of WireGuard', () => {
    const device = join(router.root, 'sys/class/net/wg0');
    mkdirSync(device, { recursive: true });
    writeFileSync(join(device, 'ifindex'), '14\n');
    const dump = join(router.tools, 'wg');
    const peer = makeWireguardKey();
    const text = `wg0\tx\tx\t51820\toff\nwg0\t${peer}\t(none)\t(none)\t10.7.0.2/32\t0\t5\t7\toff\n`;
    writeFileSync(dump, text);
    expect(body()).to.contain('\ninterface wg0 wireguard 14\n');
    renumber('wg0', dump, text);
    expect(body()).to.contain(`\ninterface wg0 wireguard -\npeer wg0 ${peer} - 10.7.0.2/32 0 5 7 -\n`);
  });
});
