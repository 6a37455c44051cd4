import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { ExportOptions } from '../../../src/commands/export/export.ts';
import { hosts, leases, openHome, type SmallHome, stations, wan } from '../../support/homes/small-home.ts';
import { statistics } from '../../support/ledger/rounds.ts';
import { metricsText } from '../../support/metrics-text.ts';
import { finish } from '../../support/program/command.ts';
import { parsePrometheusText } from '../../support/prometheus/text.ts';
import { peer, peers } from '../../support/wireguard/peers.ts';
import { exportOf, NOW } from './exported.ts';

const TV = '00:00:5e:00:53:03';
const PHONE = '00:00:5e:00:53:04';
const MINUTE = 60_000;
const at = (text: string) => Date.parse(text);

describe('wrtmeter export --format openmetrics', () => {
  let home: SmallHome;
  beforeEach(async () => {
    home = await openHome({ routers: { gateway: [] } });
  });
  afterEach(() => home.close());

  const exported = (options: ExportOptions = {}) => exportOf(home.directory, { format: 'openmetrics', ...options });

  const read = (time: string, bytes: number, name = 'tv') =>
    home.read(at(time), {
      gateway: {
        sources: {
          wan: wan([{ name: 'wan', bytes: { download: bytes, upload: 0 } }]),
          stations: stations([{ mac: TV, bytes: { download: bytes / 10, upload: 0 } }]),
          leases: leases([{ mac: TV, ip: '192.168.1.9', hostname: name }]),
        },
      },
    });

  it('has each counter at the edges of the hours in which it grew, with the labels of /metrics and those that are added', async () => {
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    await read('2026-11-11T12:00:00Z', 1000);
    await read('2026-11-11T12:01:00Z', 5000);
    const label = ['instance=board:9780', 'job=wrtmeter'];
    const { code, stdout, stderr } = await exported({ kind: 'wan', label });
    const series = 'wrtmeter_wan_download_bytes_total{router="gateway",interface="wan",instance="board:9780",job="wrtmeter"}';
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.equal(`\
# HELP wrtmeter_wan_download_bytes Bytes received from the Internet
# TYPE wrtmeter_wan_download_bytes counter
${series} 0 1794312000
${series} 1000 1794315600
${series} 1000 1794398400
${series} 5000 1794402000
# EOF
`);
    const oneDay = await exported({ device: 'TV', kind: 'device', from: '2026-11-11', to: '2026-11-12' });
    expect(oneDay.stdout.split('\n').filter((line) => !line.startsWith('#'))).to.deep.equal([
      `wrtmeter_device_download_bytes_total{mac="${TV}",hostname="tv"} 100 1794398400`,
      `wrtmeter_device_download_bytes_total{mac="${TV}",hostname="tv"} 500 1794402000`,
      '',
    ]);
  });

  it('of everything that counts: the last values are those of /metrics, whatever is called what', async () => {
    for (const [minute, grown] of [0, 1, 130].entries()) {
      await home.read(NOW - (150 - minute) * MINUTE, {
        gateway: {
          sources: {
            wan: wan([{ name: 'wan', bytes: { download: grown * 5000, upload: grown } }]),
            stations: stations([{ mac: PHONE, bytes: { download: grown * 70, upload: grown * 7 } }]),
            hosts: hosts([
              { mac: TV, ip: '192.168.1.9', bytes: { download: grown * 90, upload: grown } },
              { mac: null, ip: '192.168.1.77', bytes: { download: grown, upload: 0 } },
            ]),
            peers: peers([peer(1, { bytes: { download: grown * 3, upload: grown } })]),
            statistics: statistics({ [TV]: grown * 11 }),
            leases: leases([{ mac: TV, ip: '192.168.1.9', hostname: 'say "hi"\\n\nthere {a="b"}' }]),
          },
        },
      });
    }
    const view = home.view(NOW);
    const shown = await metricsText(view);
    const last = new Map(parsePrometheusText((await exported()).stdout).map(({ value, ...series }) => [JSON.stringify(series), value]));
    const byteCounters = parsePrometheusText(shown).filter(
      ({ name, value }) => /load_bytes_total$|_undirected_bytes_total$/.test(name) && value > 0,
    );
    expect(new Set(byteCounters.map(({ name }) => name)).size).to.equal(11);
    expect(last).to.deep.equal(new Map(byteCounters.map(({ value, ...series }) => [JSON.stringify(series), value])));
  });

  it('is read by promtool', async () => {
    await read('2026-11-10T12:00:00Z', 0, 'say "hi" \\ there');
    await read('2026-11-10T12:01:00Z', 1000, 'say "hi" \\ there');
    const folder = await mkdtemp(join(tmpdir(), 'wrtmeter-openmetrics-'));
    await writeFile(join(folder, 'om.txt'), (await exported()).stdout);
    const { code, stderr } = await finish(['promtool', 'tsdb', 'create-blocks-from', 'openmetrics', 'om.txt', 'data'], { cwd: folder });
    await rm(folder, { recursive: true });
    expect([code, stderr]).to.deep.equal([0, '']);
  });

  it('leaves out what is private, as every export that is not of whole months', async () => {
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    await writeFile(
      join(home.directory, 'wrtmeter.yaml'),
      `routers: { gateway: { url: 'http://192.0.2.1' } }\ntimezone: Europe/Berlin\ndevices: { tv: { macs: ['${TV}'], private: true } }\n`,
    );
    const config = 'wrtmeter.yaml';
    const { stdout } = await exported({ config });
    expect(stdout).to.include('wrtmeter_wan_').and.not.include(TV);
    const { code, stderr } = await exported({ config, device: TV });
    expect(code).to.equal(2);
    expect(stderr).to.match(new RegExp(`^"${TV}" is private: `));
  });

  it('of an empty ledger is whole, and has nothing', async () => {
    expect(await exported()).to.deep.equal({ code: 0, stdout: '# EOF\n', stderr: '' });
  });

  it('waits for a slow reader', async () => {
    await read('2026-11-10T12:00:00Z', 0);
    await read('2026-11-10T12:01:00Z', 1000);
    let waiting = 0;
    let most = 0;
    const written: string[] = [];
    const slow = {
      write: (text: string) => {
        written.push(text);
        waiting += 1;
        most = Math.max(most, waiting);
        return false;
      },
      once: (_: 'drain', done: () => void) =>
        setImmediate(() => {
          waiting -= 1;
          done();
        }),
    };
    expect((await exportOf(home.directory, { format: 'openmetrics' }, NOW, slow)).code).to.equal(0);
    expect([most, written.at(-1)]).to.deep.equal([1, '# EOF\n']);
    expect(written.length).to.be.greaterThan(2);
  });

  const WRONG: [ExportOptions, string][] = [
    [{ by: 'day' }, '--by cannot be used with --format openmetrics: leave it out, or use --format csv'],
    [{ user: 'anna' }, '--user cannot be used with --format openmetrics: leave it out, or use --format logger'],
    [{ label: ['job'] }, '--label is "job": write NAME=VALUE, such as instance=board:9780'],
    [{ label: ['1st=x'] }, '--label has the name "1st": use letters, digits and _, no digit first, and not __ at the start'],
    [{ label: ['__name__=x'] }, '--label has the name "__name__": use letters, digits and _, no digit first, and not __ at the start'],
    [{ label: ['job='] }, '--label "job" has no value: write job=VALUE, or leave it out'],
    [{ label: ['mac=x'] }, '--label "mac" is a label that the metrics have already: choose another name'],
    [{ label: ['job=a', 'job=a'] }, '--label "job" is given more than once: leave out all but one'],
    [{ router: 'attic' }, 'There is no router "attic": the names are "gateway"'],
    [{ kind: 'wan', device: 'tv' }, 'An uplink has no MAC: leave out "mac", or use kind=device'],
    [{ from: '2026-11-11', to: '2026-11-11' }, '"from" (2026-11-11) is not before "to" (2026-11-11)'],
  ];
  for (const [options, line] of WRONG) {
    it(`${JSON.stringify(options)} is refused with one line, and nothing is written`, async () => {
      await read('2026-11-10T12:00:00Z', 0);
      await read('2026-11-10T12:01:00Z', 1000);
      expect(await exported(options)).to.deep.equal({ code: 2, stdout: '', stderr: `${line}\n` });
    });
  }
});
