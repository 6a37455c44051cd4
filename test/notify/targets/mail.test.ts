import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { sendTo } from '../../../src/app/notify/targets.ts';
import type { Notice } from '../../../src/domain/people/notice.ts';
import { messageOf } from '../../../src/notify/message.ts';
import type { ServiceConfig } from '../../../src/notify/target.ts';

const NOTICE: Notice = { key: 'k', kind: 'trouble', subject: 'Der Zähler läuft nicht', text: 'Zeile eins.\n.\nZeile drei: größer', at: 0 };
const MESSAGE = messageOf('0123abcd', [NOTICE], null);

interface Received {
  from: string;
  to: string[];
  secure: boolean;
  user: string | undefined;
  text: string;
}

describe('mail', () => {
  let directory: string;
  let server: SMTPServer | null = null;
  let received: Received[];
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'wrtmeter-mail-'));
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject], {
      stdio: 'ignore',
    });
  });
  after(() => rmSync(directory, { recursive: true }));
  beforeEach(() => {
    received = [];
  });
  afterEach(() => new Promise<void>((done) => (server === null ? done() : server.close(() => done()))));

  /** A real SMTP server, which knows the user `home` with the password `hunter2`. */
  async function start(options: SMTPServerOptions): Promise<number> {
    server = new SMTPServer({
      key: readFileSync(join(directory, 'key.pem')),
      cert: readFileSync(join(directory, 'cert.pem')),
      disableReverseLookup: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'home' && password === 'hunter2' ? done(null, { user: username }) : done(new Error('hunter2 is wrong')),
      onRcptTo: ({ address }, _session, done) => (address.startsWith('nobody') ? done(new Error(`no ${address}`)) : done()),
      onData(stream, session, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          received.push({
            from: mailFrom ? mailFrom.address : '',
            to: rcptTo.map(({ address }) => address),
            secure: session.secure,
            user: session.user,
            text: Buffer.concat(chunks).toString(),
          });
          done();
        });
      },
      ...options,
    });
    const listening = server;
    listening.on('error', () => undefined);
    await new Promise<void>((done) => listening.listen(0, '127.0.0.1', done));
    return (listening.server.address() as AddressInfo).port;
  }

  const serviceOf = (port: number, more: Partial<Extract<ServiceConfig, { kind: 'mail' }>> = {}): ServiceConfig => ({
    ...{ kind: 'mail', to: ['anna@example.net'], from: 'Home <home@example.net>', host: '127.0.0.1', port, secure: false, login: null },
    tls: { ca: readFileSync(join(directory, 'cert.pem'), 'utf8'), insecure: false },
    ...more,
  });
  const send = (service: ServiceConfig, patience = 5000) =>
    sendTo({ service })(MESSAGE, AbortSignal.timeout(patience)).then(
      () => 'sent',
      (error) => `${error.name} ${error.reason}: ${error.message}`,
    );
  const LOGIN = { username: 'home', password: 'hunter2' };

  it('arrives as text with its Message-ID, over STARTTLS and with a login', async () => {
    const port = await start({});
    expect(await send(serviceOf(port, { login: LOGIN, to: ['anna@example.net', 'Ben <ben@example.net>'] }))).to.equal('sent');
    const [mail] = received;
    expect(mail).to.include({ from: 'home@example.net', secure: true, user: 'home' });
    expect(mail?.to).to.deep.equal(['anna@example.net', 'ben@example.net']);
    expect(mail?.text)
      .to.match(/^Message-ID: <0123abcd@example\.net>\r?$/im)
      .and.match(/^From: Home <home@example\.net>\r?$/m)
      .and.match(/^Subject: =\?UTF-8\?/m);
    const body = mail?.text.split('\r\n\r\n').slice(1).join('\r\n\r\n') ?? '';
    const text = /base64/i.test(mail?.text ?? '') ? Buffer.from(body, 'base64').toString() : unquoted(body);
    expect(text.replaceAll('\r\n', '\n').trim()).to.equal('Zeile eins.\n.\nZeile drei: größer');
  });

  it('arrives over TLS from the first byte, and over none where the server has none', async () => {
    expect(await send(serviceOf(await start({ secure: true }), { secure: true, login: LOGIN }))).to.equal('sent');
    await new Promise<void>((done) => server?.close(() => done()));
    expect(await send(serviceOf(await start({ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true })))).to.equal('sent');
    expect(received.map(({ secure }) => secure)).to.deep.equal([true, false]);
  });

  it('is not sent with a login where that would pass unencrypted, except to this machine', async () => {
    const port = await start({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    expect(await send(serviceOf(port, { login: LOGIN }))).to.equal('sent');
    // Another name of the same address, as of a server somewhere else.
    expect(await send(serviceOf(port, { login: LOGIN, host: '0.0.0.0' }))).to.match(/^SourceError tls: .*use smtps:\/\//);
    expect(received).to.have.length(1);
  });

  it('is refused by a server whose certificate nobody signed', async () => {
    const port = await start({ secure: true });
    expect(await send(serviceOf(port, { secure: true, tls: { ca: null, insecure: false } }))).to.match(/^SourceError tls: /);
    expect(await send(serviceOf(port, { secure: true, login: LOGIN, tls: { ca: null, insecure: true } }))).to.equal('sent');
  });

  it('a refusal says what it means, without a secret or what the server said', async () => {
    const port = await start({});
    expect(await send(serviceOf(port, { login: { username: 'home', password: 'hunter3' } }))).to.equal(
      'SourceError auth: status 535: the mail server rejected the user name or password; check both',
    );
    expect(await send(serviceOf(port, { login: LOGIN, to: ['nobody@example.net'] }))).to.equal(
      'SourceError status: the mail server refused the mail (status 550)',
    );
    expect(await send(serviceOf(1))).to.equal('SourceError connect: could not connect to the mail server (ESOCKET)');
  });

  it('a refusal is no failure of TLS, whatever the server says with its status', async () => {
    const refused = (responseCode: number, text: string): SMTPServerOptions => ({
      onRcptTo: (_, _session, done) => done(Object.assign(new Error(text), { responseCode })),
    });
    const of = async (options: SMTPServerOptions) => {
      const said = await send(serviceOf(await start(options), { login: LOGIN }));
      await new Promise<void>((done) => server?.close(() => done()));
      return said;
    };
    expect(await of(refused(554, 'refused, see our certificate and STARTTLS'))).to.equal(
      'SourceError status: the mail server refused the mail (status 554)',
    );
    expect(await of(refused(530, 'Must issue a STARTTLS command first'))).to.match(/^SourceError tls: .*use smtps:\/\//);
  });

  it('says that what answers is not a mail server', async () => {
    const web = createServer((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const said = await send(serviceOf((web.address() as AddressInfo).port));
    await new Promise((done) => web.close(done));
    expect(said).to.equal('SourceError parse: what answers there is not a mail server: check the host and port in smtp');
  });

  it('waits for a server that looks through it before it takes it', async () => {
    const port = await start({
      onData(stream, _session, done) {
        stream.resume().on('end', () => setTimeout(done, 10_500));
      },
    });
    expect(await send(serviceOf(port, { login: LOGIN }), 30_000)).to.equal('sent');
  });

  it('is given up when a server does not answer in time', async () => {
    const port = await start({ onConnect: () => undefined });
    expect(await send(serviceOf(port), 200)).to.equal('SourceError timeout: the mail server did not answer in time');
  });
});

/** Quoted-printable as text. */
const unquoted = (text: string): string =>
  Buffer.from(
    text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
