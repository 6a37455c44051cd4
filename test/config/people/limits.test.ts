import { expect } from 'chai';
import { describeConfig } from '../../../src/config/describe.ts';
import { configOf, errorsOf, filesOf, load, withText } from '../support.ts';

const HOME = `control: true
routers:
  gateway: { url: http://192.168.1.1, limits: { ssh: root@192.168.1.1, port: 2222, key_file: ./id } }
  vps: { wireguard: { ssh: root@203.0.113.7 }, limits: wireguard }
devices: { tv: { macs: [02:00:00:00:00:01], user: kids } }
`;
const given = (text: string) => {
  const files = { '/etc/wrtmeter/wrtmeter.yaml': text, '/etc/wrtmeter/id': 'secret', '/etc/wrtmeter/known': 'vps' };
  return withText('', { readFile: filesOf(files) });
};
const withLimits = (lines: string) => given(`${HOME}limits:\n${lines}`);

describe('limits of wrtmeter.yaml', () => {
  it('pause or slow down at hours of the week, or always', async () => {
    const { limits } = await configOf(
      withLimits(`  expire: 2h
  while_paused: dns
  bedtime: { of: user kids, pause: true, at: [ "sun-thu 21:00-06:30", "sat,fri 23:00-24:00" ] }
  lunch: { of: device tv, slow: 1Mbit, at: 12:00-13:30 }
  guests: { of: each device, slow: { down: 20Mbit } }
  phone: { of: peer anna phone, slow: { down: 8kbit, up: 1Gbit } }
`),
    );
    expect(limits).to.deep.equal({
      expire: 7200,
      whilePaused: ['dns'],
      rules: [
        {
          name: 'bedtime',
          of: { kind: 'user', name: 'kids' },
          effect: { kind: 'pause' },
          windows: [
            { days: [0, 1, 2, 3, 6], from: 42, to: 13 },
            { days: [4, 5], from: 46, to: 48 },
          ],
        },
        {
          name: 'lunch',
          of: { kind: 'device', name: 'tv' },
          effect: { kind: 'slow', download: 125_000, upload: 125_000 },
          windows: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 24, to: 27 }],
        },
        {
          name: 'guests',
          of: { kind: 'each device', user: null },
          effect: { kind: 'slow', download: 2_500_000, upload: null },
          windows: null,
        },
        {
          name: 'phone',
          of: { kind: 'peer', name: 'anna phone' },
          effect: { kind: 'slow', download: 1000, upload: 125_000_000 },
          windows: null,
        },
      ],
    });
  });

  it('are none where nothing is said, end after 6 hours, and leave names and the router to what is paused', async () => {
    expect((await configOf(given(HOME))).limits).to.deep.equal({ expire: 21_600, whilePaused: ['dns', 'router'], rules: [] });
    expect((await configOf(withLimits('  while_paused: []\n'))).limits.whilePaused).to.deep.equal([]);
  });

  it('reach a router over a login of their own, or that of its peers', async () => {
    const { routers } = await configOf(given(HOME.replace('key_file: ./id', 'key_file: ./id, known_hosts_file: ./known')));
    expect(routers.map(({ limits }) => limits)).to.deep.equal([
      {
        over: 'ssh',
        ssh: { user: 'root', host: '192.168.1.1', port: 2222, keyFile: '/etc/wrtmeter/id', knownHostsFile: '/etc/wrtmeter/known' },
      },
      { over: 'wireguard' },
    ]);
  });

  for (const [lines, error] of [
    [
      '  a: { of: home, pause: true }',
      '7: limits.a.of: "home" is more than a limit can hold; use user NAME, device NAME, peer NAME, each device of USER, guests or others',
    ],
    ['  a: { of: user kidz, pause: true }', '7: limits.a.of: user "kidz" does not exist; did you mean "kids"?'],
    ['  a: { of: user kids }', '7: limits.a: limits nothing; use for example slow: 1Mbit, or pause: true'],
    ['  a: { of: user kids, pause: false }', '7: limits.a: limits nothing; use for example slow: 1Mbit, or pause: true'],
    ['  a: { pause: true }', '7: limits.a: is of nothing; use for example of: user anna or of: each device of guests'],
    ['  a: { of: user kids, pause: true, slow: 1Mbit }', '7: limits.a.pause: contradicts "slow"; remove one of them'],
    ['  a: { of: user kids, slow: {} }', '7: limits.a.slow: has no rate; use down, up or both'],
    ['  a: { of: user kids, slow: 1MB }', '7: limits.a.slow: "1MB" is not a rate; use for example 1Gbit or 300Mbit'],
    [
      '  a: { of: user kids, pause: true, at: [] }',
      '7: limits.a.at: has no hours; use for example at: [ "sun-thu 21:00-06:30" ], or remove it',
    ],
    [
      '  a: { of: user kids, pause: true, at: 21:15-22:00 }',
      '7: limits.a.at: "21:15-22:00" is not a time of day in whole or half hours; use for example 00:00-07:00 or 22:30-06:00',
    ],
    [
      '  a: { of: user kids, pause: true, at: "noon 21:00-22:00" }',
      '7: limits.a.at: "noon 21:00-22:00" is not a day of the week; use mon, tue, wed, thu, fri, sat, sun, or a range such as mon-fri',
    ],
    ['  a b: { of: user kids, pause: true }', '7: limits["a b"]: "a b" is not a name of a limit; use letters, digits, "_" and "-"'],
    ['  expire: 10s', '7: limits.expire: "10s" is too short; use at least 1m'],
    ['  while_paused: [dns, web]', '7: limits.while_paused[1]: "web" is not a valid value; use dns or router'],
    ['  a: { of: user kids, pauze: true }', '7: limits.a.pauze: unknown key; did you mean "pause"?'],
  ] as const) {
    it(`refuse "${lines.trim()}"`, async () => {
      expect(await errorsOf(withLimits(`${lines}\n`))).to.deep.equal([`wrtmeter.yaml:${error}`]);
    });
  }

  for (const [limits, error] of [
    ['{ port: 22 }', 'does not say where to log in; use for example limits: { ssh: root@192.168.1.1, key_file: ./id_limits }'],
    ['root@192.168.1.1', 'does not say where to log in; use for example limits: { ssh: root@192.168.1.1, key_file: ./id_limits }'],
    ['ssh', 'does not say where to log in; use for example limits: { ssh: root@192.168.1.1, key_file: ./id_limits }'],
    ['wireguard', 'is the login of "wireguard", and this router has none; use limits: { ssh: USER@HOST }'],
  ] as const) {
    it(`refuse "limits: ${limits}" of a router`, async () => {
      const text = `control: true\nrouters: { gateway: { url: http://192.168.1.1, limits: ${limits} } }\n`;
      expect(await errorsOf(given(text))).to.deep.equal([`wrtmeter.yaml:2: routers.gateway.limits: ${error}`]);
    });
  }

  it('refuse one login for two routers: each would undo the limits of the other', async () => {
    const textOf = (one: string, other: string) =>
      `routers:\n  a: { url: http://192.168.1.1, limits: { ${one} } }\n  b: { url: http://192.168.1.2, limits: { ${other} } }\n`;
    const why = 'is the same login as of router "a", so each would undo the limits of the other; remove one of them';
    for (const other of ['ssh: root@gw', 'ssh: root@GW, port: 22', 'ssh: other@gw'])
      expect(await errorsOf(given(textOf('ssh: root@gw', other))), other).to.deep.equal([`wrtmeter.yaml:3: routers.b.limits: ${why}`]);
    for (const other of ['ssh: root@gw, port: 2222', 'ssh: root@ap'])
      expect((await load(given(textOf('ssh: root@gw', other)))).config.routers.length, other).to.equal(2);
  });

  it('warn where they reach no router', async () => {
    const text = `${HOME}quotas: { a: { of: user kids, limit: 1GB, steps: { 100%: block } } }
limits: { bedtime: { of: user kids, pause: true } }
`;
    const warningsOf = async (changed: string) => (await load(given(changed))).warnings;
    expect(await warningsOf(text)).to.deep.equal([]);
    const off = 'limits nothing while control is off; set control: true';
    expect(await warningsOf(text.replace('control: true', 'control: false'))).to.deep.equal([
      `wrtmeter.yaml:6: quotas: ${off}`,
      `wrtmeter.yaml:7: limits: ${off}`,
      `wrtmeter.yaml:3: routers.gateway.limits: ${off}`,
      `wrtmeter.yaml:4: routers.vps.limits: ${off}`,
    ]);
    const none = 'limits nothing, because no router has limits; set for example limits: { ssh: root@192.168.1.1 } there';
    expect(await warningsOf(text.replaceAll(/, limits: (\{.*?\}|wireguard)/g, ''))).to.deep.equal([
      `wrtmeter.yaml:6: quotas: ${none}`,
      `wrtmeter.yaml:7: limits: ${none}`,
    ]);
  });

  it('warn of quotas that are of more than a limit can hold', async () => {
    const text = `${HOME}quotas: { a: { of: home, limit: 1GB, steps: { 100%: slow 1Mbit } } }\n`;
    expect((await load(given(text))).warnings).to.deep.equal([
      'wrtmeter.yaml:6: quotas.a.steps: slow or block more than a limit can hold: only users, devices and peers are limited, so this is only reported',
    ]);
  });

  it('are described', async () => {
    const lines = describeConfig(
      await configOf(
        withLimits('  bedtime: { of: user kids, pause: true, at: "sun-thu 21:00-06:30" }\n  tv: { of: device tv, slow: { up: 1Mbit } }\n'),
      ),
    ).split('\n');
    expect(lines.filter((line) => /limit/.test(line)).map((line) => line.replaceAll(/ +/g, ' '))).to.deep.equal([
      'limits end 6h after the last request; what is paused still reaches dns and router',
      'limit bedtime user kids paused; 21:00-06:30 on mon, tue, wed, thu, sun',
      'limit tv device tv slowed to 1 Mbit/s up; always',
      ' limits over ssh root@192.168.1.1 port 2222',
      ' limits over the login of wireguard',
    ]);
  });
});
