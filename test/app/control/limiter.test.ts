import { expect } from 'chai';
import { LAPTOP, type LimitsRouter, startLimitsRouter, TABLET } from '../../support/routers/limits-router.ts';

const QUOTA = 'quotas: { kids: { of: user kids, limit: 1MB, per: day, steps: { 80%: notify, 100%: slow 1Mbit, 200%: block } } }\n';
const HOUR = 3600;
const SLOW = 'user_kids slow 125000 125000';

/** The clock of the tests begins on Sunday, 2026-03-08 at 20:00 in UTC. */
describe('limits, through the whole service', () => {
  let router: LimitsRouter;
  const start = async (yaml: string) => {
    router = await startLimitsRouter(yaml);
    await router.round();
  };
  afterEach(() => router.close());
  const uses = (bytes: number) => (router.received[TABLET] = (router.received[TABLET] ?? 0) + bytes);

  it('a quota step limits until the period ends, and the next period is free again', async () => {
    await start(QUOTA);
    uses(900_000);
    await router.round();
    expect([router.standing(), router.asked]).to.deep.equal([[], []]);
    uses(200_000);
    await router.round();
    expect(router.standing()).to.deep.equal([SLOW]);
    expect(router.limits.get('user_kids')?.members).to.deep.equal([TABLET, '192.168.1.2 br-lan']);
    uses(1_000_000);
    await router.round();
    expect(router.standing()).to.deep.equal(['user_kids pause']);
    await router.round(4 * HOUR);
    expect(router.standing()).to.deep.equal([]);
    expect(await router.audit()).to.deep.equal([
      'gateway, user kids, slowed to 1 Mbit/s by quota "kids" at 100 % until 2026-03-09 00:00',
      'gateway, user kids, paused by quota "kids" at 100 % until 2026-03-09 00:00; quota "kids" at 200 % until 2026-03-09 00:00',
      'gateway, user kids, free again',
    ]);
    expect(router.asked).to.have.length(3);
  });

  it('a schedule limits at its hours', async () => {
    await start('limits: { bedtime: { of: user kids, pause: true, at: [ "sun-thu 21:00-06:30" ] } }\n');
    await router.round(HOUR - 60);
    expect(router.standing()).to.deep.equal([]);
    await router.round(60);
    expect(router.standing()).to.deep.equal(['user_kids pause']);
    await router.round(9.5 * HOUR);
    expect(router.standing()).to.deep.equal([]);
    expect(await router.audit()).to.deep.equal([
      'gateway, user kids, paused by limit "bedtime" until 2026-03-09 06:30',
      'gateway, user kids, free again',
    ]);
  });

  it('what a person allows or limits holds at once, and a restart keeps it and says nothing twice', async () => {
    await start(`${QUOTA}limits: { others: { of: others, slow: 8Mbit } }\n`);
    uses(3_000_000);
    await router.round();
    expect(router.standing()).to.deep.equal(['others slow 1000000 1000000', 'user_kids pause']);
    const { limiter } = router.driven.service;
    const kids = { of: 'user', id: 'kids', at: router.driven.clock.now(), by: 'user "mum"' } as const;
    await limiter.set({ ...kids, action: { kind: 'allow' }, until: router.driven.clock.now() + HOUR * 1000 });
    await limiter.settled();
    expect(router.standing()).to.deep.equal(['others slow 1000000 1000000']);
    const [before, asked] = [await router.audit(), [...router.asked]];
    await router.driven.restart();
    expect([router.standing(), router.asked], 'the end of the program frees nothing').to.deep.equal([
      ['others slow 1000000 1000000'],
      asked,
    ]);
    await router.round();
    await router.round();
    expect(router.standing()).to.deep.equal(['others slow 1000000 1000000']);
    expect(await router.audit()).to.deep.equal(before);
    await router.round(HOUR);
    expect(router.standing(), 'the allowance ended').to.deep.equal(['others slow 1000000 1000000', 'user_kids pause']);
    const [hand] = await router.driven.service.limiter.hand();
    await router.driven.service.limiter.clear(hand ?? expect.fail('none'), 'user "mum"');
    expect((await router.audit()).at(-1)).to.equal('user kids, cleared by user "mum"');
  });

  for (const [what, lose] of [
    ['reboot', () => Object.assign(router, { bootId: '11111111-5c0f-4b3e-9a55-6a2b7c1d9e10' })],
    ['deletion of the table', () => undefined],
  ] as const) {
    it(`a ${what} is put right, and said`, async () => {
      await start(`${QUOTA}limits: { others: { of: others, slow: 8Mbit } }\n`);
      uses(1_000_000);
      await router.round();
      await router.round();
      const before = router.asked.length;
      lose();
      router.limits.clear();
      await router.round();
      expect(router.standing()).to.have.length(2);
      expect(router.asked).to.have.length(before + 1);
      expect((await router.audit()).at(-1)).to.equal(
        'gateway, 2 of 2 limits had gone (a reboot, a restart of the firewall, or by hand), and were set again',
      );
      await router.round();
      expect(router.asked).to.have.length(before + 1);
    });
  }

  it('a router that loses its limits in every round is asked less and less often', async () => {
    await start('limits: { others: { of: others, pause: true } }\n');
    router.asked.length = 0;
    for (let minute = 0; minute < 240; minute += 1) {
      router.limits.clear();
      await router.round(60);
    }
    expect(router.asked.length).to.be.within(6, 14);
  });

  it('a router that never shows what stands is asked once more whether it does, and again after a reboot', async () => {
    await start('');
    router.shows = false;
    await router.driven.reconfigure(`${router.yaml}limits: { others: { of: others, pause: true } }\n`);
    await router.round();
    for (let minute = 0; minute < 80; minute += 1) await router.round(60);
    expect(router.asked).to.have.length(2);
    router.bootId = '11111111-5c0f-4b3e-9a55-6a2b7c1d9e10';
    router.limits.clear();
    await router.round();
    expect([router.asked.length, router.standing()]).to.deep.equal([3, ['others pause']]);
  });

  it('are asked for again after a quarter of the time in which they end, without a word', async () => {
    await start('limits: { expire: 2h, others: { of: others, pause: true } }\n');
    const [text] = router.asked;
    expect(text).to.match(/^expire 7200$/m);
    const audit = await router.audit();
    for (let minute = 0; minute < 100; minute += 1) await router.round(60);
    expect(router.asked).to.deep.equal([text, text, text, text]);
    expect(await router.audit()).to.deep.equal(audit);
    expect(router.standing()).to.deep.equal(['others pause']);
  });

  it('do not end because the clock of this machine is wrong: what was decided last is asked for again', async () => {
    await start('limits: { expire: 1h, others: { of: others, pause: true } }\n');
    const [text] = router.asked;
    const { now } = router.driven.clock;
    router.driven.clock.now = () => Date.UTC(1970, 0, 1, 0, 1);
    for (let minute = 0; minute < 50; minute += 1) await router.round(60);
    expect(router.driven.service.ledger.state.suspendedBecause).to.not.equal(null);
    expect(router.asked).to.deep.equal([text, text, text, text]);
    router.driven.clock.now = now;
    const audit = await router.audit();
    for (let i = 0; i < 3; i += 1) await router.round();
    router.limits.clear();
    await router.round();
    await router.round();
    expect(router.standing(), 'what is missing later is seen').to.deep.equal(['others pause']);
    expect((await router.audit()).length).to.equal(audit.length + 1);
  });

  it('what there is no room for is said once, by its name, and the router has not taken all', async () => {
    const macs = Array.from({ length: 160 }, (_, i) => `02:00:00:00:01:${i.toString(16).padStart(2, '0')}`);
    const rules = macs.map((mac, i) => `r${i}: { of: device ${mac}, pause: true }`);
    const users = macs.slice(0, 99).map((mac, i) => `u${i}: { macs: ["${mac}"] }`);
    const limits = ['each: { of: each user, pause: true }', ...rules, 'last: { of: device laptop, slow: 1Mbit }'];
    await start(`users: { kids: {}, ${users.join(', ')} }\nlimits: { ${limits.join(', ')} }\n`);
    const metrics = await router.round();
    expect(metrics).to.include('wrtmeter_limits_success{router="gateway"} 0\n');
    const why = (await router.audit()).filter((row) => row.includes('room'));
    expect(why).to.have.length(1);
    expect(why[0]).to.match(/^gateway, There is not enough room for 5 limits, so not all that belongs to them is limited: .*laptop$/);
    await router.driven.reconfigure(router.yaml.replace(/r1: \{.*?\}, /, ''));
    await router.round();
    const warnings = router.driven.logs.filter((line) => line.includes('not enough room'));
    expect(warnings).to.have.length(1);
    expect(JSON.parse(warnings[0] ?? '')).to.include({ level: 40 });
  });

  it('a router that cannot be asked is tried again, less and less often; nothing is counted differently, and it is said once', async () => {
    await start(QUOTA);
    router.fault = 'unreachable';
    uses(1_500_000);
    for (let minute = 0; minute < 120; minute += 1) {
      uses(10);
      await router.round(60);
    }
    expect(router.asked.length).to.be.within(5, 9);
    expect(await router.audit()).to.deep.equal(['gateway, 1 limit could not be set; it is tried again: ssh connection to gateway failed']);
    expect(await router.round()).to.match(/wrtmeter_device_download_bytes_total\{mac="02:00:00:00:00:01",hostname="tablet"\} 1501200\n/);
    router.fault = null;
    await router.round(1800);
    expect(router.standing()).to.deep.equal([SLOW]);
  });

  it('a router that hangs delays no round, and no end of the program', async () => {
    await start(QUOTA);
    router.fault = 'hangs';
    uses(1_500_000);
    const began = performance.now();
    for (let i = 0; i < 5; i += 1) await router.round();
    expect(router.asked).to.have.length(1);
    await router.driven.restart();
    expect(performance.now() - began).to.be.below(3000);
    expect(await router.driven.audit()).to.not.deep.include({ kind: 'limit' });
  });

  it('that are refused say why, once, and are asked for again when offloading is switched off', async () => {
    await start('');
    router.offload = true;
    await router.driven.reconfigure(`${router.yaml}limits: { others: { of: others, pause: true } }\n`);
    for (let i = 0; i < 5; i += 1) await router.round();
    expect(router.asked).to.have.length(1);
    expect(await router.audit()).to.deep.equal(['gateway, others, could not be paused: Flow offloading is on']);
    expect(router.driven.service.limiter.status()?.routers[0]?.limits[0]).to.include({ state: 'refused', why: 'Flow offloading is on' });
    router.offload = false;
    await router.round();
    expect(router.standing()).to.deep.equal(['others pause']);
  });

  it('are none while control is off, and what was set by hand waits', async () => {
    await start(QUOTA);
    await router.driven.reconfigure(router.yaml.replace('control: true', 'control: false'));
    uses(5_000_000);
    await router.round();
    expect([router.asked, router.driven.service.limiter.status()]).to.deep.equal([[], null]);
  });

  describe('when they may no longer be asked for, after a reload', () => {
    const PAUSED = 'limits: { others: { of: others, pause: true } }\n';
    const ROW = 'gateway, others, paused by limit "others"';
    const WITHOUT = {
      'control is switched off': (yaml: string) => yaml.replace('control: true', 'control: false'),
      'the limits of the router are removed': (yaml: string) => yaml.replace(', limits: { ssh: root@192.0.2.1 }', ''),
      'the router is removed': (yaml: string) => yaml.replace('gateway: {', 'other: {').replace(/, limits: \{ ssh.*?\}/, ''),
    };
    for (const [what, without] of Object.entries(WITHOUT))
      it(`${what}: the router is freed, once`, async () => {
        await start(PAUSED);
        router.asked.length = 0;
        await router.driven.reconfigure(without(router.yaml));
        await router.round();
        await router.round();
        expect([router.standing(), router.asked.length]).to.deep.equal([[], 1]);
        const freed = ['gateway, It may no longer be asked for limits, so it was freed', 'gateway, others, free again'];
        expect(await router.audit()).to.deep.equal([ROW, ...freed]);
      });
    it('a decision that was being made is dropped', async () => {
      await start(PAUSED);
      const { limiter, config } = router.driven.service;
      limiter.afterRound();
      await Promise.resolve();
      await Promise.resolve();
      limiter.reconfigure({ ...config, control: false });
      await limiter.settled();
      expect(router.standing()).to.deep.equal([]);
    });
    it('one that has no limits is not asked', async () => {
      await start('');
      router.asked.length = 0;
      await router.driven.reconfigure(router.yaml.replace('control: true', 'control: false'));
      await router.round();
      expect([router.asked, await router.audit()]).to.deep.equal([[], []]);
    });
    it('one that cannot be reached keeps them until they end, and that is said once', async () => {
      await start(PAUSED);
      router.fault = 'unreachable';
      await router.driven.reconfigure(router.yaml.replace('control: true', 'control: false'));
      for (let i = 0; i < 3; i += 1) await router.round(3600);
      expect(router.standing()).to.deep.equal(['others pause']);
      const why = 'could not be freed; what stands there ends by itself: ssh connection to gateway failed';
      expect(await router.audit()).to.deep.equal([ROW, `gateway, It may no longer be asked for limits, and ${why}`]);
    });
    it('one that hangs delays neither the reload nor the end of the program', async () => {
      await start(PAUSED);
      router.fault = 'hangs';
      const began = performance.now();
      await router.driven.reconfigure(router.yaml.replace('control: true', 'control: false'));
      await router.driven.restart();
      expect(performance.now() - began).to.be.below(3000);
      expect(await router.audit()).to.deep.equal([ROW]);
    });
    it('one that has another name keeps them without a break', async () => {
      await start(PAUSED);
      await router.driven.reconfigure(router.yaml.replace('gateway: {', 'attic: { was: gateway, '));
      await router.round();
      expect([router.standing(), router.asked.length]).to.deep.equal([['others pause'], 2]);
      expect(router.asked[1]).to.equal(router.asked[0]);
    });
    it('one that may be asked again has them again', async () => {
      await start(PAUSED);
      await router.driven.reconfigure(router.yaml.replace('control: true', 'control: false'));
      await router.driven.reconfigure(router.yaml);
      await router.round();
      await router.round();
      expect(router.standing()).to.deep.equal(['others pause']);
    });
  });

  it('leave the laptop of nobody alone', async () => {
    await start(QUOTA);
    uses(5_000_000);
    await router.round();
    expect(router.asked.join()).to.include(TABLET).and.not.include(LAPTOP);
  });
});
