import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Finding } from '../../src/domain/finding.ts';
import { createHostsWorld, type HostsWorld, type Machine } from '../support/lab/hosts-world.ts';
import { finish } from '../support/program/command.ts';
import { type Exporter, startExporter } from '../support/program/exporter.ts';

const MAIN = join(import.meta.dirname, '../../src/main.ts');
/** A quarter of a megabyte. */
const SOME = { rounds: 20, up: { count: 6, size: 900 }, down: { count: 12, size: 1000 } };

// As a person uses it: the program's own door, beside the running service, on a router with a real firewall.
describe('wrtmeter doctor on a gateway that counts hosts', () => {
  let world: HostsWorld;
  let exporter: Exporter;
  let anna: Machine;

  before(async () => {
    world = await createHostsWorld();
    anna = await world.join('anna', '02:00:00:00:00:01');
    writeFileSync(
      join(world.lab.folder, 'wrtmeter.yaml'),
      JSON.stringify({ routers: { gateway: { url: world.router.url, token: 'unasked-for' } } }),
    );
    exporter = await startExporter({
      args: ['--config', join(world.lab.folder, 'wrtmeter.yaml')],
      dataDir: join(world.lab.folder, 'data'),
    });
    world.lab.defer(() => exporter.kill());
    for (let time = 0; time < 2; time += 1) {
      await exporter.scrape();
      await world.talk(anna, SOME);
    }
    await exporter.scrape();
  });
  after(() => world?.lab.close());

  async function doctor(...options: string[]) {
    const { lab } = world;
    const args = ['--config', join(lab.folder, 'wrtmeter.yaml'), '--data', join(lab.folder, 'data')];
    const listen = ['--listen', exporter.url.replace('http://', '')];
    return finish([process.execPath, '--import', 'tsx', MAIN, 'doctor', ...args, ...listen, ...options], { timeout: 60_000 });
  }
  async function findings(): Promise<Finding[]> {
    const { stdout, stderr } = await doctor('--json');
    try {
      return (JSON.parse(stdout) as { findings: Finding[] }).findings;
    } catch {
      throw new Error(`no JSON: ${stdout}${stderr}`);
    }
  }
  const kinds = async () => (await findings()).map(({ grade, kind }) => `${grade} ${kind}`);

  it('finds nothing wrong, and posts nothing', async () => {
    const before = await exporter.api('/api/v1/devices');
    await world.talk(anna, SOME);
    const { code, stdout, stderr } = await doctor();
    expect(stdout, stderr).to.match(/^1 router answered in .*; ledger ".*" since .*, last posting .*\n\nNo problems found\n$/);
    expect(code).to.equal(0);
    expect(await exporter.api('/api/v1/devices')).to.deep.equal(before);
  });

  it('says that the table is gone, and how to make it', async () => {
    await world.router.nft('delete', 'table', 'inet', 'wrtmeter');
    const { code, stdout } = await doctor();
    expect(stdout).to.include('failing  gateway: cannot read its hosts: the nftables table "inet wrtmeter" is missing\n');
    expect(stdout).to.include('On the router: make it with "/etc/init.d/wrtmeter start".\n');
    expect(code).to.equal(1);
    await world.router.counting('start');
    expect(await kinds()).to.deep.equal([]);
  });

  it('says that the firewall is told to offload', async () => {
    const defaults = (flag: 0 | 1) => `firewall.@defaults[0]=defaults\nfirewall.@defaults[0].flow_offloading='${flag}'\n`;
    const settings = join(world.lab.folder, 'tools/uci-firewall');
    appendFileSync(settings, defaults(1));
    expect(await kinds()).to.deep.equal(['wrong software_offload']);
    appendFileSync(settings, defaults(0));
    expect(await kinds()).to.deep.equal([]);
  });

  it('says that hosts are counted no more, and what that means for the devices', async () => {
    await world.router.counting('stop');
    writeFileSync(join(world.lab.folder, 'root/etc/config/wrtmeter'), "config hosts 'hosts'\n\toption enabled '0'\n");
    expect(await kinds()).to.deep.equal(['failing accounting', 'wrong hosts_off']);
    world.router.configure({});
    await world.router.counting('start');
    expect(await kinds()).to.deep.equal([]);
  });

  it('says of a router that is off that it cannot be reached', async () => {
    await world.router.halt();
    const found = await findings();
    expect(found.map(({ grade, router }) => [grade, router])).to.deep.equal([['failing', 'gateway']]);
    expect(found[0]?.what).to.match(/^(cannot be reached|no answer in time): /);
  });
});
