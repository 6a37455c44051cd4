import { expect } from 'chai';
import { parseAnswer } from '../../src/control/limits/answer.ts';
import { wantedText } from '../../src/control/limits/wanted.ts';
import type { LimitEffect } from '../../src/domain/people/limits/effect.ts';
import { render } from '../../src/simulator/answers/answers.ts';
import { takeLimits } from '../../src/simulator/answers/limits.ts';
import { home } from '../../src/simulator/home/home.ts';
import { newTraveller } from '../../src/simulator/world/build.ts';
import { parseLimits } from '../../src/sources/openwrt/limits.ts';
import { bytes, LAPTOP, NAS, PHONE, START, small } from '../support/simulator/small.ts';
import { createWorld, type World } from '../support/simulator/world.ts';

const slow = (download: number | null, upload: number | null): LimitEffect => ({ kind: 'slow', download, upload });
const PAUSE: LimitEffect = { kind: 'pause' };

/** Asks the gateway for limits: each an effect with its members. */
function want(world: World, limits: Record<string, [effect: LimitEffect, ...members: string[]]>, expire = 3600) {
  const wanted = Object.entries(limits).map(([id, [effect, ...members]]) => ({
    ...{ id, effect, thing: { of: 'user', id } as const },
    ...{ macs: members.filter((member) => member.includes(':')), ips: members.filter((member) => !member.includes(':')) },
  }));
  const text = wantedText(wanted, { expire, whilePaused: ['dns'] });
  const answer = parseAnswer(takeLimits(world.router('gateway').limits, text, world.now));
  world.revision++;
  return answer;
}

function standing(world: World) {
  const lines = render(world, 'gateway', 'wrtmeter').split('\n');
  return parseLimits(lines.slice(lines.indexOf('begin limits') + 1));
}

/** Tries to move so many bytes a second, and gives what the Internet saw. */
function live(world: World, seconds: number, ...devices: string[]) {
  const before = devices.map((mac) => ({ ...world.device(mac).internet }));
  for (let second = 0; second < seconds; second++) {
    world.advance(1);
    for (const mac of devices) world.transfer(mac, bytes(1_000_000, 100_000));
  }
  return devices.map((mac, i) => ({
    download: world.device(mac).internet.download - (before[i]?.download ?? 0),
    upload: world.device(mac).internet.upload - (before[i]?.upload ?? 0),
  }));
}

describe('the limits of a simulated gateway', () => {
  it('hold a device to its rate, in each direction, and nobody else', () => {
    const world = small();
    expect(want(world, { phone: [slow(200_000, null), PHONE] })).to.deep.include({ ok: true, changed: true, found: 0 });
    const [phone, nas] = live(world, 100, PHONE, NAS);
    expect(phone?.download).to.be.within(100 * 200_000, 100 * 200_000 + 250_000);
    expect(phone?.upload).to.equal(10_000_000);
    expect(nas).to.deep.equal(bytes(100_000_000, 10_000_000));
  });

  it('are one budget for all members, known by MAC or by address', () => {
    const world = small();
    want(world, { kids: [slow(200_000, 50_000), PHONE, '192.168.1.5'] });
    const [phone, nas] = live(world, 100, PHONE, NAS);
    expect((phone?.download ?? 0) + (nas?.download ?? 0)).to.be.within(20_000_000, 20_250_000);
    expect((phone?.upload ?? 0) + (nas?.upload ?? 0)).to.be.within(5_000_000, 5_131_072);
  });

  it('pause what goes to the Internet, not what stays at home', () => {
    const world = small();
    want(world, { laptop: [PAUSE, LAPTOP] });
    expect(live(world, 10, LAPTOP)).to.deep.equal([bytes(0, 0)]);
    const { air } = world.device(LAPTOP);
    const before = air.download;
    world.transfer(LAPTOP, bytes(5000, 0), { lan: true });
    expect(air.download).to.equal(before + 5000);
  });

  it('show what stands and what they held back, which is in no count of a host', () => {
    const world = small();
    want(world, { phone: [slow(200_000, 1000), PHONE], laptop: [PAUSE, LAPTOP] }, 600);
    const { account } = world.uplink('gateway', 'wan');
    live(world, 60, PHONE, LAPTOP);
    const [phone, laptop] = standing(world);
    expect(phone).to.deep.include({ id: 'phone', effect: slow(200_000, 1000), expiresIn: 540 });
    expect(laptop).to.deep.include({ id: 'laptop', effect: PAUSE, expiresIn: 540 });
    expect(phone?.dropped.download).to.be.greaterThan(100_000).and.below(1_000_000);
    expect(laptop?.dropped).to.deep.equal(bytes(60 * 40_000, 60 * 4000));
    // The uplink counts downloads before the limit, the access point uploads.
    const passed = world.device(PHONE).internet;
    const dropped = (way: 'download' | 'upload') => (phone?.dropped[way] ?? 0) + (laptop?.dropped[way] ?? 0);
    expect(account).to.deep.equal(bytes(passed.download + dropped('download'), passed.upload));
    expect(world.device(PHONE).air).to.deep.equal(bytes(passed.download, passed.upload + (phone?.dropped.upload ?? 0)));
  });

  it('stay with their counters where the rate is the same, begin anew where not, and end by themselves', () => {
    const world = small();
    want(world, { phone: [slow(200_000, null), PHONE], laptop: [PAUSE, LAPTOP] }, 60);
    live(world, 10, PHONE);
    const dropped = standing(world)[0]?.dropped;
    expect(dropped?.download).to.be.greaterThan(0);
    expect(want(world, { phone: [slow(200_000, null), PHONE], laptop: [slow(1, 1), LAPTOP] }, 60)).to.deep.include({
      found: 1,
      changed: true,
    });
    expect(standing(world)[0]?.dropped).to.deep.equal(dropped);
    expect(want(world, { phone: [slow(200_000, null), PHONE], laptop: [slow(1, 1), LAPTOP] }, 60)).to.deep.include({
      found: 2,
      changed: false,
    });
    world.advance(59);
    expect(standing(world)).to.have.length(2);
    world.advance(1);
    expect(standing(world)).to.deep.equal([]);
    expect(live(world, 10, PHONE)).to.deep.equal([bytes(10_000_000, 1_000_000)]);
  });

  it('are not changed by a text that is cut or has a strange line', () => {
    const world = small();
    want(world, { phone: [PAUSE, PHONE] });
    const { limits } = world.router('gateway');
    for (const [text, reason] of [
      ['wrtmeter-limits 1\nexpire 60\n', 'The last line is missing'],
      ['wrtmeter-limits 1\nexpire 60\nnonsense\nend\n', 'line 3 is wrong'],
    ] as const)
      expect(parseAnswer(takeLimits(limits, text, world.now))).to.deep.equal({ ok: false, step: 'input', reason });
    expect(standing(world)).to.have.length(1);
  });

  it('hold a peer by its address in the tunnel, in what goes on to the Internet', () => {
    const world = createWorld(home(1, { start: START }));
    const peer = world.router('gateway').tunnels[0]?.peers[1] ?? expect.fail();
    const uplink = world.uplink('gateway', 'wan');
    want(world, { peer: [PAUSE, peer.spec.address] });
    const move = (to: typeof uplink | null) => world.move(newTraveller(peer), null, to, bytes(5000, 500), world.now, peer.spec.address);
    move(uplink);
    expect(peer.account).to.deep.equal(bytes(0, 0));
    move(null);
    expect(peer.account).to.deep.equal(bytes(5000, 500));
  });
});
