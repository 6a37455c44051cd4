import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type FakeRouter, fakeRouter, fixtures, makeToolbox, moreTools, runCgi, type Toolbox } from '../../support/routers/busybox.ts';

/** As nft 1.0.6 lists them. */
const counter = (name: string, bytes: string) => `\tcounter ${name} {\n\t\tpackets 3 bytes ${bytes}\n\t}\n\n`;
const alive = (elements: string) => `\tset alive {\n\t\ttype nf_proto\n\t\tflags timeout\n${elements}\t}\n\n`;
const standing = alive(
  '\t\telements = { ipv4 timeout 1d6h expires 1d5h59m3s988ms,\n\t\t\t     ipv6 timeout 1d6h expires 1d5h59m3s988ms }\n',
);
const table = (...parts: string[]) => `table inet wrtmeter_limits {\n${parts.join('')}\tchain forward {\n\t}\n}\n`;

describe('the limits in wrtmeter.cgi', () => {
  let toolbox: Toolbox;
  let router: FakeRouter;
  before(() => {
    toolbox = makeToolbox([join(fixtures, 'bin'), moreTools]);
  });
  after(() => toolbox.remove());
  beforeEach(() => {
    router = fakeRouter('gateway');
    mkdirSync(join(router.root, 'var/run/wrtmeter-limits'), { recursive: true });
  });
  afterEach(() => router.remove());

  const lists = (text: string) => writeFileSync(join(router.tools, 'nft-limits'), text);
  const section = (script = 'wrtmeter.cgi'): string[] => {
    const { body } = runCgi(toolbox, script, router);
    expect(body).to.match(/\nend wrtmeter\n$/);
    return (/^(begin limits\n[\s\S]*^end limits|failed limits .*)$/m.exec(body)?.[0] ?? '').split('\n').filter((line) => line !== '');
  };

  it('each with its rates, the seconds until all of them end, and what it held back', () => {
    lists(
      table(
        counter('dropped_down_anna_D125000_U25000', '1234567'),
        counter('dropped_up_anna_D125000_U25000', '12345678901234567'),
        counter('dropped_down_d_p_u_DN_U1', '1'),
        counter('dropped_up_9_un_P', '8400'),
        standing,
        counter('dropped_up_mine', '7'),
      ),
    );
    expect(section()).to.deep.equal([
      'begin limits',
      'limit anna slow 125000 25000 107943 1234567 12345678901234567',
      'limit d_p_u slow - 1 107943 1 0',
      'limit 9_un pause - - 107943 0 8400',
      'end limits',
    ]);
  });
  it('none where they have ended, where the table is gone, or where limits.sh has not run since the last boot', () => {
    const limited = counter('dropped_up_anna_P', '1');
    lists(table(limited, alive('')));
    expect(section()).to.deep.equal([]);
    lists(table('\tflags dormant\n\n', limited, standing));
    expect(section(), 'switched off by hand').to.deep.equal([]);
    lists(table(limited, standing));
    expect(section()).to.have.lengthOf(3);
    expect(section('hosts.cgi'), 'not among the hosts').to.deep.equal([]);
    const before = fakeRouter('gateway');
    writeFileSync(join(before.tools, 'nft-limits'), table(limited, standing));
    expect(runCgi(toolbox, 'wrtmeter.cgi', before).body).to.not.contain('limits');
    before.remove();
  });
  it('a list that was cut short is no list', () => {
    lists(table(counter('dropped_up_anna_P', '1'), standing).slice(0, -3));
    expect(section()).to.deep.equal(['failed limits nft was cut short']);
  });
});
