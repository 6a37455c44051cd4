import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from './run.ts';
import { copyParts, type Source } from './tree.ts';

/** Starts the program with the Node beside it and the SQLite in that, from wherever it is linked to. */
const START = `#!/bin/sh
export WRTMETER_LEDGER_DRIVER="\${WRTMETER_LEDGER_DRIVER:-node}"
home=$(dirname "$(dirname "$(readlink -f "$0")")")
exec "$home/node/bin/node" "$home/dist/main.js" "$@"
`;

/** Puts all that runs into `folder`: the program, its packages and Node, started by \`bin/wrtmeter\`. */
export function assemble(source: Source, node: { program: string; license: string }, folder: string): void {
  mkdirSync(folder, { recursive: true });
  copyParts(source, folder);
  for (const made of ['bin', 'node/bin']) mkdirSync(join(folder, made), { recursive: true });
  cpSync(node.program, join(folder, 'node/bin/node'));
  cpSync(node.license, join(folder, 'node/LICENSE'));
  writeFileSync(join(folder, 'bin/wrtmeter'), START);
  run('chmod', ['-R', 'u=rwX,go=rX', '.'], folder);
  // The program's own script starts it, and packages of npm may say that anything can be started.
  run('find', ['dist', 'node_modules', '-type', 'f', '-exec', 'chmod', '0644', '{}', '+'], folder);
  for (const program of ['bin/wrtmeter', 'node/bin/node']) chmodSync(join(folder, program), 0o755);
}

/** Packs a folder as a file whose bytes depend on nothing but what is in it. Returns the file. */
export function pack(folder: string, file: string, time: number): string {
  const same = ['--sort=name', `--mtime=@${time}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const name = folder.slice(dirname(folder).length + 1);
  run('tar', [...same, '--use-compress-program', 'gzip -n', '-cf', file, name], dirname(folder));
  return file;
}
