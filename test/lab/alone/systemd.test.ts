import { expect } from 'chai';
import { bridgeAddress, type DockerDaemon, dockerDaemon } from '../../support/docker/daemon.ts';
import { buildApp, buildBoard, forget, provideImages } from '../../support/docker/images.ts';
import { finish, output } from '../../support/program/command.ts';
import { type RunningRouters, startRouters } from '../../support/simulator/routers.ts';
import { bytes, PHONE, SMALL } from '../../support/simulator/small.ts';
import { createWorld, type World } from '../../support/simulator/world.ts';
import { standOnEachOther } from '../../support/steps.ts';
import { until } from '../../support/until.ts';

const board = `wrtmeter-board-${process.pid}`;
// What systemd needs to start services. Not "--privileged": a machine that is a container itself may lack some of it.
const rights = ['--cap-add', 'SYS_ADMIN', '--cap-add', 'NET_ADMIN', '--cap-add', 'SYS_PTRACE'];
const unconfined = ['--security-opt', 'seccomp=unconfined', '--security-opt', 'apparmor=unconfined'];
const places = ['--cgroupns', 'private', '--tmpfs', '/run', '--tmpfs', '/run/lock', '--tmpfs', '/tmp'];

describe('systemd/wrtmeter.service, on a board with systemd', () => {
  standOnEachOther();

  let daemon: DockerDaemon;
  let images: string[] = [];
  let world: World;
  let routers: RunningRouters;
  let clock: NodeJS.Timeout;

  before(async () => {
    daemon = await dockerDaemon();
    images = await provideImages(daemon);
    images.push(...(await buildApp(daemon)), await buildBoard(daemon));
    world = createWorld({ ...SMALL, start: Date.now() });
    clock = setInterval(() => world.advance(Math.max(0, (Date.now() - world.now) / 1000)), 500);
    routers = await startRouters(world, { host: await bridgeAddress(), auth: { token: 'secret-token' } });
    await output(['docker', 'run', '--detach', '--name', board, ...rights, ...unconfined, ...places, 'wrtmeter-lab:board'], {
      env: daemon.env,
    });
    await until(
      'systemd runs',
      async () => (await finish(inside('systemctl is-system-running'), { env: daemon.env })).stdout === 'running\n',
    );
    await run('mkdir -p -m 700 /etc/wrtmeter/secrets && umask 077 && echo secret-token > /etc/wrtmeter/secrets/routers');
    await configure(routers.router('gateway').url);
  });

  after(async () => {
    clearInterval(clock);
    await routers?.close();
    if (daemon === undefined) return;
    await finish(['docker', 'rm', '--force', '--volumes', board], { env: daemon.env });
    await forget(daemon, images).finally(() => daemon.stop());
  });

  it('is a unit that systemd has nothing to remark on, and leaves little exposed', async () => {
    const { code, stdout, stderr } = await finish(inside('systemd-analyze verify wrtmeter.service'), { env: daemon.env });
    expect({ code, said: stdout + stderr }).to.deep.equal({ code: 0, said: '' });
    await run('systemd-analyze security --offline=true --threshold=15 /etc/systemd/system/wrtmeter.service');
  });

  it("starts with Debian's own Node, reads its router with the token from the secret, and meters", async () => {
    await run('systemctl start wrtmeter');
    await untilMetric('wrtmeter_router_up{router="gateway"}', 1);
    world.transfer(PHONE, bytes(5_000_000, 1_000_000));
    await untilMetric('wrtmeter_wan_download_bytes_total{router="gateway",interface="wan"}', 5_000_000);
  });

  it('runs under its own account, without capabilities, in its own part of the file system', async () => {
    const status = await run(`cat /proc/${await mainPid()}/status`);
    expect(status)
      .to.match(/^Uid:\s+[1-9]\d{4}\b/m)
      .and.match(/^CapEff:\s+0+$/m)
      .and.match(/^NoNewPrivs:\s+1$/m)
      .and.match(/^Seccomp:\s+2$/m);
    expect(await run("stat -c '%a %U' /var/lib/wrtmeter/ | tr -d '\\n'")).to.match(/^700 (?!root)/);
    expect(await run('ls -l /var/lib/wrtmeter/ledger.db')).to.match(/^-rw-------/);
  });

  it('"reload" takes a changed configuration without a restart, and keeps the old one where the new one is wrong', async () => {
    const pid = await mainPid();
    await configure(routers.router('attic').url);
    await run('systemctl reload wrtmeter');
    await until('it says so', async () => (await journal()).includes('Configuration reloaded'));
    await run("echo 'routers: 5' > /etc/wrtmeter/wrtmeter.yaml && systemctl reload wrtmeter");
    await until('it says so', async () => (await journal()).includes('The old configuration stays in use'));
    expect(await mainPid()).to.equal(pid);
    await configure(routers.router('gateway').url);
    await run('systemctl reload wrtmeter');
  });

  it('comes back after a crash with its totals', async () => {
    const pid = await mainPid();
    await run(`kill -KILL ${pid}`);
    world.transfer(PHONE, bytes(1_000_000, 0));
    await until('it runs again', async () => !['0', pid].includes(await mainPid()));
    await untilMetric('wrtmeter_wan_download_bytes_total{router="gateway",interface="wan"}', 6_000_000);
  });

  it('logs text with priorities', async () => {
    const errors = await run('journalctl --no-pager --output cat --priority err --unit wrtmeter _COMM=node');
    expect(errors).to.include('The old configuration stays in use').and.not.include('Configuration reloaded').and.not.match(/^[<{]/m);
  });

  it('stops within 5 s, in good order', async () => {
    const start = performance.now();
    await run('systemctl stop wrtmeter');
    expect(performance.now() - start).to.be.below(5000);
    expect(await run('systemctl show --property Result --value wrtmeter')).to.equal('success\n');
  });

  it('is not started again and again on a configuration that is wrong', async () => {
    await run("echo 'routers: 5' > /etc/wrtmeter/wrtmeter.yaml; systemctl start wrtmeter");
    await until('it has failed', async () => (await finish(inside('systemctl is-failed wrtmeter'), { env: daemon.env })).code === 0);
    expect(await run('systemctl show --property NRestarts --value wrtmeter')).to.equal('0\n');
    expect(await journal()).to.match(/wrtmeter\.yaml:1: routers: /);
  });

  const inside = (command: string) => ['docker', 'exec', board, 'sh', '-c', command];

  function run(command: string): Promise<string> {
    return output(inside(command), { env: daemon.env });
  }

  async function configure(url: string): Promise<void> {
    const lines = ['routers:', '  gateway:', `    url: ${url}`, `    token_file: \${CREDENTIALS_DIRECTORY}/secret_routers`, ''];
    await output(['docker', 'exec', '-i', board, 'sh', '-c', 'cat > /etc/wrtmeter/wrtmeter.yaml'], {
      env: daemon.env,
      input: lines.join('\n'),
    });
  }

  const mainPid = async () => (await run('systemctl show --property MainPID --value wrtmeter')).trim();
  const journal = () => run('journalctl --no-pager --output cat --unit wrtmeter');

  async function untilMetric(series: string, value: number): Promise<void> {
    const program = "fetch('http://127.0.0.1:9780/metrics').then((r) => r.text()).then((t) => process.stdout.write(t))";
    const metered = async () => {
      const { stdout } = await finish(inside(`node -e "${program}"`), { env: daemon.env });
      return stdout.split('\n').includes(`${series} ${value}`);
    };
    await until(`${series} is ${value}`, metered, journal);
  }
});
