import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { testTargets } from '../../src/commands/notify.ts';
import { filesOf } from '../config/support.ts';

describe('wrtmeter notify test', () => {
  let server: http.Server;
  let received: { title: string }[];
  beforeEach(async () => {
    received = [];
    server = http.createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      if (request.url === '/good') received.push(JSON.parse(text));
      response.statusCode = request.url === '/good' ? 200 : 500;
      response.end();
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  });
  afterEach(() => server.close());

  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;

  async function run(name: string | undefined, notify: string) {
    const out = { stdout: '', stderr: '' };
    const write = (stream: keyof typeof out) => ({
      write: (text: string) => {
        out[stream] += text;
      },
    });
    const readFile = filesOf({ '/etc/wrtmeter/wrtmeter.yaml': `notify: { ${notify} }\n` });
    const io = { env: {}, cwd: '/etc/wrtmeter', readFile, systemTimezone: 'UTC', stdout: write('stdout'), stderr: write('stderr') };
    return { code: await testTargets(name, {}, { ...io, clock: { now: () => 0 } }), ...out };
  }
  const both = () => `bad: { webhook: "http://${host()}/bad" }, good: { webhook: "http://${host()}/good", title: Home }`;

  it('sends a message to each target, and says what became of it in the order of the configuration', async () => {
    const { code, stdout, stderr } = await run(undefined, both());
    expect(stdout).to.match(new RegExp(`^bad: failed, webhook at ${host()}: .*status 500.*\ngood: sent, webhook at ${host()}\n$`));
    expect([code, stderr]).to.deep.equal([1, '']);
    expect(received.map(({ title }) => title)).to.deep.equal(['Home: Test of wrtmeter']);
  });

  it('sends it to one by its name', async () => {
    expect(await run('GOOD', both())).to.deep.include({ code: 0, stdout: `good: sent, webhook at ${host()}\n` });
    expect(await run('god', both())).to.deep.include({ code: 2, stderr: 'There is no target "god": did you mean "good"?\n' });
    expect(await run('attic', both())).to.deep.include({ code: 2, stderr: 'There is no target "attic": choose one of "bad", "good"\n' });
    expect(await run(undefined, '')).to.deep.include({
      code: 2,
      stderr: 'No target is configured: add one under notify, see docs/run/notices.md\n',
    });
    expect(received).to.have.length(1);
  });
});
