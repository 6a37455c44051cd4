import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { readFile } from '../../src/app/read-file.ts';
import { health } from '../../src/commands/health.ts';

describe('wrtmeter health', () => {
  let server: Server;
  let answer: { status: number; body: string };

  beforeEach((done) => {
    server = createServer((_, response) => {
      response.statusCode = answer.status;
      response.end(answer.body);
    }).listen(0, '127.0.0.1', done);
  });
  afterEach((done) => {
    server.close(() => done());
  });

  async function run(listen = `127.0.0.1:${(server.address() as AddressInfo).port}`) {
    const written = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof written) => ({
      write: (text: string) => {
        written[stream] += text;
      },
    });
    const io = {
      env: { WRTMETER_LISTEN: listen },
      cwd: '/',
      readFile,
      systemTimezone: 'UTC',
      stdout: into('stdout'),
      stderr: into('stderr'),
    };
    return { code: await health({}, io), ...written };
  }

  it('is 0 for a healthy service, wherever it listens, with what a person should look at', async () => {
    answer = { status: 200, body: '{"status":"ok","problems":["wan of gateway not read for 20 min"]}' };
    expect(await run()).to.deep.equal({ code: 0, stdout: 'healthy\nwan of gateway not read for 20 min\n', stderr: '' });
  });

  it('is 1 for one that fails', async () => {
    answer = { status: 503, body: '{"status":"failing","problems":[]}' };
    expect(await run()).to.deep.equal({ code: 1, stdout: 'failing\n', stderr: '' });
  });

  it('is 1 where none, or something else, answers', async () => {
    answer = { status: 200, body: '<html>' };
    expect((await run()).code).to.equal(1);
    expect(await run('127.0.0.1:1')).to.deep.equal({
      code: 1,
      stdout: '',
      stderr: 'No wrtmeter answers at 127.0.0.1:1: start it, or name its address with --listen\n',
    });
  });
});
