/** Errors of the disk, one file after another: a file that cannot be written stops no other. */
export interface Failures {
  /** Does something; an error of the disk is remembered, any other is thrown. After many of the disk, or once it is aborted, nothing is done. */
  within(work: () => Promise<unknown>): Promise<void>;
  /** The first error, of the disk if there is one, and how many there were. */
  found(): { error: Error; times: number } | null;
}

/** The code of a file with other contents. */
export const FOREIGN = 'FOREIGN';

/** So many show that it is the disk and not a file. */
const MANY = 10;

export function failures(signal: AbortSignal): Failures {
  let foreign: Error | null = null;
  let ofDisk: Error | null = null;
  const times = { foreign: 0, ofDisk: 0 };
  return {
    async within(work) {
      if (times.ofDisk >= MANY || signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (!isDiskError(error)) throw error;
        if (error.code === FOREIGN) {
          foreign ??= error;
          times.foreign += 1;
        } else {
          ofDisk ??= error;
          times.ofDisk += 1;
        }
      }
    },
    found() {
      const error = ofDisk ?? foreign;
      return error === null ? null : { error, times: times.ofDisk + times.foreign };
    },
  };
}

/** Whether an error is one of the disk, or of what lies on it. */
export const isDiskError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && !error.code.startsWith('ERR_');
