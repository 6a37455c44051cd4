import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ExportOptions } from '../../../src/commands/export/export.ts';
import { hosts, leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';
import { exportOf } from './exported.ts';

const TV = '00:00:5e:00:53:03';
const MAC2 = '00:00:5e:00:53:04';
const HEAD = 'kind,router,interface,mac,name,user,start,download_bytes,upload_bytes,ip,public_key,undirected_bytes,total_bytes';
const at = (text: string) => Date.parse(text);

describe('wrtmeter export', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  afterEach(() => home.close());

  const exported = (options: ExportOptions = {}) => exportOf(home.directory, options);

  const read = (time: string, bytes: number, name = 'tv') =>
    home.read(at(time), {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: { download: bytes, upload: 0 } }]),
          stations: stations([{ mac: TV, bytes: { download: bytes / 10, upload: 1 } }]),
          leases: leases([{ mac: TV, ip: '192.168.1.9', hostname: name }]),
        },
      },
    });

  it('all days in the ledger, oldest first, with the line ends of RFC 4180', async () => {
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    await read('2026-11-11T12:00:00Z', 1000);
    await read('2026-11-11T12:01:00Z', 5000);
    expect(await exported()).to.deep.equal({
      code: 0,
      stdout: [
        HEAD,
        'wan,gateway,wan,,,,2026-11-10,1000,0,,,,1000',
        `device,,,${TV},tv,,2026-11-10,100,0,,,,100`,
        `station,gateway,,${TV},tv,,2026-11-10,100,0,,,,100`,
        'wan,gateway,wan,,,,2026-11-11,4000,0,,,,4000',
        `device,,,${TV},tv,,2026-11-11,400,0,,,,400`,
        `station,gateway,,${TV},tv,,2026-11-11,400,0,,,,400`,
        '',
      ].join('\r\n'),
      stderr: '',
    });
    const picked = await exported({ from: '2026-11-11', to: '2026-11-12', kind: 'wan' });
    expect(picked.stdout.split('\r\n').slice(1)).to.deep.equal(['wan,gateway,wan,,,,2026-11-11,4000,0,,,,4000', '']);
    const dotted = await exported({ device: '0000.5e00.5303', from: '2026-11-11', kind: 'device' });
    expect(dotted.stdout.split('\r\n')[1]).to.equal(`device,,,${TV},tv,,2026-11-11,400,0,,,,400`);
    const month = await exported({ by: 'month', device: 'TV', kind: 'device' });
    expect(month.stdout.split('\r\n').slice(1)).to.deep.equal([`device,,,${TV},tv,,2026-11-01,500,0,,,,500`, '']);
  });

  it('whole months and years by the day on which they begin, those of private devices too', async () => {
    await read('2026-10-20T12:00:00Z', 0);
    await read('2026-10-20T12:01:00Z', 1000);
    await read('2026-11-11T12:01:00Z', 5000);
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: 'http://192.0.2.1' } }\ntimezone: Europe/Berlin\nbilling: { day: 15 }\ndevices: { tv: { macs: ['${TV}'], private: true } }\n`,
    );
    const rows = async (options: ExportOptions) => {
      const { stdout, stderr } = await exported({ config: 'wrtmeter.yaml', kind: 'device', ...options });
      const start = HEAD.split(',').indexOf('start');
      const lines = stdout.trimEnd().split('\r\n').slice(1);
      return stderr === '' ? lines.map((line) => [line.split(',')[start], line.split(',').at(-1)]) : stderr;
    };
    const whole = [['2026-10-15', '500']];
    expect(await rows({ by: 'month' })).to.deep.equal(whole);
    expect(await rows({ by: 'month', device: TV, from: '2020-01-01' })).to.deep.equal(whole);
    expect(await rows({ by: 'year' })).to.deep.equal([['2026-01-01', '500']]);
    expect(await rows({ by: 'month', from: '2026-10-20' })).to.deep.equal([]);
    expect(await rows({ by: 'month', device: TV, from: '2026-10-20' })).to.equal(
      `"${TV}" is private: only its whole months and years are shown, with --by month or --by year, and --from and --to where one begins\n`,
    );
    expect(await rows({})).to.deep.equal([]);
  });

  it('no month of a private device that another billing day cuts', async () => {
    const host = (time: string, bytes: number) => {
      const sources = {
        hosts: hosts([{ mac: TV, ip: '192.168.1.9', bytes: { download: bytes, upload: 0 } }]),
        stations: stations([{ mac: TV, bytes: { download: bytes, upload: 0 } }]),
      };
      return home.read(at(time), { gateway: { sources } });
    };
    await host('2026-11-01T12:00:00Z', 0);
    await host('2026-11-01T12:01:00Z', 1000);
    await host('2026-11-11T12:01:00Z', 5000);
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: 'http://192.0.2.1', billing: { day: 2 } } }\ntimezone: Europe/Berlin\ndevices: { tv: { macs: ['${TV}'], private: true } }\n`,
    );
    const { stdout } = await exported({ config: 'wrtmeter.yaml', by: 'month' });
    // Those of devices and stations are the home's; those of hosts are the router's.
    const rows = stdout.trimEnd().split('\r\n').slice(1);
    expect(rows.map((row) => row.split(',', 1)[0])).to.deep.equal(['device', 'station']);
  });

  it("as the older logger's file: all devices, or one, from the start of the ledger", async () => {
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    await read('2026-11-11T12:01:00Z', 5000);
    const { code, stdout, stderr } = await exported({ format: 'logger' });
    expect([code, stderr]).to.deep.equal([0, '']);
    const found = readOldFormat(stdout);
    expect(found.map(({ time, total }) => [new Date(time * 1000).toISOString(), total])).to.deep.equal([
      ['2026-11-09T23:00:00.000Z', 0],
      ['2026-11-10T23:00:00.000Z', found[1]?.total],
      ['2026-11-11T23:00:00.000Z', 500],
    ]);
    expect((await exported({ format: 'logger', device: 'TV' })).stdout).to.equal(stdout);
    expect(readOldFormat((await exported({ format: 'logger', by: 'hour' })).stdout).length).to.be.greaterThan(24);
    for (const [options, line] of [
      [{ format: 'logger', kind: 'wan' }, '--kind cannot be used with --format logger: leave it out, or use --device or --user'],
      [{ user: 'anna' }, '--user cannot be used with --format csv: leave it out, or use --format logger'],
      [{ format: 'logger', user: 'anna' }, 'There is no user "anna": "wrtmeter print users" lists them'],
      [{ format: 'logger', by: 'month' }, '"by" is "month": use hour, day'],
    ] as const)
      expect(await exported(options)).to.deep.equal({ code: 2, stdout: '', stderr: `${line}\n` });
  });

  it('the two equal hours of an autumn night are two rows, with their offsets and in their order', async () => {
    await read('2026-10-24T23:59:00Z', 0);
    for (const [time, bytes] of [
      ['2026-10-25T00:10:00Z', 0],
      ['2026-10-25T00:20:00Z', 100],
      ['2026-10-25T01:10:00Z', 100],
      ['2026-10-25T01:20:00Z', 300],
    ] as const)
      await read(time, bytes);
    const { stdout } = await exported({ by: 'hour', kind: 'wan' });
    expect(stdout.split('\r\n').slice(1)).to.deep.equal([
      'wan,gateway,wan,,,,2026-10-25T02:00:00+02:00,100,0,,,,100',
      'wan,gateway,wan,,,,2026-10-25T02:00:00+01:00,200,0,,,,200',
      '',
    ]);
  });

  it('months read in parts are the same as in the file', async () => {
    let bytes = 0;
    for (let day = 1; day <= 90; day++) {
      const time = new Date(at('2026-08-01T10:00:00Z') + day * 86_400_000).toISOString();
      await read(time, bytes);
      bytes += 70 * day;
      await read(time.replace('T10:00', 'T10:05'), bytes);
    }
    for (const by of ['day', 'hour']) {
      const rows = (await exported({ by, kind: 'wan' })).stdout.trimEnd().split('\r\n').slice(1);
      const starts = rows.map((row) => row.split(',')[6]);
      expect(new Set(starts).size, 'each once').to.equal(starts.length);
      expect([...starts].sort()).to.deep.equal(starts);
      const sum = rows.reduce((all, row) => all + Number(row.split(',')[7]), 0);
      const [stored] = await home.ledger.store.all(
        `SELECT sum(download) AS n FROM ${by} WHERE account = (SELECT id FROM account WHERE kind = 'wan')`,
      );
      expect(sum).to.equal(stored?.n);
    }
  });

  it('a name cannot become a formula, a column, a line or a terminal command', async () => {
    const cells: Record<string, string> = {
      '=cmd|calc': "'=cmd|calc",
      '+1': "'+1",
      '-1': "'-1",
      '@sum(a)': "'@sum(a)",
      '\t=1': "'=1",
      ' =1': "' =1",
      'a;=cmd()': "a;'=cmd()",
      'a,b': '"a,b"',
      'say "hi"': '"say ""hi"""',
      'two\r\nlines\u001b]0;x\u0007': 'twolines]0;x',
    };
    let bytes = 0;
    let minute = 0;
    for (const [name, cell] of Object.entries(cells)) {
      await read(new Date(at('2026-11-10T12:00:00Z') + 60_000 * minute++).toISOString(), bytes, name);
      bytes += 1000;
      await read(new Date(at('2026-11-10T12:00:00Z') + 60_000 * minute++).toISOString(), bytes, name);
      const { stdout } = await exported({ kind: 'device' });
      expect(stdout.split('\r\n')[1], JSON.stringify(name))
        .to.match(new RegExp(`^device,,,${TV},`))
        .and.include(`${TV},${cell},,`);
      const [line] = JSON.parse((await exported({ kind: 'device', format: 'json' })).stdout);
      expect(line.name).to.equal(name);
    }
  });

  it('JSON: a list with the same fields; an empty ledger is an empty list, or only the CSV header', async () => {
    expect((await exported({ format: 'json' })).stdout).to.equal('[]\n');
    expect((await exported()).stdout).to.equal(`${HEAD}\r\n`);
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    const common = { user: null, start: '2026-11-10', upload_bytes: 0, ip: null, public_key: null, undirected_bytes: null };
    const tv = { ...common, interface: null, mac: TV, name: 'tv', download_bytes: 100, total_bytes: 100 };
    const wan = { ...common, interface: 'wan', mac: null, name: null, download_bytes: 1000, total_bytes: 1000 };
    expect(JSON.parse((await exported({ format: 'json' })).stdout)).to.deep.equal([
      { kind: 'wan', router: 'gateway', ...wan },
      { kind: 'device', router: null, ...tv },
      { kind: 'station', router: 'gateway', ...tv },
    ]);
  });

  const WRONG: [ExportOptions, RegExp][] = [
    [{ label: ['job=wrtmeter'] }, /^--label cannot be used with --format csv: leave it out, or use --format openmetrics\n$/],
    [{ by: 'week' }, /^"by" is "week": use hour, day, month, year\n$/],
    [{ format: 'xls' }, /^"format" is "xls": use csv, json, logger, openmetrics\n$/],
    [{ from: 'yesterday' }, /^"from" is "yesterday": write a date like 2026-01-31/],
    [{ from: '2026-11-11', to: '2026-11-10' }, /^"from" \(2026-11-11\) is not before "to" \(2026-11-10\)\n$/],
    [{ kind: 'hosts' }, /^"kind" is "hosts": use device, host, station, peer, wan\n$/],
    [{ device: 'tvv' }, /^No device "tvv" has been counted: did you mean "tv"\?\n$/],
    [{ router: 'gatewya' }, /^There is no router "gatewya": did you mean "gateway"\?\n$/],
    [{ device: MAC2 }, /^No device "00:00:5e:00:53:04" has been counted: "wrtmeter print devices" lists all devices\n$/],
    [{ router: 'attic' }, /^There is no router "attic": the names are "gateway"\n$/],
  ];
  for (const [options, message] of WRONG) {
    it(`${JSON.stringify(options)} is refused with one line, and nothing is written`, async () => {
      await read('2026-11-10T12:00:00Z', 0);
      await read('2026-11-10T12:01:00Z', 1000);
      const { code, stdout, stderr } = await exported(options);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr).to.match(message);
    });
  }

  it('says with exit code 1 that there is no ledger', async () => {
    const { code, stderr } = await exported({ data: 'nowhere' });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^There is no ledger at /);
  });
});
