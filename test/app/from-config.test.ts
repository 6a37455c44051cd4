import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { wireguardOf } from '../../src/app/control/peers.ts';
import { namesOf, probesOf, statusOf } from '../../src/app/from-config.ts';
import { machineOf } from '../../src/app/tools/machines.ts';
import type { RouterConfig } from '../../src/config/config.ts';
import { describeConfig } from '../../src/config/describe.ts';
import type { SourceName } from '../../src/domain/observation.ts';
import { configOf, withText } from '../config/support.ts';

const KEY = 'xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg=';
const ANSWER = `wrtmeter 1
boot_id 8d1f3b0e-5c0f-4b3e-9a55-6a2b7c1d9e10
uptime 100.5
time 1763664918
begin wan
end wan
begin peers
interface wg0 wireguard 14
peer wg0 ${KEY} - 10.7.0.2/32 0 1 2 anna
end peers
end wrtmeter
`;

async function routerOf(text: string): Promise<RouterConfig> {
  const [router] = (await configOf(withText(`routers:\n  vpn: ${text}`))).routers;
  if (router === undefined) throw new Error('No router');
  return router;
}

describe('the probes of a router', () => {
  it('read only the peers if only WireGuard is configured', async () => {
    const router = await routerOf('{ wireguard: { ssh: root@VPN.example.net, port: 2222, container: awg } }');
    const probes = probesOf(router);
    expect(probes.map(({ sources, origin }) => [sources, origin])).to.deep.equal([
      [['peers'], 'wireguard vpn.example.net:2222 awg auto all'],
    ]);
    const { addresses, sources } = statusOf(router, probes);
    expect(addresses).to.deep.equal(['ssh root@VPN.example.net port 2222, container awg']);
    expect([...sources.keys()]).to.deep.equal(['peers']);
  });

  it('show no query of an address, which may be a secret', async () => {
    const url = 'http://192.168.1.1/cgi-bin/x?key=hunter2';
    const router = await routerOf(`{ url: "${url}" }`);
    expect(statusOf(router, probesOf(router)).addresses).to.deep.equal(['http://192.168.1.1/cgi-bin/x?…']);
    expect(describeConfig(await configOf(withText(`routers:\n  vpn: { url: "${url}" }`))))
      .to.include('http://192.168.1.1/cgi-bin/x?…')
      .and.not.include('hunter2');
  });

  it('read the peers only once if the script reports them too', async () => {
    const server = createServer((_, response) => response.end(ANSWER));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const sourcesOf = async (text: string) => {
        const [script] = probesOf(await routerOf(text));
        return (await script?.collect(AbortSignal.timeout(5000)))?.sources.map(({ source }) => source);
      };
      expect(await sourcesOf(`{ url: "${url}" }`)).to.deep.equal(['wan', 'peers']);
      expect(await sourcesOf(`{ url: "${url}", wireguard: { ssh: vpn } }`)).to.deep.equal(['wan']);
    } finally {
      server.close();
    }
  });

  it('fail with advice in the words of the kind that reads the source', async () => {
    const todo = async (text: string, source: SourceName) => {
      const router = await routerOf(text);
      return statusOf(router, probesOf(router)).todoFor(source, 'connect');
    };
    const script = 'Check that the router is on, and check its address in the configuration.';
    expect(await todo('{ wireguard: { ssh: vpn } }', 'peers')).to.match(/^Check that the server is up, .* ssh/);
    expect(await todo('{ url: "http://a" }', 'peers')).to.equal(script);
    expect(await todo('{ url: "http://a", wireguard: { ssh: vpn } }', 'wan')).to.equal(script);
    expect(await todo('{ url: "http://a", wireguard: { ssh: vpn } }', 'peers')).to.match(/^Check that the server is up/);
  });

  it('have the same origin with another user or key', async () => {
    const origin = async (text: string) => probesOf(await routerOf(`{ wireguard: { ${text} } }`)).at(-1)?.origin;
    const expected = await origin('ssh: vpn');
    for (const text of ['ssh: root@vpn', 'ssh: VPN, port: 22', 'ssh: anna@vpn, sudo: true', 'ssh: vpn, config_file: none'])
      expect(await origin(text), text).to.equal(expected);
    for (const text of ['', 'ssh: vpn, port: 23', 'ssh: vpn, container: a', 'container: a', 'ssh: vpn2'])
      expect(await origin(text), text).to.not.equal(expected);
  });
});

describe('the machine of a WireGuard server', () => {
  it('runs commands with sudo if configured; for a container, only docker itself', async () => {
    const root = async (text: string) => {
      const wireguard = wireguardOf((await routerOf(`{ wireguard: { ${text} } }`)).kinds);
      return wireguard === null ? [] : machineOf(wireguard).asRoot(['wg']);
    };
    expect(await root('sudo: true')).to.deep.equal(['sudo', '-n', '--', 'wg']);
    expect(await root('')).to.deep.equal(['wg']);
    expect(await root('sudo: true, container: a')).to.deep.equal(['wg']);
  });

  it('passes none of our own variables to programs: they may contain tokens', async () => {
    process.env.WRTMETER_TEST_SECRET = 'hunter2';
    try {
      const wireguard = wireguardOf((await routerOf('{ wireguard: {} }')).kinds);
      if (wireguard === null) throw new Error('No server');
      const said = await machineOf(wireguard).run(['env'], null, AbortSignal.timeout(5000));
      expect(said).to.include('PATH=').and.not.include('hunter2');
    } finally {
      delete process.env.WRTMETER_TEST_SECRET;
    }
  });
});

describe('names of peers', () => {
  it('are known by public key, and their users with them', async () => {
    const { peerNames, people } = namesOf(await configOf(withText(`peers:\n  anna-phone: { public_key: ${KEY}, user: anna }`)));
    expect([...peerNames]).to.deep.equal([[KEY, 'anna-phone']]);
    expect(people.userOfPeer(KEY, null)).to.equal('anna');
  });
});
