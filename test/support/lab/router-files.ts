import { cpSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fixtures } from '../routers/busybox.ts';

/** The router's files and what its tools print. /proc and /sys are those of the namespace that looks at them. */
export function furnish(folder: string): void {
  const file = (path: string, text: string) => writeWhole(join(folder, path), text);
  const link = (path: string, target: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    symlinkSync(target, join(folder, path));
  };
  link('root/proc/net', '/proc/net');
  link('root/proc/uptime', '/proc/uptime');
  link('root/sys', '/sys');
  file('root/proc/sys/kernel/hostname', 'lab\n');
  file('root/etc/hosts', '127.0.0.1 localhost\n');
  file('root/etc/openwrt_release', "DISTRIB_DESCRIPTION='A lab of namespaces'\n");
  file('root/tmp/sysinfo/model', 'Namespaces and cables\n');
  file('tools/uci-dhcp', "dhcp.@dnsmasq[0]=dnsmasq\ndhcp.@dnsmasq[0].leasefile='/tmp/dhcp.leases'\n");
  const zones = [
    '@zone[0]=zone',
    "@zone[0].name='lan'",
    "@zone[0].network='lan'",
    '@zone[1]=zone',
    "@zone[1].name='wan'",
    "@zone[1].network='wan' 'wan6'",
    "@zone[1].masq='1'",
  ];
  file('tools/uci-firewall', zones.map((line) => `firewall.${line}\n`).join(''));
  file('tools/iw-dev', 'phy#0\n\tInterface phy0-ap0\n\t\tifindex 9\n\t\tssid Lab\n\t\ttype AP\n\t\tchannel 36 (5180 MHz), width: 80 MHz\n');
  for (const tool of ['ubus', 'uci']) cpSync(join(fixtures, 'bin', tool), join(folder, 'standins', tool));
  cpSync(resolve('test/lab/router-bin/iw'), join(folder, 'standins/iw'));
}

/** A reader sees the old text or the new one. */
export function writeWhole(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

/** `ubus call network.interface dump` of a router whose uplink has this layer-3 device; netifd names it only while it is up. */
export function netifd({ device, up }: { device: string | null; up: boolean }): string {
  const proto = device?.startsWith('pppoe-') ? 'pppoe' : 'dhcp';
  const route = (target: string, nexthop: string) => [{ target, mask: 0, nexthop, source: '' }];
  const one = (name: string, facts: object) => ({
    interface: name,
    up: true,
    pending: false,
    available: true,
    dynamic: false,
    ...facts,
    data: {},
  });
  const uplink = up ? { up, l3_device: device } : { up, errors: [] };
  const interfaces = [
    one('lan', { l3_device: 'br-lan', proto: 'static', device: 'br-lan', route: [] }),
    one('loopback', { l3_device: 'lo', proto: 'static', device: 'lo', route: [] }),
    one('wan', { ...uplink, proto, device: 'eth1', route: up ? route('0.0.0.0', '198.51.100.1') : [] }),
    one('wan6', { ...uplink, proto: 'dhcpv6', device: '@wan', route: up ? route('::', 'fd77:2::1') : [] }),
  ];
  return `${JSON.stringify({ interface: interfaces }, null, '\t')}\n`;
}
