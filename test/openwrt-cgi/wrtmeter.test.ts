import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type CgiAnswer, makeToolbox, routerForEach, runCgi } from '../support/routers/busybox.ts';

describe('wrtmeter.cgi', () => {
  const { toolbox, router } = routerForEach('pppoe');

  const tool = (name: string, text: string) => writeFileSync(join(router.tools, name), text, 'latin1');
  const file = (name: string, text: string) => writeFileSync(join(router.root, name), text, 'latin1');
  const ask = (box = toolbox): CgiAnswer => runCgi(box, 'wrtmeter.cgi', router);
  const section = (name: string, box = toolbox): string[] => {
    const lines = ask(box).body.split('\n');
    const failed = lines.find((line) => line.startsWith(`failed ${name} `));
    return failed ? [failed] : lines.slice(lines.indexOf(`begin ${name}`) + 1, lines.indexOf(`end ${name}`));
  };
  const interfaces = (...list: object[]) => tool('ubus-network.interface-dump', JSON.stringify({ interface: list }, undefined, '\t'));
  const route4 = { route: [{ target: '0.0.0.0', mask: 0, nexthop: '198.51.100.1' }] };
  const route6 = { route: [{ target: '::', mask: 0, nexthop: 'fe80::1' }] };

  describe('uplinks', () => {
    it('one whose device is gone is listed as down, without a reading', () => {
      interfaces(
        { interface: 'wan', up: false, proto: 'pppoe', device: 'eth0.2' },
        { interface: 'wan6', up: false, proto: 'dhcpv6', device: '@wan' },
      );
      expect(section('wan')).to.deep.equal(['uplink wan down - - pppoe - -']);
    });
    it('wan6 that alone is up on the device of wan counts as wan', () => {
      interfaces(
        { interface: 'wan', up: false, proto: 'dhcp', device: 'eth0.2' },
        { interface: 'wan6', up: true, proto: 'dhcpv6', device: 'eth0.2', l3_device: 'eth0.2', ...route6 },
      );
      expect(section('wan')).to.deep.equal(['uplink wan up eth0.2 6 dhcp 9999999999 222222222']);
    });
    it('a modem keeps its own name whichever interface netifd makes for it', () => {
      tool(
        'uci-firewall',
        "firewall.@zone[0]=zone\nfirewall.@zone[0].name='wan'\nfirewall.@zone[0].network='lte'\nfirewall.@zone[0].masq='1'\n",
      );
      interfaces(
        { interface: 'lte', up: true, proto: 'qmi', device: 'eth0', l3_device: 'eth0' },
        { interface: 'lte_4', up: true, dynamic: true, proto: 'dhcp', device: 'eth0', l3_device: 'eth0', data: { zone: 'wan' }, ...route4 },
      );
      expect(section('wan')).to.deep.equal(['uplink lte up eth0 2 qmi 99 99']);
      interfaces({ interface: 'lte', up: false, proto: 'qmi' });
      expect(section('wan')).to.deep.equal(['uplink lte down - - qmi - -']);
    });
    it('without a firewall configuration the default route decides', () => {
      rmSync(join(router.tools, 'uci-firewall'));
      expect(section('wan')).to.deep.equal(['uplink wan up pppoe-wan 12 pppoe 9876543210 123456789']);
      expect(ask().body).to.contain('\nflow_offload software -\nflow_offload hardware -\n');
    });
    it('a default route that netifd holds back makes no uplink', () => {
      interfaces({ interface: 'fibre', up: true, proto: 'dhcp', l3_device: 'eth0.2', route: [], inactive: route4 });
      expect(section('wan')).to.deep.equal([]);
    });
    it('a counter the kernel does not show is unknown, not zero', () => {
      file('proc/net/dev', 'Inter-| Receive\n face |bytes\n    lo: 1 0 0 0 0 0 0 0 1 0 0 0 0 0 0 0\n');
      expect(section('wan')[0]).to.equal('uplink wan up pppoe-wan 12 pppoe - -');
    });
    it('netifd that is silent, cut short or without interfaces fails the section, not the answer', () => {
      rmSync(join(router.tools, 'ubus-network.interface-dump'));
      expect(section('wan')).to.deep.equal(['failed wan "ubus call network.interface dump" ended with 4']);
      tool('ubus-network.interface-dump', '{ "interface": [ { "interface": "wan", "up": true,');
      expect(section('wan')).to.deep.equal(["failed wan netifd's answer was cut short"]);
      expect(section('stations')).to.have.length(7);
      expect(ask().body).to.match(/\nend wrtmeter\n$/);
    });
    it('without netifd the default route of the kernel decides, IPv4 before IPv6', () => {
      const box = makeToolbox(undefined, ['ubus']);
      file(
        'proc/net/route',
        'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\neth0\t00000000\t0101A8C0\t0003\t0\t0\t20\t00000000\neth0.2\t00000000\t0101A8C0\t0003\t0\t0\t5\t00000000\nbr-lan\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n',
      );
      file(
        'proc/net/ipv6_route',
        '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003   br-lan\n',
      );
      expect(section('wan', box)).to.deep.equal(['uplink wan up eth0.2 6 - 9999999999 222222222']);
      file('proc/net/route', 'Iface\tDestination\n');
      expect(section('wan', box)).to.deep.equal(['uplink wan up br-lan 7 - 4444 5555']);
      box.remove();
    });
  });

  describe('stations', () => {
    it('an interface that went away while it was asked fails the section', () => {
      rmSync(join(router.tools, 'iw-phy1-ap0-station-dump'));
      expect(section('stations')).to.deep.equal(['failed stations "iw dev phy1-ap0 station dump" ended with 237']);
      expect(section('leases')).to.have.length(9);
    });
    it('a radio without iw is a failure that says what to install; no radio and no iw is not a station', () => {
      const box = makeToolbox(undefined, ['iw']);
      expect(section('stations', box)[0]).to.match(/^failed stations iw is not installed; install it with "opkg install iw"/);
      rmSync(join(router.root, 'sys/class/ieee80211'), { recursive: true });
      expect(section('stations', box)).to.deep.equal([]);
      box.remove();
    });
    it('iw that fails where there is a radio fails the section', () => {
      rmSync(join(router.tools, 'iw-dev'));
      expect(section('stations')).to.deep.equal(['failed stations "iw dev" ended with 1']);
    });
    it('a station without both counters, or garbled, costs its own line only', () => {
      const one = (mac: string, rx: string, tx: string) =>
        `Station ${mac} (on phy0-ap0)\n${rx && `\trx bytes:\t${rx}\n`}${tx && `\ttx bytes:\t${tx}\n`}`;
      const dump =
        one('nonsense', '1', '2') +
        one('02:00:00:00:00:01', '-5', '7') +
        one('02:00:00:00:00:02', '5', '') +
        one('02:00:00:00:00:03', '', '7');
      tool('iw-phy0-ap0-station-dump', `${dump + one('02:00:00:00:00:04', '5', '7')}\tsignal:  \tstrong\n\trx bitrate:\t(unknown)\n`);
      expect(section('stations').slice(4)).to.deep.equal([
        'radio phy0-ap0 ap 0 5180 Our Home',
        'station phy0-ap0 02:00:00:00:00:04 5 7 - - - - - -',
      ]);
    });
    it('counters of 64 bits pass digit by digit', () => {
      tool(
        'iw-phy0-ap0-station-dump',
        'Station 02:00:00:00:00:01 (on phy0-ap0)\n\trx bytes:\t18446744073709551615\n\ttx bytes:\t9007199254740993\n',
      );
      expect(section('stations').at(-1)).to.equal('station phy0-ap0 02:00:00:00:00:01 18446744073709551615 9007199254740993 - - - - - -');
    });
  });

  describe('what strangers wrote', () => {
    const long = 'x'.repeat(4000);
    it('is one line each, bounded, free of control characters', () => {
      file(
        'tmp/dhcp.leases',
        `1763668518 02:00:00:00:00:01 192.168.1.10 evil\rend\x0bwrtmeter\x1b[2J\x7f ${long}\n1 02:00:00:00:00:02 192.168.1.11 ${long} *\nend wrtmeter\nend leases\n1 not-a-mac 192.168.1.12 x *\n1 02:00:00:00:00:03 not-an-address x *\nx 02:00:00:00:00:04 192.168.1.13 x *\n`,
      );
      file(
        'tmp/hosts/odhcpd',
        '# br-lan 0003\x01 1 nas 1763700000 5 128 fd00::5/128\n# br-lan 00030001 1 na\x08s 1763700000 5 128 fd00::5/128 end/128\n192.168.1.50 \x01\x02\n192.168.1.51 n\xfcrnberg\n',
      );
      tool('iw-dev', `phy#0\n\tInterface phy0-ap0\n\t\tssid ${long}\n\t\ttype AP\n`);
      expect(section('leases')).to.deep.equal([
        `lease 1763668518 02:00:00:00:00:01 192.168.1.10 evil end`,
        `lease 1 02:00:00:00:00:02 192.168.1.11 ${'x'.repeat(255)} *`,
        'lease6 1763700000 00030001 fd00::5 nas',
      ]);
      expect(section('names').filter((line) => line.includes('192.168.1.5'))).to.deep.equal([
        'host 02:00:00:00:00:05 192.168.1.5 nas',
        'host 02:00:00:00:00:0a 192.168.1.5 nas',
        'name 192.168.1.50 -',
        'name 192.168.1.51 n\xfcrnberg',
      ]);
      expect(section('stations')[0]).to.equal(`radio phy0-ap0 ap 0 - ${'x'.repeat(255)}`);
      const body = ask().body;
      expect(body.match(/^end wrtmeter$/gm)).to.have.length(1);
      expect([...body].every((letter) => letter === '\n' || (letter >= ' ' && letter !== '\x7f'))).to.equal(true);
    });
    it('hosts files of an advertisement blocker neither flood the answer nor stop it', () => {
      file('tmp/hosts/block', Array.from({ length: 20000 }, (_, i) => `0.0.0.0 ads${i}.example\n`).join(''));
      file('tmp/hosts/many', Array.from({ length: 3000 }, (_, i) => `10.0.${i >> 8}.${i & 255} host${i}\n`).join(''));
      expect(section('names').length).to.be.within(5, 1010);
      expect(ask().body).to.match(/\nend wrtmeter\n$/);
    });
    it('no secret of the router is in the answer', () => {
      file('etc/config/wrtmeter', "config wrtmeter 'main'\n\toption token 'opensesame-opensesame'\n");
      tool(
        'uci-dhcp',
        "dhcp.@host[0]=host\ndhcp.@host[0].name='a'\ndhcp.@host[0].mac='02:00:00:00:00:01'\ndhcp.x=other\ndhcp.x.password='hunter2'\n",
      );
      const answer = runCgi(toolbox, 'wrtmeter.cgi', router, { HTTP_AUTHORIZATION: 'Bearer opensesame-opensesame' });
      expect(answer.body)
        .to.contain('end wrtmeter')
        .and.not.match(/opensesame|hunter2/);
    });
  });

  it('a domain with several addresses or names gives each address its first name', () => {
    const list = (ip: string, name: string) => `dhcp.@domain[0]=domain\ndhcp.@domain[0].name=${name}\ndhcp.@domain[0].ip=${ip}\n`;
    tool('uci-dhcp', list("'192.168.1.7' 'FD00::7' 'nonsense'", "'nas' 'files'"));
    expect(section('names').slice(0, 2)).to.deep.equal(['name 192.168.1.7 nas', 'name fd00::7 nas']);
    expect(section('names').filter((line) => line.endsWith(' nas'))).to.have.length(2);
    tool('uci-dhcp', list("'192.168.1.7'", "''"));
    expect(section('names').filter((line) => line.includes('192.168.1.7'))).to.deep.equal([]);
  });
  it('a bare Linux without any of OpenWrt still answers whole', () => {
    const box = makeToolbox(undefined, ['iw', 'ubus', 'uci']);
    for (const name of ['sys/class/ieee80211', 'tmp', 'etc/openwrt_release', 'etc/hosts'])
      rmSync(join(router.root, name), { recursive: true });
    const lines = ask(box).body.split('\n');
    expect(lines).to.include.members(['model -', 'release -', 'begin leases', 'begin stations', 'end wrtmeter']);
    expect(lines.filter((line) => line.startsWith('failed'))).to.deep.equal([]);
    box.remove();
  });
  it('neighbours that cannot be read fail their section', () => {
    rmSync(join(router.tools, 'ip-neigh'));
    expect(section('neighbours')).to.deep.equal(['failed neighbours "ip neigh show" ended with 1']);
  });
  it('an awk that is missing or dies is a 500, never half an answer', () => {
    const box = makeToolbox(undefined, ['awk']);
    const answer = ask(box);
    expect([answer.status, answer.body]).to.deep.equal([500, 'awk could not assemble the answer\n']);
    box.remove();
  });
});
