import { expect } from 'chai';
import { bytesIn, formatAge, formatBitRate, formatSeconds, formatShare, formatSpan } from '../../src/views/format.ts';

const GIB = 1024 ** 3;

describe('format', () => {
  it('bytes have three digits and base 1024, as in the dashboards', () => {
    const shown = [0, 1, 1023, 1024, 1536, 10_239, 10_240, 1_048_063, 1_048_064, GIB * 1.5, GIB * 99.96, GIB * 999.4].map(bytesIn('iec'));
    expect(shown).to.deep.equal([
      '0 B',
      '1 B',
      '1023 B',
      '1.00 KiB',
      '1.50 KiB',
      '10.0 KiB',
      '10.0 KiB',
      '1023 KiB',
      '1.00 MiB',
      '1.50 GiB',
      '100 GiB',
      '999 GiB',
    ]);
    expect(bytesIn('iec')(Number.MAX_SAFE_INTEGER)).to.equal('8.00 PiB');
  });

  it('rates are bits per second with base 1000', () => {
    expect([0, 12.5, 108_300_000, 125e6].map(formatBitRate)).to.deep.equal(['0 b/s', '100 b/s', '866 Mb/s', '1.00 Gb/s']);
  });

  it('an age is reported in one unit', () => {
    const second = 1000;
    const shown = [-5000, 0, 1400, 1600, 89 * second, 91 * second, 89 * 60 * second, 5400 * second, 35 * 3600 * second, 36 * 3600 * second];
    expect(shown.map(formatAge)).to.deep.equal([
      'just now',
      'just now',
      'just now',
      '2 s ago',
      '89 s ago',
      '2 min ago',
      '89 min ago',
      '2 h ago',
      '35 h ago',
      '2 days ago',
    ]);
  });

  it('a span is reported in one unit', () => {
    const hour = 3600;
    expect([0, 119.4, 120, 119 * 60, 120 * 60, 47 * hour, 48 * hour].map(formatSpan)).to.deep.equal([
      '0 s',
      '119 s',
      '2 min',
      '119 min',
      '2 h',
      '47 h',
      '2 days',
    ]);
  });

  it('a share that is not nothing is never shown as nothing', () => {
    expect([0, 1e-9, -0.0004, 0.0005, 0.0994, 0.0995, 0.5, 1.5].map(formatShare)).to.deep.equal([
      '0.0 %',
      'under 0.1 %',
      'under 0.1 %',
      '0.1 %',
      '9.9 %',
      '10 %',
      '50 %',
      '150 %',
    ]);
  });

  it('durations below a second are reported in ms', () => {
    expect([0, 0.0381, 0.9994, 0.9996, 1.24, 9.96, 12.4].map(formatSeconds)).to.deep.equal([
      '0 ms',
      '38 ms',
      '999 ms',
      '1.0 s',
      '1.2 s',
      '10 s',
      '12 s',
    ]);
  });
});

describe('bytesIn', () => {
  it('has decimal prefixes for si, as providers count, and binary ones otherwise', () => {
    expect([0, 999, 1000, 1_500_000, 999_700_000, 1e12].map(bytesIn('si'))).to.deep.equal([
      '0 B',
      '999 B',
      '1.00 kB',
      '1.50 MB',
      '1.00 GB',
      '1.00 TB',
    ]);
    for (const units of ['iec', undefined] as const) expect(bytesIn(units)(1_500_000)).to.equal('1.43 MiB');
  });
});
