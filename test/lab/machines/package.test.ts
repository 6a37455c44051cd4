import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Board, startBoard } from '../../support/docker/board.ts';
import { type DockerDaemon, dockerDaemon } from '../../support/docker/daemon.ts';
import { type HomeRouters, startHomeRouters } from '../../support/docker/home-routers.ts';
import { buildBoard, forget } from '../../support/docker/images.ts';
import { madeRelease, repackAs } from '../../support/program/release.ts';
import { bytes, PHONE } from '../../support/simulator/small.ts';
import { standOnEachOther } from '../../support/steps.ts';
import { until } from '../../support/until.ts';

const MB = 1_000_000;
const DOWNLOAD = 'wrtmeter_wan_download_bytes_total{router="gateway",interface="wan"}';

describe('the Debian package, on a board with systemd', () => {
  standOnEachOther();

  let folder: string;
  let daemon: DockerDaemon;
  let board: Board;
  let image: string;
  let routers: HomeRouters;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-package-'));
    const { deb } = await madeRelease();
    daemon = await dockerDaemon();
    image = await buildBoard(daemon, 'bare');
    routers = await startHomeRouters('secret-token');
    board = await startBoard(daemon, image);
    await repackAs('0.0.1', deb('amd64'), join(folder, 'earlier.deb'));
    await board.copy(join(folder, 'earlier.deb'), '/root/earlier.deb');
    await board.copy(deb('amd64'), '/root/now.deb');
  });

  after(async () => {
    await routers?.close();
    await board?.remove();
    if (daemon !== undefined) await forget(daemon, image === undefined ? [] : [image]).finally(() => daemon.stop());
    rmSync(folder, { recursive: true });
  });

  const install = (name: 'earlier' | 'now') => board.run(`DEBIAN_FRONTEND=noninteractive apt-get install -y /root/${name}.deb`);
  const isActive = async () => (await board.finish('systemctl is-active wrtmeter')).stdout.trim();

  it('starts by itself once it is installed, and serves metrics', async () => {
    await install('earlier');
    await until('it serves metrics', async () => {
      const text = await fetch(`${board.url}/metrics`).then((response) => response.text(), String);
      return text.includes('wrtmeter_build_info{');
    });
    expect(await board.run('systemctl is-enabled wrtmeter')).to.equal('enabled\n');
    expect(await board.run(`stat -c %U /proc/${await board.mainPid()}`)).to.equal('wrtmeter\n');
    const { code, stdout, stderr } = await board.finish('systemd-analyze verify --man=no wrtmeter.service');
    expect({ code, said: stdout + stderr }).to.deep.equal({ code: 0, said: '' });
    await board.run('systemd-analyze security --offline=true --threshold=15 /usr/lib/systemd/system/wrtmeter.service');
  });

  it('meters once its router and a secret are written down, as its page says', async () => {
    await board.run('umask 077 && echo secret-token > /etc/wrtmeter/secrets/gateway');
    const { url } = routers.router('gateway');
    const gateway = `{ url: "${url}", token_file: "\${CREDENTIALS_DIRECTORY}/secret_gateway" }`;
    await board.write('/etc/wrtmeter/wrtmeter.yaml', `data: /var/lib/wrtmeter\nrouters:\n  gateway: ${gateway}\n`);
    await board.run('systemctl restart wrtmeter');
    await board.untilMetric('wrtmeter_router_up{router="gateway"}', 1);
    routers.world.transfer(PHONE, bytes(5 * MB, MB));
    await board.untilMetric(DOWNLOAD, 5 * MB);
  });

  it('comes back after a crash with its totals', async () => {
    const pid = await board.mainPid();
    await board.run(`kill -KILL ${pid}`);
    routers.world.transfer(PHONE, bytes(MB, 0));
    await until('it runs again', async () => !['0', pid].includes(await board.mainPid()));
    await board.untilMetric(DOWNLOAD, 6 * MB);
  });

  it('runs on after an upgrade, with the bytes that were moved meanwhile', async () => {
    const pid = await board.mainPid();
    await install('now');
    routers.world.transfer(PHONE, bytes(MB, 0));
    await board.untilMetric(DOWNLOAD, 7 * MB);
    expect(await board.mainPid()).not.to.equal(pid);
    expect(await board.run('systemctl show --property NRestarts --value wrtmeter')).to.equal('0\n');
  });

  it('is not started by an upgrade where its owner has switched it off', async () => {
    await board.run('systemctl disable --now wrtmeter');
    await board.run('DEBIAN_FRONTEND=noninteractive apt-get install -y --allow-downgrades /root/earlier.deb');
    expect(await isActive()).to.equal('inactive');
    expect((await board.finish('systemctl is-enabled wrtmeter')).stdout).to.equal('disabled\n');
    await board.run('systemctl enable --now wrtmeter');
    await board.untilMetric(DOWNLOAD, 7 * MB);
  });

  it('stops when it is removed, in good order', async () => {
    await board.run('apt-get remove -y wrtmeter');
    expect(await isActive()).to.equal('inactive');
    expect(await board.finish('pgrep --count node')).to.include({ stdout: '0\n' });
    expect(await board.journal()).to.match(/Deactivated successfully/);
    await board.run('test -s /var/lib/wrtmeter/ledger.db && dpkg --purge wrtmeter && test ! -e /var/lib/wrtmeter');
    expect((await board.finish('systemctl status wrtmeter')).stderr).to.include('could not be found');
  });
});
