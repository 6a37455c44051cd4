import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'chai';
import { ListenError } from '../../src/errors.ts';
import { listen } from '../../src/http/server.ts';
import { ask } from '../support/web/web.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const hello: RequestListener = (_, answer) => answer.end('hello');

describe('the web server', () => {
  it('reports the port that it chose', async () => {
    const server = await listen(hello, LOOPBACK);
    expect(server.url).to.match(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect((await ask(server.url)).text).to.equal('hello');
    await server.close();
    const six = await listen(hello, { host: '::1', port: 0 });
    expect(six.url).to.match(/^http:\/\/\[::1\]:\d+$/);
    await six.close();
  });

  it('reports in one line why it cannot listen', async () => {
    const first = await listen(hello, LOOPBACK);
    const port = Number(new URL(first.url).port);
    expect(await whyNot('127.0.0.1', port)).to.equal(
      `Cannot listen on 127.0.0.1:${port}: the port is already in use; stop the other program, or choose another port with --listen`,
    );
    await first.close();
    expect(await whyNot('192.0.2.1', 9780)).to.equal(
      'Cannot listen on 192.0.2.1:9780: this machine does not have that address; use 0.0.0.0 for all addresses',
    );
    expect(await whyNot('nowhere.invalid', 9780)).to.match(/^Cannot listen on nowhere\.invalid:9780: unknown host; /);
  });

  it('finishes running requests when it closes, and accepts no others', async () => {
    const server = await listen((_, answer) => void wait(200).then(() => answer.end('late')), LOOPBACK);
    const answer = ask(server.url);
    await wait(50);
    const closed = server.close();
    expect((await answer).text).to.equal('late');
    await closed;
    expect(await ask(server.url).catch((error) => error.code)).to.equal('ECONNREFUSED');
  });

  it('closes a connection that does not ask within its time, and one that asks too slowly', async () => {
    const server = await listen(hello, LOOPBACK);
    const { port } = new URL(server.url);
    const silent = connect(Number(port), '127.0.0.1');
    const slow = connect(Number(port), '127.0.0.1');
    slow.write('GET / HTTP/1.1\r\n');
    const closed = [silent, slow].map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)));
    const began = Date.now();
    await Promise.all(closed);
    expect(Date.now() - began).to.be.within(8000, 15_000);
    await server.close();
  }).timeout(30_000);

  it('closes within seconds whatever its clients do', async () => {
    const server = await listen(() => undefined, LOOPBACK);
    const { port } = new URL(server.url);
    const idle = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    const hanging = ask(server.url).catch((error) => error.code);
    await wait(50);
    const began = Date.now();
    await server.close();
    expect(Date.now() - began).to.be.below(3000);
    expect(await hanging).to.equal('ECONNRESET');
    idle.destroy();
  });
});

async function whyNot(host: string, port: number): Promise<string> {
  const error = await listen(hello, { host, port }).then(
    () => expect.fail('It listens'),
    (reason) => reason,
  );
  expect(error).to.be.instanceOf(ListenError);
  return error.message;
}
