import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { LOGGER_HEADER, loggerLine, parseLoggerLine } from '../../../src/views/logger/line.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';

const OLD = readFileSync(new URL('../../fixtures/logger/00-00-5E-00-53-02_192.168.0.101.csv', import.meta.url), 'latin1');

describe('a line of the older logger', () => {
  it('of its own file is read and written back to the byte', () => {
    const lines = OLD.split('\n').flatMap((line) => parseLoggerLine(line) ?? []);
    expect(lines).to.have.length(60);
    expect(LOGGER_HEADER + lines.map(loggerLine).join('')).to.equal(OLD);
  });

  it('is what a program for its files reads', () => {
    expect(readOldFormat(OLD)).to.have.length(60);
    const ours = LOGGER_HEADER + loggerLine({ time: 10, delta: 0, onPeak: 5, offPeak: 2 });
    expect(readOldFormat(ours)).to.deep.equal([{ time: 10, total: 7, delta: 0, onPeak: 5, offPeak: 2 }]);
  });

  it('may have a fraction in its time, and nothing else', () => {
    expect(parseLoggerLine('1510012800.25, 7, 0, 5, 2')).to.deep.equal({ time: 1510012800, delta: 0, onPeak: 5, offPeak: 2 });
    for (const text of [
      '',
      LOGGER_HEADER,
      '1, 2, 3, 4',
      '1, 2, 3, 4, 5, 6',
      '1, 2, -3, 4, 5',
      '=1, 2, 3, 4, 5',
      '1, 2, 3, 4, ',
      '1, 2, 3.5, 4, 5',
    ])
      expect(parseLoggerLine(text), text).to.equal(null);
  });

  it('is refused by that program where the columns, their order, time or the sums are wrong', () => {
    const lines = OLD.split('\n');
    const changed = (change: (lines: string[]) => void) => {
      const copy = [...lines];
      change(copy);
      return () => readOldFormat(copy.join('\n'));
    };
    expect(changed((copy) => copy.splice(0, 1, 'Time, Total Bytes, On-Peak, Off-Peak, Delta'))).to.throw('not the columns');
    expect(changed((copy) => copy.splice(-1, 1, '15'))).to.throw('cut off');
    expect(changed((copy) => copy.splice(20, 1, copy[19] ?? ''))).to.throw('time goes back');
    expect(changed((copy) => copy.splice(2, 1))).to.throw('gap');
    expect(changed((copy) => copy.splice(3, 1, (copy[3] ?? '').replace(/\d+$/, '1')))).to.throw('not all bytes');
  });
});
