import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type DockerDaemon, dockerDaemon } from '../../support/docker/daemon.ts';
import { type HomeRouters, startHomeRouters } from '../../support/docker/home-routers.ts';
import { appImage, buildApp, forget, provideImages } from '../../support/docker/images.ts';
import { finish, output } from '../../support/program/command.ts';
import { bytes, PHONE } from '../../support/simulator/small.ts';
import { standOnEachOther } from '../../support/steps.ts';
import { until } from '../../support/until.ts';

const project = join(import.meta.dirname, '../../..');
const MB = 1_000_000;
const services = ['wrtmeter', 'prometheus', 'grafana'] as const;
const name = `wrtmeter-lab-${process.pid}`;

describe('docker compose', () => {
  standOnEachOther();

  let daemon: DockerDaemon;
  let images: string[] = [];
  let folder: string;
  let routers: HomeRouters;

  // It compiles, and makes images that cannot be had here.
  before(async function () {
    this.timeout(1_200_000);
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-compose-'));
    daemon = await dockerDaemon();
    images = await provideImages(daemon);
    images.push(...(await buildApp(daemon)));
    routers = await startHomeRouters('lab-token');
    writeFileSync(
      join(folder, 'env'),
      [
        `WRTMETER_IMAGE=${appImage}`,
        `WRTMETER_ROUTERS=${routers.routers.map((router) => `${router.name}=${router.url}`).join(',')}`,
        'WRTMETER_TOKEN=lab-token',
        'WRTMETER_TIMEZONE=Europe/Berlin',
        'GRAFANA_ADMIN_PASSWORD=lab-admin',
        'GRAFANA_VIEWER_PASSWORD=lab-viewer',
        // A port of the kernel's choice.
        'GRAFANA_PUBLISH=127.0.0.1:',
        '',
      ].join('\n'),
    );
  });

  after(async () => {
    await routers?.close();
    if (existsSync(join(folder, 'env')) && daemon !== undefined)
      await finish(compose('down', '--volumes', '--timeout', '10'), { env: daemon.env });
    if (daemon !== undefined) await forget(daemon, images).finally(() => daemon.stop());
    rmSync(folder, { recursive: true });
  });

  it('says which setting is missing, and starts nothing without a password for Grafana', async () => {
    writeFileSync(join(folder, 'empty'), 'GRAFANA_ADMIN_PASSWORD=\n');
    const { code, stderr } = await finish(
      compose('up', '-d').map((word) => (word === join(folder, 'env') ? join(folder, 'empty') : word)),
      {
        env: daemon.env,
      },
    );
    expect(code).to.not.equal(0);
    expect(stderr).to.include('GRAFANA_ADMIN_PASSWORD').and.include('set it in .env');
  });

  it('builds the image, in which sqlite3 was compiled and no tool to build with remains', async () => {
    await run(compose('build'));
    const { stdout } = await finish(
      ['docker', 'run', '--rm', '--entrypoint', 'sh', appImage, '-c', 'ls /app; ls /app/node_modules; command -v g++ make python3; id -u'],
      { env: daemon.env },
    );
    const lines = stdout.split('\n');
    expect(lines).to.include.members(['dist', 'node_modules', 'package.json', 'sqlite3', 'koa', '1000']);
    expect(lines).to.not.include.members(['typescript']);
    expect(stdout).to.not.match(/g\+\+|make$|python3/m);
  });

  it('comes up: every service is healthy, and the account for viewing is made', async () => {
    await run(compose('up', '-d'));
    for (const service of services)
      await until(`${service} is healthy`, async () => (await inspect(service)).State.Health.Status === 'healthy');
    await until('the viewer is made', async () => (await inspect('viewer')).State.Status === 'exited');
    expect((await inspect('viewer')).State.ExitCode).to.equal(0);
    expect(await run(compose('logs', '--no-color', 'viewer'))).to.include('Account "viewer" created');
  });

  it("the bytes of a router arrive in compose's Prometheus, to the byte", async () => {
    await until('both routers were read', async () => routers.routers.every(({ requests }) => requests.wrtmeter > 0));
    routers.world.transfer(PHONE, bytes(5 * MB, MB));
    await untilValue('wrtmeter_wan_download_bytes_total{interface="wan"}', 5 * MB);
    await untilValue(`wrtmeter_device_upload_bytes_total{mac="${PHONE}"}`, MB);
    expect(await query('up{job="wrtmeter"}')).to.equal(1);
    expect(await query('sum(wrtmeter_router_up)')).to.equal(2);
  });

  it('"print" shows the same in the terminal, while the service runs', async () => {
    const wan = JSON.parse(await run(compose('run', '--rm', '--no-deps', '-T', 'wrtmeter', 'print', 'wan', '--json')));
    expect(JSON.stringify(wan)).to.include(String(5 * MB));
  });

  it('Prometheus has loaded the rules, and none of them is in error', async () => {
    const { groups } = await prometheus('/api/v1/rules');
    const rules: { name: string; health: string; type: string; state?: string }[] = groups.flatMap(
      (group: { rules: unknown[] }) => group.rules,
    );
    expect(rules).to.have.length.above(0);
    for (const rule of rules) expect(rule, rule.name).to.include({ health: 'ok', ...(rule.type === 'alerting' && { state: 'inactive' }) });
  });

  it("a viewer sees the dashboards and Prometheus's figures through Grafana, and no settings", async () => {
    const port = (await run(compose('port', 'grafana', '3000'))).trim();
    const ask = (path: string, as?: string) =>
      fetch(`http://${port}${path}`, { headers: as === undefined ? {} : { Authorization: `Basic ${Buffer.from(as).toString('base64')}` } });
    const dashboards = (await (await ask('/api/search', 'viewer:lab-viewer')).json()) as { folderTitle: string }[];
    expect(dashboards).to.have.length(readdirSync(join(project, 'grafana/dashboards')).length);
    expect(dashboards[0]).to.include({ folderTitle: 'wrtmeter' });
    const path = '/api/datasources/proxy/uid/wrtmeter-prometheus/api/v1/query?query=wrtmeter_router_up';
    const answer = (await (await ask(path, 'viewer:lab-viewer')).json()) as { data: { result: unknown[] } };
    expect(answer.data.result).to.have.length(2);
    expect((await ask('/api/datasources', 'viewer:lab-viewer')).status).to.equal(403);
    expect((await ask('/api/search')).status).to.equal(401);
  });

  it('Grafana alone is published', async () => {
    for (const service of services) {
      const { HostConfig } = await inspect(service);
      expect(Object.keys(HostConfig.PortBindings ?? {}), service).to.deep.equal(service === 'grafana' ? ['3000/tcp'] : []);
    }
  });

  it('Prometheus has no way out of its network', async () => {
    const { code } = await finish(inside('prometheus', `wget -q -T 3 -O /dev/null ${routers.router('gateway').url}/`), { env: daemon.env });
    expect(code).to.not.equal(0);
  });

  for (const service of services) {
    it(`${service} is not a root, has no capability, cannot write to its root file system and keeps within its memory`, async () => {
      const status = await run(inside(service, 'id -u; cat /proc/1/status; touch /escaped 2>/dev/null && echo written; true'));
      expect(status)
        .to.match(/^[1-9]\d*\n/)
        .and.match(/^CapEff:\s+0+$/m)
        .and.match(/^NoNewPrivs:\s+1$/m)
        .and.not.include('written');
      const { HostConfig, State } = await inspect(service);
      expect(HostConfig.Memory).to.be.within(64 * 2 ** 20, 256 * 2 ** 20);
      expect(State.OOMKilled).to.equal(false);
      // Pages of files can be dropped when memory is short; these cannot.
      const [, anonymous] = /^RssAnon:\s+(\d+) kB$/m.exec(status) ?? [];
      expect(Number(anonymous) * 1024).to.be.within(2 ** 20, HostConfig.Memory / 2);
    });
  }

  it('wrtmeter stops within 5 s with exit code 0', async () => {
    const start = performance.now();
    await run(['docker', 'stop', await container('wrtmeter')]);
    expect(performance.now() - start).to.be.below(5000);
    expect((await inspect('wrtmeter')).State.ExitCode).to.equal(0);
  });

  it('the ledger outlives "down": what moved meanwhile is booked after the next "up"', async () => {
    await run(compose('down'));
    routers.world.transfer(PHONE, bytes(3 * MB, 2 * MB));
    await run(compose('up', '-d'));
    await untilValue('wrtmeter_wan_download_bytes_total{interface="wan"}', 8 * MB);
    await untilValue(`wrtmeter_device_upload_bytes_total{mac="${PHONE}"}`, 3 * MB);
    expect(await query('resets(wrtmeter_wan_download_bytes_total{interface="wan"}[15m])')).to.equal(0);
    expect(await run(compose('logs', '--no-color', 'viewer'))).to.include('Account "viewer" kept');
  });

  it('a backup is restored on another machine, as the page says', async () => {
    const copy = join(folder, 'ledger-copy.db');
    await run(inside('wrtmeter', 'node /app/dist/main.js backup /data/ledger-copy.db'));
    await run(['docker', 'cp', `${await container('wrtmeter')}:/data/ledger-copy.db`, copy]);
    await run(compose('down', '--volumes'));
    chmodSync(copy, 0o644);
    await run(compose('run', '--rm', '--no-deps', '-v', `${copy}:/restore.db:ro`, 'wrtmeter', 'restore', '/restore.db'));
    routers.world.transfer(PHONE, bytes(MB, 0));
    await run(compose('up', '-d'));
    await untilValue('wrtmeter_wan_download_bytes_total{interface="wan"}', 9 * MB);
  });

  function compose(...args: string[]): string[] {
    const options = ['--project-name', name, '--file', join(project, 'docker-compose.yml'), '--env-file', join(folder, 'env')];
    return ['docker-compose', ...options, ...args];
  }

  const run = (command: readonly string[]) => output(command, { env: daemon.env });

  async function container(service: string): Promise<string> {
    const labels = [`com.docker.compose.project=${name}`, `com.docker.compose.service=${service}`];
    const id = (await run(['docker', 'ps', '--all', '--quiet', ...labels.flatMap((label) => ['--filter', `label=${label}`])])).trim();
    if (id === '') throw new Error(`There is no container of "${service}"`);
    return id;
  }

  async function inspect(service: string) {
    return JSON.parse(await run(['docker', 'inspect', await container(service)]))[0];
  }

  function inside(service: string, command: string): string[] {
    return compose('exec', '-T', service, 'sh', '-c', command);
  }

  async function prometheus(path: string) {
    return JSON.parse(await run(inside('prometheus', `wget -q -O - 'http://127.0.0.1:9090${path}'`))).data;
  }

  async function query(expression: string): Promise<number> {
    const { result } = await prometheus(`/api/v1/query?query=${encodeURIComponent(expression)}`);
    return Number(result[0]?.value[1]);
  }

  async function untilValue(expression: string, value: number): Promise<void> {
    const logs = () => run(compose('logs', '--no-color', '--tail', '30'));
    await until(`${expression} is ${value}`, async () => (await query(expression)) === value, logs);
  }
});
