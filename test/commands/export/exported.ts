import { readFile } from '../../../src/app/read-file.ts';
import type { CommandIo } from '../../../src/commands/common/command-io.ts';
import { type ExportOptions, exportUsage } from '../../../src/commands/export/export.ts';

export const NOW = Date.parse('2026-11-20T18:00:00Z');

/** What `wrtmeter export` writes about a ledger in Berlin. */
export async function exportOf(directory: string, options: ExportOptions = {}, now = NOW, stdout: CommandIo['stdout'] | null = null) {
  const out = { stdout: '', stderr: '' };
  const write = (stream: keyof typeof out) => ({
    write: (text: string) => {
      out[stream] += text;
    },
  });
  const io = { env: {}, cwd: directory, readFile, systemTimezone: 'Europe/Berlin', clock: { now: () => now } };
  const code = await exportUsage(
    { data: '.', timezone: 'Europe/Berlin', ...options },
    { ...io, stdout: stdout ?? write('stdout'), stderr: write('stderr') },
  );
  return { code, ...out };
}
