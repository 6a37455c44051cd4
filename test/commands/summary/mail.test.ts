import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { SMTPServer } from 'smtp-server';
import type { SmallHome } from '../../support/homes/small-home.ts';
import { finished, summaryHome } from './home.ts';

describe('wrtmeter summary --mail', () => {
  let home: SmallHome;
  let server: SMTPServer;
  let received: { to: string[]; text: string }[];
  before(async () => {
    received = [];
    server = new SMTPServer({
      ...{ disabledCommands: ['STARTTLS', 'AUTH'], authOptional: true, disableReverseLookup: true },
      onRcptTo: ({ address }, _session, done) => (address.startsWith('nobody') ? done(new Error(`no ${address}`)) : done()),
      onData(stream, { envelope }, done) {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          received.push({ to: envelope.rcptTo.map(({ address }) => address), text: Buffer.concat(chunks).toString() });
          done();
        });
      },
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.server.address() as AddressInfo;
    const mail = (to: string) => `{ to: [${to}@example.net], from: home@example.net, smtp: "smtp://127.0.0.1:${port}" }`;
    home = await summaryHome(`notify:
  hook: { webhook: "http://127.0.0.1:1/" }
  anna: { mail: ${mail('anna')}, title: "Our home" }
  gone: { mail: ${mail('nobody')} }
`);
  });
  after(async () => {
    await home.close();
    await new Promise<void>((done) => server.close(() => done()));
  });

  it('sends text and HTML to each mail target, says what became of it, and writes nothing else', async () => {
    const { port } = server.server.address() as AddressInfo;
    const { code, stdout, stderr } = await finished(home, { mail: true, month: '2026-10' });
    expect(stdout.split('\n')).to.deep.equal([
      `anna: sent, mail through 127.0.0.1:${port}`,
      `gone: failed, mail through 127.0.0.1:${port}: the mail server refused the mail (status 550)`,
      '',
    ]);
    expect([code, stderr]).to.deep.equal([1, '']);
    const [mail] = received;
    expect(received.map(({ to }) => to)).to.deep.equal([['anna@example.net']]);
    expect(mail?.text)
      .to.match(/^Subject: Our home: October 2026\r?$/m)
      .and.match(/^Message-ID: <[0-9a-f]{32}@example\.net>\r?$/im)
      .and.match(/^Content-Type: multipart\/alternative/m);
    const [text = '', html = ''] = partsOf(mail?.text ?? '');
    expect(text)
      .to.match(/^October 2026\n2026-10-01 to 2026-10-31, 31 days\n/)
      .and.include('BY DEVICE');
    for (const line of text.split('\n')) expect(line.length).to.be.at.most(76);
    expect(html)
      .to.match(/^<!doctype html>/)
      .and.include('<h1><bdi>October 2026</bdi></h1>')
      .and.include('</html>');
  });

  it('--to chooses one', async () => {
    received = [];
    expect((await finished(home, { mail: true, to: 'ANNA' })).code).to.equal(0);
    expect(received).to.have.length(1);
    for (const [to, said] of [
      ['ana', 'There is no mail target "ana": did you mean "anna"?'],
      ['hook', 'There is no mail target "hook": choose one of "anna", "gone"'],
    ] as const) {
      expect(await finished(home, { mail: true, to })).to.deep.equal({ code: 2, stdout: '', stderr: `${said}\n` });
    }
    expect(received).to.have.length(1);
  });
});

/** The parts of a mail, decoded. */
function partsOf(mail: string): string[] {
  const boundary = /boundary="([^"]+)"/.exec(mail)?.[1] ?? '';
  const parts = mail.split(`--${boundary}`).slice(1, -1);
  return parts.map((part) => {
    const [head = '', ...rest] = part.trimStart().split('\r\n\r\n');
    const body = rest.join('\r\n\r\n');
    const text = /base64/i.test(head) ? Buffer.from(body, 'base64').toString() : /quoted-printable/i.test(head) ? unquoted(body) : body;
    return text.replaceAll('\r\n', '\n');
  });
}

/** Quoted-printable as text. */
const unquoted = (text: string): string =>
  Buffer.from(
    text.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();
