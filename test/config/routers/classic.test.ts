import { expect } from 'chai';
import { FIXTURES, load, withText } from '../support.ts';

describe('a classic routers.json', () => {
  it('is read as published, with comments', async () => {
    const { config, warnings } = await load({ cwd: `${FIXTURES}/good`, cli: { config: 'routers.json' } });
    expect(config.routers.map(({ name, kinds }) => ({ name, kinds }))).to.deep.equal([
      {
        name: '192.168.1.1',
        kinds: [
          {
            kind: 'classic',
            stations: 'http://192.168.1.1/cgi-bin/totalwifi.cgi',
            wan: 'http://192.168.1.1/cgi-bin/wan.cgi',
            leases: 'http://192.168.1.1/cgi-bin/dhcp.cgi',
          },
        ],
      },
      { name: '192.168.1.2', kinds: [{ kind: 'classic', stations: 'http://192.168.1.2/cgi-bin/totalwifi.cgi' }] },
      { name: '192.168.1.3', kinds: [{ kind: 'classic', stations: 'http://192.168.1.3/cgi-bin/totalwifi.cgi' }] },
    ]);
    expect(warnings).to.deep.equal(['routers.json:15: ["192.168.1.4"]: has no URL, so this router is skipped']);
  });

  it('is recognized by its content, whatever its name', async () => {
    const text = '// old\n{ "a": { "wan_stats": "http://a/w" } }';
    const { config } = await load({ cli: { config: '/x/routers.conf' }, readFile: async () => Buffer.from(text) });
    expect(config.routers[0]?.kinds).to.deep.equal([{ kind: 'classic', wan: 'http://a/w' }]);
  });

  it('can have keys that the older programs ignored, if no URL is lost', async () => {
    const { warnings } = await load(withText('{ "a": { "wan_stats": "http://a/w", "comment": "cellar" } }'));
    expect(warnings).to.deep.equal(['wrtmeter.yaml:1: a.comment: unknown key, ignored; valid keys: ap_stats, wan_stats, dhcp_leases']);
  });

  it('can have "//" in strings', async () => {
    const text = '{ "a//b": { "wan_stats": "http://a//w/*x*/" } }';
    const { config } = await load({ cli: { config: '/x/routers.json' }, readFile: async () => Buffer.from(text) });
    expect(config.routers[0]).to.deep.include({ name: 'a//b', kinds: [{ kind: 'classic', wan: 'http://a//w/*x*/' }] });
  });
});
