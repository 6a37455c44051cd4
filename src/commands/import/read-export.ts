import { open } from 'node:fs/promises';
import { fileWords, quote } from '../../errors.ts';
import { decodeText } from '../../ledger/import/encoding.ts';
import { ImportError } from '../../ledger/import/figures.ts';

const LARGEST = 64 << 20;

/** A text exported by another program. */
export interface Export {
  text: string;
  /** For the beginning of a message. */
  name: string;
  /** Unix ms at which the file was written; null for standard input. */
  writtenAt: number | null;
}

/** Reads a file, or standard input for `-`. Throws an ImportError. */
export async function readExport(path: string, stdin: AsyncIterable<Uint8Array | string>): Promise<Export> {
  const name = path === '-' ? 'Standard input' : `File ${quote(path)}`;
  const read = path === '-' ? { chunks: stdin, writtenAt: null, close: async () => {} } : await openFile(path, name);
  try {
    const parts: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of read.chunks) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      parts.push(bytes);
      length += bytes.length;
      if (length > LARGEST) throw new ImportError(`${name} is larger than 64 MiB, so it is not an export: check the path`);
    }
    const text = decodeText(Buffer.concat(parts));
    if (text.trim() === '') throw new ImportError(`${name} is empty: export the figures again`);
    return { text, name, writtenAt: read.writtenAt };
  } finally {
    await read.close();
  }
}

async function openFile(path: string, name: string) {
  try {
    const file = await open(path);
    const found = await file.stat();
    if (!found.isDirectory())
      return { chunks: file.createReadStream({ autoClose: false }), writtenAt: Math.ceil(found.mtimeMs), close: () => file.close() };
    await file.close();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ImportError(
      code === 'ENOENT' ? `There is no file ${quote(path)}: check the path` : `${name} cannot be read: ${fileWords(error)}`,
    );
  }
  throw new ImportError(`${quote(path)} is a directory: use the exported file`);
}
