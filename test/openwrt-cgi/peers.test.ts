import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseWrtmeter } from '../../src/sources/openwrt/wrtmeter.ts';
import { fixtures, moreTools, routerForEach, runCgi } from '../support/routers/busybox.ts';

/** A key as wg prints it: 32 bytes. */
const key = () => randomBytes(32).toString('base64');
const line = (...fields: string[]) => `${fields.join('\t')}\n`;

describe('the WireGuard peers in wrtmeter.cgi', () => {
  const { toolbox, router } = routerForEach('gateway', [join(fixtures, 'bin'), moreTools]);

  const tool = (name: string, text: string) => writeFileSync(join(router.tools, name), text, 'latin1');
  const ask = () => runCgi(toolbox, 'wrtmeter.cgi', router).body;
  const peers = (): string[] | null => {
    const body = ask();
    expect(body).to.match(/\nend wrtmeter\n$/);
    const lines = body.split('\n');
    const failed = lines.find((text) => text.startsWith('failed peers '));
    if (failed !== undefined) return [failed];
    const begin = lines.indexOf('begin peers');
    return begin < 0 ? null : lines.slice(begin + 1, lines.indexOf('end peers'));
  };
  const [priv, own, psk, peer] = [key(), key(), key(), key()];
  const wg0 = line('wg0', priv, own, '51820', 'off');
  const active = (name: string, publicKey: string) =>
    line(name, publicKey, psk, '203.0.113.9:51820', '10.7.0.2/32', '1763664900', '4321', '8765', '25');

  it('no private and no preshared key leaves the router, whatever else is in the dump and the configuration', () => {
    const secrets = Array.from({ length: 40 }, key);
    const [a = '', b = '', c = '', d = '', e = '', f = '', g = '', h = '', ...more] = secrets;
    tool(
      'wg',
      line('wg0', a, own, '51820', 'off') +
        line('wg0', peer, b, '203.0.113.9:51820', '10.7.0.2/32', '1', '2', '3', 'off') +
        // An interface's line where a peer's is due, keys where addresses are due, lines too short and too long.
        line('wg0', c, own, '51820', 'off') +
        line('wg0', peer, d, e, '10.7.0.2/32', '1', '2', '3', 'off') +
        line('wg0', peer, f, '(none)', g, '1', '2', '3', 'off', h) +
        more.map((secret, i) => line(...['wg1', 'wg2', 'wg0'].slice(0, (i % 3) + 1), secret, own, secret)).join(''),
    );
    tool(
      'awg',
      line('awg0', a, own, '1', '2', '3', '4', b, '6', '7', '8', '9', '10', '11', 'off') +
        line('awg0', key(), c, '(none)', '(none)', '0', '0', '0', 'off'),
    );
    tool(
      'uci-network',
      `network.wg0=interface\nnetwork.wg0.private_key='${a}'\nnetwork.p=wireguard_wg0\nnetwork.p.preshared_key='${b}'\nnetwork.p.public_key='${peer}'\nnetwork.p.private_key='${c}'\nnetwork.p.description='phone'\n`,
    );
    const body = ask();
    expect(body).to.contain(`peer wg0 ${peer} 203.0.113.9:51820 10.7.0.2/32 1 2 3 phone\n`);
    expect(secrets.filter((secret) => body.includes(secret.slice(0, 20)))).to.deep.equal([]);
  });
  it('an interface’s own line is recognized by its position, even if AmneziaWG’s has more columns', () => {
    tool('wg', '');
    tool('awg', line('awg0', priv, own, '51820', '4', '40', '70', '0', '0', '1', '2', '3', '4', 'off') + active('awg0', peer));
    expect(peers()).to.deep.equal(['interface awg0 amneziawg -', `peer awg0 ${peer} 203.0.113.9:51820 10.7.0.2/32 1763664900 4321 8765 -`]);
  });
  it('several interfaces of both kinds; one without peers', () => {
    const other = key();
    tool('wg', wg0 + active('wg0', peer) + line('wg1', priv, own, '51821', 'off'));
    tool('awg', line('awg0', priv, own, '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', 'off') + active('awg0', other));
    expect(peers()?.map((text) => text.split(' ').slice(0, 3).join(' '))).to.deep.equal([
      'interface wg0 wireguard',
      `peer wg0 ${peer}`,
      'interface wg1 wireguard',
      'interface awg0 amneziawg',
      `peer awg0 ${other}`,
      'disabled wg0 HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=',
    ]);
  });
  it('a peer is disabled by every word that switches an option of uci on', () => {
    tool('wg', wg0);
    const network = readFileSync(join(router.tools, 'uci-network'), 'utf8');
    for (const [word, lines] of [...['1', 'on', 'true', 'yes', 'enabled'].map((on) => [on, 1] as const), ['0', 0], ['off', 0]] as const) {
      tool('uci-network', network.replace(/disabled='1'/, `disabled='${word}'`));
      expect(
        peers()?.filter((text) => text.startsWith('disabled wg0 HIgo')),
        word,
      ).to.have.length(lines);
    }
  });
  it('an interface that both tools show is one, and so is a peer', () => {
    for (const name of ['wg', 'awg']) tool(name, wg0 + active('wg0', peer) + active('wg0', peer));
    expect(peers()?.slice(0, -1)).to.deep.equal([
      'interface wg0 wireguard 14',
      `peer wg0 ${peer} 203.0.113.9:51820 10.7.0.2/32 1763664900 4321 8765 -`,
    ]);
  });
  it('what is not a peer costs its own line', () => {
    const good = active('wg0', peer);
    const bad = [
      good.replace(peer, `${peer.slice(0, 43)}B`),
      good.replace(peer, peer.slice(1)),
      good.replace('203.0.113.9:51820', 'x y:1'),
      good.replace('1763664900', 'never'),
      good.replace('4321', '-1'),
      good.replace('8765', '99999999999999999999999'),
      good.replace('wg0', 'wg0 end'),
    ];
    tool('wg', wg0 + bad.join('') + good);
    expect(peers()?.filter((text) => text.startsWith('peer'))).to.deep.equal([
      `peer wg0 ${peer} 203.0.113.9:51820 10.7.0.2/32 1763664900 4321 8765 -`,
    ]);
  });
  it('of addresses only addresses, bounded in length; counters digit by digit', () => {
    const many = Array.from({ length: 500 }, (_, i) => `fd07::${i.toString(16)}/128`).join(',');
    tool(
      'wg',
      wg0 + line('wg0', peer, '(none)', '[fe80::1%wan]:51820', `evil;x,${many}`, '0', '9007199254740993', '18446744073709551615', 'off'),
    );
    const [, , key, endpoint, allowed = '', ...rest] = peers()?.[1]?.split(' ') ?? [];
    expect([key, endpoint, rest]).to.deep.equal([peer, '[fe80::1%wan]:51820', ['0', '9007199254740993', '18446744073709551615', '-']]);
    expect(allowed)
      .to.match(/^fd07::0\/128,(fd07::[0-9a-f]+\/128,?)+$/)
      .and.have.length.below(1100);
    expect(allowed.endsWith('/128')).to.equal(true);
  });
  it('a peer that is switched off in the configuration is reported as long as it is not on the interface', () => {
    tool('wg', wg0 + active('wg0', peer));
    const [off, elsewhere] = [key(), key()];
    const section = (name: string, type: string, publicKey: string, more = '') =>
      `network.${name}=${type}\nnetwork.${name}.public_key='${publicKey}'\nnetwork.${name}.description='${name}'\n${more}`;
    tool(
      'uci-network',
      section('still', 'wireguard_wg0', peer, "network.still.disabled='1'\n") +
        section('tablet', 'wireguard_wg0', off, "network.tablet.disabled='1'\nnetwork.tablet.allowed_ips='10.7.0.3/32' 'fd07::3/128'\n") +
        section('other', 'wireguard_wg9', elsewhere, "network.other.disabled='1'\n") +
        section('broken', 'wireguard_wg0', 'no key', "network.broken.disabled='1'\n"),
    );
    expect(peers()).to.deep.equal([
      'interface wg0 wireguard 14',
      `peer wg0 ${peer} 203.0.113.9:51820 10.7.0.2/32 1763664900 4321 8765 still`,
      `disabled wg0 ${off} 10.7.0.3/32,fd07::3/128 tablet`,
    ]);
  });
  it('names stay one line each, bounded', () => {
    tool('wg', wg0 + active('wg0', peer));
    tool(
      'uci-network',
      `network.p=wireguard_wg0\nnetwork.p.public_key='${peer}'\nnetwork.p.description='evil\rend peers\x1b[2J ${'x'.repeat(4000)}'\n`,
    );
    expect(peers()?.[1]).to.match(/8765 evilend peers\[2J x{200,255}$/);
  });
  it('a tool that fails is a failed section; without an interface there is none', () => {
    mkdirSync(join(router.tools, 'awg'));
    expect(peers()).to.deep.equal(['failed peers "awg show all dump" ended with 1']);
    rmSync(join(router.tools, 'awg'), { recursive: true });
    tool('wg', '');
    expect(peers()).to.equal(null);
  });
  it('the exporter reads them', () => {
    const source = parseWrtmeter({ text: ask(), framed: true }).sources.find(({ source }) => source === 'peers');
    if (source === undefined || source.observation instanceof Error || source.observation.source !== 'peers')
      throw new Error('no peers were read');
    expect(source.observation.interfaces).to.deep.equal(['wg0']);
    expect(source.observation.peers.map(({ name, state }) => [name, state])).to.deep.equal([
      ["Anna's phone", 'active'],
      [null, 'active'],
      [null, 'active'],
      ['old-tablet', 'revoked'],
    ]);
  });
});
