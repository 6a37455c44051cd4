import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeToolbox, routerForEach, runCgi } from '../support/routers/busybox.ts';

describe('the classic scripts', () => {
  const { toolbox, router } = routerForEach('pppoe');

  const tool = (name: string, text: string) => writeFileSync(join(router.tools, name), text, 'latin1');
  const file = (name: string, text: string) => writeFileSync(join(router.root, name), text, 'latin1');
  const ask = (script: string, box = toolbox): [number, string] => {
    const answer = runCgi(box, script, router);
    return [answer.status, answer.body];
  };

  describe('totalwifi.cgi', () => {
    it('one interface that fails is a 500, never half a list', () => {
      rmSync(join(router.tools, 'iw-phy0-ap0-station-dump'));
      expect(ask('totalwifi.cgi')).to.deep.equal([500, '"iw dev phy0-ap0 station dump" ended with 237\n']);
    });
    it('iw that fails or is missing is a 500', () => {
      rmSync(join(router.tools, 'iw-dev'));
      expect(ask('totalwifi.cgi')).to.deep.equal([500, '"iw dev" ended with 1\n']);
      const box = makeToolbox(undefined, ['iw']);
      expect(ask('totalwifi.cgi', box)[0]).to.equal(500);
      expect(ask('totalwifi.cgi', box)[1]).to.match(/^iw is not installed; install it with/);
      box.remove();
    });
    it('without a radio there is no station: an empty list, with and without iw', () => {
      rmSync(join(router.root, 'sys/class/ieee80211/phy0'), { recursive: true });
      rmSync(join(router.tools, 'iw-dev'));
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '']);
      rmSync(join(router.root, 'sys/class/ieee80211'), { recursive: true });
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '']);
      const box = makeToolbox(undefined, ['iw']);
      expect(ask('totalwifi.cgi', box)).to.deep.equal([200, '']);
      box.remove();
    });
    it('an interface of type P2P-GO is an access point', () => {
      tool('iw-dev', 'phy#0\n\tInterface p2p-wlan0-0\n\t\ttype P2P-GO\n\tInterface p2p0\n\t\ttype P2P-client\n');
      tool('iw-p2p-wlan0-0-station-dump', 'Station 02:00:00:00:00:0a (on p2p-wlan0-0)\n\trx bytes:\t5\n\ttx bytes:\t7\n');
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '02:00:00:00:00:0a 5 7\n']);
    });
    it('access points without a station are an empty list', () => {
      for (const name of ['phy0-ap0', 'phy1-ap0']) tool(`iw-${name}-station-dump`, '');
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '']);
    });
    it('an iw that names no type lists them all; a station without both counters has no line', () => {
      tool('iw-dev', 'phy#0\n\tInterface wlan0\n\tInterface wlan1\n');
      tool('iw-wlan0-station-dump', 'Station 02:00:00:00:00:0A (on wlan0)\n\trx bytes:\t18446744073709551615\n\ttx bytes:\t4294967296\n');
      tool('iw-wlan1-station-dump', 'Station 02:00:00:00:00:0b (on wlan1)\n\trx bytes:\t5\n');
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '02:00:00:00:00:0a 18446744073709551615 4294967296\n']);
    });
    it('an SSID that looks like what iw prints names no interface', () => {
      tool('iw-dev', 'phy#0\n\tInterface wlan0\n\t\tssid Interface evil\n\t\ttype AP\n');
      tool('iw-wlan0-station-dump', '');
      expect(ask('totalwifi.cgi')).to.deep.equal([200, '']);
    });
  });

  describe('wan.cgi', () => {
    const route4 = (metric?: number) => ({ route: [{ target: '0.0.0.0', mask: 0, ...(metric === undefined ? {} : { metric }) }] });
    const route6 = { route: [{ target: '::', mask: 0 }] };
    const interfaces = (...list: object[]) => tool('ubus-network.interface-dump', JSON.stringify({ interface: list }));
    const devices = (counters: Record<string, [string, string]>) =>
      file(
        'proc/net/dev',
        `Inter-| Receive\n${Object.entries(counters)
          .map(([name, [rx, tx]]) => `${name}:${rx} 1 0 0 0 0 0 0 ${tx} 1 0 0 0 0 0 0\n`)
          .join('')}`,
      );

    for (const device of ['wan', 'pppoe-wan', 'eth0.2', 'wwan0', 'wan@eth0', 'usb0'])
      it(`an uplink on ${device}`, () => {
        interfaces(
          { interface: 'lan', up: true, l3_device: 'br-lan', route: [] },
          { interface: 'internet', up: true, proto: 'dhcp', l3_device: device, ...route4() },
        );
        devices({ lo: ['1', '1'], 'br-lan': ['2', '2'], [device]: ['9007199254740993', '18446744073709551615'] });
        expect(ask('wan.cgi')).to.deep.equal([200, 'wan: 9007199254740993 18446744073709551615\n']);
      });
    it('of several uplinks the one with the lowest metric, never their sum', () => {
      devices({ eth1: ['100', '10'], eth2: ['200', '20'] });
      interfaces(
        { interface: 'wan', up: true, metric: 20, l3_device: 'eth1', ...route4() },
        { interface: 'wanb', up: true, metric: 10, l3_device: 'eth2', ...route4() },
      );
      expect(ask('wan.cgi')).to.deep.equal([200, 'wan: 200 20\n']);
      interfaces(
        { interface: 'wan', up: true, l3_device: 'eth1', ...route4(5) },
        { interface: 'wanb', up: true, l3_device: 'eth2', ...route4(6) },
      );
      expect(ask('wan.cgi')).to.deep.equal([200, 'wan: 100 10\n']);
    });
    it('an uplink before the tunnels that run over it', () => {
      devices({ 'eth0.2': ['100', '10'], 'ds-wan6': ['7', '8'] });
      interfaces(
        { interface: 'aftr', up: true, proto: 'dslite', l3_device: 'ds-wan6', ...route4() },
        { interface: 'wan6', up: true, proto: 'dhcpv6', l3_device: 'eth0.2', ...route6 },
      );
      expect(ask('wan.cgi')).to.deep.equal([200, 'wan: 100 10\n']);
    });
    it('no uplink up, or none but that of an access point, is a 500: no zero is invented', () => {
      interfaces(
        { interface: 'wan', up: false, proto: 'pppoe', device: 'eth0.2' },
        { interface: 'lan', up: true, l3_device: 'br-lan', ...route4() },
      );
      expect(ask('wan.cgi')).to.deep.equal([500, 'no uplink is up: no interface has a default route\n']);
    });
    it('netifd that is silent or cut short is a 500', () => {
      tool('ubus-network.interface-dump', '{ "interface": [ { "interface": "wan", "up": true, "l3_device": "pppoe-wan"');
      expect(ask('wan.cgi')).to.deep.equal([500, 'netifd did not answer "ubus call network.interface dump"\n']);
      rmSync(join(router.tools, 'ubus-network.interface-dump'));
      expect(ask('wan.cgi')).to.deep.equal([500, 'netifd did not answer "ubus call network.interface dump"\n']);
    });
    it('a device without counters is a 500', () => {
      devices({ lo: ['1', '1'] });
      expect(ask('wan.cgi')).to.deep.equal([500, 'the uplink pppoe-wan is not in /proc/net/dev\n']);
    });
    it('without netifd the default route of the kernel decides, then a device called wan', () => {
      const box = makeToolbox(undefined, ['ubus']);
      const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\n';
      devices({ eth0: ['1', '2'], eth1: ['3', '4'], wan: ['5', '6'] });
      file(
        'proc/net/route',
        `${head}eth0\t00000000\t0101A8C0\t0003\t0\t0\t20\t00000000\neth1\t00000000\t0101A8C0\t0003\t0\t0\t5\t00000000\n`,
      );
      expect(ask('wan.cgi', box)).to.deep.equal([200, 'wan: 3 4\n']);
      file('proc/net/route', head);
      file('proc/net/ipv6_route', `${'0'.repeat(32)} 00 ${'0'.repeat(32)} 00 ${'f'.repeat(32)} 00000400 1 0 3 eth0\n`);
      expect(ask('wan.cgi', box)).to.deep.equal([200, 'wan: 1 2\n']);
      rmSync(join(router.root, 'proc/net/ipv6_route'));
      expect(ask('wan.cgi', box)).to.deep.equal([200, 'wan: 5 6\n']);
      box.remove();
    });
  });

  describe('dhcp.cgi', () => {
    it('is the lease file as it is, wherever the configuration puts it', () => {
      const lines =
        '1763668518 02:00:00:00:00:01 192.168.1.10 * 01:02:00:00:00:00:01\n0 02:00:00:00:00:02 192.168.1.11 \xfcber *\nduid 00:01\n';
      file('tmp/elsewhere', lines);
      tool('uci-dhcp', "dhcp.@dnsmasq[0].leasefile='/tmp/elsewhere'\n");
      expect(ask('dhcp.cgi')).to.deep.equal([200, lines]);
    });
    it('without uci it is /tmp/dhcp.leases; no lease file is a 500, an empty one an empty list', () => {
      const box = makeToolbox(undefined, ['uci']);
      expect(ask('dhcp.cgi', box)[1]).to.match(/^1763668518 02:/);
      file('tmp/dhcp.leases', '');
      expect(ask('dhcp.cgi', box)).to.deep.equal([200, '']);
      rmSync(join(router.root, 'tmp/dhcp.leases'));
      expect(ask('dhcp.cgi', box)[0]).to.equal(500);
      box.remove();
    });
  });
});
