import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readText } from '../../src/app/read-file.ts';
import { importFrom } from '../../src/commands/import/import.ts';
import { parseDate, startOfDay } from '../../src/domain/calendar.ts';
import { exportOf } from '../commands/export/exported.ts';
import { finish } from '../support/program/command.ts';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus/prometheus.ts';

const ZONE = 'Europe/Berlin';
const FIXTURE = join(import.meta.dirname, '../fixtures/import/vnstat-1.18.json');
const PAGE = join(import.meta.dirname, '../../docs/use/dashboards.md');
/** As on the page. */
const EXPORT = 'wrtmeter export --format openmetrics --to 2026-11-01 --label instance=localhost:9780 --label job=wrtmeter > history.om';
const SERIES = '{instance="localhost:9780",job="wrtmeter",router="gateway",interface="wan"}';

describe('a real Prometheus that is given the days of the ledger, as docs/use/dashboards.md says', () => {
  let directory: string;
  let prometheus: RunningPrometheus;
  let days: { start: number; end: number; download: number; upload: number }[];

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-history-'));
    await imported();
    const page = await readFile(PAGE, 'utf8');
    expect(page).to.include(`    ${EXPORT}\n`);
    const [, command = ''] = /^ {4}sudo -u prometheus (promtool .*)\/var\/lib\/prometheus\/metrics2$/m.exec(page) ?? [];
    const options = { format: 'openmetrics', to: '2026-11-01', label: ['instance=localhost:9780', 'job=wrtmeter'] };
    await writeFile(join(directory, 'history.om'), (await exportOf(directory, options)).stdout);
    const { code, stderr } = await finish([...command.trim().split(' '), 'prometheus'], { cwd: directory });
    expect([code, stderr]).to.deep.equal([0, '']);
    days = await ledgerDays();
    prometheus = await startPrometheus({ targets: [], data: join(directory, 'prometheus'), retention: '100y' });
  });
  after(async () => {
    await prometheus?.stop();
    await rm(directory, { recursive: true });
  });

  async function imported(): Promise<void> {
    const said = { write: () => true };
    const io = { env: {}, cwd: directory, readFile: readText, systemTimezone: ZONE, stdout: said, stderr: said };
    const clock = { now: () => Date.UTC(2026, 10, 20, 18), tick: () => 0 };
    async function* stdin() {}
    const options = { data: '.', timezone: ZONE, router: 'gateway', interface: 'wan', routers: ['gateway=http://192.0.2.1'] };
    expect(await importFrom('vnstat', [FIXTURE], options, { ...io, clock, stdin: stdin() })).to.equal(0);
  }

  async function ledgerDays() {
    const lines = JSON.parse((await exportOf(directory, { by: 'day', format: 'json' })).stdout) as Record<string, string | number>[];
    return lines.map(({ start, download_bytes: download, upload_bytes: upload }) => {
      const day = parseDate(String(start)) ?? 0;
      const [from, to] = [startOfDay(day, ZONE) / 1000, startOfDay(day + 1, ZONE) / 1000];
      return { start: from, end: to, download: Number(download), upload: Number(upload) };
    });
  }

  it('knows how much each day had, to the byte', async () => {
    expect(days.length).to.be.greaterThan(60);
    for (const way of ['download', 'upload'] as const) {
      const counter = `wrtmeter_wan_${way}_bytes_total${SERIES}`;
      const found = await Promise.all(
        days.map(async ({ start, end }) => {
          const [grown] = await prometheus.query(`${counter} @ ${end} - ${counter} @ ${start}`, end);
          return grown?.values[0]?.[1];
        }),
      );
      expect(found).to.deep.equal(days.map((day) => day[way]));
    }
  });

  it('has increase() and rate() of imported days', async () => {
    const counter = `wrtmeter_wan_download_bytes_total${SERIES}`;
    for (const { start, end, download } of days) {
      const [day] = await prometheus.query(`increase(${counter}[${end - start}s])`, end);
      expect(day?.values[0]?.[1]).to.be.closeTo(download, download / 100 + 1);
      const [rate] = await prometheus.query(`rate(${counter}[2h])`, start + 12 * 3600);
      expect(rate?.values[0]?.[1]).to.be.closeTo(download / (end - start), download / (end - start) / 10);
    }
  });
});
