import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import { wantedText } from '../../../src/control/limits/wanted.ts';
import { addressesByMac } from '../../../src/domain/people/limits/addresses.ts';
import { type LimitEffect, rateOf } from '../../../src/domain/people/limits/effect.ts';
import { idOf } from '../../../src/domain/people/limits/limit.ts';
import type { WantedLimit } from '../../../src/domain/people/limits/wanted.ts';

const MAC = '02:00:00:00:00:01';
const KIDS = { of: 'user', id: 'kids' } as const;
const usual = { expire: 21_600, whilePaused: ['dns', 'router'] } as const;

/** What the real script has against a wanted state; it is killed before it does anything. */
function objection(wanted: string): string {
  const { stdout } = spawnSync('sh', ['openwrt-cgi/limits.sh', 'for-tests'], {
    input: wanted,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, WRTMETER_STOP: 'lock' },
  });
  return stdout.replace('wrtmeter-limits 1\n', '').trim();
}

describe('the text of wanted limits', () => {
  it('has nothing but MACs, addresses and numbers in it, whatever somebody has written into the ledger', () => {
    for (const bad of [`${MAC}\nEND_OF_WANTED\nreboot`, '$(reboot)', '`reboot`', "'", MAC.replace('0', 'O')]) {
      const limit = { id: 'user_kids', thing: KIDS, effect: { kind: 'pause' }, macs: [MAC], ips: ['192.168.1.2'] } as const;
      for (const limits of [
        { ...limit, macs: [bad] },
        { ...limit, ips: [bad] },
        { ...limit, ips: [`192.168.1.2 ${bad}\nreboot`] },
        { ...limit, ips: [`${bad} br-lan`] },
        { ...limit, id: bad },
      ])
        expect(wantedText([limits], usual), bad)
          .to.match(/^([a-z0-9_:. -]+\n)+$/)
          .and.not.contain('reboot')
          .and.not.contain('O');
    }
  });

  it('is the whole state, members after their limit', () => {
    const slow = { kind: 'slow', download: null, upload: 125 } as const;
    const limits: WantedLimit[] = [
      { id: 'device_x', thing: KIDS, effect: slow, macs: [], ips: ['10.7.0.2'], isNamed: true },
      { id: 'user_kids', thing: KIDS, effect: { kind: 'pause' }, macs: [MAC], ips: ['192.168.1.2', '2001:db8::2'], isNamed: true },
    ];
    expect(wantedText(limits, usual)).to.equal(`wrtmeter-limits 1
expire 21600
while-paused dns router
limit device_x slow - 125
ip device_x 10.7.0.2
limit user_kids pause
mac user_kids ${MAC}
ip user_kids 192.168.1.2
ip user_kids 2001:db8::2
end
`);
    expect(wantedText([], { expire: 60, whilePaused: [] })).to.equal('wrtmeter-limits 1\nexpire 60\nend\n');
  });

  it('is taken by the script, whatever names, rates and addresses there are', () => {
    const rate = fc.integer({ min: 1, max: 1e13 }).map(rateOf);
    const effect: fc.Arbitrary<LimitEffect> = fc.oneof(
      fc.constant<LimitEffect>({ kind: 'pause' }),
      fc.tuple(fc.option(rate), rate).map(([download, upload]): LimitEffect => ({ kind: 'slow', download, upload })),
    );
    const ip = fc.oneof(fc.ipV4(), fc.ipV6(), fc.string());
    const limit = fc.tuple(fc.string({ unit: 'binary' }), effect, fc.array(ip)).map(([name, effect, all]): WantedLimit => {
      const leases = all.slice(1).map((address) => ({ mac: MAC, ip: address }));
      const neighbours = all.map((address) => ({ mac: MAC, ip: address, interface: name, state: 'STALE' }));
      const ips = addressesByMac({ leases, leases6: all, neighbours, never: new Set() }).get(MAC) ?? [];
      const thing = { of: 'user', id: name } as const;
      return { id: idOf(thing), thing, effect, macs: [MAC], ips, isNamed: true };
    });
    const several = fc.uniqueArray(limit, { selector: ({ id }) => id, maxLength: 6 });
    fc.assert(
      fc.property(several, (limits) => {
        expect(objection(wantedText(limits, usual))).to.equal('');
      }),
      { numRuns: 40 },
    );
    expect(objection('wrtmeter-limits 1\nexpire 60\nreboot\nend\n'), 'it does look').to.match(/^result failed input Line 3/);
  }).timeout(60_000);
});
