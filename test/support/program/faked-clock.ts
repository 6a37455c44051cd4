import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { faketimeLibrary } from '../lab/needs.ts';

/** The wall clock of a program that runs with this environment. It continues by itself from where it is set; the monotonic clock is the real one. */
export interface FakedClock {
  readonly env: NodeJS.ProcessEnv;
  /** Sets it at once, also for a program that runs: an instant as RFC 3339, or Unix ms. */
  set(instant: string | number): void;
  /** Unix ms. */
  now(): number;
  remove(): void;
}

/** Makes a clock out of Debian's libfaketime. */
export function fakedClock(instant: string | number): FakedClock {
  const folder = mkdtempSync(join(tmpdir(), 'wrtmeter-clock-'));
  const file = join(folder, 'faketime');
  let offset = 0;
  const set = (to: string | number) => {
    const real = Date.now();
    // Rounded up: never before the instant that was asked for, and less than a second after it.
    offset = Math.ceil(((typeof to === 'string' ? Date.parse(to) : to) - real) / 1000);
    if (!Number.isFinite(offset)) throw new Error(`Not an instant: "${to}"`);
    // The program reads it at every look at the clock, and must never find half a number.
    writeFileSync(`${file}.new`, `${offset < 0 ? '' : '+'}${offset}\n`);
    renameSync(`${file}.new`, file);
  };
  set(instant);
  return {
    env: {
      LD_PRELOAD: faketimeLibrary(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      FAKETIME_DISABLE_SHM: '1',
      NO_FAKE_STAT: '1',
    },
    set,
    now: () => Date.now() + offset * 1000,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
