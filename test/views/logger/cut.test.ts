import { expect } from 'chai';
import fc from 'fast-check';
import { oldLines } from '../../../src/views/logger/cut.ts';
import { LOGGER_HEADER, loggerLine, parseLoggerLine } from '../../../src/views/logger/line.ts';
import { readOldFormat } from '../../support/ledger/old-reader.ts';

/** Periods of 100 s. */
const periodOf = (time: number) => Math.floor(time / 100);

function cut(text: string, oldest: number): string {
  const lines = text.split('\n').flatMap((line) => parseLoggerLine(line) ?? []);
  const old = oldLines(oldest, periodOf);
  const rest = lines.slice(lines.filter((line) => old.take(line)).length);
  const summary = old.summary();
  return summary === null ? text : LOGGER_HEADER + summary + rest.map(loggerLine).join('');
}

describe('a file of csv that is cut back', () => {
  const times = [90, 100, 101, 150, 199, 200, 201, 250, 300];
  const text =
    LOGGER_HEADER + times.map((time, index) => loggerLine({ time, delta: index === 0 ? 0 : 10, onPeak: index * 10, offPeak: 3 })).join('');

  it('keeps the last line of each period, with its bytes, and those that are young enough', () => {
    expect(cut(text, 250)).to.equal(
      `${LOGGER_HEADER}100, 13, 10, 10, 3\n200, 53, 40, 50, 3\n201, 63, 10, 60, 3\n250, 73, 10, 70, 3\n300, 83, 10, 80, 3\n`,
    );
    expect(cut(text, 1000).split('\n')).to.have.length(5);
  });

  it('stays as it is where nothing is too old, or only the summary', () => {
    expect(cut(text, 0)).to.equal(text);
    const once = cut(text, 250);
    expect(cut(once, 250)).to.equal(once);
  });

  it('has no gap, whenever it is cut', () => {
    const step = fc.record({ seconds: fc.integer({ min: 1, max: 130 }), bytes: fc.nat(50) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1 }), fc.array(fc.nat(3000)), (steps, cuts) => {
        let [time, sum] = [0, 0];
        let all = LOGGER_HEADER;
        for (const { seconds, bytes } of steps) {
          time += seconds;
          sum += bytes;
          all += loggerLine({ time, delta: bytes, onPeak: sum, offPeak: 0 });
        }
        const end = readOldFormat(all).at(-1);
        for (const oldest of cuts.sort((a, b) => a - b)) all = cut(all, oldest);
        const lines = readOldFormat(all);
        expect(lines.at(-1)).to.include({ time: end?.time, total: end?.total });
        expect(lines.reduce((added, { delta }) => added + delta, 0)).to.equal(sum);
      }),
    );
  });
});
