import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Architecture } from './node.ts';
import { run } from './run.ts';
import type { Source } from './tree.ts';

const FILES = join(import.meta.dirname, 'debian');
const HOME = 'usr/lib/wrtmeter';

/** What the unit of docs/run/systemd.md is in the package, which has an account and a place of its own. */
const UNIT: readonly (readonly [string, string])[] = [
  ['# wrtmeter without Docker: docs/run/systemd.md.\n', ''],
  ['file:/opt/wrtmeter/docs/run/systemd.md', 'man:wrtmeter(1) file:/usr/share/doc/wrtmeter/docs/run/debian.md'],
  ['/usr/bin/node /opt/wrtmeter/dist/main.js serve --config', '/usr/bin/wrtmeter serve --config'],
  [
    '# A separate account that exists only while the service runs; the ledger stays in /var/lib/wrtmeter.\nDynamicUser=yes',
    'User=wrtmeter',
  ],
  // Node's own SQLite takes 30 MB more than the package that others run it with.
  ['MemoryHigh=128M\nMemoryMax=160M', 'MemoryHigh=192M\nMemoryMax=256M'],
  // Its own Node can be told the share itself, so that it follows when somebody gives the unit more memory.
  [
    'This is half of MemoryHigh=, in MiB; the other half is for everything else.\nEnvironment=NODE_OPTIONS=--max-old-space-size=64',
    'This is half of MemoryHigh=; the other half is for everything else.\nEnvironment=NODE_OPTIONS=--max-old-space-size-percentage=50',
  ],
];

/** Makes the Debian package of what `assemble` has put into `assembled`. Returns the file. */
export function makeDeb(source: Source, assembled: string, architecture: Architecture, folder: string, out: string): string {
  const root = join(folder, 'debian');
  const write = (path: string, content: string | Buffer, mode = 0o644) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    chmodSync(join(root, path), mode);
  };
  const own = (name: string) => readFileSync(join(FILES, name), 'utf8');
  const of = (path: string) => readFileSync(join(source.folder, path), 'utf8');
  const said = (...args: string[]) => run(process.execPath, [join(source.folder, 'dist/main.js'), ...args], source.folder);
  const packed = (text: string) => gzipSync(text, { level: 9 });

  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  cpSync(assembled, join(root, HOME), { recursive: true, verbatimSymlinks: true });
  mkdirSync(join(root, 'usr/bin'));
  symlinkSync('../lib/wrtmeter/bin/wrtmeter', join(root, 'usr/bin/wrtmeter'));
  write('etc/wrtmeter/wrtmeter.yaml', own('wrtmeter.yaml'));
  write('usr/lib/systemd/system/wrtmeter.service', unitOf(of('systemd/wrtmeter.service')));
  write('usr/share/doc/wrtmeter/copyright', own('copyright').replace('LICENSE\n', indented(of('LICENSE'))));
  write('usr/share/doc/wrtmeter/changelog.gz', packed(changelogOf(source)));
  write('usr/share/doc/wrtmeter/NEWS.gz', packed(of('CHANGELOG.md')));
  symlinkSync('../../../lib/wrtmeter/docs', join(root, 'usr/share/doc/wrtmeter/docs'));
  write('usr/share/man/man1/wrtmeter.1.gz', packed(said('man')));
  write('usr/share/bash-completion/completions/wrtmeter', said('completion', 'bash'));
  write('usr/share/zsh/vendor-completions/_wrtmeter', said('completion', 'zsh'));
  write('usr/share/fish/vendor_completions.d/wrtmeter.fish', said('completion', 'fish'));
  write('usr/share/lintian/overrides/wrtmeter', own('lintian-overrides'));

  const size = run('du', ['-sk', '--apparent-size', root], folder).split('\t')[0] ?? '';
  const facts = { VERSION: source.version, ARCHITECTURE: architecture, SIZE: size, MAINTAINER: source.maintainer };
  write(
    'DEBIAN/control',
    own('control').replace(/\b(VERSION|ARCHITECTURE|SIZE|MAINTAINER)\b/g, (name) => facts[name as keyof typeof facts]),
  );
  write('DEBIAN/conffiles', '/etc/wrtmeter/wrtmeter.yaml\n');
  for (const script of ['postinst', 'prerm', 'postrm']) write(`DEBIAN/${script}`, own(script), 0o755);

  const file = join(out, `wrtmeter_${source.version}_${architecture}.deb`);
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '-z2', '--build', root, file], folder, { SOURCE_DATE_EPOCH: String(source.time) });
  return file;
}

/** The unit of the package. Throws where the other one no longer has what differs. */
export function unitOf(unit: string): string {
  return UNIT.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`systemd/wrtmeter.service has changed: it no longer has "${from}"`);
    return text.replace(from, to);
  }, unit);
}

/** As Debian's tools read it; what has changed is in NEWS. */
const changelogOf = ({ version, maintainer, time }: Source): string =>
  `wrtmeter (${version}) stable; urgency=medium\n\n  * See NEWS.gz.\n\n -- ${maintainer}  ${new Date(time * 1000).toUTCString().replace('GMT', '+0000')}\n`;

/** A text as a field of a control file. */
const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => ` ${line === '' ? '.' : line}\n`)
    .join('');
