import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { furnish, writeWhole } from '../support/lab/router-files.ts';
import { createLab, inside, ip, type Lab, within } from '../support/lab/world.ts';
import { output } from '../support/program/command.ts';
import { type Exporter, startExporter } from '../support/program/exporter.ts';
import { busyboxPath } from '../support/routers/busybox.ts';
import { type BusyboxRouter, startBusyboxRouter } from '../support/routers/busybox-router.ts';
import { answers } from '../support/web/port.ts';

const FAR = '198.51.100.1';
const V4 = { route: [{ target: '0.0.0.0', mask: 0, nexthop: FAR }] };

describe('One wire counts once: on devices of the kernel that lie on each other', () => {
  let lab: Lab;
  let rtr: string;
  let httpd: BusyboxRouter;
  let exporter: Exporter;

  before('a router whose uplink is a bridge on its port, with a second device on the same port', async () => {
    lab = createLab();
    rtr = await lab.namespace('rtr');
    const far = await lab.namespace('far');
    // Else the devices have something to say while nobody talks.
    for (const namespace of [rtr, far])
      await inside(namespace, ['sysctl', '-qw', 'net.ipv6.conf.all.disable_ipv6=1', 'net.ipv6.conf.default.disable_ipv6=1']);
    furnish(lab.folder);
    writeWhole(join(lab.folder, 'root/proc/sys/kernel/random/boot_id'), readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
    writeWhole(
      join(lab.folder, 'tools/uci-firewall'),
      "firewall.@zone[0]=zone\nfirewall.@zone[0].name='wan'\nfirewall.@zone[0].network='wan' 'modem' 'iptv'\nfirewall.@zone[0].masq='1'\n",
    );
    await ip(rtr, `link add eth1 type veth peer name far netns ${far}`);
    await ip(rtr, 'link add br-wan type bridge forward_delay 0');
    await ip(rtr, 'link set eth1 master br-wan up');
    await ip(rtr, 'addr add 198.51.100.2/24 dev br-wan');
    await ip(rtr, 'link set br-wan up');
    await ip(rtr, 'link add link br-wan name isp type macvlan');
    await ip(far, `addr add ${FAR}/24 dev far`);
    await ip(far, 'link set far up');
    const [first, here] = [(process.pid % 8192) * 8, `${lab.id}o`];
    const address = (n: number) => `198.19.${(first + n) >> 8}.${(first + n) & 255}`;
    await output(['ip', 'link', 'add', here, 'type', 'veth', 'peer', 'name', 'mgmt', 'netns', rtr]);
    await output(['ip', 'addr', 'add', `${address(1)}/29`, 'dev', here]);
    await output(['ip', 'link', 'set', here, 'up']);
    await ip(rtr, `addr add ${address(2)}/29 dev mgmt`);
    await ip(rtr, 'link set mgmt up');
    netifd({ wan: 'br-wan', modem: 'eth1' });
    const at = { host: address(2), port: 80, within: within(rtr), standins: join(lab.folder, 'standins') };
    httpd = await startBusyboxRouter({ root: join(lab.folder, 'root'), tools: join(lab.folder, 'tools'), ...at });
    lab.defer(() => httpd.close());
    await lab.until('busybox httpd answers', () => answers(address(2), 80));
    writeFileSync(join(lab.folder, 'wrtmeter.yaml'), JSON.stringify({ routers: { gateway: { url: httpd.url } } }));
    exporter = await startExporter({
      args: ['--config', join(lab.folder, 'wrtmeter.yaml')],
      dataDir: join(lab.folder, 'data'),
    });
    lab.defer(() => exporter.kill());
  });
  after(() => lab?.close());

  /** The interfaces that netifd lists, each with a default route of its own. */
  function netifd(devices: Record<string, string>): void {
    const each = Object.entries(devices).map(([name, device]) => ({
      interface: name,
      up: true,
      proto: 'dhcp',
      device,
      l3_device: device,
      ...V4,
    }));
    writeWhole(join(lab.folder, 'tools/ubus-network.interface-dump'), `${JSON.stringify({ interface: each })}\n`);
  }
  const script = async (name: string): Promise<string> => (await fetch(`${httpd.url}/cgi-bin/${name}`)).text();
  const talk = () => inside(rtr, [busyboxPath(), 'ping', '-q', '-c', '20', '-i', '0.02', '-s', '1000', FAR]);
  const received = async (device: string): Promise<number> =>
    Number((await inside(rtr, ['cat', `/sys/class/net/${device}/statistics/rx_bytes`])).trim());
  const home = async () => {
    await exporter.scrape();
    const wan = (await exporter.api('/api/v1/wan')) as { home: { download_bytes: number; month_download_bytes: number } };
    const { data } = (await exporter.api('/api.php?action=wan')) as { data: { rx_bytes: number }[] };
    expect(data[0]?.rx_bytes ?? 0, 'main_wan').to.equal(wan.home.month_download_bytes);
    return wan.home.download_bytes;
  };
  /** What the home has downloaded more after some traffic, held against the port's counter. */
  async function grows(shown: Record<string, string>, by: (port: number) => number): Promise<void> {
    netifd(shown);
    const [before, port] = [await home(), await received('eth1')];
    await talk();
    await talk();
    const [after, now] = [await home(), await received('eth1')];
    expect(now - port).to.be.above(40_000);
    expect(after - before, Object.keys(shown).join(' ')).to.be.within(by(now - port) * 0.95, by(now - port) * 1.05);
  }

  it('the scripts show what lies on what as the kernel has it', async () => {
    netifd({ wan: 'isp', modem: 'eth1' });
    expect(await script('wrtmeter.cgi')).to.contain('\nbegin layers\nlayer isp br-wan eth1\nend layers\n');
    expect(await script('wan.cgi')).to.equal(
      `wan: ${await received('eth1')} ${(await script('wrtmeter.cgi')).match(/ (\d+)\nend wan/)?.[1]}\n`,
    );
    netifd({ modem: 'eth1', wan: 'br-wan' });
    expect(await script('wrtmeter.cgi')).to.contain('\nbegin layers\nlayer br-wan eth1\nend layers\n');
  });
  it('a bridge and its port, shown and hidden by turns, are counted once', async () => {
    const all = (port: number) => port;
    const both = { wan: 'br-wan', modem: 'eth1' };
    await home();
    await grows(both, all);
    await grows({ wan: 'br-wan' }, (port) => port - 40 * 14);
    await grows(both, all);
    await grows({ modem: 'eth1' }, all);
    await grows({ wan: 'eth1' }, all);
    await grows(both, all);
  });
});
