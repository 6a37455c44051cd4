import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { shellWord } from '../../src/errors.ts';
import {
  cgiEnvironment,
  fakeRouter,
  fixtures,
  makeToolbox,
  moreTools,
  routerForEach,
  runCgi,
  scripts,
} from '../support/routers/busybox.ts';

describe('the networks whose hosts are counted', () => {
  const { toolbox, router } = routerForEach('gateway', [join(fixtures, 'bin'), moreTools]);

  const tool = (name: string, text: string) => writeFileSync(join(router.tools, name), text);
  const netifd = (...list: object[]) => tool('ubus-network.interface-dump', JSON.stringify({ interface: list }));
  const zones = (...list: Record<string, string>[]) =>
    tool(
      'uci-firewall',
      list
        .map(
          (zone, i) =>
            `firewall.@zone[${i}]=zone\n${Object.entries(zone)
              .map(([name, value]) => `firewall.@zone[${i}].${name}=${value}\n`)
              .join('')}`,
        )
        .join(''),
    );
  const counted = (environment = {}, of = router, box = toolbox, more = ''): string[] => {
    const script = join(of.root, 'ask.sh');
    writeFileSync(script, `. ${shellWord(join(scripts, 'hosts-networks.sh'))}\ncounted_networks ${more}\n`);
    const run = spawnSync(box.shell, [script], { encoding: 'utf8', env: { ...cgiEnvironment(of), ...environment } });
    expect([run.status, run.stderr]).to.deep.equal([0, '']);
    return run.stdout.trimEnd().split('\n');
  };
  const lan = { interface: 'lan', up: true, proto: 'static', l3_device: 'br-lan' };
  const wan = { interface: 'wan', up: true, proto: 'dhcp', l3_device: 'eth1', route: [{ target: '0.0.0.0', mask: 0 }] };
  const usual = [
    { name: "'lan'", network: "'lan'" },
    { name: "'wan'", network: "'wan' 'wan6'", masq: "'1'" },
  ];

  it('are those of the zones that are not uplinks, on every kind of router', () => {
    const expected: Record<string, string[]> = {
      gateway: ['network guest br-guest', 'network lan br-lan', 'network wg0 wg0'],
      pppoe: ['network lan br-lan'],
      vlan: ['network lan br-lan'],
      'dual-uplink': ['network lan br-lan'],
      travel: ['network lan br-lan'],
      'access-point': ['none this router has no uplink of its own'],
    };
    for (const [fixture, networks] of Object.entries(expected)) {
      const other = fakeRouter(fixture);
      expect(counted({}, other), fixture).to.deep.equal(networks);
      // wrtmeter.cgi, which names them where rules of iptables count, must find the same.
      writeFileSync(join(other.tools, 'iptables-save'), '*mangle\n:iptmon_tx - [0:0]\nCOMMIT\n');
      rmSync(join(other.tools, 'nft-table'), { force: true });
      const { body } = runCgi(toolbox, 'wrtmeter.cgi', other);
      if (networks[0]?.startsWith('network')) expect(body.match(/^network .*$/gm), fixture).to.deep.equal(networks);
      other.remove();
    }
  });
  it('are followed by the uplinks, if those are asked for: with a default route or without, and none that is a tunnel', () => {
    zones(...usual, { name: "'out'", masq: "'1'", network: "'modem' 'vpn' 'second'", device: "'usb0'" });
    const out = (name: string, proto: string) => ({ interface: name, up: true, proto, l3_device: `${name}0` });
    netifd(lan, wan, out('modem', 'static'), out('vpn', 'wireguard'), { ...out('second', 'pppoe'), route: [{ target: '::', mask: 0 }] });
    expect(counted({}, router, toolbox, 'uplinks')).to.deep.equal([
      'network lan br-lan',
      'uplink wan eth1',
      'uplink modem modem0',
      'uplink second second0',
      'uplink out usb0',
    ]);
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('of a zone that lists devices these too; a network in two zones is not a LAN if one is an uplink', () => {
    zones(
      ...usual,
      { name: "'vpn'", device: "'tun0' 'tun1'" },
      { name: "'odd'", network: "'both'" },
      { name: "'wanted'", network: "'both'" },
    );
    netifd(lan, wan, { interface: 'both', up: true, l3_device: 'eth9' });
    expect(counted()).to.deep.equal(['network lan br-lan', 'network vpn tun0', 'network vpn tun1']);
  });
  it('a zone without a list has the network of its name', () => {
    zones({ name: "'lan'" }, { name: "'wan'" });
    netifd(lan, wan);
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('several networks on one device are counted once, loopback never', () => {
    zones({ name: "'lan'", network: "'lan' 'lan6' 'loopback'" }, { name: "'wan'", network: "'wan'" });
    netifd(lan, { ...lan, interface: 'lan6', device: '@lan' }, { interface: 'loopback', up: true, l3_device: 'lo' }, wan);
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('one that is down is counted by the device it will have, if that is known', () => {
    zones({ name: "'lan'", network: "'lan' 'guest' 'vpn' 'alias'" }, { name: "'wan'" });
    netifd(
      lan,
      wan,
      { interface: 'guest', up: false, device: 'br-guest' },
      { interface: 'vpn', up: false },
      { interface: 'alias', up: false, device: '@lan' },
    );
    expect(counted()).to.deep.equal(['network lan br-lan', 'network guest br-guest']);
  });
  it('the uplink that is down still makes a gateway; its modem’s page is no LAN', () => {
    zones(usual[0] ?? {}, { name: "'wan'", network: "'wan' 'modem'", masq: "'1'" });
    netifd(lan, { interface: 'wan', up: false, proto: 'pppoe', device: 'eth1' }, { interface: 'modem', up: true, l3_device: 'eth1' });
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('an access point with its unused wan is not a gateway, unless its owner names networks', () => {
    zones(...usual);
    netifd({ ...lan, route: [{ target: '0.0.0.0', mask: 0 }] }, { interface: 'wan', up: false, proto: 'dhcp', device: 'eth1' });
    expect(counted()).to.deep.equal(['none this router has no uplink of its own']);
    tool('uci-wrtmeter.hosts', "wrtmeter.hosts=hosts\nwrtmeter.hosts.network='lan'\n");
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('a default route that netifd holds back leads nowhere: the router is a gateway', () => {
    zones(...usual);
    const inactive = { route: [{ target: '0.0.0.0', mask: 0 }] };
    netifd({ ...lan, route: [], inactive }, { interface: 'wan', up: false, proto: 'dhcp', device: 'eth1' });
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('the configuration’s list is followed, in its order', () => {
    tool('uci-wrtmeter.hosts', "wrtmeter.hosts=hosts\nwrtmeter.hosts.enabled='1'\nwrtmeter.hosts.network='wg0' 'lan' 'nowhere'\n");
    expect(counted()).to.deep.equal(['network wg0 wg0', 'network lan br-lan']);
    tool('uci-wrtmeter.hosts', "wrtmeter.hosts.network='nowhere'\n");
    expect(counted()).to.deep.equal(['failed no network of "nowhere" has a device; see option network in /etc/config/wrtmeter']);
  });
  it('without netifd /etc/config/network decides, of new and old releases', () => {
    rmSync(join(router.tools, 'ubus-network.interface-dump'));
    zones({ name: "'lan'", network: "'lan' 'old' 'vpn' 'bare'" }, { name: "'wan'", network: "'wan'" });
    const networks = {
      lan: ["device='br-lan'"],
      old: ["type='bridge'", "ifname='eth0.1 eth0.3'"],
      vpn: ["proto='wireguard'"],
      bare: ["ifname='eth0.7'"],
      wan: ["proto='pppoe'", "device='eth1'"],
    };
    const text = Object.entries(networks).map(
      ([name, options]) => `network.${name}=interface\n${options.map((option) => `network.${name}.${option}\n`).join('')}`,
    );
    tool('uci-network', text.join(''));
    expect(counted()).to.deep.equal(['network lan br-lan', 'network old br-old', 'network vpn vpn', 'network bare eth0.7']);
    tool('ubus-network.interface-dump', '{ "interface": [ { "interface": "lan", "up": true,');
    expect(counted(), 'an answer that was cut short is none').to.have.length(4);
    const box = makeToolbox([join(fixtures, 'bin'), moreTools], ['ubus', 'uci']);
    expect(counted({}, router, box)).to.deep.equal(['failed neither netifd nor /etc/config/network says which networks there are']);
    box.remove();
  });
  it('names that could mean something to a shell or to nft are left out', () => {
    zones({ name: "'lan'", network: "'lan' 'a' 'b' 'c' 'd'" }, { name: "'wan'", network: "'wan'" });
    netifd(
      lan,
      wan,
      ...['x"; flush ruleset; "', '$(reboot)', '-j', 'longer-than-15-letters'].map((device, i) => ({
        interface: 'abcd'[i],
        up: true,
        l3_device: device,
      })),
    );
    expect(counted()).to.deep.equal(['network lan br-lan']);
  });
  it('for tests they are taken from the environment', () => {
    expect(counted({ WRTMETER_NETWORKS: 'lan="; }' })).to.deep.equal([
      'failed WRTMETER_NETWORKS has other characters than those of NAME=DEVICE, separated by spaces',
    ]);
    expect(counted({ WRTMETER_NETWORKS: 'lan=br-lan guest=br-guest' })).to.deep.equal(['network lan br-lan', 'network guest br-guest']);
  });
});
