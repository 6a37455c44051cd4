import { expect } from 'chai';
import type { Uplink } from '../../../src/domain/observation.ts';
import { MOST_UPLINKS } from '../../../src/domain/wire.ts';
import { parseUplinks } from '../../../src/sources/openwrt/uplinks.ts';
import { system } from '../../support/ledger/rounds.ts';

const read = (lines: readonly string[], layers?: readonly string[]) => {
  const { observation, ...skipped } = parseUplinks(lines, layers, system('8d1f3b0e-5c0f', 5000));
  if (observation.source !== 'wan') throw new Error('no uplinks');
  return { uplinks: observation.uplinks, skipped };
};
const many = <T>(count: number, each: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => each(i));
const up = (i: number): string => `uplink u${i} up eth${i} ${i + 1} dhcp 5 6`;
const down = (i: number): string => `uplink d${i} down - - qmi - -`;
const namesOf = (uplinks: readonly Uplink[]): string[] => uplinks.map(({ name }) => name);

describe('the uplinks in an answer of wrtmeter.cgi', () => {
  it('are the first with counters and the first without (Rule: small); the others are counted as skipped', () => {
    const lines = [...many(100, down), ...many(100, up)];
    const { uplinks, skipped } = read(lines);
    const first = many(MOST_UPLINKS, (i) => i);
    expect(namesOf(uplinks)).to.deep.equal([...first.map((i) => `d${i}`), ...first.map((i) => `u${i}`)]);
    expect(skipped).to.deep.equal({
      skipped: 200 - 2 * MOST_UPLINKS,
      skippedBecause: ['more than 64 uplinks'],
      unread: [],
      isPartial: true,
    });
  });

  it('are all there where a router has as many as are read', () => {
    const { uplinks, skipped } = read([...many(MOST_UPLINKS, up), ...many(MOST_UPLINKS, down)]);
    expect(uplinks).to.have.length(2 * MOST_UPLINKS);
    expect(skipped).to.deep.equal({ skipped: 0, skippedBecause: [], unread: [] });
  });

  it('lie on what the first line of their device names, up to a bound', () => {
    const { uplinks, skipped } = read(
      [up(0), up(1), down(0)],
      ['layer eth1', 'layer eth12 eth9', 'layer eth1 eth0', 'layer eth1 eth9', `layer eth0 ${many(300, (i) => `p${i}`).join(' ')}`],
    );
    expect(uplinks.map(({ below }) => below)).to.deep.equal([many(256, (i) => `p${i}`), ['eth0'], undefined]);
    expect(skipped).to.deep.include({ skipped: 1, skippedBecause: ['more than 256 devices that "eth0" lies on'], isPartial: true });
  });

  it('and their layers are read in one pass, however many a router invents', () => {
    const { uplinks, skipped } = read(
      many(75_000, up),
      many(75_000, (i) => `layer eth${74_999 - i} br${i}`),
    );
    expect(uplinks.map(({ below }) => below)).to.deep.equal(many(MOST_UPLINKS, (i) => [`br${74_999 - i}`]));
    expect(skipped.skipped).to.equal(75_000 - MOST_UPLINKS);
  });
});
