import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { routerForEach, runCgi } from '../support/routers/busybox.ts';

interface Interface {
  interface: string;
  proto?: string;
  device?: string;
  l3_device?: string;
  [more: string]: unknown;
}

const V4 = { target: '0.0.0.0', mask: 0, nexthop: '192.0.2.1' };
const V6 = { target: '::', mask: 0, nexthop: 'fe80::1' };
const ipv4 = { route: [V4], inactive: { route: [] } };
const ipv6 = { route: [V6], inactive: { route: [] } };
const heldBack = { route: [], inactive: { route: [V4, V6] } };
const none = { route: [], inactive: { route: [] } };

const pppoe: Interface = { interface: 'wan', proto: 'pppoe', device: 'eth1', l3_device: 'pppoe-wan', ...ipv4 };
const on = (name: string, device: string, more: object = ipv4, proto = 'dhcp'): Interface => ({
  interface: name,
  proto,
  device,
  l3_device: device,
  ...more,
});
const down = ({ interface: name, proto, device }: Interface) => ({ interface: name, proto, device, up: false });

/** Bytes in /proc/net/dev: each device has its own number. */
const DEVICES = { 'br-lan': 1, 'pppoe-wan': 1000, eth1: 1500, 'eth1.20': 300, 'br-wan': 1400, eth2: 77, isp: 290, wg0: 900, wan: 50 };

describe('One wire counts once: which uplinks the scripts show', () => {
  const { toolbox, router } = routerForEach('pppoe');
  beforeEach(() => {
    const lines = Object.entries(DEVICES).map(([name, bytes]) => `${name}: ${bytes} 1 0 0 0 0 0 0 ${bytes + 1} 1 0 0 0 0 0 0\n`);
    writeFileSync(join(router.root, 'proc/net/dev'), `Inter-| Receive\n face |bytes\n${lines.join('')}`);
    zone('wan', "'wan' 'wan6' 'iptv' 'modem' 'vpn'");
  });

  const zone = (name: string, networks: string) =>
    writeFileSync(
      join(router.tools, 'uci-firewall'),
      `firewall.@zone[0]=zone\nfirewall.@zone[0].name='lan'\nfirewall.@zone[0].network='lan'\n` +
        `firewall.@zone[1]=zone\nfirewall.@zone[1].name='${name}'\nfirewall.@zone[1].network=${networks}\nfirewall.@zone[1].masq='1'\n`,
    );
  /** A link as the kernel has it: UPPER/lower_LOWER. */
  const kernel = (...links: string[]) => {
    for (const link of links) {
      mkdirSync(join(router.root, 'sys/class/net', link.slice(0, link.indexOf('/'))), { recursive: true });
      mkdirSync(join(router.root, 'sys/class/net', link), { recursive: true });
    }
  };
  const netifd = (...list: object[]) =>
    writeFileSync(
      join(router.tools, 'ubus-network.interface-dump'),
      JSON.stringify({ interface: [on('lan', 'br-lan', none, 'static'), ...list].map((i) => ({ up: true, ...i })) }, undefined, '\t'),
    );
  const block = (name: string): string[] => {
    const lines = runCgi(toolbox, 'wrtmeter.cgi', router).body.split('\n');
    return lines.slice(lines.indexOf(`begin ${name}`) + 1, lines.indexOf(`end ${name}`));
  };
  /** Name, device and received bytes of each uplink that wrtmeter.cgi shows, then what wan.cgi received. */
  const shown = (): string[] => {
    const uplinks = block('wan').map((line) => {
      const [, name, state, device, , , rx] = line.split(' ');
      return state === 'up' ? `${name} ${device} ${rx}` : `${name} ${state}`;
    });
    return [...uplinks, runCgi(toolbox, 'wan.cgi', router).body.split(' ').slice(0, 2).join(' ').trim()];
  };

  it('an uplink is what has an active default route, not one that netifd holds back', () => {
    netifd(pppoe, on('modem', 'eth1', heldBack));
    expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'wan: 1000']);
    netifd(on('modem', 'eth2', heldBack), on('wan', 'eth1'));
    expect(shown()).to.deep.equal(['wan eth1 1500', 'wan: 1500']);
  });
  it('the stock wan6 on the port below PPPoE is not a second uplink', () => {
    const wan6 = on('wan6', 'eth1', none, 'dhcpv6');
    const child = { ...on('wan_6', 'pppoe-wan', ipv6, 'dhcpv6'), dynamic: true, data: { zone: 'wan' } };
    netifd(pppoe, child, wan6);
    expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'wan: 1000']);
    netifd({ ...wan6, ...heldBack }, child, pppoe);
    expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'wan: 1000']);
    netifd(down(pppoe), wan6);
    expect(shown()).to.deep.equal(['wan down', 'no uplink']);
  });
  for (const answer of ['ubus-modem-dhcp-defaultroute-0.json', 'ubus-stock-wan6-on-the-port.json'])
    it(`netifd's answer ${answer} has one uplink`, () => {
      const given = 'test/fixtures/one-wire';
      cpSync(join(given, answer), join(router.tools, 'ubus-network.interface-dump'));
      cpSync(join(given, 'uci-firewall'), join(router.tools, 'uci-firewall'));
      cpSync(join(given, 'proc-net-dev'), join(router.root, 'proc/net/dev'));
      expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'wan: 1000']);
    });
  it('PPPoE that is down does not take the port below it for its device', () => {
    netifd(down(pppoe), on('wan6', 'eth1', ipv6, 'dhcpv6'));
    expect(shown()).to.deep.equal(['wan down', 'wan6 eth1 1500', 'wan: 1500']);
    netifd(on('modem', 'eth1'), down(pppoe));
    expect(shown()).to.deep.equal(['modem eth1 1500', 'wan down', 'wan: 1500']);
  });
  it('wan and wan6 on one device are one uplink, whichever comes first', () => {
    netifd(on('wan6', 'eth1', ipv6, 'dhcpv6'), on('wan', 'eth1'));
    expect(shown()).to.deep.equal(['wan eth1 1500', 'wan: 1500']);
    netifd(on('wan6', 'eth1', ipv6, 'dhcpv6'), on('wan', 'eth1', heldBack));
    expect(shown()).to.deep.equal(['wan eth1 1500', 'wan: 1500']);
  });
  it('an interface called wan without a default route shares no wire with one that has it', () => {
    netifd(on('wan', 'eth1.20', none), on('modem', 'eth1'));
    expect(shown()).to.deep.equal(['modem eth1 1500', 'wan: 1500']);
    kernel('isp/lower_eth1');
    netifd(on('wan', 'eth1', none), on('iptv', 'isp'));
    expect(shown()).to.deep.equal(['iptv isp 290', 'wan: 290']);
    netifd(on('wan', 'eth2', none), on('iptv', 'isp'));
    expect(shown()).to.deep.equal(['wan eth2 77', 'iptv isp 290', 'wan: 290']);
  });
  it('a wan below a VPN that has the only default route is the uplink, for both scripts', () => {
    const vpn = { interface: 'vpn', proto: 'wireguard', l3_device: 'wg0', ...ipv4 };
    netifd(vpn, { ...pppoe, ...heldBack }, on('wan6', 'eth1', none, 'dhcpv6'));
    expect(shown()).to.deep.equal(['vpn wg0 900', 'wan pppoe-wan 1000', 'wan: 1000']);
    netifd(vpn, on('wan6', 'eth1', none, 'dhcpv6'));
    expect(shown()).to.deep.equal(['vpn wg0 900', 'wan6 eth1 1500', 'wan: 1500']);
    netifd(vpn);
    expect(shown()).to.deep.equal(['vpn wg0 900', 'wan: 900']);
  });

  describe('both have a default route: each is shown, with what it lies on, and wan.cgi shows the lowest', () => {
    it('IPv6 on the port itself below PPPoE', () => {
      netifd(pppoe, on('wan6', 'eth1', ipv6, 'dhcpv6'));
      expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'wan6 eth1 1500', 'wan: 1500']);
      expect(block('layers')).to.deep.equal(['layer pppoe-wan eth1']);
    });
    it('a VLAN by its name, by the links of the kernel, or by its list of VLANs', () => {
      netifd(on('wan', 'eth1.20'), on('modem', 'eth1'));
      expect(shown()).to.deep.equal(['wan eth1.20 300', 'modem eth1 1500', 'wan: 1500']);
      expect(block('layers')).to.deep.equal(['layer eth1.20 eth1']);
      netifd(on('wan', 'isp'), on('modem', 'eth1'));
      expect(block('layers')).to.deep.equal([]);
      mkdirSync(join(router.root, 'proc/net/vlan'), { recursive: true });
      writeFileSync(
        join(router.root, 'proc/net/vlan/config'),
        'VLAN Dev name    | VLAN ID\nName-Type: VLAN_NAME_TYPE_RAW_PLUS_VID_NO_PAD\nisp            | 20  | eth1\n',
      );
      expect(block('layers')).to.deep.equal(['layer isp eth1']);
      kernel('eth1.20/lower_br-wan', 'br-wan/lower_eth1');
      netifd(on('wan', 'eth1.20'), on('modem', 'eth1'));
      expect(block('layers'), 'the kernel knows better than the name').to.deep.equal(['layer eth1.20 br-wan eth1']);
    });
    it('a bridge on its ports, a VLAN on the bridge, PPPoE on that', () => {
      kernel('br-wan/lower_eth1', 'br-wan/lower_eth2', 'br-wan.7/lower_br-wan');
      netifd({ ...pppoe, device: 'br-wan.7' }, on('modem', 'eth2'));
      expect(block('layers')).to.deep.equal(['layer pppoe-wan br-wan.7 br-wan eth1 eth2']);
      expect(shown()).to.deep.equal(['wan pppoe-wan 1000', 'modem eth2 77', 'wan: 77']);
      netifd(on('wan', 'br-wan'), on('modem', 'eth1'));
      expect(shown()).to.deep.equal(['wan br-wan 1400', 'modem eth1 1500', 'wan: 1500']);
    });
    it('as older kernels link them: upper_, brif; a loop of links ends', () => {
      kernel('eth1/upper_isp', 'br-wan/brif/eth2', 'eth1/lower_isp');
      netifd(on('wan', 'isp'), on('modem', 'eth1'), on('iptv', 'br-wan'));
      expect(block('layers')).to.deep.equal(['layer isp eth1', 'layer eth1 isp', 'layer br-wan eth2']);
    });
    it('PPPoE over an alias of another interface', () => {
      netifd(on('modem', 'eth1'), { ...pppoe, device: '@modem' });
      expect(block('layers')).to.deep.equal(['layer pppoe-wan eth1']);
    });
    it('two VLANs of one port, and two ports of one switch, are two wires', () => {
      kernel('wan/lower_eth0', 'eth2/lower_eth0');
      netifd(
        on('wan', 'wan'),
        on('modem', 'eth2', { route: [{ ...V4, metric: 20 }] }),
        on('iptv', 'eth1.20', { route: [{ ...V4, metric: 30 }] }),
      );
      expect(shown()).to.deep.equal(['wan wan 50', 'modem eth2 77', 'iptv eth1.20 300', 'wan: 50']);
    });
  });
});
