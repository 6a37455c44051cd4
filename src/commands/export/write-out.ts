import type { CommandIo } from '../common/command-io.ts';

/** Writes a part of a long text. It waits while the reader of a pipe is slower, because what is written would be kept in memory. */
export type WriteOut = (text: string) => Promise<void>;

export const writeTo =
  ({ stdout }: Pick<CommandIo, 'stdout'>): WriteOut =>
  async (text) => {
    if (text === '' || stdout.write(text) !== false || stdout.once === undefined) return;
    await new Promise<void>((done) => stdout.once?.('drain', done));
  };
