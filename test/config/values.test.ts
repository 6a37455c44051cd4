import { expect } from 'chai';
import fc from 'fast-check';
import { duration, formatDuration, parseDay, parseDeviceMac, parseListen, parseRate, parseTimeZone } from '../../src/config/values.ts';
import { formatRate } from '../../src/domain/people/rate.ts';
import { parseBoolean, parseName, ValueError } from '../../src/fields/values.ts';

const anyDuration = duration({ least: 0, most: Number.MAX_SAFE_INTEGER, zero: true });

describe('values of settings', () => {
  const good: [string, (text: string) => unknown, Record<string, unknown>][] = [
    [
      'an address and port',
      parseListen,
      {
        '9780': { host: '0.0.0.0', port: 9780 },
        ':9780': { host: '0.0.0.0', port: 9780 },
        '127.0.0.1:0': { host: '127.0.0.1', port: 0 },
        '[::]:9780': { host: '::', port: 9780 },
        'localhost:80': { host: 'localhost', port: 80 },
      },
    ],
    ['a duration', anyDuration, { '0': 0, '300': 300, '90s': 90, '5m': 300, '1h30m': 5400, '30d': 2_592_000, '1w1d': 691_200 }],
    [
      'a rate',
      parseRate,
      {
        '1Gbit': 1e9,
        '300 Mbit/s': 3e8,
        '2.5Gbit': 2.5e9,
        '100mbit': 1e8,
        '16Mbps': 1.6e7,
        '64kbit': 64_000,
        '1000000': 1e6,
        '10Tbit': 1e13,
      },
    ],
    [
      'a MAC in any notation',
      parseDeviceMac,
      {
        '02:00:00:00:00:0A': '02:00:00:00:00:0a',
        '02-00-00-00-00-0a': '02:00:00:00:00:0a',
        '0200.0000.000a': '02:00:00:00:00:0a',
        '02000000000a': '02:00:00:00:00:0a',
      },
    ],
    ['a switch', parseBoolean, { true: true, True: true, yes: true, on: true, '1': true, false: false, no: false, off: false, '0': false }],
    ['a day of the month', parseDay, { '1': 1, '01': 1, '31': 31 }],
    [
      'a time zone',
      parseTimeZone,
      { UTC: 'UTC', 'Europe/Berlin': 'Europe/Berlin', 'America/Argentina/Ushuaia': 'America/Argentina/Ushuaia' },
    ],
    ['a name', parseName, { gateway: 'gateway', 'Anna’s laptop': 'Anna’s laptop', '192.168.1.1': '192.168.1.1' }],
  ];
  for (const [what, parse, texts] of good) {
    for (const [text, value] of Object.entries(texts)) it(`${what}: ${text}`, () => expect(parse(text)).to.deep.equal(value));
  }

  const bad: [string, (text: string) => unknown, string[]][] = [
    [
      'an address and port',
      parseListen,
      ['', '0.0.0.0', '0.0.0.0:65536', '::1:80', '[0.0.0.0]:80', '[::1]', 'a b:80', '1.2.3:80', 'http://a:80', '-a:80', ':'],
    ],
    ['a duration', anyDuration, ['', '5', 'm5', '5 m', '1.5h', '-5m', '5min', '1m1h', '1e3', ' 5m'].filter((text) => text !== '5')],
    ['a rate', parseRate, ['', 'fast', '100MB', '100 MB/s', '1GBps', '0', '-1Gbit', '1e9', '11Tbit', '1G bit']],
    [
      'a MAC',
      parseDeviceMac,
      ['', '02:00:00:00:00', '02:00:00:00:00:0g', '02:00:00:00:00:01:02', 'ff:ff:ff:ff:ff:ff', '00:00:00:00:00:00'],
    ],
    ['a switch', parseBoolean, ['', '2', 'enabled']],
    ['a day of the month', parseDay, ['', '0', '32', '1.5', '-1', 'x', '1e1', '١']],
    ['a time zone', parseTimeZone, ['', '+02:00', 'Berlin', 'Europe/Nowhere', 'CET-1CEST,M3.5.0']],
    ['a name', parseName, ['', ' a', 'a ', 'a\nb', 'a\u202eb', 'x'.repeat(64)]],
  ];
  for (const [what, parse, texts] of bad) {
    for (const text of texts) it(`not ${what}: ${JSON.stringify(text)}`, () => expect(() => parse(text)).to.throw(ValueError));
  }

  it('a formatted duration parses to the same value', () => {
    fc.assert(fc.property(fc.nat(), (seconds) => anyDuration(formatDuration(seconds)) === seconds));
    expect([62 * 86_400, 5400, 300, 604_800, 0].map(formatDuration)).to.deep.equal(['62d', '1h30m', '5m', '1w', '0s']);
  });

  it('a rate is formatted with a readable unit', () => {
    expect([1e9, 2.5e9, 300e6, 64_000, 1e13].map(formatRate)).to.deep.equal([
      '1 Gbit/s',
      '2.5 Gbit/s',
      '300 Mbit/s',
      '64 kbit/s',
      '10 Tbit/s',
    ]);
  });
});
