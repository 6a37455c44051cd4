import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { output } from '../../support/program/command.ts';
import { type Exporter, startExporter } from '../../support/program/exporter.ts';
import { ask } from '../../support/web/web.ts';

const MAIN = join(import.meta.dirname, '../../../dist/main.js');

describe('wrtmeter serve, with tokens', () => {
  let directory: string;
  let exporter: Exporter | undefined;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-serve-auth-'));
  });
  afterEach(async () => {
    await exporter?.kill('SIGKILL');
    await rm(directory, { recursive: true });
  });

  const data = () => join(directory, 'data dir');
  const configure = (text: string) =>
    writeFile(join(directory, 'wrtmeter.yaml'), `${text}\nrouters: { gateway: { urls: { wan: http://127.0.0.1:9/wan.cgi } } }\n`);
  async function start(text: string): Promise<Exporter> {
    await configure(text);
    exporter = await startExporter({ args: ['--config', join(directory, 'wrtmeter.yaml')], dataDir: data() });
    return exporter;
  }
  const token = async (...args: string[]) => (await output([process.execPath, MAIN, 'token', ...args, '--data', data()])).trim();
  const statusOf = async (path: string, shown?: string, method = 'GET') =>
    (await ask(`${exporter?.url}${path}`, { method, headers: shown === undefined ? {} : { Authorization: `Bearer ${shown}` } })).status;
  const seen = async (line: RegExp) => {
    for (let i = 0; i < 100 && !exporter?.logs.some((text) => line.test(text)); i += 1) await new Promise((done) => setTimeout(done, 50));
    expect(exporter?.logs.join('\n')).to.match(line);
  };

  it('a token that is created or revoked while it runs takes effect immediately', async () => {
    await start('auth: { read: token }');
    await seen(/auth\.read is token, but no token exists for it: create one with .*wrtmeter token create NAME --data '.*data dir'/);
    expect(await statusOf('/-/healthy')).to.equal(200);
    expect(await statusOf('/api/v1/wan')).to.equal(401);
    const made = await token('create', 'prometheus');
    expect(await statusOf('/api/v1/wan', made)).to.equal(200);
    expect(await token('revoke', 'prometheus')).to.equal('token "prometheus" is revoked');
    expect(await statusOf('/api/v1/wan', made)).to.equal(401);
    expect(exporter?.logs.join('\n')).to.not.include(made.slice(5));
  });

  it('reloading the configuration closes reading and opens control', async () => {
    const { pid } = await start('auth: { read: open }');
    const made = await token('create', 'phone', '--scope', 'control');
    expect(await statusOf('/api/v1/wan')).to.equal(200);
    expect(await statusOf('/api/servers/gateway/sync-stats', made, 'POST')).to.equal(404);
    await configure('auth: { read: token }\ncontrol: true');
    process.kill(pid, 'SIGHUP');
    await seen(/Configuration reloaded/);
    expect(await statusOf('/api/v1/wan')).to.equal(401);
    // The router that it would read is not there, and that is not a success.
    expect(await statusOf('/api/servers/gateway/sync-stats', made, 'POST')).to.equal(502);
  });
});
