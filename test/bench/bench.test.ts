import { expect } from 'chai';
import { OptionError, parseOptions } from './options.ts';
import { quantile, summarise } from './report/statistics.ts';
import { milliseconds, whole } from './report/units.ts';
import { sizesOf } from './sizes.ts';

const NOTHING = { quick: false, json: false, hosts: true, classic: false, devices: null };

describe('the benchmark', () => {
  it('knows the median and the ninth in ten', () => {
    expect(summarise([5, 1, 3, 2, 4])).to.deep.equal({ median: 3, p90: 4.6, count: 5 });
    expect(quantile([1, 2], 0.5)).to.equal(1.5);
    expect(() => quantile([], 0.5)).to.throw(RangeError);
  });

  it('writes figures no finer than they are', () => {
    expect([0.123, 9.876, 12.34, 456.7, 1234.5].map(milliseconds)).to.deep.equal(['0.12 ms', '9.88 ms', '12.3 ms', '457 ms', '1,235 ms']);
    expect(whole(1_234_567)).to.equal('1,234,567');
  });

  it('takes its options, and says which there are', () => {
    expect(parseOptions([])).to.deep.equal(NOTHING);
    expect(parseOptions(['--quick', '--json', '--no-hosts', '--devices', '20'])).to.deep.equal({
      quick: true,
      json: true,
      hosts: false,
      classic: false,
      devices: 20,
    });
    expect(parseOptions(['--classic']), 'the classic scripts count no hosts').to.deep.include({ classic: true, hosts: false });
    expect(() => parseOptions(['--fast'])).to.throw(OptionError, 'Options are --quick, --json, --no-hosts, --classic and --devices NUMBER');
    expect(() => parseOptions(['--devices', 'many'])).to.throw(OptionError, '--devices takes a number from 1 to 65536, not "many"');
  });

  it('measures the usual numbers of devices, or the one asked for', () => {
    const devicesOf = (options: Partial<typeof NOTHING>) => sizesOf({ ...NOTHING, ...options }).map(({ devices }) => devices);
    expect(devicesOf({})).to.deep.equal([50, 1000, 5000, 20_000]);
    expect(devicesOf({ quick: true })).to.deep.equal([50, 1000, 5000]);
    expect(sizesOf({ ...NOTHING, quick: true, devices: 20 })).to.deep.equal([
      { devices: 20, routers: 2, warmUp: 8, rounds: 6, rest: 0, historyDays: 0, hosts: true, classic: false },
    ]);
    expect(sizesOf({ ...NOTHING, quick: true, devices: 20_000 })[0]).to.include({ routers: 50, rounds: 5 });
  });
});
