import { expect } from 'chai';
import { configOf, errorsOf, FIXTURES, load, withText } from '../support.ts';

const names = async (input: Parameters<typeof configOf>[0]) => (await configOf(input)).routers.map(({ name }) => name);

describe('routers given by URL', () => {
  it('are named after their host, with the port if two have the same host', async () => {
    expect(await names({ cli: { routers: ['http://192.168.1.1', 'https://router.lan/x', 'http://[fd00::1]:8080'] } })).to.deep.equal([
      '192.168.1.1',
      'router.lan',
      'fd00::1',
    ]);
    expect(await names({ cli: { routers: ['http://127.0.0.1:8001', 'http://127.0.0.1:8002'] } })).to.deep.equal([
      '127.0.0.1:8001',
      '127.0.0.1:8002',
    ]);
  });

  it('can have a name', async () => {
    expect(
      await names({ env: { WRTMETER_ROUTERS: 'home=http://192.168.1.1,attic=http://192.168.1.2  http://192.168.1.3' } }),
    ).to.deep.equal(['home', 'attic', '192.168.1.3']);
  });

  it('replace those of the environment and the file, with a warning', async () => {
    const text = 'routers:\n  filed: { url: http://192.168.1.9 }\n';
    const env = { WRTMETER_ROUTERS: 'listed=http://192.168.1.8' };
    const first = await load(withText(text, { env, cli: { routers: ['typed=http://192.168.1.7'] } }));
    expect(first.config.routers.map(({ name }) => name)).to.deep.equal(['typed']);
    expect(first.warnings).to.deep.equal(['command line: routers given here replace those in the file']);
    expect(await names(withText(text, { env }))).to.deep.equal(['listed']);
    expect(await names(withText('routers:\n', { env }))).to.deep.equal(['listed']);
  });

  it('are read by wrtmeter.cgi unless they have a path', async () => {
    const urls = ['http://a', 'http://b/', 'http://c/x/', 'https://d:8443/cgi-bin/wrtmeter.cgi?x=1#y', 'HTTP://E'];
    const { routers } = await configOf({ cli: { routers: urls } });
    expect(routers.flatMap(({ kinds }) => kinds)).to.deep.equal([
      { kind: 'openwrt', url: 'http://a/cgi-bin/wrtmeter.cgi' },
      { kind: 'openwrt', url: 'http://b/cgi-bin/wrtmeter.cgi' },
      { kind: 'openwrt', url: 'http://c/x/' },
      { kind: 'openwrt', url: 'https://d:8443/cgi-bin/wrtmeter.cgi?x=1' },
      { kind: 'openwrt', url: 'http://e/cgi-bin/wrtmeter.cgi' },
    ]);
  });

  it('must be URLs, and different ones', async () => {
    expect(await errorsOf({ cli: { routers: ['chekc', 'ftp://192.168.1.1'] } })).to.deep.equal([
      'command line: "chekc" is neither a command nor a router URL; see wrtmeter --help',
      'command line: "ftp://192.168.1.1" is not an http or https URL; use for example http://192.168.1.1',
    ]);
    expect(await errorsOf({ cli: { routers: ['http://192.168.1.1', 'b=http://192.168.1.1'] } })).to.deep.equal([
      'command line: b: reads the same router as "192.168.1.1", so its bytes would count twice; remove one of them',
    ]);
    expect(await errorsOf({ cli: { routers: ['http://a', 'http://a'] } })).to.deep.equal([
      'command line: "a" and "a" are the same name; give each router its own (on the command line NAME=URL)',
      'command line: a: reads the same router as "a", so its bytes would count twice; remove one of them',
    ]);
    expect(await errorsOf({ cli: { routers: ['http://proxy/a', 'http://proxy/b'] } })).to.deep.equal([
      'command line: "proxy" and "proxy" are the same name; give each router its own (on the command line NAME=URL)',
    ]);
  });
});

describe('access to a router', () => {
  const basic = { kind: 'basic', username: 'root', password: 'p@ss' };

  it('can be in its URL, and is removed from there', async () => {
    const [router] = (await configOf({ cli: { routers: ['http://root:p%40ss@192.168.1.1'] } })).routers;
    expect(router).to.deep.include({ name: '192.168.1.1', credentials: basic });
    expect(router?.kinds).to.deep.equal([{ kind: 'openwrt', url: 'http://192.168.1.1/cgi-bin/wrtmeter.cgi' }]);
  });

  it('can be in one of several classic URLs', async () => {
    const text = '{ "a": { "ap_stats": "http://root:p%40ss@a/s", "wan_stats": "http://a/w" } }';
    expect((await configOf(withText(text))).routers[0]).to.deep.include({
      credentials: basic,
      kinds: [{ kind: 'classic', stations: 'http://a/s', wan: 'http://a/w' }],
    });
  });

  it('comes from variables if the router has none', async () => {
    const text = 'routers:\n  own: { url: http://a, token: mine }\n  other: { url: https://b }\n';
    const env = { WRTMETER_USERNAME: 'root', WRTMETER_PASSWORD: 'p@ss', WRTMETER_INSECURE: 'true' };
    const { config, warnings } = await load(withText(text, { env }));
    expect(config.routers.map(({ credentials }) => credentials)).to.deep.equal([{ kind: 'bearer', token: 'mine' }, basic]);
    expect(config.routers[1]?.tls).to.deep.equal({ ca: null, insecure: true });
    expect(warnings).to.deep.equal([]);
  });

  it('can be in files, relative to the working directory in variables', async () => {
    const token = await configOf({ env: { WRTMETER_TOKEN_FILE: 'token' } });
    expect(token.routers[0]?.credentials).to.deep.equal({ kind: 'bearer', token: 'hunter2-secret' });
    const env = { WRTMETER_USERNAME: 'root', WRTMETER_PASSWORD_FILE: `${FIXTURES}/secrets/password`, WRTMETER_CA_FILE: 'ca.pem' };
    const login = await configOf({ env });
    expect(login.routers[0]?.credentials).to.deep.equal({ kind: 'basic', username: 'root', password: 'pass word' });
    expect(login.routers[0]?.tls.ca).to.match(/^-----BEGIN CERTIFICATE-----\n/);
  });

  it('is either token or login, either secret or file', async () => {
    const cases: [Record<string, string>, string][] = [
      [
        { WRTMETER_TOKEN: 'a', WRTMETER_TOKEN_FILE: 'token' },
        'WRTMETER_TOKEN_FILE: cannot be used together with the secret itself; remove one of them',
      ],
      [
        { WRTMETER_TOKEN: 'a', WRTMETER_USERNAME: 'b', WRTMETER_PASSWORD: 'c' },
        'WRTMETER_TOKEN: cannot be used together with a user name and password; remove one of the two',
      ],
      [{ WRTMETER_USERNAME: 'b' }, 'WRTMETER_USERNAME: is set without a password; set that too, or a file that has it'],
      [{ WRTMETER_PASSWORD: 'c' }, 'WRTMETER_PASSWORD: is set without a user name; set that too'],
      [{ WRTMETER_TOKEN_FILE: './nowhere' }, 'WRTMETER_TOKEN_FILE: cannot read "./nowhere": no such file or directory'],
      [
        { WRTMETER_TOKEN: 'two words' },
        'WRTMETER_TOKEN: the value has a space or another character that a header cannot carry; use letters, digits and punctuation',
      ],
    ];
    for (const [env, message] of cases) expect(await errorsOf({ env })).to.deep.equal([message]);
  });

  it('is never shown, whatever is wrong with its URL', async () => {
    const listed = ['http://root:hunter2 x@a', 'http://root:hunter2,x@a', 'root:hunter2@a', 'x=http://root:hunter2@', 'http://:hunter2@a'];
    for (const url of listed) {
      const lines = await errorsOf({ env: { WRTMETER_ROUTERS: url } });
      expect(lines.join('\n'), url).to.not.match(/hunter2/);
    }
    const written = ['http://root:hun/ter2@a', 'http://root:hunter2@a:b', 'http://root%:hunter2@a', 'root:hunter2@a', 'http://:hunter2@a'];
    for (const url of written) {
      const lines = await errorsOf(withText(`routers:\n  a: { url: '${url}' }\n`));
      expect(lines.join('\n'), url).to.not.match(/hunter2|ter2/);
    }
  });

  it('gives a warning for certificates over http', async () => {
    const { warnings } = await load(withText('routers:\n  a: { url: http://a, insecure: true }\n'));
    expect(warnings).to.deep.equal([
      'wrtmeter.yaml:2: routers.a.insecure: matters only over https; write https in its URL if that is meant',
    ]);
  });
});

describe('two routers', () => {
  it('can share a proxy, with different paths', async () => {
    expect(
      await names(withText('routers:\n  a: { url: http://proxy/a/wrtmeter.cgi }\n  b: { url: http://proxy/b/wrtmeter.cgi }\n')),
    ).to.have.length(2);
  });

  it('can share a host, with different ports', async () => {
    expect(await names(withText('routers:\n  a: { url: http://host:8001 }\n  b: { url: http://host:8002 }\n'))).to.have.length(2);
  });

  it('can share the classic leases, with a warning', async () => {
    const text =
      '{ "a": { "ap_stats": "http://a/s", "dhcp_leases": "http://a/d" },\n "b": { "ap_stats": "http://b/s", "dhcp_leases": "http://a/d" } }';
    const { config, warnings } = await load(withText(text));
    expect(config.routers).to.have.length(2);
    expect(warnings).to.deep.equal(['wrtmeter.yaml:2: b.dhcp_leases: router "a" reads the same leases; remove them here']);
  });
});
