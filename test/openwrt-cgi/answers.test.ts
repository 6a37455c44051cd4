import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { fakeRouter, fixtures, makeToolbox, moreTools, runCgi, type Toolbox } from '../support/routers/busybox.ts';

/** Every script on every router of the fixtures, under busybox ash and awk, compared with the text in `answers/`. */
const routers = {
  pppoe: 'PPPoE over eth0.2 on a 32-bit MIPS, a modem that is down, a repeater, all kinds of leases',
  'access-point': 'an access point without uplink and DHCP: Wi-Fi 7, mesh, stations of which little is known',
  'dual-uplink': 'two uplinks and a VPN on x86 without Wi-Fi, counters up to 2^53, odhcpd alone',
  vlan: 'OpenWrt 19.07: eth0.2, an older iw, netifd on one line, two dnsmasq',
  travel: 'Wi-Fi as uplink, the stock wan without a cable',
  gateway: 'a gateway with nftables that counts hosts of three networks, and WireGuard',
};
const refusals = ['access-point/wan', 'access-point/dhcp', 'dual-uplink/dhcp'];

describe('what the scripts answer', () => {
  let toolbox: Toolbox;
  before(() => {
    toolbox = makeToolbox([join(fixtures, 'bin'), moreTools]);
  });
  after(() => toolbox.remove());

  it('wrtmeter.cgi says which version of wrtmeter it came with', () => {
    const router = fakeRouter('pppoe');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(runCgi(toolbox, 'wrtmeter.cgi', router).body).to.match(new RegExp(`^wrtmeter 1\nscript ${version.replaceAll('.', '\\.')}\n`));
    router.remove();
  });
  it('hosts.cgi answers with the hosts alone, in the same envelope', () => {
    const router = fakeRouter('gateway');
    const [whole, alone] = ['wrtmeter.cgi', 'hosts.cgi'].map((script) => runCgi(toolbox, script, router).body);
    expect(alone).to.equal(whole?.replace(/begin wan\n[\s\S]*(?=begin hosts)/, '').replace(/begin peers\n[\s\S]*end peers\n/, ''));
    router.remove();
  });
  for (const [fixture, what] of Object.entries(routers))
    for (const script of ['wrtmeter', 'totalwifi', 'wan', 'dhcp'])
      it(`${script}.cgi on ${what}`, () => {
        const router = fakeRouter(fixture);
        const answer = runCgi(toolbox, `${script}.cgi`, router);
        router.remove();
        expect(answer.body.replace(/^script \d+\.\d+\.\d+$/m, 'script VERSION')).to.equal(
          readFileSync(join(fixtures, fixture, 'answers', `${script}.txt`), 'latin1'),
        );
        expect(answer.status).to.equal(refusals.includes(`${fixture}/${script}`) ? 500 : 200);
        expect(answer.headers['content-type']).to.equal('text/plain');
        expect(answer.stderr, 'nothing for the log of the web server').to.equal('');
      });
});
