import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type PrintOptions, print } from '../../../src/commands/print/print.ts';
import { PRINTS, type PrintName } from '../../../src/commands/print/tables.ts';
import { believableHome } from '../../support/homes/believable-home.ts';
import { leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { statistics } from '../../support/ledger/rounds.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '00:00:5e:00:53:03';

describe('wrtmeter print', () => {
  let home: SmallHome;
  afterEach(() => home.close());

  async function printed(what: PrintName, options: PrintOptions = {}, now = NOW, env: Record<string, string> = {}) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const io = { env, cwd: home.directory, readFile, systemTimezone: 'Europe/Berlin', clock: { now: () => now } };
    const code = await print(
      what,
      { data: '.', timezone: 'Europe/Berlin', ...options },
      { ...io, stdout: write('stdout'), stderr: write('stderr') },
    );
    return { code, ...out };
  }

  it('devices: one line each, most bytes in the month first', async () => {
    const believable = await believableHome();
    home = believable.home;
    const { code, stdout, stderr } = await printed('devices', {}, believable.now);
    expect([code, stderr]).to.deep.equal([0, '']);
    const lines = stdout.split('\n');
    expect(lines.slice(0, 3)).to.deep.equal([
      'Device           MAC                Address       Download    Upload     Total  Month down  Month up  Month total  Last seen',
      'living-room-tv   00:00:5e:00:53:03  192.168.1.24   195 GiB  2.70 GiB   198 GiB     185 GiB  2.55 GiB      187 GiB  2026-11-20 19:23, 21 s ago',
      'annas-laptop     00:00:5e:00:53:01  192.168.1.22  85.0 GiB  23.8 GiB   109 GiB    80.5 GiB  22.6 GiB      103 GiB  2026-11-20 19:23, 21 s ago',
    ]);
    expect(lines.slice(-3)).to.deep.equal(['', '14 devices; the month runs from 2026-11-01 to 2026-11-30', '']);
  });

  it('every table fits a terminal of 60 characters', async () => {
    const believable = await believableHome();
    home = believable.home;
    for (const what of Object.keys(PRINTS) as PrintName[]) {
      const { stdout } = await printed(what, {}, believable.now, { COLUMNS: '60' });
      const table = stdout.split('\n').slice(
        0,
        stdout.split('\n').findIndex((line) => line === '' || line.startsWith('(no room')),
      );
      for (const line of table) expect(line, what).to.have.length.at.most(60);
    }
    expect((await printed('devices', {}, believable.now, { COLUMNS: '60' })).stdout).to.match(
      /^Device +Download +Upload +Total +Month total\n/,
    );
  });

  it('users: the sums of their devices, others last; private devices keep their days to themselves', async () => {
    home = await openHome({ routers: { gateway: [] } });
    const PHONE = '02:00:00:00:00:04';
    for (const [age, bytes] of [
      [7200, 0],
      [3600, 1_048_576],
    ] as const) {
      const both = [TV, PHONE].map((mac) => ({ mac, bytes: { download: bytes, upload: mac === TV ? bytes : 0 } }));
      await home.read(NOW - age * 1000, { gateway: { sources: { stations: stations(both) } } });
    }
    const lines = [
      'routers: { gateway: { url: "http://192.0.2.1" } }',
      `devices: { phone: { macs: [${PHONE}], private: true } }`,
      `users: { anna: { name: Anna, hostnames: [phone] }, ben: { name: Benno, ssids: [ben] } }`,
    ];
    await writeFile(join(home.directory, 'wrtmeter.yaml'), lines.join('\n'));
    expect((await printed('users')).stdout).to.equal(
      [
        'User         Devices  Download    Upload     Total  Month down  Month up  Month total',
        'Anna               1  1.00 MiB       0 B  1.00 MiB    1.00 MiB       0 B     1.00 MiB',
        'Benno (ben)        0       0 B       0 B       0 B         0 B       0 B          0 B',
        'Others             1  1.00 MiB  1.00 MiB  2.00 MiB    1.00 MiB  1.00 MiB     2.00 MiB',
        '',
        '2 users; the month runs from 2026-11-01 to 2026-11-30',
        '',
      ].join('\n'),
    );
    const { days } = JSON.parse((await printed('days', { json: true })).stdout);
    const { months } = JSON.parse((await printed('months', { json: true })).stdout);
    const macs = (rows: readonly { devices: readonly { mac: string }[] }[]) => rows.at(-1)?.devices.map(({ mac }) => mac);
    expect([macs(days), macs(months)]).to.deep.equal([[TV], [TV, PHONE]]);
    expect(await printed('days', { device: 'phone' })).to.deep.include({
      code: 2,
      stderr: `"${PHONE}" is private: only its whole months are shown, with "wrtmeter print months"\n`,
    });
    expect((await printed('months', { device: 'phone' })).code).to.equal(0);
  });

  it('months of a router without directions: no download and no upload, not 0 B', async () => {
    home = await openHome({ routers: { den: [] } });
    for (const more of [0, 1])
      await home.read(NOW - 3600_000 + more, { den: { sources: { statistics: statistics({ [TV]: more * 1024 }) } } });
    expect((await printed('months')).stdout).to.match(/\n1 month of the devices, because no uplink is counted: 1\.00 KiB in total\n$/);
  });

  it('works while the service writes, and months go by the billing day', async () => {
    home = await openHome({ routers: { gateway: [] } });
    for (const [day, download] of [
      [10, 0],
      [11, 1_048_576],
      [18, 3_145_728],
    ] as const) {
      // 25 of the last week's 168 hours lie in the month.
      await home.read(Date.UTC(2026, 10, day), { gateway: { sources: { wan: wan([{ name: 'wan', bytes: { download, upload: 0 } }]) } } });
    }
    expect((await printed('wan', { billingDay: '17' })).stdout).to.equal(
      [
        'Router   Uplink  Download  Upload  Month down  Month up  Month                     Last seen',
        'gateway  wan     3.00 MiB     0 B     305 KiB       0 B  2026-11-17 to 2026-12-16  2026-11-18 01:00, 3 days ago',
        '',
        '1 uplink; the month runs from 2026-11-17 to 2026-12-16',
        '',
      ].join('\n'),
    );
  });

  it('routers: when each source was last read, including routers that were never read', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await home.read(NOW - 90_000, { gateway: { sources: { wan: wan([]) } } });
    const { stdout } = await printed('routers', { routers: ['gateway=http://192.168.1.1', 'shed=http://192.168.1.9'] });
    expect(stdout).to.equal(
      [
        'Router   Source  Last reading                 Read by',
        'gateway  wan     2026-11-20 18:58, 2 min ago  wrtmeter.cgi http://gateway',
        'shed             never',
        '',
        '2 routers; /api/v1/routers of the service shows the results of the last readings',
        '',
      ].join('\n'),
    );
  });

  it('one device, by name or MAC', async () => {
    const believable = await believableHome();
    home = believable.home;
    for (const device of ['living-room-tv', TV.toUpperCase()]) {
      const { stdout } = await printed('devices', { device }, believable.now);
      expect(stdout).to.match(/^Device .*\nliving-room-tv .*\n\n1 device; /);
      const { devices } = JSON.parse((await printed('devices', { device, json: true }, believable.now)).stdout);
      expect(devices.map(({ mac }: { mac: string }) => mac)).to.deep.equal([TV]);
    }
  });

  it('routers: without a configuration, none is shown that was never read', async () => {
    home = await openHome({ routers: { gateway: [] } });
    expect((await printed('routers')).stdout).to.match(/^No router has been read yet; /);
    await home.read(NOW - 90_000, { gateway: { sources: { wan: wan([]) } } });
    expect((await printed('routers')).stdout)
      .to.match(/\n1 router; /)
      .and.not.include('never');
  });

  it('--json prints the same for programs', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await readTv('tv');
    const { devices } = JSON.parse((await printed('devices', { json: true })).stdout);
    expect(devices).to.have.length(1);
    expect(devices[0]).to.include({ mac: TV, name: 'tv', download_bytes: 0 });
  });

  it('a name cannot control the terminal, in the table and in JSON', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await readTv('\u001b]0;owned\u0007\u009b31m\u202etv\u2028\r\n');
    const { stdout } = await printed('devices');
    expect(stdout).to.include(']0;owned31mtv ');
    const json = (await printed('devices', { json: true })).stdout;
    for (const text of [stdout, json]) expect(text).to.not.match(/[^\n\P{C}]|\p{Zl}/u);
    expect(JSON.parse(json).devices[0].name).to.equal('\u001b]0;owned\u0007\u009b31m\u202etv\u2028\r\n');
  });

  it('wide characters keep the columns', async () => {
    home = await openHome({ routers: { gateway: [] } });
    await readTv('居間のテレビ');
    expect((await printed('devices')).stdout.split('\n').slice(0, 2)).to.deep.equal([
      'Device        MAC                Address       Download  Upload  Total  Month down  Month up  Month total  Last seen',
      '居間のテレビ  00:00:5e:00:53:03  192.168.1.24       0 B     0 B    0 B         0 B       0 B          0 B  2026-11-20 19:00, just now',
    ]);
  });

  it('an empty ledger says so', async () => {
    home = await openHome({ routers: {} });
    expect(await printed('devices')).to.deep.equal({ code: 0, stdout: 'No device has been counted yet\n', stderr: '' });
    expect((await printed('wan')).stdout).to.equal('No uplink has been counted yet\n');
  });

  it('an error is one line and an exit code', async () => {
    home = await openHome({ routers: {} });
    expect(await printed('devices', { data: 'elsewhere' })).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: `There is no ledger at "${home.directory}/elsewhere/ledger.db": start wrtmeter once, or set its data directory with --data\n`,
    });
    expect((await printed('devices', { billingDay: '32' })).code).to.equal(2);
  });

  async function readTv(hostname: string): Promise<void> {
    await home.read(NOW, {
      gateway: {
        sources: {
          stations: stations([{ mac: TV, bytes: { download: 1, upload: 1 } }]),
          leases: leases([{ mac: TV, ip: '192.168.1.24', hostname }]),
        },
      },
    });
  }
});
