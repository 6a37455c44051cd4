import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type LoggerEntry, loggerFiles } from '../../src/app/logger-files.ts';

const HEADER = 'Time, Total Bytes, Delta, On-Peak, Off-Peak\n';
const START = Date.UTC(2026, 10, 1);
const SECOND = START / 1000;

describe('the files of the older logger', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-logger-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  const phone = (onPeak: number, offPeak = 0): LoggerEntry => ({ file: 'devices/02-00-00-00-00-01_192.168.1.10.csv', onPeak, offPeak });
  const text = ({ file }: LoggerEntry) => readFile(join(directory, file), 'latin1');

  it('get a line each time, with the sums and what was added', async () => {
    const files = loggerFiles(directory);
    await files.append([phone(100)], START);
    await files.append([phone(150, 20)], START + 60_000);
    expect(await text(phone(0))).to.equal(`${HEADER}${SECOND}, 100, 0, 100, 0\n${SECOND + 60}, 170, 70, 150, 20\n`);
  });

  it('continue after a restart, and a line that was cut off is removed', async () => {
    await loggerFiles(directory).append([phone(100)], START);
    await appendFile(join(directory, phone(0).file), `${SECOND + 30}, 13`);
    await loggerFiles(directory).append([phone(150)], START + 60_000);
    expect(await text(phone(0))).to.equal(`${HEADER}${SECOND}, 100, 0, 100, 0\n${SECOND + 60}, 150, 50, 150, 0\n`);
  });

  it('of the older program continue from their own sums', async () => {
    const file = 'total.csv';
    await writeFile(join(directory, file), `${HEADER}${SECOND - 60}, 9000, 40, 8000, 1000\n`);
    const files = loggerFiles(directory);
    await files.append([{ file, onPeak: 5, offPeak: 1 }], START);
    await files.append([{ file, onPeak: 12, offPeak: 1 }], START + 60_000);
    expect((await readFile(join(directory, file), 'latin1')).split('\n').slice(2, 4)).to.deep.equal([
      `${SECOND}, 9000, 0, 8000, 1000`,
      `${SECOND + 60}, 9007, 7, 8007, 1000`,
    ]);
  });

  it('never go back in time or in sums', async () => {
    const files = loggerFiles(directory);
    await files.append([phone(100, 50)], START);
    await files.append([phone(120, 50)], START - 60_000);
    await files.append([phone(90, 60)], START + 60_000);
    expect(await text(phone(0))).to.equal(`${HEADER}${SECOND}, 150, 0, 100, 50\n${SECOND + 60}, 160, 10, 100, 60\n`);
  });

  it('are cut back, but for their last line', async () => {
    const files = loggerFiles(directory);
    for (let i = 0; i < 5; i += 1) await files.append([phone(i * 10)], START + i * 60_000);
    await files.cut(START + 240_000, 120);
    expect((await text(phone(0))).split('\n').map((line) => line.split(',')[0])).to.deep.equal([
      'Time',
      ...[120, 180, 240].map((seconds) => String(SECOND + seconds)),
      '',
    ]);
    await files.cut(START + 86_400_000, 120);
    expect(await text(phone(0))).to.equal(`${HEADER}${SECOND + 240}, 40, 10, 40, 0\n`);
    expect(await readdir(join(directory, 'devices'))).to.have.lengthOf(1);
  });
});
