import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { sendTo } from '../../../src/app/notify/targets.ts';
import type { Notice } from '../../../src/domain/people/notice.ts';
import { messageOf } from '../../../src/notify/message.ts';
import type { ServiceConfig } from '../../../src/notify/target.ts';

const AT = Date.UTC(2026, 2, 10, 12, 5);
const NOTICE: Notice = {
  ...{
    key: 'device 02:00:00:00:00:01',
    kind: 'device',
    subject: 'New device: Küche 🍳',
    text: 'Küche (02:00:00:00:00:01) is new.',
    at: AT,
  },
};
const MESSAGE = messageOf('0123abcd', [NOTICE], 'Home');
const TLS = { ca: null, insecure: false };

interface Asked {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: unknown;
}

describe('targets over HTTP', () => {
  let server: http.Server;
  let url: string;
  let asked: Asked[];
  let answer: { status: number; body: unknown };
  before(async () => {
    server = http.createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      asked.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body: JSON.parse(text) });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => {
    asked = [];
    answer = { status: 200, body: {} };
  });

  const send = (service: ServiceConfig) =>
    sendTo({ service })(MESSAGE, AbortSignal.timeout(5000)).then(
      () => 'sent',
      (error) => `${error.name} ${error.reason}: ${error.message}`,
    );
  const webhook = (path: string): ServiceConfig => ({
    kind: 'webhook',
    url: url + path,
    credentials: { kind: 'bearer', token: 'hunter2' },
    tls: TLS,
  });
  const ntfy = (path: string, priority: number | null = null): ServiceConfig => ({
    ...{ kind: 'ntfy', url: url + path, priority },
    ...{ credentials: { kind: 'basic', username: 'home', password: 'hunter2' }, tls: TLS },
  });
  const telegram = (): ServiceConfig => ({ kind: 'telegram', url, chat: '-100123', token: '123:hunter2', tls: TLS });

  it('a webhook is posted JSON with all notices, and an id by which it can tell a repetition', async () => {
    expect(await send(webhook('/hook?secret=hunter2'))).to.equal('sent');
    const [request] = asked;
    expect(request).to.deep.include({
      method: 'POST',
      path: '/hook?secret=hunter2',
      body: {
        version: 1,
        id: '0123abcd',
        title: 'Home: New device: Küche 🍳',
        text: 'Küche (02:00:00:00:00:01) is new.',
        notices: [
          {
            key: 'device 02:00:00:00:00:01',
            kind: 'device',
            subject: 'New device: Küche 🍳',
            text: 'Küche (02:00:00:00:00:01) is new.',
            at: '2026-03-10T12:05:00Z',
          },
        ],
      },
    });
    expect(request?.headers).to.include({
      'content-type': 'application/json',
      'idempotency-key': '0123abcd',
      authorization: 'Bearer hunter2',
    });
  });

  it('ntfy is published JSON with the topic, at the server of the topic', async () => {
    expect(await send(ntfy('/home'))).to.equal('sent');
    expect(await send(ntfy('/under/a/path/home/', 5))).to.equal('sent');
    const body = {
      topic: 'home',
      title: 'Home: New device: Küche 🍳',
      message: 'Küche (02:00:00:00:00:01) is new.',
      sequence_id: '0123abcd',
    };
    expect(asked.map(({ method, path, body: sent }) => [method, path, sent])).to.deep.equal([
      ['POST', '/', body],
      ['POST', '/under/a/path', { ...body, priority: 5 }],
    ]);
    expect(asked[0]?.headers.authorization).to.equal(`Basic ${Buffer.from('home:hunter2').toString('base64')}`);
  });

  it('Telegram is sent plain text with sendMessage of the bot', async () => {
    answer = { status: 200, body: { ok: true, result: { message_id: 7 } } };
    expect(await send(telegram())).to.equal('sent');
    expect(asked[0]).to.deep.include({
      method: 'POST',
      path: '/bot123:hunter2/sendMessage',
      body: {
        chat_id: '-100123',
        text: 'Home: New device: Küche 🍳\n\nKüche (02:00:00:00:00:01) is new.',
        link_preview_options: { is_disabled: true },
      },
    });
  });

  it('a refusal says what it means, without a secret', async () => {
    answer = { status: 401, body: { error: 'hunter2' } };
    expect(await send(webhook('/hunter2'))).to.equal(
      'SourceError auth: status 401: the webhook rejected the credentials; check its token or its user name and password',
    );
    expect(await send(ntfy('/home'))).to.equal(
      'SourceError auth: status 401: ntfy rejected the credentials; check its token or its user name and password',
    );
    expect(await send(telegram())).to.equal('SourceError auth: status 401: Telegram does not know the token: check token');
    answer = { status: 400, body: { ok: false, error_code: 400, description: 'Bad Request: chat not found hunter2' } };
    expect(await send(telegram())).to.equal(
      'SourceError status: status 400: Telegram does not know the chat: check chat, and send the bot a message once',
    );
    answer = { status: 500, body: 'hunter2' };
    for (const service of [webhook('/'), ntfy('/home'), telegram()]) expect(await send(service)).to.equal('SourceError status: status 500');
  });

  it('a status of success means that it arrived, whatever is in the answer', async () => {
    answer = { status: 200, body: 'x'.repeat(500_000) };
    for (const service of [webhook('/'), ntfy('/home'), telegram()]) expect(await send(service)).to.equal('sent');
    expect(asked).to.have.length(3);
  });

  it('a redirect is not followed: it would take the message elsewhere', async () => {
    answer = { status: 302, body: {} };
    expect(await send(webhook('/'))).to.equal('SourceError redirect: status 302 to a POST, which is not repeated at another address');
  });
});
