import { expect } from 'chai';
import { answerOf, startTextRouter, type TextRouter } from '../../support/routers/text-router.ts';
import { type Driven, drive } from '../../support/routers/tplink/driven.ts';

const [LAPTOP, TABLET] = ['02:00:00:00:00:01', '02:00:00:00:00:02'];

/** One gateway is honest; what another one says of itself is up to the test. */
describe('a router that lies about limits', () => {
  let driven: Driven;
  let close: () => Promise<void>;
  const asked = { gateway: [] as string[], liar: [] as string[] };
  let liar: TextRouter;
  let answer: string;

  beforeEach(async () => {
    const gateway = await startTextRouter('');
    liar = await startTextRouter('');
    const shows = (neighbours: string[]) =>
      answerOf({ time: 1_772_999_000, sections: { neighbours: neighbours.map((line) => `neighbour ${line} REACHABLE`) } });
    gateway.answer = shows([`192.168.1.2 br-lan ${LAPTOP}`, `192.168.1.3 br-lan ${TABLET}`]);
    liar.answer = shows([`192.168.1.2 br-lan ${TABLET}`, `192.168.1.99 br-lan ${TABLET}`]);
    const channel = (name: 'gateway' | 'liar') => async (wanted: string) => {
      asked[name].push(wanted);
      const ids = [...wanted.matchAll(/^limit (\w+)/gm)].map(([, id]) => `limit ${id} active 0 0`);
      return name === 'liar' ? answer : ['wrtmeter-limits 1', 'found 0', ...ids, 'result ok changed', ''].join('\n');
    };
    const routers = Object.entries({ gateway, liar }).map(([name, { url }]) => `${name}: { url: "${url}", limits: { ssh: root@${name} } }`);
    const tablet = `devices: { tablet: { macs: ["${TABLET}"] } }\nlimits: { tablet: { of: device tablet, pause: true } }\n`;
    driven = await drive(`timezone: UTC\ncontrol: true\n${tablet}routers: { ${routers.join(', ')} }\n`, {
      limitsChannel: ({ name }) => channel(name === 'liar' ? 'liar' : 'gateway'),
    });
    for (const list of Object.values(asked)) list.length = 0;
    close = async () => {
      await driven.close();
      await Promise.all([gateway.close(), liar.close()]);
    };
  });
  afterEach(() => close());
  const round = async () => {
    const text = await driven.scrape();
    await driven.service.limiter.settled();
    return text;
  };

  it('adds no address to what another one limits', async () => {
    answer = 'wrtmeter-limits 1\nfound 0\nlimit device_020000000002 active 0 0\nresult ok changed\n';
    await round();
    const addresses = (text = '') => [...text.matchAll(/^ip \w+ (.*)$/gm)].map(([, ip]) => ip);
    expect(addresses(asked.gateway.at(-1))).to.deep.equal(['192.168.1.3 br-lan']);
    expect(addresses(asked.liar.at(-1))).to.deep.equal(['192.168.1.2 br-lan', '192.168.1.99 br-lan']);
  });

  it('a neighbour at an uplink is not of the home', async () => {
    answer = 'wrtmeter-limits 1\nfound 0\nlimit device_020000000002 active 0 0\nresult ok changed\n';
    const at = (ip: string, on: string) => `neighbour ${ip} ${on} ${TABLET} REACHABLE`;
    const neighbours = [at('192.168.1.2', 'br-lan'), at('192.168.0.1', 'eth1'), at('1.1.1.1', 'br-lan')];
    liar.answer = answerOf({ time: 1_772_999_000, sections: { neighbours, hosts: ['counting nftables 5', 'network lan br-lan'] } });
    await round();
    expect([...(asked.liar.at(-1) ?? '').matchAll(/^ip \w+ (.*)$/gm)].map(([, ip]) => ip)).to.deep.equal(['192.168.1.2 br-lan']);
  });

  it('an address that is given to the tablet and where another is reached is of neither, at once', async () => {
    answer = 'wrtmeter-limits 1\nfound 0\nlimit device_020000000002 active 0 0\nresult ok changed\n';
    const shows = (neighbour: string) =>
      answerOf({ time: 1_772_999_000, sections: { leases: [`lease 0 ${TABLET} 192.168.1.3 tablet *`], neighbours: [neighbour] } });
    const addresses = () => [...(asked.liar.at(-1) ?? '').matchAll(/^ip \w+ (.*)$/gm)].map(([, ip]) => ip);
    liar.answer = shows(`neighbour 192.168.1.3 br-lan ${TABLET} REACHABLE`);
    await round();
    expect(addresses()).to.deep.equal(['192.168.1.3']);
    liar.answer = shows(`neighbour 192.168.1.3 br-lan ${LAPTOP} REACHABLE`);
    await round();
    expect(addresses()).to.deep.equal([]);
  });

  it('fills neither the audit nor the log, and is not asked in every round, whatever it changes in each', async () => {
    const before = driven.logs.length;
    for (let i = 0; i < 240; i += 1) {
      answer = ['wrtmeter-limits 1', 'found 0', `limit device_020000000002 refused reason ${i}`, 'result ok changed', ''].join('\n');
      if (i % 3 === 0) answer = answer.replace(/refused.*/, 'active 0 0');
      liar.answer = answerOf({
        ...{ time: 1_772_999_000, offload: { software: i % 2 === 0 } },
        sections: { neighbours: [`neighbour 192.168.${i}.9 br-lan ${TABLET} REACHABLE`], limits: [`limit x${i} pause - - 100 0 0`] },
      });
      await round();
    }
    // An hour of rounds.
    expect(asked.liar.length).to.be.within(5, 80);
    expect(asked.gateway.length).to.be.below(10);
    const rows = (await driven.audit()).filter(({ kind, router }) => kind === 'limit' && router === 'liar');
    expect(rows.length).to.be.below(20);
    expect(driven.logs.slice(before).filter((line) => line.includes('device') || line.includes('could not')).length).to.be.below(20);
  });

  it('says nothing about limits that it was not asked for, nor about those of another one', async () => {
    const lies = ['limit others active 999999999999999 5', 'limit user_mum refused no', 'limit device_020000000002 refused never mind'];
    answer = ['wrtmeter-limits 1', 'found 9999', ...lies, 'result ok changed', ''].join('\n');
    await round();
    const rows = (await driven.audit()).filter(({ kind }) => kind === 'limit').map(({ router, why }) => `${router}: ${why}`);
    expect(rows.sort()).to.deep.equal(['gateway: paused by limit "tablet"', 'liar: could not be paused: never mind']);
    const metrics = (await round()).split('\n').filter((line) => /^wrtmeter_limit(s_success|_active|_dropped)/.test(line));
    expect(metrics.filter((line) => line.includes('gateway') && !line.includes('dropped'))).to.deep.equal([
      `wrtmeter_limit_active{router="gateway",of="device",name="tablet",reason="schedule"} 1`,
      'wrtmeter_limits_success{router="gateway"} 1',
    ]);
    expect(metrics.join()).to.not.match(/999999999999999|mum|others/);
    expect(metrics).to.include('wrtmeter_limits_success{router="liar"} 0');
  });
});
