import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { appendLine, cutFile, removeFile, settleFile } from '../../../src/app/csv/directory.ts';
import { oldLines } from '../../../src/views/logger/cut.ts';
import { LOGGER_HEADER, loggerLine } from '../../../src/views/logger/line.ts';
import { type TinyDisk, tinyDisk } from '../../support/program/tiny-disk.ts';

/** Bytes of the disk, and what it is filled by. */
const [SIZE, PAGE] = [1_048_576, 4096];

describe('cutting a file of csv back', () => {
  let directory: string;
  let disk: TinyDisk;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-cut-'));
    disk = await tinyDisk(directory, 'disk', String(SIZE));
  });
  afterEach(async () => {
    await disk.remove();
    await rm(directory, { recursive: true });
  });

  const text = (count: number) =>
    LOGGER_HEADER + Array.from({ length: count }, (_, i) => loggerLine({ time: 1000 + i, delta: 1, onPeak: i, offPeak: 0 })).join('');
  const cut = (path: string) =>
    cutFile(
      path,
      oldLines(1010, () => 1),
    );

  it('keeps every line that is not too old, however large the file is', async () => {
    const path = join(disk.path, 'all.csv');
    const whole = text(9000);
    await writeFile(path, whole);
    expect(await cut(path)).to.equal(whole.length);
    const [header = '', , ...rest] = whole.split('\n');
    const summary = loggerLine({ time: 1009, delta: 10, onPeak: 9, offPeak: 0 });
    expect(await readFile(path, 'latin1')).to.equal([header, summary.trimEnd(), ...rest.slice(9)].join('\n'));
  });

  it('changes nothing where the new file has no room, wherever the disk gets full', async () => {
    const path = join(disk.path, 'all.csv');
    const other = join(disk.path, 'other');
    const whole = text(9000);
    for (let missing = 2; missing <= 20; missing += 1) {
      await writeFile(path, whole);
      await writeFile(other, Buffer.alloc(SIZE - 2 * PAGE * Math.ceil(whole.length / PAGE) + missing * PAGE));
      expect(await cut(path).then(String, ({ code }) => code), `${missing} pages`).to.equal('ENOSPC');
      expect((await readFile(path, 'latin1')) === whole, `${missing} pages`).to.equal(true);
      expect(await readdir(disk.path)).to.have.members(['all.csv', 'other']);
      await rm(other);
    }
  });
});

describe('the end of a file of csv', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-settle-'));
    path = join(directory, 'all.csv');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const line = { time: 1000, delta: 0, onPeak: 5, offPeak: 0 };
  const whole = LOGGER_HEADER + loggerLine(line);

  it('loses only what a write that was cut off left: text without a line end, and NULs', async () => {
    for (const rest of [
      '1060, 7, 2',
      '1060, 7, 2, 7, 0',
      '\0'.repeat(30),
      `${'\0'.repeat(9)}\n`,
      `${'\0'.repeat(5)}60, 7, 2, 7, 0\n\0\0`,
    ]) {
      await writeFile(path, whole + rest);
      expect(await settleFile(path), JSON.stringify(rest)).to.deep.equal(line);
      expect(await readFile(path, 'latin1')).to.equal(whole);
    }
    for (const begun of ['', 'Time, To', '\0'.repeat(80)]) {
      await writeFile(path, begun);
      expect(await settleFile(path)).to.equal(null);
      await appendLine(path, line);
      expect(await readFile(path, 'latin1')).to.equal(whole);
    }
  });

  it('keeps lines that cannot be read, and says so', async () => {
    for (const rest of [
      '1060, 8.13E+07, 2, 7, 0\n',
      '# a note\n',
      `${'1060, 8.13E+07, 2, 7, 0\n'.repeat(300)}`,
      '\n',
      '1060, 8.13E+07\n1120, 7',
    ]) {
      await writeFile(path, whole + rest);
      expect(await settleFile(path).then(String, ({ message }) => message)).to.include(`"${path}" has other contents`);
      expect(await readFile(path, 'latin1')).to.equal(whole + rest);
    }
  });

  it('empties no file that only begins as one that was cut off does', async () => {
    const text = `${'\0'.repeat(300)}${whole}`;
    await writeFile(path, text);
    expect(await settleFile(path).then(String, ({ code }) => code)).to.equal('FOREIGN');
    expect(await removeFile(path)).to.equal(false);
    expect(await readFile(path, 'latin1')).to.equal(text);
  });

  it('reads no line whose beginning it has not read', async () => {
    const long = `10${' '.repeat(4096)}00, 7, 2, 7, 0\n`;
    await writeFile(path, whole + long);
    expect(await settleFile(path).then(String, ({ code }) => code)).to.equal('FOREIGN');
  });

  it('does not keep a file that is to be removed, unless it never was one of them', async () => {
    await writeFile(path, `${whole}# a note\n`);
    expect(await removeFile(path)).to.equal(true);
    expect(await readdir(directory)).to.deep.equal([]);
    await writeFile(path, 'a,b\n1,2\n');
    expect(await removeFile(path)).to.equal(false);
    expect(await readdir(directory)).to.deep.equal(['all.csv']);
  });
});
