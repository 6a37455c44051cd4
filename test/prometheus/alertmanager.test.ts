import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parse } from 'yaml';
import { type RunningAlertmanager, startAlertmanager } from '../support/prometheus/alertmanager.ts';
import { type RunningPrometheus, startPrometheus } from '../support/prometheus/prometheus.ts';

const folder = join(import.meta.dirname, '../../prometheus');

interface Posted {
  status: 'firing' | 'resolved';
  alerts: { status: string; labels: Record<string, string>; annotations: Record<string, string> }[];
}

describe('prometheus/alertmanager.yml', function () {
  this.timeout(120_000);
  let directory: string;
  let server: http.Server;
  let alertmanager: RunningAlertmanager;
  let prometheus: RunningPrometheus | null = null;
  /** What the webhook of the receiver was sent. */
  let posted: Posted[];
  /** What a meter shows. */
  let shown: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-alerts-'));
    server = http.createServer(async (request, response) => {
      if (request.url === '/metrics') {
        response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(shown);
        return;
      }
      let text = '';
      for await (const chunk of request) text += chunk;
      posted.push(JSON.parse(text));
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true });
  });
  beforeEach(async () => {
    posted = [];
    alertmanager = await startAlertmanager(await example());
  });
  afterEach(async () => {
    await prometheus?.stop();
    prometheus = null;
    await alertmanager.stop();
  });

  const port = () => (server.address() as AddressInfo).port;

  /** The example with the receiver of this test, and seconds where a person has minutes. */
  async function example() {
    const config = parse(await readFile(join(folder, 'alertmanager.yml'), 'utf8'));
    config.receivers[0].webhook_configs[0].url = `http://127.0.0.1:${port()}/alerts`;
    Object.assign(config.route, { group_wait: '1s', group_interval: '1s' });
    return config;
  }

  async function eventually(what: string, condition: () => boolean): Promise<void> {
    for (let i = 0; i < 300; i++) {
      if (condition()) return;
      await sleep(200);
    }
    throw new Error(`Not within 60 s: ${what}\n${JSON.stringify(posted)}`);
  }

  it('is valid', async () => {
    const { stdout } = await promisify(execFile)('amtool', ['check-config', join(folder, 'alertmanager.yml')]);
    expect(stdout).to.include('SUCCESS').and.include('- 4 inhibit rules');
  });

  it('the webhook is told once of a new device that Prometheus finds, and once that it is over', async () => {
    const rules = parse(await readFile(join(folder, 'rules/wrtmeter.yml'), 'utf8'));
    for (const rule of rules.groups[0].rules) if (rule.alert === 'WrtmeterNewDevice') rule.for = '0s';
    await writeFile(join(directory, 'rules.yml'), JSON.stringify(rules));
    const now = Math.floor(Date.now() / 1000);
    const show = (firstSeen: number) => {
      shown = [
        `wrtmeter_ledger_start_timestamp_seconds ${now - 100 * 86_400}`,
        'wrtmeter_device_info{mac="04:00:00:00:00:01",hostname="tv",randomized="false"} 1',
        `wrtmeter_device_first_seen_timestamp_seconds{mac="04:00:00:00:00:01"} ${firstSeen}`,
        '',
      ].join('\n');
    };
    show(now);
    prometheus = await startPrometheus({
      targets: [`127.0.0.1:${port()}`],
      rules: [join(directory, 'rules.yml')],
      alertmanager: alertmanager.address,
    });
    await eventually('it fires', () => posted.length > 0);
    // Several times as long as the route waits before it tells what is new.
    await sleep(5000);
    expect(posted.map(({ status }) => status)).to.deep.equal(['firing']);
    expect(posted[0]?.alerts.map(({ labels, annotations }) => [labels.alertname, labels.hostname, annotations.description])).to.deep.equal([
      ['WrtmeterNewDevice', 'tv', 'MAC 04:00:00:00:00:01 was seen for the first time.'],
    ]);
    show(now - 7200);
    await eventually('it is over', () => posted.length > 1);
    await sleep(3000);
    expect(posted.map(({ status }) => status)).to.deep.equal(['firing', 'resolved']);
  });

  it('groups by user, and tells only the highest step of a quota and the largest trouble of a meter', async () => {
    const alerts = [
      { alertname: 'WrtmeterQuota', instance: 'a', quota: 'kids', name: 'ben', user: 'ben', severity: 'info' },
      { alertname: 'WrtmeterQuota', instance: 'a', quota: 'kids', name: 'ben', user: 'ben', severity: 'warning' },
      { alertname: 'WrtmeterQuota', instance: 'a', quota: 'kids', name: 'ben', user: 'ben', severity: 'critical' },
      { alertname: 'WrtmeterQuota', instance: 'a', quota: 'kids', name: 'eva', user: 'eva', severity: 'info' },
      { alertname: 'WrtmeterRouterUnreachable', instance: 'a', router: 'attic', severity: 'warning' },
      { alertname: 'WrtmeterSourceFailing', instance: 'a', router: 'attic', source: 'wan', severity: 'warning' },
      { alertname: 'WrtmeterSourceFailing', instance: 'a', router: 'cellar', source: 'wan', severity: 'warning' },
      { alertname: 'WrtmeterDown', instance: 'b', severity: 'critical' },
      { alertname: 'WrtmeterNoUplink', instance: 'b', router: 'attic', severity: 'warning' },
    ];
    const response = await fetch(`http://${alertmanager.address}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(alerts.map((labels) => ({ labels }))),
    });
    expect(response.status).to.equal(200);
    await eventually('every group is told', () => posted.length >= 4);
    await sleep(3000);
    const told = posted.map((message) =>
      message.alerts.map(({ labels: l }) => [l.alertname, l.user ?? l.router ?? l.instance, l.severity].join(' ')),
    );
    expect(told.map((group) => group.sort())).to.have.deep.members([
      ['WrtmeterQuota ben critical'],
      ['WrtmeterQuota eva info'],
      ['WrtmeterRouterUnreachable attic warning', 'WrtmeterSourceFailing cellar warning'],
      ['WrtmeterDown b critical'],
    ]);
  });
});
