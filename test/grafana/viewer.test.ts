import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ensureViewer } from '../../grafana/provisioning/viewer.ts';
import { freePort } from '../support/web/port.ts';

const admin = { login: 'admin', password: 'admin-password' };
const viewer = { login: 'viewer', password: 'first-password' };

describe("grafana/provisioning: the viewer's account", () => {
  let grafana: ChildProcess;
  let url: string;
  let data: string;

  beforeEach(async () => {
    data = mkdtempSync(join(tmpdir(), 'wrtmeter-grafana-'));
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    grafana = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, '../lab/stand-in/grafana/server.ts')], {
      env: {
        ...process.env,
        GF_PATHS_PROVISIONING: data,
        GF_PATHS_DATA: data,
        GF_SERVER_HTTP_PORT: String(port),
        GF_SECURITY_ADMIN_USER: admin.login,
        GF_SECURITY_ADMIN_PASSWORD: admin.password,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([once(grafana.stdout ?? grafana, 'data'), once(grafana, 'exit').then(() => Promise.reject(new Error('It ended')))]);
  });

  afterEach(async () => {
    const ended = once(grafana, 'exit');
    grafana.kill('SIGTERM');
    await ended;
    rmSync(data, { recursive: true });
  });

  it('is created if there is none, and is not an administrator', async () => {
    expect(await ensureViewer(url, admin, viewer)).to.equal('created');
    expect(await status('/api/user', viewer)).to.equal(200);
    expect(await status('/api/datasources', viewer)).to.equal(403);
  });

  it('is left alone where its password is right', async () => {
    await ensureViewer(url, admin, viewer);
    expect(await ensureViewer(url, admin, viewer)).to.equal('kept');
  });

  it('takes a new password from the environment', async () => {
    await ensureViewer(url, admin, viewer);
    const renewed = { ...viewer, password: 'second-password' };
    expect(await ensureViewer(url, admin, renewed)).to.equal('changed');
    expect(await status('/api/user', viewer)).to.equal(401);
    expect(await status('/api/user', renewed)).to.equal(200);
  });

  it("a wrong administrator's password is reported with what to do", async () => {
    const error = await ensureViewer(url, { ...admin, password: 'other' }, viewer).catch((caught: unknown) => caught);
    expect(String(error)).to.match(/does not accept the password of "admin".*reset-admin-password/);
  });

  async function status(path: string, as: { login: string; password: string }): Promise<number> {
    const Authorization = `Basic ${Buffer.from(`${as.login}:${as.password}`).toString('base64')}`;
    return (await fetch(url + path, { headers: { Authorization } })).status;
  }
});
