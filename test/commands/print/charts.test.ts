import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile } from '../../../src/app/read-file.ts';
import { type PrintOptions, print } from '../../../src/commands/print/print.ts';
import type { PrintName } from '../../../src/commands/print/tables.ts';
import { leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const TV = '00:00:5e:00:53:03';
const PHONE = '00:00:5e:00:53:05';
const MIB = 1_048_576;

describe('charts of wrtmeter print', () => {
  let home: SmallHome;
  before(async () => {
    home = await openHome({ routers: { gateway: [] } });
    // 1 MiB in July, 2 in August … for the TV; the same of 8 MiB for the phone in November alone.
    let [tv, phone] = [0, 0];
    for (const [i, month] of [6, 7, 8, 9, 10].entries()) {
      await live(Date.UTC(2026, month, 10, 12), tv, phone);
      tv += (i + 1) * MIB;
      if (month === 10) phone += 8 * MIB;
      await live(Date.UTC(2026, month, 10, 12, 1), tv, phone);
    }
  });
  after(() => home.close());

  const live = (at: number, tv: number, phone: number) =>
    home.read(at, {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: { download: tv, upload: 0 } }]),
          stations: stations([
            { mac: TV, bytes: { download: tv, upload: 0 } },
            { mac: PHONE, bytes: { download: phone, upload: 0 } },
          ]),
          leases: leases([
            { mac: TV, ip: '192.168.1.24', hostname: 'TV' },
            { mac: PHONE, ip: '192.168.1.26', hostname: 'phone' },
          ]),
        },
      },
    });

  async function printed(what: PrintName, columns: number | null, options: PrintOptions = {}, env = { LANG: 'C.UTF-8' }) {
    let stdout = '';
    const write = (text: string) => {
      stdout += text;
    };
    const io = { env, cwd: home.directory, readFile, systemTimezone: 'Europe/Berlin', clock: { now: () => NOW } };
    const out = { write, ...(columns !== null && { columns }) };
    expect(await print(what, { data: '.', timezone: 'Europe/Berlin', ...options }, { ...io, stdout: out, stderr: { write } })).to.equal(0);
    return stdout;
  }

  it('months: a bar for each, also at 80 characters', async () => {
    const lines = (await printed('months', 80)).split('\n');
    expect(lines.slice(0, 6)).to.deep.equal([
      'Month                             Download  Upload     Total  Chart',
      '2026-07-01 to 2026-07-31          1.00 MiB     0 B  1.00 MiB  ██▍',
      '2026-08-01 to 2026-08-31          2.00 MiB     0 B  2.00 MiB  ████▊',
      '2026-09-01 to 2026-09-30          3.00 MiB     0 B  3.00 MiB  ███████▎',
      '2026-10-01 to 2026-10-31          4.00 MiB     0 B  4.00 MiB  █████████▋',
      '2026-11-01 to 2026-11-30, so far  5.00 MiB     0 B  5.00 MiB  ████████████',
    ]);
    expect(lines[6]).to.equal('(no room for Most by)');
    expect(await printed('months', 140)).to.match(/█{12} {2}phone 8\.00 MiB, TV 5\.00 MiB/);
    expect(await printed('months', 80, { device: 'phone' })).to.match(/2026-10-01 .* 0 B\n2026-11-01 .* 8\.00 MiB {2}█{12}\n/);
    expect(await printed('days', 80)).not.to.include('█');
  });

  it('devices: the last 12 months of each, also at 80 characters', async () => {
    const lines = (await printed('devices', 80)).split('\n');
    expect(lines[0]).to.match(/^Device {2}12 months {5}Download +Upload +Total/);
    expect(lines[1]).to.match(/^phone {3}( {11})█ {2}8\.00 MiB/);
    expect(lines[2]).to.match(/^TV {6}( {7})▂▄▅▇█ {2}15\.0 MiB/);
    for (const line of lines) expect([...line].length).to.be.at.most(80);
    expect((await printed('devices', 80, { billingDay: '15' })).split('\n')[1]).to.match(/^TV {6}( {6})▂▄▅▇█ /);
  });

  it('devices: where names need the room, the months of the sparkline go before a name is cut', async () => {
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: 'http://192.0.2.1' } }\ndevices: { living-room-television: { macs: ['${TV}'], user: kids } }\n`,
    );
    const lines = (await printed('devices', 80, { config: 'wrtmeter.yaml' })).split('\n');
    expect(lines[0]).to.match(/^Device {25}Download {2} *Upload +Total +Month total$/);
    expect(lines[2]).to.match(/^living-room-television \(kids\) {2}15\.0 MiB/);
    expect(lines[3]).to.equal('(no room for MAC, Address, 12 months, Month down, Month up, Last seen)');
  });

  it('private devices have their whole months', async () => {
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: 'http://192.0.2.1' } }\ndevices: { tv: { macs: ['${TV}'], private: true } }\n`,
    );
    expect(await printed('devices', 140, { config: 'wrtmeter.yaml' })).to.match(new RegExp(`${TV} .*▂▄▅▇█`));
  });

  it('in a pipe, on the console and as JSON there are none, and the rest is the same', async () => {
    for (const what of ['months', 'devices'] as const) {
      const plain = await printed(what, null);
      expect(plain).not.to.match(/[▁-█]/);
      expect(await printed(what, 200, {}, { LANG: 'C' })).to.equal(plain);
      expect(await printed(what, 200, { json: true })).to.equal(await printed(what, null, { json: true }));
    }
  });
});
