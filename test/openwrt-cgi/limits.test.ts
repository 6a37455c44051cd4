import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  cgiEnvironment,
  type FakeRouter,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  scripts,
  type Toolbox,
} from '../support/routers/busybox.ts';

/** A number of seconds that nothing else sleeps, so that what was left running can be found. */
const SLEEP = 73_219;
/** Seconds within which a script has answered on any machine: each of its tools hangs for 4 s at most, instead of a day. */
const IN_TIME = 25;
const stuck = `#!/bin/sh\ntrap '' TERM HUP\nsleep ${SLEEP}\n`;

/** Tools that hang, and others that hang only when called with these words. */
function toolboxOf(tools: readonly string[], leaveOut: readonly string[] = []): Toolbox {
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-stuck-'));
  for (const tool of tools) writeFileSync(join(folder, tool), stuck);
  const box = makeToolbox([join(fixtures, 'bin'), moreTools, folder], leaveOut);
  rmSync(folder, { recursive: true });
  return box;
}

interface Answered {
  readonly body: string;
  readonly seconds: number;
}

function run(box: Toolbox, router: FakeRouter, script: string): Promise<Answered> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(box.shell, [join(scripts, script)], { env: cgiEnvironment(router), stdio: ['ignore', 'pipe', 'ignore'] });
    let text = '';
    child.stdout.setEncoding('latin1').on('data', (data) => {
      text += data;
    });
    child.once('error', reject).once('close', () => {
      resolve({ body: text.slice(text.indexOf('\r\n\r\n') + 4), seconds: (performance.now() - begun) / 1000 });
    });
  });
}

describe('a tool of the router that hangs', () => {
  const boxes: Toolbox[] = [];
  const routers: FakeRouter[] = [];
  after(() => {
    for (const made of [...boxes, ...routers]) made.remove();
  });
  const box = (tools: readonly string[], leaveOut: readonly string[] = []) => {
    const made = toolboxOf(tools, leaveOut);
    boxes.push(made);
    return made;
  };
  const routerOf = (fixture: string) => {
    const made = fakeRouter(fixture);
    routers.push(made);
    return made;
  };
  const failures = ({ body }: Answered) => body.split('\n').filter((line) => line.startsWith('failed '));
  const left = () =>
    spawnSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter((line) => line === `sleep ${SLEEP}`);

  it('costs its own section, the answer comes in time, and nothing stays behind', async () => {
    const gateway = routerOf('gateway');
    writeFileSync(join(gateway.root, 'etc/config/wrtmeter'), "config hosts 'hosts'\n\toption enabled '1'\n");
    const nlbwmon = routerOf('gateway');
    writeFileSync(join(nlbwmon.tools, 'pidof-nlbwmon'), '777\n');
    const pppoe = routerOf('pppoe');
    const [ubus, nft, nlbw, wg, iw, ip] = await Promise.all([
      run(box(['ubus']), gateway, 'wrtmeter.cgi'),
      run(box(['nft'], ['nlbw', 'iptables-save', 'ip6tables-save']), gateway, 'wrtmeter.cgi'),
      run(box(['nlbw']), nlbwmon, 'wrtmeter.cgi'),
      run(box(['wg']), gateway, 'wrtmeter.cgi'),
      run(box(['iw']), pppoe, 'wrtmeter.cgi'),
      run(box(['ip']), pppoe, 'wrtmeter.cgi'),
    ]);
    expect(failures(ubus)).to.deep.equal(['failed wan "ubus call network.interface dump" did not answer in time']);
    expect(ubus.body).to.contain('counting nftables').and.contain('begin peers').and.contain('\nlease ');
    expect(failures(nft)).to.deep.equal(['failed hosts "nft -j list table inet wrtmeter" did not answer in time']);
    expect(failures(nlbw)).to.deep.equal(['failed hosts nlbwmon runs but does not answer "nlbw -c json"']);
    expect(failures(wg)).to.deep.equal(['failed peers "wg show all dump" did not answer in time']);
    expect(failures(iw)).to.deep.equal(['failed stations "iw dev" did not answer in time']);
    expect(failures(ip)).to.deep.equal(['failed neighbours "ip neigh show" did not answer in time']);
    for (const { body, seconds } of [ubus, nft, nlbw, wg, iw, ip]) {
      expect(body).to.match(/\nend wrtmeter\n$/);
      expect(seconds).to.be.within(3.5, IN_TIME);
    }
    expect(left()).to.deep.equal([]);
  });
  it('and another one too: both are named, and it is still in time', async () => {
    const gateway = routerOf('gateway');
    const both = await run(box(['ubus', 'nft', 'wg'], ['nlbw', 'iptables-save', 'ip6tables-save']), gateway, 'wrtmeter.cgi');
    expect(failures(both).map((line) => line.split(' ')[1])).to.deep.equal(['wan', 'hosts', 'peers']);
    expect(both.seconds).to.be.below(IN_TIME);
    expect(left()).to.deep.equal([]);
  });
  it('is a 500 of the classic scripts, in time', async () => {
    const router = routerOf('pppoe');
    const [wan, totalwifi, dhcp] = await Promise.all([
      run(box(['ubus']), router, 'wan.cgi'),
      run(box(['iw']), router, 'totalwifi.cgi'),
      run(box(['uci']), router, 'dhcp.cgi'),
    ]);
    expect(wan.body).to.equal('netifd did not answer "ubus call network.interface dump"\n');
    expect(totalwifi.body).to.equal('"iw dev" did not answer in time\n');
    // Without a configuration there, the usual lease file is the right one.
    expect(dhcp.body).to.contain('02:00:00:00:00:01');
    for (const { seconds } of [wan, totalwifi, dhcp]) expect(seconds).to.be.below(IN_TIME);
    expect(left()).to.deep.equal([]);
  });
});
