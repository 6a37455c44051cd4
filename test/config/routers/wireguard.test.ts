import { expect } from 'chai';
import { parseSshTarget } from '../../../src/sources/wireguard/config.ts';
import { configOf, errorsOf, filesOf, load, withText } from '../support.ts';

const serverOf = async (text: string) =>
  (await configOf(withText(`routers:\n  vpn:\n${text}`))).routers[0]?.kinds.find((config) => config.kind === 'wireguard');

describe('a WireGuard server in the configuration', () => {
  it('is on this machine by default', async () => {
    const here = { kind: 'wireguard', ssh: null, container: null, sudo: false, tool: 'auto', interfaces: [], configFile: null };
    for (const text of ['    wireguard:', '    wireguard: {}', '    wireguard: ~']) expect(await serverOf(text), text).to.deep.equal(here);
  });

  it('can be combined with the URL of its router', async () => {
    const [router] = (await configOf(withText('routers:\n  gateway: { url: http://192.168.1.1, wireguard: { ssh: root@192.168.1.1 } }')))
      .routers;
    const [script, server] = router?.kinds ?? [];
    expect(script?.kind).to.equal('openwrt');
    expect(server?.kind === 'wireguard' && server.ssh).to.deep.include({ host: '192.168.1.1', user: 'root' });
  });

  it('can be on the address of a TP-Link router, which tells of no peers', async () => {
    const text = 'routers:\n  home: { tplink: { url: http://192.168.0.1, password: hunter2 } }\n  vpn: { wireguard: { ssh: 192.168.0.1 } }';
    expect((await configOf(withText(text))).routers).to.have.length(2);
  });

  it('takes no credentials from variables: they are for URLs', async () => {
    const { config, warnings } = await load(
      withText('routers:\n  vpn: { wireguard: { ssh: vpn } }', { env: { WRTMETER_TOKEN: 'hunter2' } }),
    );
    expect(warnings).to.deep.equal([]);
    expect(config.routers[0]?.kinds.map(({ kind }) => kind)).to.deep.equal(['wireguard']);
  });

  it('has paths relative to the configuration; ssh resolves those with ~', async () => {
    const text = 'routers:\n  vpn: { wireguard: { ssh: vpn, key_file: id, known_hosts_file: ~/hosts } }';
    const files = { '/etc/wrtmeter/wrtmeter.yaml': text, '/etc/wrtmeter/id': 'not looked at' };
    const [server] = (await configOf(withText(text, { readFile: filesOf(files) }))).routers[0]?.kinds ?? [];
    expect(server?.kind === 'wireguard' && server.ssh).to.deep.include({ keyFile: '/etc/wrtmeter/id', knownHostsFile: '~/hosts' });
  });

  it('reads at most one byte of its key', async () => {
    const limits: number[] = [];
    const text = 'routers:\n  vpn: { wireguard: { ssh: vpn, key_file: id } }';
    const readFile = filesOf({ '/etc/wrtmeter/wrtmeter.yaml': text, '/etc/wrtmeter/id': 'secret' });
    const watched: typeof readFile = (path, limit) => {
      if (path.endsWith('/id')) limits.push(limit);
      return readFile(path, limit);
    };
    await load(withText(text, { readFile: watched }));
    expect(limits).to.deep.equal([1]);
  });

  it('can be one of several on a machine, if they share no interface', async () => {
    const text = (one: string, two: string) => withText(`routers:\n  one: { wireguard: { ${one} } }\n  two: { wireguard: { ${two} } }`);
    for (const [one, two] of [
      ['interfaces: wg0', 'interfaces: wg1'],
      ['container: a', 'container: b'],
      ['container: a', ''],
      ['ssh: vpn', 'ssh: vpn, port: 2222'],
      ['ssh: vpn', 'ssh: vpn, container: a'],
    ] as const)
      expect((await configOf(text(one, two))).routers, `${one} and ${two}`).to.have.length(2);
    for (const [one, two] of [
      ['', ''],
      ['interfaces: wg0', ''],
      ['ssh: root@vpn', 'ssh: anna@vpn, sudo: true'],
      ['ssh: vpn', 'ssh: vpn, port: 22, tool: awg'],
    ] as const)
      expect((await errorsOf(text(one, two)))[0], `${one} and ${two}`).to.include('reads the same peers as router "one"');
  });

  it('has one file for each interface', async () => {
    expect((await serverOf('    wireguard: { interfaces: wg0, config_file: /etc/vpn.conf }'))?.configFile).to.equal('/etc/vpn.conf');
    expect((await serverOf('    wireguard: { config_file: /etc/%i/%i.conf }'))?.configFile).to.equal('/etc/%i/%i.conf');
    expect((await serverOf('    wireguard: { config_file: none }'))?.configFile).to.equal('none');
  });
});

describe('an ssh target', () => {
  const good: Record<string, [string | null, string]> = {
    'root@vpn.example.net': ['root', 'vpn.example.net'],
    vpn: [null, 'vpn'],
    'my_alias-2': [null, 'my_alias-2'],
    'first.last@203.0.113.7': ['first.last', '203.0.113.7'],
    'root@2001:db8::1': ['root', '2001:db8::1'],
    'root@[2001:db8::1]': ['root', '2001:db8::1'],
    '[fe80::1%eth0]': [null, 'fe80::1%eth0'],
  };
  for (const [text, [user, host]] of Object.entries(good))
    it(`"${text}" is valid`, () => expect(parseSshTarget(text)).to.deep.equal({ user, host }));

  for (const text of [
    '',
    '@vpn',
    'root@',
    '-v',
    'root@-oProxyCommand=id',
    'a b',
    'root:pw@vpn',
    'vpn:22',
    'ssh://vpn',
    'a@b@c',
    '$(id)',
    'root@[vpn]',
    'vpn\n',
  ])
    it(`${JSON.stringify(text)} is invalid`, () => expect(() => parseSshTarget(text)).to.throw('is not USER@HOST'));
});
