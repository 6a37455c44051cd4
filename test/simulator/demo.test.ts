import { expect } from 'chai';
import { render } from '../../src/simulator/answers/answers.ts';
import { startDemo } from '../../src/simulator/demo.ts';
import { truthOf } from '../support/simulator/truth.ts';

describe('the demo', () => {
  it('is a home in the evening, with a past, whose time passes with the clock', async () => {
    let clock = Date.UTC(2025, 10, 20, 4, 37, 12);
    const demo = await startDemo({ now: () => clock, past: 3600, script: '9.8.7' });
    try {
      expect(demo.routers.map((r) => r.name)).to.deep.equal(['gateway', 'attic', 'garden']);
      expect(demo.world.spec.utcOffset).to.equal(19 * 60 - (4 * 60 + 37));
      expect(demo.world.now).to.equal(clock);
      const before = truthOf(demo.world).wan.get('gateway')?.get('wan')?.download ?? 0;
      expect(before).to.be.greaterThan(1e6);
      const response = await fetch(`${demo.routers[0]?.url}/cgi-bin/wrtmeter.cgi`);
      const answer = await response.text();
      expect(answer).to.equal(render(demo.world, 'gateway', 'wrtmeter'));
      for (const line of ['script 9.8.7', 'counting nftables 9 -', 'interface wg0 wireguard 14']) expect(answer).to.include(`\n${line}\n`);
      const wanted = 'wrtmeter-limits 1\nexpire 60\nlimit tv pause\nmac tv 00:00:5e:00:53:03\nend\n';
      expect(await demo.limits('gateway', wanted)).to.equal('wrtmeter-limits 1\nfound 0\nlimit tv active 0 0\nresult ok changed\n');
      expect(await (await fetch(`${demo.routers[0]?.url}/cgi-bin/wrtmeter.cgi`)).text()).to.include('\nlimit tv pause - - 60 0 0\n');
      clock += 20;
      expect(await (await fetch(`${demo.routers[0]?.url}/cgi-bin/wrtmeter.cgi`)).text()).to.match(/^uptime \d+\.\d2$/m);
      expect(demo.world.now).to.equal(clock);
      clock += 1500;
      await new Promise((resolve) => setTimeout(resolve, 1200));
      expect(demo.world.now).to.equal(clock);
      clock -= 3_600_000;
      await new Promise((resolve) => setTimeout(resolve, 1100));
      expect(demo.world.now).to.equal(clock + 3_600_000);
    } finally {
      await demo.close();
    }
  });
});
