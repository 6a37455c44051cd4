import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import { fixtures, makeToolbox, moreTools, routerForEach, runCgi } from '../support/routers/busybox.ts';

const everything = [join(fixtures, 'bin'), moreTools];

describe('the hosts in wrtmeter.cgi', () => {
  const { toolbox, router } = routerForEach('gateway', everything);

  const tool = (name: string, text: string) => writeFileSync(join(router.tools, name), text, 'latin1');
  const file = (name: string, text: string) => {
    mkdirSync(dirname(join(router.root, name)), { recursive: true });
    writeFileSync(join(router.root, name), text, 'latin1');
  };
  const without = (name: string) => rmSync(join(router.tools, name), { recursive: true, force: true });
  const configure = (...lines: string[]) =>
    file('etc/config/wrtmeter', `config wrtmeter 'main'\n\nconfig hosts 'hosts'\n${lines.map((line) => `\t${line}\n`).join('')}`);
  const ask = (box = toolbox, more = {}) => runCgi(box, 'wrtmeter.cgi', router, { TZ: 'UTC', ...more }).body;
  /** The lines of the section; its one line if it failed; null where there is none. */
  const hosts = (box = toolbox, more = {}): string[] | null => {
    const body = ask(box, more);
    expect(body, body).to.match(/\nend wrtmeter\n$/);
    const lines = body.split('\n');
    const failed = lines.find((line) => line.startsWith('failed hosts '));
    if (failed !== undefined) return [failed];
    const begin = lines.indexOf('begin hosts');
    return begin < 0 ? null : lines.slice(begin + 1, lines.indexOf('end hosts'));
  };
  /** What the exporter reads of it. */
  const read = () => {
    const source = parseWrtmeter({ text: ask(), framed: true }).sources.find(({ source }) => source === 'hosts');
    if (source === undefined || source.observation instanceof Error || source.observation.source !== 'hosts')
      throw new Error('no hosts were read');
    return source.observation;
  };

  describe('nftables', () => {
    const table = () => readFileSync(join(router.tools, 'nft-table'), 'utf8');
    it('what was counted without room is shown, and counters pass digit by digit', () => {
      tool(
        'nft-table',
        table()
          .replace(
            '"uncounted_up", "table": "wrtmeter", "handle": 5, "packets": 0, "bytes": 0',
            '"uncounted_up", "table": "wrtmeter", "handle": 5, "packets": 4, "bytes": 18446744073709551615',
          )
          .replace('"packets": 1, "bytes": 60}', '"packets": 1, "bytes": 9007199254740993}'),
      );
      expect(hosts()).to.include.members(['uncounted 0 18446744073709551615', 'up 02:00:00:00:00:07 192.168.7.20 9007199254740993']);
    });
    it('a table that is cut short fails the section, wherever the cut is', () => {
      const whole = table();
      for (const length of [250, 700, 1500, 3000, 6000, whole.length - 4]) {
        tool('nft-table', whole.slice(0, length));
        expect(hosts(), `${length}`).to.deep.equal(['failed hosts nft was cut short']);
      }
    });
    it('elements of no use cost themselves only', () => {
      tool(
        'nft-table',
        table()
          .replace('"concat": ["02:00:00:00:00:05", "192.168.1.5"]', '"concat": ["evil\\nend wrtmeter", "192.168.1.5"]')
          .replace('"val": "10.7.0.2"', '"val": "10.7.0.2 1 2"')
          .replace('"bytes": 60', '"bytes": -60'),
      );
      expect(hosts()?.filter((line) => /1\.5|7\.20|up - /.test(line))).to.deep.equal([
        'up - fd07::2 321',
        'down 192.168.1.5 18446744073709',
      ]);
    });
    it('thousands of addresses are read whole, in reasonable time', () => {
      const element = (i: number) =>
        `{"elem": {"val": {"concat": ["02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:${(i & 255).toString(16).padStart(2, '0')}", "10.0.${i >> 8}.${i & 255}"]}, "expires": 86399, "counter": {"packets": 9, "bytes": ${i}000000001}}}`;
      const many = Array.from({ length: 4096 }, (_, i) => element(i)).join(', ');
      tool('nft-table', table().replace(/(?<="up4".*?"elem": \[).*?(?=\]\}\}, \{"set")/, many));
      const start = performance.now();
      expect(hosts()?.filter((line) => line.startsWith('up 02:00:00:00:'))).to.have.length(4096 + 2);
      expect(performance.now() - start).to.be.below(3000);
    });
    it('a table that should be there and is not says how to make it', () => {
      without('nft-table');
      configure("option enabled '1'");
      expect(hosts()).to.deep.equal([
        'failed hosts the nftables table "inet wrtmeter" is missing; make it with "/etc/init.d/wrtmeter start"',
      ]);
      expect(ask()).to.contain('uplink wan up wan 4');
    });
    it('nothing there and nothing configured is not a section; switched off is none either, whatever is left', () => {
      without('nft-table');
      expect(hosts()).to.equal(null);
      configure("option enabled '0'");
      tool('nft-table', readFileSync(join(fixtures, 'gateway/tools/nft-table'), 'utf8'));
      expect(hosts()).to.equal(null);
    });
    it('the configuration is read as uci reads it: quotes, comments, every way to say no', () => {
      for (const no of ["option enabled '0'", 'option enabled 0', '\toption  "enabled"\t"off"', "option 'enabled' no # not now"]) {
        configure(no);
        expect(hosts(), no).to.equal(null);
      }
      without('nft-table');
      tool('iptables-save', '*mangle\n:iptmon_tx - [0:0]\nCOMMIT\n');
      configure("option enabled 'on'", "list network 'lan'    # and 'guest'", 'list network wg0');
      expect(hosts()?.filter((line) => line.startsWith('network'))).to.deep.equal(['network lan br-lan', 'network wg0 wg0']);
    });
    it('an access point has none though it is configured: it is not a gateway', () => {
      without('nft-table');
      configure("option enabled '1'");
      tool('uci-firewall', "firewall.@zone[0]=zone\nfirewall.@zone[0].name='lan'\nfirewall.@zone[0].network='lan'\n");
      const route = [{ target: '0.0.0.0', mask: 0 }];
      const lan = { interface: 'lan', up: true, proto: 'dhcp', l3_device: 'br-lan', route };
      tool('ubus-network.interface-dump', JSON.stringify({ interface: [lan] }));
      expect(hosts()).to.equal(null);
      // The wan that it came with, with nothing plugged in.
      tool('uci-firewall', readFileSync(join(fixtures, 'gateway/tools/uci-firewall'), 'utf8'));
      tool('ubus-network.interface-dump', JSON.stringify({ interface: [lan, { interface: 'wan', up: false, proto: 'dhcp' }] }));
      expect(hosts()).to.equal(null);
      configure("option enabled '1'", "list network 'lan'");
      expect(hosts()?.[0], 'its owner says which networks').to.match(/^failed hosts the nftables table/);
    });
    it('without any means of counting it says what to install', () => {
      const box = makeToolbox(everything, ['nft', 'iptables-save', 'ip6tables-save', 'nlbw']);
      configure('option enabled 1');
      expect(hosts(box)).to.deep.equal([
        'failed hosts neither nftables nor iptables is installed; install one with "opkg install nftables-json" or "apk add nftables-json"',
      ]);
      box.remove();
    });
  });

  describe('iptables', () => {
    const chains = (family: 4 | 6, ...rules: string[]) =>
      `# Generated by iptables-save v1.8.7 on Thu Nov 20 18:55:18 2025\n*mangle\n:PREROUTING ACCEPT [1:2]\n:FORWARD ACCEPT [0:0]\n:wrtmeter - [0:0]\n:wrtmeter_download - [0:0]\n:wrtmeter_from_home - [0:0]\n:wrtmeter_upload - [0:0]\n[9:900] -A FORWARD -j wrtmeter\n[5:500] -A wrtmeter -i br-lan -g wrtmeter_from_home\n[5:500] -A wrtmeter -i br-guest -g wrtmeter_from_home\n[4:400] -A wrtmeter -o br-lan -g wrtmeter_download\n[4:400] -A wrtmeter -o br-guest -g wrtmeter_download\n${rules.map((rule) => `${rule}\n`).join('')}COMMIT\n# Completed on Thu Nov 20 18:55:18 2025 ${family}\n`;
    const ours = () => {
      without('nft-table');
      tool(
        'iptables-save',
        chains(
          4,
          '[10:9007199254740993] -A wrtmeter_download -d 192.168.1.10/32 -j RETURN',
          '[1:60] -A wrtmeter_download -j RETURN',
          '[12:3456] -A wrtmeter_upload -s 192.168.1.10/32 -j RETURN',
          '[7:777] -A wrtmeter_upload -s 192.168.1.10/32 -j RETURN',
          '[2:70] -A wrtmeter_upload -j RETURN',
        ),
      );
      tool(
        'ip6tables-save',
        chains(
          6,
          '[1:11] -A wrtmeter_upload -s fd00::10/128 -j RETURN',
          '[3:40] -A wrtmeter_download -j RETURN',
          '[0:0] -A wrtmeter_upload -j RETURN',
        ),
      );
    };
    it('our rules, of both families, each address and direction once', () => {
      ours();
      expect(hosts()).to.deep.equal([
        'counting iptables 46 -',
        'network lan br-lan',
        'network guest br-guest',
        'down 192.168.1.10 9007199254740993',
        'up - 192.168.1.10 3456',
        'up - fd00::10 11',
        'uncounted 100 70',
      ]);
    });
    it('iptmon’s rules where ours are missing: tx is the host’s download', () => {
      without('nft-table');
      const rules = (...lines: string[]) =>
        `*mangle\n:FORWARD ACCEPT [0:0]\n:iptmon_rx - [0:0]\n:iptmon_tx - [0:0]\n${lines.join('\n')}\nCOMMIT\n`;
      tool(
        'iptables-save',
        rules(
          '[3:300] -A FORWARD -j iptmon_rx',
          '[3:300] -A FORWARD -j iptmon_tx',
          '[10:1000] -A iptmon_tx -d 192.168.1.10/32 -m comment --comment tx_anna-laptop -j RETURN',
          '[20:2000] -A iptmon_rx -s 192.168.1.10/32 -m comment --comment "rx_anna-laptop -s 1.2.3.4" -j RETURN',
          '[1:1] -A iptmon_tx -d 192.168.1.10/32 -m comment --comment tx_anna-laptop.lan -j RETURN',
          '[9:9] -A iptmon_rx -s 192.168.2.0/24 -m comment --comment rx_all -j RETURN',
        ),
      );
      tool('ip6tables-save', rules('[1:11] -A iptmon_tx -d fd00::10/128 -m comment --comment tx_anna-laptop -j RETURN'));
      expect(hosts()).to.deep.equal([
        'counting iptables 46 -',
        'network guest br-guest',
        'network lan br-lan',
        'network wg0 wg0',
        'down 192.168.1.10 1000',
        'up - 192.168.1.10 2000',
        'down fd00::10 11',
        'uncounted - -',
      ]);
      expect(read().uncounted).to.equal(null);
    });
    it('a table that is cut short fails the section', () => {
      ours();
      tool('iptables-save', readFileSync(join(router.tools, 'iptables-save'), 'utf8').replace('COMMIT\n', ''));
      expect(hosts()).to.deep.equal(['failed hosts iptables-save was cut short']);
      ours();
      tool('ip6tables-save', readFileSync(join(router.tools, 'ip6tables-save'), 'utf8').slice(0, 400));
      expect(hosts()).to.deep.equal(['failed hosts iptables-save was cut short']);
    });
    it('a family that cannot be read is not called a family without rules', () => {
      ours();
      tool('iptables-save', '');
      expect(hosts()).to.include.members(['counting iptables 6 -', 'up - fd00::10 11']);
      // It can be read, but a restart of the firewall has just removed our rules.
      tool('iptables-save', '*mangle\n:FORWARD ACCEPT [0:0]\nCOMMIT\n');
      expect(hosts()?.[0]).to.equal('counting iptables 46 -');
    });
    it('tables of IPv4 alone will do, and a kernel that has none is not asked', () => {
      ours();
      without('ip6tables-save');
      expect(hosts()?.[0]).to.equal('counting iptables 4 -');
      expect(hosts()).to.have.length(6);
      file('proc/net/ip_tables_names', 'nat\nfilter\n');
      expect(hosts()).to.equal(null);
      file('proc/net/ip_tables_names', 'nat\nmangle\nfilter\n');
      expect(hosts()).to.have.length(6);
    });
    it('our table of nftables goes before rules, unless iptables was chosen', () => {
      ours();
      tool('nft-table', readFileSync(join(fixtures, 'gateway/tools/nft-table'), 'utf8'));
      expect(hosts()?.[0]).to.equal('counting nftables 2 -');
      configure("option enabled '1'", "option method 'iptables'");
      expect(hosts()?.[0]).to.equal('counting iptables 46 -');
      for (const name of ['iptables-save', 'ip6tables-save']) without(name);
      expect(hosts()).to.deep.equal([
        'failed hosts the iptables chain "wrtmeter_upload" is missing; make it with "/etc/init.d/wrtmeter start"',
      ]);
    });
  });

  describe('nlbwmon', () => {
    const columns = '["family","mac","ip","conns","rx_bytes","rx_pkts","tx_bytes","tx_pkts"]';
    const rows = (...list: string[]) => tool('nlbw', `{"columns":${columns},"data":[${list.join(',')}]}`);
    const started = (seconds: number) =>
      file(
        'proc/777/stat',
        `777 (nl) b (wmon) S 1 777 777 0 -1 4194560 99 0 0 0 11 22 0 0 20 0 1 0 ${seconds * 100} 1234567 89 18446744073709551615\n`,
      );
    const uci = (...options: string[]) =>
      tool('uci-nlbwmon', ['nlbwmon.@nlbwmon[0]=nlbwmon', ...options.map((option) => `nlbwmon.@nlbwmon[0].${option}`)].join('\n'));
    beforeEach(() => {
      without('nft-table');
      tool('pidof-nlbwmon', '777\n');
      started(40);
      uci("database_interval='1'", "database_directory='/var/lib/nlbwmon'");
      rows(
        '[4,"02:00:00:00:00:01","192.168.1.10",5,9007199254740993,1,200,2]',
        '[6,"00:00:00:00:00:00","fd00::10",5,100,1,18446744073709551615,2]',
      );
    });
    it('received and sent are the host’s; its period and its start are reported', () => {
      expect(hosts()).to.deep.equal([
        'counting nlbwmon 2025-11-01 4000',
        'network guest br-guest',
        'network lan br-lan',
        'network wg0 wg0',
        'both 02:00:00:00:00:01 192.168.1.10 9007199254740993 200',
        'both - fd00::10 100 18446744073709551615',
        'uncounted - -',
      ]);
    });
    it('goes before our own table; no host at all is an empty list', () => {
      tool('nft-table', readFileSync(join(fixtures, 'gateway/tools/nft-table'), 'utf8'));
      rows();
      expect(hosts()?.filter((line) => !line.startsWith('network'))).to.deep.equal(['counting nlbwmon 2025-11-01 4000', 'uncounted - -']);
      expect(read().method).to.equal('nlbwmon');
    });
    it('that does not answer, or not to the end, is a failure', () => {
      const why = ['failed hosts nlbwmon runs but does not answer "nlbw -c json"'];
      tool('nlbw', `{"columns":${columns},"data":[[4,"02:00:00:00:00:01","192.168.1.10",5,1,1,200,2],[4,"02`);
      expect(hosts()).to.deep.equal(why);
      without('nlbw');
      expect(hosts()).to.deep.equal(why);
    });
    it('that is switched on and does not run is a failure; installed alone it is nothing', () => {
      without('pidof-nlbwmon');
      expect(hosts()).to.equal(null);
      mkdirSync(join(router.root, 'etc/rc.d'), { recursive: true });
      symlinkSync('../init.d/nlbwmon', join(router.root, 'etc/rc.d/S60nlbwmon'));
      expect(hosts()?.[0]).to.match(/^failed hosts nlbwmon is not running; start it with "\/etc\/init\.d\/nlbwmon start"/);
      configure("option method 'nlbwmon'", "option enabled '1'");
      rmSync(join(router.root, 'etc/rc.d/S60nlbwmon'));
      expect(hosts()?.[0]).to.match(/^failed hosts nlbwmon is not running/);
    });

    describe('its current period is not reported before nlbwmon has started it', () => {
      // The clock of these routers is at 2025-11-20 18:55:18 UTC; the boot was 123456.78 s before that.
      const period = (interval: string, more = {}) => {
        uci(`database_interval='${interval}'`, "database_directory='/var/lib/nlbwmon'");
        return hosts(toolbox, more)?.[0]?.split(' ')[2];
      };
      it('started within it: the days of the month, counted from either end, and numbers of days', () => {
        for (const [interval, first] of [
          ['', '2025-11-01'],
          ['1', '2025-11-01'],
          ['15', '2025-11-15'],
          ['19', '2025-11-19'],
          ['2025-11-06/14', '2025-11-06'],
          ['2025-11-12/7', '2025-11-19'],
        ] as const)
          expect(period(interval), interval).to.equal(first);
      });
      it('later days lie in the month before; days that a month lacks are reported as nlbwmon does', () => {
        file('var/lib/nlbwmon/20250921.db', '1761004800\n');
        for (const [interval, first] of [
          ['21', '2025-10-21'],
          ['31', '2025-10-31'],
          ['-2', '2025-10-29'],
          ['0', '2025-10-31'],
        ] as const)
          expect(period(interval), interval).to.equal(first);
      });
      it('started before: reported from the time the previous period was saved', () => {
        // 2025-11-20 00:00:00 UTC is 1763596800; nlbwmon was started the day before.
        started(0);
        file('var/lib/nlbwmon/20251020.db.gz', '1763596799\n');
        expect(period('20')).to.equal('2025-10-20');
        file('var/lib/nlbwmon/20251020.db.gz', '1763596831\n');
        expect(period('20')).to.equal('2025-11-20');
        rmSync(join(router.root, 'var/lib/nlbwmon/20251020.db.gz'));
        expect(period('20'), 'no file at all').to.equal('2025-10-20');
        file('var/lib/nlbwmon/20251020.db', '1763596800\n');
        expect(period('20')).to.equal('2025-11-20');
        file('var/lib/nlbwmon/20251113.db', '1763596800\n');
        expect(period('2025-11-06/7')).to.equal('2025-11-20');
      });
      it('one that it could not begin, because it could not save the one before, is not reported, whatever the calendar says', () => {
        file('proc/uptime', '864000.00 1.00\n');
        started(0);
        expect(period('2025-08-24/1'), 'nothing saved since it was started ten days ago').to.equal('2025-11-10');
        // The last one that it could save, 30 seconds into the 15th, and one of before it was started.
        file('var/lib/nlbwmon/20251114.db.gz', '1763164830\n');
        file('var/lib/nlbwmon/20251013.db.gz', '1760400030\n');
        expect(period('2025-08-24/1')).to.equal('2025-11-15');
        file('var/lib/nlbwmon/20251119.db.gz', '1763596830\n');
        expect(period('2025-08-24/1'), 'it can again').to.equal('2025-11-20');
      });
      it('days are those of the router’s time zone', () => {
        // 03:55 of the 21st there, a little less when nlbwmon was started.
        started(123000);
        expect(period('21', { TZ: 'JST-9' })).to.equal('2025-11-21');
        expect(period('21', { TZ: 'PST8' })).to.equal('2025-10-21');
      });
      it('a folder with a strange name is a failure, and nothing of it is run', () => {
        started(0);
        uci("database_interval='20'", `database_directory='/x; echo hi >${router.root}/hacked'`);
        expect(hosts()).to.deep.equal([
          'failed hosts option database_directory of nlbwmon has unusual characters, so its period is not known',
        ]);
        expect(() => readFileSync(join(router.root, 'hacked'))).to.throw();
      });
    });
  });
});
