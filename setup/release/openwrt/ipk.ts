import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../run.ts';
import { CONFIG, type Entry, layOut, type Package, sizeOf } from './files.ts';

/** Makes the package for opkg (OpenWrt up to 24.10) and returns its file: a tar of two more, with what is to be installed and what is to be known. */
export function makeIpk(contents: Package, folder: string, out: string): string {
  const facts: Record<string, string> = {
    VERSION: contents.version,
    MAINTAINER: contents.maintainer,
    SIZE: String(sizeOf(contents.entries)),
    DESCRIPTION: contents.description,
  };
  const template = readFileSync(join(import.meta.dirname, 'control'), 'utf8');
  const control = template.replace(/\b(VERSION|MAINTAINER|SIZE|DESCRIPTION)\b/g, (name) => facts[name] ?? name);
  const file = (path: string, content: string | Buffer, mode = 0o644): Entry => ({ path, mode, content: Buffer.from(content) });

  layOut(contents.entries, join(folder, 'data'));
  const scripts = Object.entries(contents.scripts).map(([name, script]) => file(name, script, 0o755));
  layOut([file('control', control), file('conffiles', `/${CONFIG}\n`), ...scripts], join(folder, 'control'));
  layOut([file('debian-binary', '2.0\n')], join(folder, 'ipk'));
  for (const part of ['data', 'control']) tar(join(folder, part), join(folder, `ipk/${part}.tar.gz`), ['.'], contents.time);
  const made = join(out, `${contents.name}_${contents.version}_all.ipk`);
  tar(join(folder, 'ipk'), made, ['./debian-binary', './data.tar.gz', './control.tar.gz'], contents.time);
  return made;
}

function tar(folder: string, file: string, names: readonly string[], time: number): void {
  const same = ['--sort=name', `--mtime=@${time}`, '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  run('tar', [...same, '--use-compress-program', 'gzip -n', '-cf', file, ...names], folder);
}
