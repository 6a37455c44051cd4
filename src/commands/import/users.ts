import { resolve } from 'node:path';
import { count } from '../../errors.ts';
import { userLines } from '../../views/device-suggestions/yaml.ts';
import type { ImportIo } from '../common/command-io.ts';
import { exitCodeOf } from '../common/exit-code.ts';
import { printable, safeJson } from '../common/text.ts';
import { readExport } from './read-export.ts';
import { parseUserMap } from './user-map.ts';

/**
 * `wrtmeter import users FILE`: prints the older logger's user map as lines for wrtmeter.yaml, and writes nothing. Returns the exit code:
 * 2 for a wrong file, with a line for each of its wrong lines.
 */
export function importUsers(path: string, { json = false }: { json?: boolean }, io: ImportIo): Promise<number> {
  return exitCodeOf(io, async () => {
    const { text } = await readExport(path === '-' ? path : resolve(io.cwd, path), io.stdin);
    const users = parseUserMap(text, path === '-' ? 'standard input' : path);
    const yaml = userLines(users);
    io.stdout.write(json ? `${safeJson({ users, yaml })}\n` : yaml.replace(/[^\n]+/g, printable));
    const macs = users.reduce((sum, user) => sum + user.macs.length, 0);
    if (!json)
      io.stderr.write(
        `${count(users.length, 'user')}, ${count(macs, 'MAC')}: add these lines to wrtmeter.yaml, then run "wrtmeter check"\n`,
      );
    return 0;
  });
}
