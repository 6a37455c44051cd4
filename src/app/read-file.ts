import { open, stat } from 'node:fs/promises';
import type { ReadFile } from '../fields/files.ts';

/** Reads only the beginning of a file, so that a device or a huge file given by mistake does no harm. */
export const readFile: ReadFile = async (path, limit) => {
  await refuseNamedPipe(path);
  const handle = await open(path);
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    while (length < limit) {
      const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(limit - length, 65_536)));
      if (bytesRead === 0) break;
      chunks.push(buffer.subarray(0, bytesRead));
      length += bytesRead;
    }
    return Buffer.concat(chunks);
  } finally {
    await handle.close();
  }
};

/** Opening a named pipe waits until something writes to it. Pipes below /dev and /proc, as of `<(…)` and `/dev/stdin`, are open already. */
async function refuseNamedPipe(path: string): Promise<void> {
  if (/^\/(dev|proc)\//.test(path)) return;
  if ((await stat(path)).isFIFO()) throw Object.assign(new Error('This is a named pipe'), { code: 'EFTYPE' });
}
