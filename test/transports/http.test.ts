import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http, { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { SourceError } from '../../src/errors.ts';
import { meaningOfStatus } from '../../src/sources/openwrt/words.ts';
import { type HttpTerms, httpSender } from '../../src/transports/http.ts';
import type { HttpRequest } from '../../src/transports/request.ts';

const TERMS: HttpTerms = { credentials: { kind: 'none' }, tls: { ca: null, insecure: false }, words: meaningOfStatus };

/** The raw answer of a server to a request line, byte by byte. */
const SAYS: Record<string, (socket: net.Socket) => void> = {
  '/length': (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc'),
  '/chunked': (s) => s.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
  '/closed': (s) => s.end('HTTP/1.0 200 OK\r\n\r\nabc'),
  '/half-length': (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc'),
  '/half-chunk': (s) => s.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
  '/reset': (s) => {
    s.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc');
    setTimeout(() => s.resetAndDestroy(), 20);
  },
  '/nothing': (s) => s.end(),
  '/garbage': (s) => s.end('hello\r\n\r\n'),
  '/header': (s) => s.end(`HTTP/1.1 200 OK\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`),
  '/flood': (s) => {
    s.write('HTTP/1.0 200 OK\r\n\r\n');
    let left = 64; // MiB: far more than the limit, and still an end if nobody hangs up
    const more = (error?: Error | null) => {
      if (!error && left-- > 0) s.write('a'.repeat(1024 * 1024), more);
    };
    more();
  },
  '/hang': () => undefined,
  '/401': (s) => s.end('HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n'),
  '/404': (s) => s.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'),
  '/500': (s) => s.end('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n'),
  '/400': (s) => s.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n'),
  // What OpenWrt's uhttpd answers by itself, and wrtmeter.cgi.
  '/public': (s) =>
    s.end(
      'HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/html\r\n\r\n<h1>Forbidden</h1>Rejected request from RFC1918 IP to public server address',
    ),
  '/not-executable': (s) =>
    s.end("HTTP/1.1 403 Forbidden\r\n\r\n<h1>Forbidden</h1>You don't have permission to access /cgi-bin/wrtmeter.cgi on this server."),
  '/timeout': (s) => s.end('HTTP/1.1 502 Bad Gateway\r\n\r\n<h1>Bad Gateway</h1>The process did not produce any response'),
  '/reason': (s) => s.end('HTTP/1.1 500 Internal Server Error\r\n\r\nCannot read /etc/config/wrtmeter\n'),
  '/strange': (s) => s.end(`HTTP/1.1 500 Oops\r\n\r\n<style>a{}</style>\u001b[2J"x"\n<b>y</b>\u202e ${'z'.repeat(9000)}`),
  '/half-error': (s) => s.write('HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nas far as it came'),
  '/here': (s) => s.end('HTTP/1.1 302 Found\r\nLocation: /length\r\nContent-Length: 0\r\n\r\n'),
  '/there': (s) => s.end('HTTP/1.1 302 Found\r\nLocation: http://localhost:1/secret\r\nContent-Length: 0\r\n\r\n'),
  '/port': (s) => s.end('HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/secret\r\nContent-Length: 0\r\n\r\n'),
  '/round': (s) => s.end('HTTP/1.1 302 Found\r\nLocation: /round\r\nContent-Length: 0\r\n\r\n'),
  '/nowhere': (s) => s.end('HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n'),
};

const EXPECTED: Record<string, string> = {
  '/half-length': 'truncated: the connection closed before the answer was complete',
  '/half-chunk': 'truncated: the connection closed before the answer was complete',
  '/reset': 'truncated: the connection closed before the answer was complete',
  '/nothing': 'truncated: the connection was reset',
  '/garbage': 'parse: the answer is not HTTP (HPE_INVALID_CONSTANT)',
  '/header': 'too_large: the header of the answer is too large',
  '/flood': 'too_large: the answer is larger than 8 MiB',
  '/hang': 'timeout: no complete answer in time',
  '/401': 'auth: status 401: the router requires credentials; set its token or its user name and password',
  '/404': 'status: status 404: a web server answers there, but it has no such script; is it installed?',
  '/500': 'status: status 500: the script failed on the router',
  '/400': 'status: status 400: the router refuses the request',
  '/public':
    'auth: status 403: its web server does not answer home networks at its public address; use the address of the router at home, or set rfc1918_filter to 0 in /etc/config/uhttpd; it answered "Forbidden Rejected request from RFC1918 IP to public server address"',
  '/not-executable':
    'auth: status 403: the web server refuses this address; is the script executable for everyone?; it answered "Forbidden You don\'t have permission to access /cgi-bin/wrtmeter.cgi on this server."',
  '/timeout':
    'status: status 502: the script gave no answer; it ended early, or took longer than the web server allows (script_timeout); it answered "Bad Gateway The process did not produce any response"',
  '/reason': 'status: status 500: the script failed on the router; it answered "Cannot read /etc/config/wrtmeter"',
  '/strange': `status: status 500: the script failed on the router; it answered "[2J\\"x\\" y \\u202e ${'z'.repeat(189)}…"`,
  '/half-error': 'status: status 500: the script failed on the router; it answered "as far as it came"',
  '/there': 'redirect: redirect to another host, "localhost:1": configure the address that answers without a redirect',
  '/port': 'redirect: redirect to another port, "127.0.0.1:1": configure the address that answers without a redirect',
  '/round': 'redirect: more than 3 redirects',
  '/nowhere': 'redirect: status 302 without a valid Location header',
};

async function failure(read: Promise<unknown>): Promise<string> {
  try {
    return `answered: ${JSON.stringify(await read)}`;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return `${error.reason}: ${error.message}`;
  }
}

const listen = async (server: net.Server): Promise<number> => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return (server.address() as AddressInfo).port;
};

describe('the HTTP transport', () => {
  const sockets = new Set<net.Socket>();
  const raw = net.createServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    socket.once('data', (data) => SAYS[String(data).split(' ')[1] ?? '']?.(socket));
  });
  let base: string;
  const get = (path: string, terms = TERMS) =>
    httpSender(terms)({ url: `${base}${path}` }, AbortSignal.timeout(/hang|half-error/.test(path) ? 300 : 5000));

  before(async () => {
    base = `http://127.0.0.1:${await listen(raw)}`;
  });
  after(() => {
    for (const socket of sockets) socket.destroy();
    raw.close();
  });

  it('reports whether a length proves that the body is complete', async () => {
    expect(await get('/length')).to.deep.equal({ status: 200, text: 'abc', framed: true });
    expect(await get('/chunked')).to.deep.equal({ status: 200, text: 'abc', framed: false });
    expect(await get('/closed')).to.deep.equal({ status: 200, text: 'abc', framed: false });
  });

  for (const [path, expected] of Object.entries(EXPECTED)) {
    it(`${path.slice(1)} is ${expected.split(':')[0]}`, async () => {
      expect(await failure(get(path))).to.equal(expected);
    });
  }

  it('a status without words of a router kind is the status alone', async () => {
    const { words: _, ...terms } = TERMS;
    expect(await failure(get('/404', terms))).to.equal('status: status 404');
    expect(await failure(get('/reason', terms))).to.equal('status: status 500; it answered "Cannot read /etc/config/wrtmeter"');
    expect(await failure(get('/401', terms))).to.match(/^auth: status 401: the router requires credentials/);
  });

  it('follows a redirect to the same host', async () => {
    expect(await get('/here')).to.deep.equal({ status: 200, text: 'abc', framed: true });
  });

  it('reports a closed port, and an unknown host', async () => {
    const read = httpSender(TERMS);
    expect(await failure(read({ url: 'http://127.0.0.1:1/' }, AbortSignal.timeout(5000)))).to.equal(
      'connect: could not connect (ECONNREFUSED)',
    );
    expect(await failure(read({ url: 'http://no-such-host.invalid/' }, AbortSignal.timeout(5000)))).to.match(
      /^connect: could not connect \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  it('never shows an error text that repeats the token or the password', async () => {
    const server = http.createServer((request, response) => {
      response.statusCode = 403;
      response.end(`Forbidden for ${request.headers.authorization} and hunter2-hunter2`);
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    const bearer = { ...TERMS, credentials: { kind: 'bearer', token: 'f00df00df00df00d' } } as const;
    const basic = { ...TERMS, credentials: { kind: 'basic', username: 'me', password: 'hunter2-hunter2' } } as const;
    for (const terms of [bearer, basic]) {
      const why = await failure(httpSender(terms)({ url }, AbortSignal.timeout(5000)));
      expect(why)
        .to.match(/^auth: status 403/)
        .and.not.match(/f00d|hunter2|Basic|it answered/);
    }
    server.close();
  });

  it('does not blame the password where the web server says that it is about the address', async () => {
    const basic = { ...TERMS, credentials: { kind: 'basic', username: 'me', password: 'hunter2' } } as const;
    expect(await failure(get('/public', basic)))
      .to.include('does not answer home networks')
      .and.not.include('credentials');
    expect(await failure(get('/not-executable', basic))).to.include('rejected the credentials');
  });

  it('sends the given credentials, and requests no compression', async () => {
    const seen: IncomingMessage['headers'][] = [];
    const server = http.createServer((request, response) => {
      seen.push(request.headers);
      response.end('ok');
    });
    const url = `http://127.0.0.1:${await listen(server)}/`;
    await httpSender({ ...TERMS, credentials: { kind: 'basic', username: 'me', password: 'pä:ss' } })({ url }, AbortSignal.timeout(5000));
    await httpSender({ ...TERMS, credentials: { kind: 'bearer', token: 'abc' } })({ url }, AbortSignal.timeout(5000));
    server.close();
    expect(seen.map((headers) => headers.authorization)).to.deep.equal([
      `Basic ${Buffer.from('me:pä:ss').toString('base64')}`,
      'Bearer abc',
    ]);
    expect(seen[0]).to.not.have.property('accept-encoding');
  });

  describe('over https', () => {
    const directory = mkdtempSync(join(tmpdir(), 'wrtmeter-tls-'));
    let server: https.Server;
    let url: string;
    let certificate: string;
    before(async () => {
      const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
      const subject = ['-subj', '/CN=router', '-addext', 'subjectAltName=IP:127.0.0.1'];
      execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', cert], {
        stdio: 'ignore',
      });
      certificate = readFileSync(cert, 'utf8');
      server = https.createServer({ key: readFileSync(key), cert: certificate }, (request, response) => {
        if (request.url === '/down') response.writeHead(302, { location: url.replace('https', 'http') });
        response.end('abc');
      });
      url = `https://127.0.0.1:${await listen(server)}/`;
    });
    after(() => {
      server.close();
      rmSync(directory, { recursive: true });
    });
    const read = (tls: HttpTerms['tls'], path = '') =>
      failure(httpSender({ ...TERMS, tls })({ url: `${url}${path}` }, AbortSignal.timeout(5000)));

    it('does not trust a self-signed certificate', async () => {
      expect(await read({ ca: null, insecure: false })).to.match(
        /^tls: the TLS connection to the router is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\): set ca_file, or insecure: true$/,
      );
    });

    it('says that a port does not speak TLS, and not that its certificate is not trusted', async () => {
      const plain = http.createServer((_, response) => response.end('abc'));
      const port = await listen(plain);
      const error = await httpSender(TERMS)({ url: `https://127.0.0.1:${port}/` }, AbortSignal.timeout(5000)).catch((e) => e);
      plain.close();
      expect(error).to.include({ reason: 'tls' });
      expect(error.message).to.match(/^no TLS connection to the router \(E\w+\): does it speak http there, and not https\?$/);
      expect(error.todo).to.match(/^Write http in its address/);
    });

    it('says that a certificate has another name, which no ca_file mends', async () => {
      const local = url.replace('127.0.0.1', 'localhost');
      const error = await httpSender({ ...TERMS, tls: { ca: certificate, insecure: false } })(
        { url: local },
        AbortSignal.timeout(5000),
      ).catch((e) => e);
      expect(error.message).to.equal('the certificate of the router has another name than its address (ERR_TLS_CERT_ALTNAME_INVALID)');
      expect(error.todo).to.match(/^Write the name that the certificate has/);
    });

    it('trusts the given authority, or any certificate if insecure', async () => {
      expect(await read({ ca: certificate, insecure: false })).to.match(/^answered/);
      expect(await read({ ca: null, insecure: true })).to.match(/^answered/);
    });

    it('follows a redirect from http to https of the same host, with the credentials', async () => {
      const seen: unknown[] = [];
      server.once('request', ({ headers }) => seen.push(headers.authorization));
      const plain = http.createServer((_, response) => response.writeHead(302, { location: url }).end());
      const credentials = { kind: 'bearer', token: 'a-token' } as const;
      const read = httpSender({ ...TERMS, credentials, tls: { ca: certificate, insecure: false } });
      const answer = await failure(read({ url: `http://127.0.0.1:${await listen(plain)}/` }, AbortSignal.timeout(5000)));
      plain.close();
      expect([answer, seen]).to.deep.equal(['answered: {"status":200,"text":"abc","framed":true}', ['Bearer a-token']]);
    });

    it('does not follow a redirect from https to http', async () => {
      expect(await read({ ca: certificate, insecure: false }, 'down')).to.equal('redirect: redirect from https to http');
    });

    it('gives up after the connect timeout if a port never speaks TLS', async () => {
      const mute = net.createServer((socket) => sockets.add(socket));
      const port = await listen(mute);
      const began = performance.now();
      expect(await failure(httpSender(TERMS)({ url: `https://127.0.0.1:${port}/` }, AbortSignal.timeout(8000)))).to.equal(
        'connect: could not connect within 2 s',
      );
      expect(performance.now() - began).to.be.within(1900, 4000);
      mute.close();
    });
  });
});

describe('requests to a router with a login', () => {
  interface Asked {
    method: string | undefined;
    headers: IncomingHttpHeaders;
    body: string;
  }
  const asked: Asked[] = [];
  const router = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ method: request.method, headers: request.headers, body });
      if (request.url === '/login')
        response.setHeader('set-cookie', ['stok=abc; Path=/; HttpOnly', 'sysauth=d=e', '=nameless', `big=${'x'.repeat(5000)}`]);
      if (request.url === '/many')
        response.setHeader(
          'set-cookie',
          Array.from({ length: 50 }, (_, i) => `c${i}=1`),
        );
      response.statusCode = request.url === '/refused' ? 500 : request.url === '/moved' ? 302 : 200;
      if (request.url === '/moved') response.setHeader('location', '/login');
      response.end(request.url === '/refused' ? 'another administrator is logged in' : 'fine');
    });
  });
  let base: string;
  const send = (request: Omit<HttpRequest, 'url'>, path: string, terms = TERMS) =>
    httpSender(terms)({ ...request, url: `${base}${path}` }, AbortSignal.timeout(5000));

  before(async () => {
    base = `http://127.0.0.1:${await listen(router)}`;
  });
  beforeEach(() => {
    asked.length = 0;
  });
  after(() => router.close());

  it('send a body and headers, as a POST', async () => {
    await send(
      { body: '[STAT_CFG#0,0,0,0,0,0#0,0,0,0,0,0]0,0\r\n', headers: { 'content-type': 'text/plain', referer: `${base}/` } },
      '/cgi',
    );
    expect(asked[0]).to.deep.include({ method: 'POST', body: '[STAT_CFG#0,0,0,0,0,0#0,0,0,0,0,0]0,0\r\n' });
    expect(asked[0]?.headers).to.include({ 'content-type': 'text/plain', referer: `${base}/`, 'user-agent': 'wrtmeter' });
  });

  it('send the cookies of a login, up to a limit', async () => {
    const session = { cookies: new Map<string, string>() };
    await send({ session, method: 'POST' }, '/login');
    await send({ session }, '/stat');
    expect(asked[0]?.headers.cookie).to.equal(undefined);
    expect(asked[1]?.headers.cookie).to.equal('stok=abc; sysauth=d=e');
    await send({ session, headers: { cookie: 'Authorization=Basic x' } }, '/stat');
    expect(asked.pop()?.headers.cookie).to.equal('Authorization=Basic x; stok=abc; sysauth=d=e');
    await send({ session }, '/many');
    expect(session.cookies.size).to.equal(32);
    await send({}, '/stat');
    expect(asked[3]?.headers.cookie).to.equal(undefined);
  });

  it('are not sent at all once it is too late', async () => {
    asked.length = 0;
    const late = AbortSignal.abort();
    const sender = httpSender(TERMS);
    for (const body of [undefined, 'a body'])
      expect(await failure(sender({ url: `${base}/stat`, ...(body !== undefined && { body }) }, late))).to.equal(
        'timeout: no complete answer in time',
      );
    expect(asked).to.deep.equal([]);
  });

  it('can accept an error status as an answer', async () => {
    expect(await send({ accepts: [500] }, '/refused')).to.deep.equal({
      status: 500,
      text: 'another administrator is logged in',
      framed: true,
    });
    expect(await failure(send({}, '/refused'))).to.match(/^status: status 500/);
  });

  it('are not repeated at another address if they change something', async () => {
    expect((await send({}, '/moved')).text).to.equal('fine');
    expect(await failure(send({ body: 'x' }, '/moved'))).to.equal(
      'redirect: status 302 to a POST, which is not repeated at another address',
    );
  });
});
