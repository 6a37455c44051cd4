import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import {
  busyboxPath,
  cgiEnvironment,
  type FakeRouter,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  runCgi,
  scripts,
  type Toolbox,
} from '../support/routers/busybox.ts';

/** Gives one interface of the router many stations, and its dnsmasq as many leases. */
function crowd(router: FakeRouter, stations: number): void {
  const dump = readFileSync(join(router.tools, 'iw-phy0-ap0-station-dump'), 'latin1');
  const one = dump.slice(0, dump.indexOf('Station', 1));
  const mac = (i: number) => `02:00:00:01:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}`;
  const each = (line: (i: number) => string) => Array.from({ length: stations }, (_, i) => line(i)).join('');
  writeFileSync(
    join(router.tools, 'iw-phy0-ap0-station-dump'),
    each((i) => one.replace(/Station \S+/, `Station ${mac(i)}`)),
  );
  writeFileSync(
    join(router.root, 'tmp/dhcp.leases'),
    each((i) => `1763668518 ${mac(i)} 10.0.${i >> 8}.${i & 255} host-${i} *\n`),
  );
}

/** Processes one request takes, the script's own shell among them: in a fresh PID namespace they are numbered from 2 on. */
function processes(script: string, router: FakeRouter, toolbox: Toolbox): number {
  const inside = `${busyboxPath()} ash "$0" >/dev/null 2>&1; ${busyboxPath()} ash -c 'echo $$' | cat; :`;
  const env = cgiEnvironment(router, { PATH: toolbox.dir });
  const rootless = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const run = spawnSync('/usr/bin/unshare', [...rootless, '--pid', '--fork', busyboxPath(), 'ash', '-c', inside, join(scripts, script)], {
    env,
    encoding: 'utf8',
  });
  if (!/^\d+$/.test(run.stdout.trim())) throw new Error(`unshare (package util-linux, as root) gave no PID: ${run.stdout}${run.stderr}`);
  return Number(run.stdout) - 2;
}

describe('what the scripts cost a router', () => {
  const radios = 3;
  let few: FakeRouter;
  let many: FakeRouter;
  let toolbox: Toolbox;
  before(() => {
    toolbox = makeToolbox();
    few = fakeRouter('pppoe');
    many = fakeRouter('pppoe');
    crowd(few, 3);
    crowd(many, 300);
  });
  after(() => {
    toolbox.remove();
    few.remove();
    many.remove();
  });

  it('wrtmeter.cgi takes fourteen processes and one for each radio interface', () => {
    expect(processes('wrtmeter.cgi', few, toolbox)).to.equal(14 + radios);
  });
  it('where hosts are counted and WireGuard runs it takes a few more: nft with its shell and tr, wg and uci', () => {
    const gateway = fakeRouter('gateway');
    const box = makeToolbox([join(fixtures, 'bin'), moreTools], ['awg', 'iptables-save', 'ip6tables-save', 'nlbw']);
    const bare = makeToolbox();
    expect(processes('wrtmeter.cgi', gateway, box) - processes('wrtmeter.cgi', gateway, bare)).to.equal(5);
    rmSync(join(gateway.tools, 'nft-table'));
    expect(processes('wrtmeter.cgi', gateway, box) - processes('wrtmeter.cgi', gateway, bare), 'nobody counts').to.equal(5);
    for (const made of [box, bare]) made.remove();
    gateway.remove();
  });
  it('the number of processes does not depend on the number of stations and leases', () => {
    for (const script of ['wrtmeter.cgi', 'totalwifi.cgi', 'wan.cgi', 'dhcp.cgi'])
      expect(processes(script, many, toolbox), script).to.equal(processes(script, few, toolbox));
  });
  it('the classic scripts take at most ten processes and one for each access point', () => {
    const points = 2;
    expect(processes('totalwifi.cgi', few, toolbox)).to.be.at.most(10 + points);
    expect(processes('wan.cgi', few, toolbox)).to.be.at.most(8);
    expect(processes('dhcp.cgi', few, toolbox)).to.be.at.most(8);
  });
  it('300 stations and leases are answered, every one of them', () => {
    const { body } = runCgi(toolbox, 'wrtmeter.cgi', many);
    expect(body.match(/^station phy0-ap0 /gm)).to.have.length(300);
    expect(body.match(/^lease /gm)).to.have.length(300);
    expect(body.length).to.be.below(64 * 1024);
  });
});
