import { expect } from 'chai';
import { type Board, startBoard } from '../../support/docker/board.ts';
import { type DockerDaemon, dockerDaemon } from '../../support/docker/daemon.ts';
import { type HomeRouters, startHomeRouters } from '../../support/docker/home-routers.ts';
import { buildApp, buildBoard, forget, provideImages } from '../../support/docker/images.ts';
import { bytes, PHONE } from '../../support/simulator/small.ts';
import { standOnEachOther } from '../../support/steps.ts';
import { until } from '../../support/until.ts';

describe('systemd/wrtmeter.service, on a board with systemd', () => {
  standOnEachOther();

  let daemon: DockerDaemon;
  let board: Board;
  let images: string[] = [];
  let routers: HomeRouters;

  before(async () => {
    daemon = await dockerDaemon();
    images = await provideImages(daemon);
    images.push(...(await buildApp(daemon)));
    const image = await buildBoard(daemon, 'board');
    images.push(image);
    routers = await startHomeRouters('secret-token');
    board = await startBoard(daemon, image);
    await board.run('mkdir -p -m 700 /etc/wrtmeter/secrets && umask 077 && echo secret-token > /etc/wrtmeter/secrets/routers');
    await configure(routers.router('gateway').url);
  });

  after(async () => {
    await routers?.close();
    await board?.remove();
    if (daemon !== undefined) await forget(daemon, images).finally(() => daemon.stop());
  });

  it('is a unit that systemd has nothing to remark on, and leaves little exposed', async () => {
    const { code, stdout, stderr } = await board.finish('systemd-analyze verify wrtmeter.service');
    expect({ code, said: stdout + stderr }).to.deep.equal({ code: 0, said: '' });
    await board.run('systemd-analyze security --offline=true --threshold=15 /etc/systemd/system/wrtmeter.service');
  });

  it("starts with Debian's own Node, reads its router with the token from the secret, and meters", async () => {
    await board.run('systemctl start wrtmeter');
    await board.untilMetric('wrtmeter_router_up{router="gateway"}', 1);
    routers.world.transfer(PHONE, bytes(5_000_000, 1_000_000));
    await board.untilMetric('wrtmeter_wan_download_bytes_total{router="gateway",interface="wan"}', 5_000_000);
  });

  it('runs under its own account, without capabilities, in its own part of the file system', async () => {
    const status = await board.run(`cat /proc/${await board.mainPid()}/status`);
    expect(status)
      .to.match(/^Uid:\s+[1-9]\d{4}\b/m)
      .and.match(/^CapEff:\s+0+$/m)
      .and.match(/^NoNewPrivs:\s+1$/m)
      .and.match(/^Seccomp:\s+2$/m);
    expect(await board.run("stat -c '%a %U' /var/lib/wrtmeter/ | tr -d '\\n'")).to.match(/^700 (?!root)/);
    expect(await board.run('ls -l /var/lib/wrtmeter/ledger.db')).to.match(/^-rw-------/);
  });

  it('"reload" takes a changed configuration without a restart, and keeps the old one where the new one is wrong', async () => {
    const pid = await board.mainPid();
    await configure(routers.router('attic').url);
    await board.run('systemctl reload wrtmeter');
    await until('it says so', async () => (await board.journal()).includes('Configuration reloaded'));
    await board.run("echo 'routers: 5' > /etc/wrtmeter/wrtmeter.yaml && systemctl reload wrtmeter");
    await until('it says so', async () => (await board.journal()).includes('The old configuration stays in use'));
    expect(await board.mainPid()).to.equal(pid);
    await configure(routers.router('gateway').url);
    await board.run('systemctl reload wrtmeter');
  });

  it('comes back after a crash with its totals', async () => {
    const pid = await board.mainPid();
    await board.run(`kill -KILL ${pid}`);
    routers.world.transfer(PHONE, bytes(1_000_000, 0));
    await until('it runs again', async () => !['0', pid].includes(await board.mainPid()));
    await board.untilMetric('wrtmeter_wan_download_bytes_total{router="gateway",interface="wan"}', 6_000_000);
  });

  it('logs text with priorities', async () => {
    const errors = await board.run('journalctl --no-pager --output cat --priority err --unit wrtmeter _COMM=node');
    expect(errors).to.include('The old configuration stays in use').and.not.include('Configuration reloaded').and.not.match(/^[<{]/m);
  });

  it('stops within 5 s, in good order', async () => {
    const start = performance.now();
    await board.run('systemctl stop wrtmeter');
    expect(performance.now() - start).to.be.below(5000);
    expect(await board.run('systemctl show --property Result --value wrtmeter')).to.equal('success\n');
  });

  it('is not started again and again on a configuration that is wrong', async () => {
    await board.run("echo 'routers: 5' > /etc/wrtmeter/wrtmeter.yaml; systemctl start wrtmeter");
    await until('it has failed', async () => (await board.finish('systemctl is-failed wrtmeter')).code === 0);
    expect(await board.run('systemctl show --property NRestarts --value wrtmeter')).to.equal('0\n');
    expect(await board.journal()).to.match(/wrtmeter\.yaml:1: routers: /);
  });

  const configure = (url: string) =>
    board.write(
      '/etc/wrtmeter/wrtmeter.yaml',
      `routers:\n  gateway:\n    url: ${url}\n    token_file: \${CREDENTIALS_DIRECTORY}/secret_routers\n`,
    );
});
