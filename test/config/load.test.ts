import { expect } from 'chai';
import { readFile } from '../../src/app/read-file.ts';
import { settings } from '../../src/config/settings.ts';
import { configOf, errorsOf, FIXTURES, filesOf, load, withText } from './support.ts';

const GOOD = `${FIXTURES}/good`;

describe('loading a configuration', () => {
  it('has a default for every setting, and tries the usual address of a router', async () => {
    expect(await load()).to.deep.equal({
      warnings: [],
      config: {
        listen: { host: '0.0.0.0', port: 9780 },
        data: './data',
        timezone: 'Asia/Tokyo',
        billing: { day: 1 },
        accounting: 'auto',
        heartbeat: 300,
        timeout: 10,
        minInterval: 0,
        live: 2,
        minCommit: 15,
        lineRate: 10_000_000_000,
        retention: { hours: 5_356_800 },
        expire: 2_592_000,
        reload: false,
        auth: { read: 'open' },
        control: false,
        ledger: { driver: 'auto' },
        log: { level: 'info' },
        routers: [
          {
            name: '192.168.1.1',
            was: [],
            kinds: [{ kind: 'openwrt', url: 'http://192.168.1.1/cgi-bin/wrtmeter.cgi' }],
            credentials: { kind: 'none' },
            tls: { ca: null, insecure: false },
            lineRate: 10_000_000_000,
            billing: { day: 1 },
            timeout: 10,
            counterBits: null,
            limits: null,
          },
        ],
        devices: [],
        peers: [],
        targets: [],
        notices: { silent: 3600, watch: [], away: 900, summary: 'monthly', off: [] },
        users: [],
        tariffs: [],
        quotas: [],
        limits: { expire: 21_600, whilePaused: ['dns', 'router'], rules: [] },
        csv: null,
        units: 'iec',
        file: null,
        implied: true,
      },
    });
  });

  it('reads every key of wrtmeter.yaml', async () => {
    const { config, warnings } = await load({ cwd: GOOD, cli: { config: 'full.yaml' }, env: { CELLAR_TOKEN: 'from-outside' } });
    // test/config/notify/targets.test.ts reads these.
    const { routers, devices, peers, users, targets: _targets, notices: _notices, ...rest } = config;
    expect(warnings).to.deep.equal([]);
    expect(rest).to.deep.equal({
      listen: { host: '127.0.0.1', port: 9781 },
      data: '/var/lib/wrtmeter',
      timezone: 'Europe/Berlin',
      billing: { day: 31 },
      accounting: 'hosts',
      heartbeat: 600,
      timeout: 20,
      minInterval: 5,
      live: 3,
      minCommit: 30,
      lineRate: 2_500_000_000,
      retention: { hours: 7_776_000 },
      expire: 604_800,
      reload: true,
      auth: { read: 'token' },
      control: true,
      ledger: { driver: 'sqlite3' },
      log: { level: 'debug' },
      tariffs: [{ name: 'off_peak', windows: [{ days: [0, 1, 2, 3, 4], from: 0, to: 14 }], counts: 0 }],
      csv: { directory: '/var/lib/wrtmeter/csv', every: 600, keep: 86_400 },
      quotas: [
        {
          name: 'line',
          of: { kind: 'home' },
          limit: 1e12,
          per: 'month',
          direction: 'both',
          tariff: null,
          rollover: true,
          bonus: [{ day: 20_758, bytes: 2e10 }],
          steps: [
            { share: 0.75, actions: [{ kind: 'notify' }] },
            { share: 1, actions: [{ kind: 'notify' }] },
          ],
        },
      ],
      limits: {
        expire: 3600,
        whilePaused: [],
        rules: [{ name: 'lunch', of: { kind: 'user', name: 'anna' }, effect: { kind: 'pause' }, windows: null }],
      },
      units: 'si',
      file: 'full.yaml',
      implied: false,
    });
    const ca = Buffer.from(await readFile(`${FIXTURES}/secrets/ca.pem`, 10_000)).toString();
    expect(routers).to.deep.equal([
      {
        name: 'gateway',
        was: [],
        kinds: [{ kind: 'openwrt', url: 'http://192.168.1.1/cgi-bin/wrtmeter.cgi' }],
        credentials: { kind: 'bearer', token: 'hunter2-secret' },
        tls: { ca: null, insecure: false },
        lineRate: 300_000_000,
        billing: { day: 15 },
        timeout: 20,
        counterBits: 32,
        limits: { over: 'ssh', ssh: { user: 'root', host: '192.168.1.1', port: null, keyFile: null, knownHostsFile: null } },
      },
      {
        name: 'attic',
        was: ['192.168.1.2', 'Roof'],
        kinds: [{ kind: 'classic', stations: 'https://192.168.1.2/cgi-bin/totalwifi.cgi' }],
        credentials: { kind: 'basic', username: 'monitor', password: 'pass word' },
        tls: { ca, insecure: false },
        lineRate: 2_500_000_000,
        billing: { day: 31 },
        timeout: 20,
        counterBits: null,
        limits: null,
      },
      {
        name: 'cellar',
        was: [],
        kinds: [{ kind: 'openwrt', url: 'https://192.168.1.3:8443/stats/wrtmeter' }],
        credentials: { kind: 'basic', username: 'root', password: '00123' },
        tls: { ca: null, insecure: true },
        lineRate: 2_500_000_000,
        billing: { day: 31 },
        timeout: 20,
        counterBits: null,
        limits: null,
      },
      {
        name: '6',
        was: [],
        kinds: [{ kind: 'openwrt', url: 'http://[fd00::6]/cgi-bin/wrtmeter.cgi' }],
        credentials: { kind: 'bearer', token: 'from-outside' },
        tls: { ca: null, insecure: false },
        lineRate: 2_500_000_000,
        billing: { day: 31 },
        timeout: 20,
        counterBits: null,
        limits: null,
      },
      {
        name: 'vpn',
        was: [],
        kinds: [
          {
            kind: 'wireguard',
            ssh: {
              host: 'vpn.example.net',
              user: 'root',
              port: 2222,
              keyFile: `${FIXTURES}/secrets/password`,
              knownHostsFile: '~/.ssh/vpn_hosts',
            },
            container: 'amnezia-awg',
            sudo: true,
            tool: 'awg',
            interfaces: ['awg0', 'wg1'],
            configFile: '/opt/amnezia/awg/%i.conf',
          },
        ],
        credentials: { kind: 'none' },
        tls: { ca: null, insecure: false },
        lineRate: 2_500_000_000,
        billing: { day: 31 },
        timeout: 20,
        counterBits: null,
        limits: null,
      },
      {
        name: 'here',
        was: [],
        kinds: [{ kind: 'wireguard', ssh: null, container: null, sudo: false, tool: 'auto', interfaces: [], configFile: null }],
        credentials: { kind: 'none' },
        tls: { ca: null, insecure: false },
        lineRate: 2_500_000_000,
        billing: { day: 31 },
        timeout: 20,
        counterBits: null,
        limits: null,
      },
    ]);
    expect(peers).to.deep.equal([
      { name: 'anna-phone', publicKey: 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=', user: 'anna' },
      { name: 'bert', publicKey: 'HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=' },
    ]);
    expect(devices).to.deep.equal([
      { name: 'anna-laptop', macs: ['02:00:00:00:00:01', '02:00:00:00:00:0a'], user: 'anna' },
      { name: 'Television', macs: ['02:00:00:00:00:03'], isPrivate: true },
    ]);
    expect(users).to.deep.equal([
      {
        name: 'anna',
        title: 'Anna B.',
        macs: ['02:00:00:00:00:0a', '02:00:00:00:00:04'],
        hostnames: ['anna-*', '*-of-anna'],
        networks: [],
        ssids: [],
        peers: ['bert'],
        isPrivate: false,
        keepHours: 604_800,
      },
      {
        name: 'guests',
        title: 'guests',
        macs: [],
        hostnames: [],
        networks: ['guest'],
        ssids: ['Guest', 'Our Home'],
        peers: [],
        isPrivate: true,
        keepHours: null,
      },
    ]);
  });

  it('calls a private user by its key, whatever name is given', async () => {
    const text = 'users: { lodger: { name: Mr Secret, private: true }, ben: { name: Ben B. } }\n';
    const { config } = await load(withText(text));
    expect(config.users.map(({ title }) => title)).to.deep.equal(['lodger', 'Ben B.']);
  });

  it('warns of hours of a user that are to be kept longer than all hours', async () => {
    const text =
      'retention: { hours: 5d }\nusers: { anna: { ssids: [a], retention: { hours: 6d } }, ben: { ssids: [b], retention: { hours: 5d } } }\n';
    const { warnings } = await load(withText(text));
    expect(warnings).to.deep.equal(['wrtmeter.yaml:2: users.anna: its hours are kept 5d at most, because retention.hours is shorter']);
  });

  it('warns of users that nothing can belong to', async () => {
    const named = 'anna: { ssids: [a] }, ben: {}, carl: { private: true }';
    const text = `devices: { tv: { macs: [02:00:00:00:00:01], user: ben } }\nusers: { ${named}, nobody: {} }\n`;
    const { warnings } = await load(withText(text));
    const why =
      'nothing belongs to this user; give it macs, hostnames, networks, ssids or peers, or name it as the user of a device or peer';
    expect(warnings).to.deep.equal(['carl', 'nobody'].map((name) => `wrtmeter.yaml:2: users.${name}: ${why}`));
  });

  it('takes any user of a device where there are no users', async () => {
    const text = 'devices: { tv: { macs: [02:00:00:00:00:01], user: others } }\n';
    expect(await configOf(withText(text))).to.deep.include({
      users: [],
      devices: [{ name: 'tv', macs: ['02:00:00:00:00:01'], user: 'others' }],
    });
  });

  it('puts the command line before the environment, and the environment before the file', async () => {
    const file = 'listen: 127.0.0.1:1\ndata: /file\nbilling: { day: 3 }\n';
    const env = { WRTMETER_LISTEN: '127.0.0.1:2', WRTMETER_DATA: '/env' };
    const config = await configOf(withText(file, { env, cli: { listen: '127.0.0.1:3' } }));
    expect([config.listen.port, config.data, config.billing.day]).to.deep.equal([3, '/env', 3]);
  });

  it('takes every setting from its variable', async () => {
    const values = {
      listen: '[::1]:80',
      data: '/srv/meter',
      timezone: 'Europe/Lisbon',
      billingDay: '28',
      accounting: 'stations',
      heartbeat: '0',
      timeout: '30',
      minInterval: '2s',
      live: '0',
      minCommit: '10s',
      lineRate: '1Gbit',
      retentionHours: '30d',
      expire: '2d',
      reload: 'yes',
      authRead: 'token',
      control: 'on',
      units: 'si',
      ledgerDriver: 'node',
      logLevel: 'warn',
    } satisfies Record<keyof typeof settings, string>;
    const env = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [settings[name as keyof typeof settings].variable, value]),
    );
    const { config, warnings } = await load({ env });
    expect(warnings).to.deep.equal([]);
    expect(config).to.deep.include({
      listen: { host: '::1', port: 80 },
      data: '/srv/meter',
      timezone: 'Europe/Lisbon',
      billing: { day: 28 },
      accounting: 'stations',
      heartbeat: 0,
      timeout: 30,
      minInterval: 2,
      live: 0,
      minCommit: 10,
      lineRate: 1_000_000_000,
      retention: { hours: 2_592_000 },
      expire: 172_800,
      reload: true,
      auth: { read: 'token' },
      control: true,
      units: 'si',
      ledger: { driver: 'node' },
      log: { level: 'warn' },
    });
  });

  it('shows which variable or option is wrong', async () => {
    const errors = await errorsOf({ env: { WRTMETER_BILLING_DAY: 'first' }, cli: { listen: 'here', logLevel: 'loud' } });
    expect(errors).to.deep.equal([
      'WRTMETER_BILLING_DAY: "first" is not a day of the month; use a number from 1 to 31',
      '--listen: "here" is not an address and port; use for example 0.0.0.0:9780, [::]:9780 or 127.0.0.1:9780',
      '--log-level: "loud" is not a valid value; use debug, info, warn or error',
    ]);
  });

  it('treats an empty variable as not set', async () => {
    const config = await configOf({ env: { WRTMETER_LISTEN: '', WRTMETER_ROUTERS: ' ', WRTMETER_TOKEN: '', WRTMETER_CONFIG: '' } });
    expect([config.listen.port, config.implied, config.routers[0]?.credentials.kind]).to.deep.equal([9780, true, 'none']);
  });
});

describe('the configuration file', () => {
  it('is the one given, by option before variable', async () => {
    expect((await configOf({ cwd: GOOD, env: { WRTMETER_CONFIG: 'routers.json' } })).file).to.equal('routers.json');
    const both = { cwd: GOOD, env: { WRTMETER_CONFIG: 'routers.json' }, cli: { config: 'merge.yaml' } };
    expect((await configOf(both)).file).to.equal('merge.yaml');
  });

  it('is otherwise wrtmeter.yaml, then routers.json in the working directory, then that of the system', async () => {
    const yaml = 'data: /yaml\n';
    const json = '{ "box": { "ap_stats": "http://box/stations" } }';
    const both = { cwd: '/srv', readFile: filesOf({ '/srv/wrtmeter.yaml': yaml, '/srv/routers.json': json }) };
    expect((await configOf(both)).file).to.equal('wrtmeter.yaml');
    const one = { cwd: '/srv', readFile: filesOf({ '/srv/routers.json': json }) };
    expect((await configOf(one)).routers[0]?.name).to.equal('box');
    const none = { cwd: '/srv', readFile: filesOf({ '/etc/wrtmeter/wrtmeter.yaml': yaml }) };
    expect((await configOf(none)).file).to.equal('/etc/wrtmeter/wrtmeter.yaml');
  });

  it('must exist if it is given', async () => {
    expect(await errorsOf({ cli: { config: 'nowhere.yaml' } })).to.deep.equal([
      '--config: cannot read "nowhere.yaml": no such file or directory',
    ]);
    expect(await errorsOf({ env: { WRTMETER_CONFIG: '.' } })).to.deep.equal(['WRTMETER_CONFIG: cannot read ".": is a directory']);
  });

  it('must not be gone when it is read again; one that comes before it in the order takes its place', async () => {
    const again = { cwd: '/srv', inUse: 'wrtmeter.yml' };
    const gone = ['wrtmeter.yml: this file is gone; put it back, or restart wrtmeter to run without it'];
    for (const name of ['/srv/routers.json', '/etc/wrtmeter/wrtmeter.yaml', '/srv/other.yaml'])
      expect(await errorsOf({ ...again, readFile: filesOf({ [name]: '{}' }) })).to.deep.equal(gone);
    const both = filesOf({ '/srv/wrtmeter.yaml': 'data: /new\n', '/srv/wrtmeter.yml': 'data: /old\n' });
    expect((await configOf({ ...again, readFile: both })).data).to.equal('/new');
  });

  it('must not be empty when it is read again, if it was not before', async () => {
    const empty = { cwd: '/srv', cli: { config: 'home.yaml' }, readFile: filesOf({ '/srv/home.yaml': ' \n' }) };
    const { inUse } = await load({ ...empty, readFile: filesOf({ '/srv/home.yaml': 'auth: { read: token }\n' }) });
    expect(await errorsOf({ ...empty, inUse })).to.deep.equal([
      'home.yaml: this file is empty now (a pipe can be read once); write it again, or restart wrtmeter',
    ]);
    const first = await load(empty);
    expect((await load({ ...empty, inUse: first.inUse })).config.implied).to.equal(true);
  });

  it('is refused above 1 MiB, without reading further', async () => {
    const endless = { cli: { config: '/dev/zero' } };
    expect(await errorsOf(endless)).to.deep.equal(['--config: cannot read "/dev/zero": larger than 1024 KiB']);
  });

  for (const file of ['empty.yaml', 'comment.yaml', 'no-routers.yaml']) {
    it(`can have no routers, then the usual one is tried (${file})`, async () => {
      expect(await configOf({ cwd: GOOD, cli: { config: file } })).to.include({ implied: true, file });
    });
  }

  it('can have Windows line ends', async () => {
    expect(await configOf({ cwd: GOOD, cli: { config: 'windows.yaml' } })).to.include({ data: '/somewhere', implied: false });
  });

  it('can be JSON with the keys of wrtmeter.yaml', async () => {
    expect(await configOf({ cwd: GOOD, cli: { config: 'modern.json' } })).to.include({ data: '/somewhere', implied: false });
  });

  it('can share keys between routers with anchor and merge; a router’s own key wins', async () => {
    const [gateway, attic] = (await configOf({ cwd: GOOD, cli: { config: 'merge.yaml' } })).routers;
    expect(attic?.credentials).to.deep.equal({ kind: 'basic', username: 'root', password: 'secret' });
    expect([gateway?.lineRate, attic?.lineRate]).to.deep.equal([1_000_000_000, 300_000_000]);
    expect(attic?.kinds).to.deep.equal([{ kind: 'openwrt', url: 'http://192.168.1.2/cgi-bin/wrtmeter.cgi' }]);
  });

  it('names secrets relative to itself, not to the working directory', async () => {
    const text = 'routers:\n  gateway: { url: http://192.168.1.1, token_file: token }\n';
    const files = { '/etc/wrtmeter/wrtmeter.yaml': text, '/etc/wrtmeter/token': 'right\n', '/srv/token': 'wrong\n' };
    const config = await configOf({ cwd: '/srv', cli: { config: '/etc/wrtmeter/wrtmeter.yaml' }, readFile: filesOf(files) });
    expect(config.routers[0]?.credentials).to.deep.equal({ kind: 'bearer', token: 'right' });
  });

  it('cannot reach what JavaScript objects inherit', async () => {
    const text = 'routers:\n  __proto__: { url: http://192.168.1.1 }\n  constructor: { url: http://192.168.1.2 }\n';
    const names = (await configOf(withText(text))).routers.map(({ name }) => name);
    expect(names).to.deep.equal(['__proto__', 'constructor']);
    expect(await errorsOf(withText('toString: 1\n'))).to.have.length(1);
    expect(({} as Record<string, unknown>).url).to.equal(undefined);
  });

  it('has at most 256 routers', async () => {
    const routers = (count: number) => `routers:\n${Array.from({ length: count }, (_, i) => `  r${i}: { url: http://r${i} }\n`).join('')}`;
    expect((await configOf(withText(routers(256)))).routers).to.have.length(256);
    expect(await errorsOf(withText(routers(300)))).to.deep.equal([
      'wrtmeter.yaml:258: routers.r256: exceeds the limit of 256 routers; run a second wrtmeter for the rest',
    ]);
  });
});
