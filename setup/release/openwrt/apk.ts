import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { AdbWriter, NULL, type Value, words } from './adb.ts';
import { type Entry, type Package, sizeOf } from './files.ts';

const BLOCKS = { adb: 0, data: 2 } as const;
const FOLDER_MODE = 0o755;
/** What a link's target begins with: S_IFLNK in 16 bits. */
const LINK = Buffer.from([0x00, 0xa0]);

/** Makes the package for apk (OpenWrt from 25.12), byte by byte as `apk mkpkg` of apk-tools 3 does, and returns its file. It is not signed. */
export function makeApk(contents: Package, out: string): string {
  const made = join(out, `${contents.name}-${contents.version}.apk`);
  writeFileSync(made, Buffer.concat([Buffer.from('ADBd'), deflateRawSync(apkBytes(contents), { level: 9 })]));
  return made;
}

/** The package before compression: what is known of it, then the files. */
export function apkBytes(contents: Package): Buffer {
  const folders = foldersOf(contents.entries);
  const files = folders.flatMap(({ entries }, folder) => entries.map((entry, file) => ({ entry, number: words([folder + 1, file + 1]) })));
  return Buffer.concat([
    Buffer.from('ADB.pckg'),
    block('adb', aboutOf(contents, folders)),
    ...files.map(({ entry, number }) =>
      'content' in entry && entry.content.length > 0 ? block('data', Buffer.concat([number, entry.content])) : Buffer.alloc(0),
    ),
  ]);
}

interface Folder {
  path: string;
  entries: Entry[];
}

/** Every folder with its own entries, the root first. All in the order of their names. */
function foldersOf(entries: readonly Entry[]): Folder[] {
  const folders = new Map<string, Entry[]>();
  const folder = (path: string): Entry[] => {
    const known = folders.get(path);
    if (known) return known;
    if (path !== '') folder(parentOf(path));
    const made: Entry[] = [];
    folders.set(path, made);
    return made;
  };
  folder('');
  for (const entry of entries) folder(parentOf(entry.path)).push(entry);
  const byName = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  for (const own of folders.values()) own.sort((a, b) => byName(a.path, b.path));
  return [...folders].map(([path, own]) => ({ path, entries: own })).sort((a, b) => byName(a.path, b.path));
}

const parentOf = (path: string): string => dirname(path).replace(/^\.$/, '');

/** Everything but the content of the files. Fields have the order of apk's schemas; absent ones are NULL. */
function aboutOf(contents: Package, folders: readonly Folder[]): Buffer {
  const adb = new AdbWriter();
  // In the order in which apk writes them, so that the bytes are the same.
  const name = adb.blob(contents.name);
  const version = adb.blob(contents.version);
  const description = adb.blob(contents.description);
  const arch = adb.blob('noarch');
  const license = adb.blob(contents.license);
  const maintainer = adb.blob(contents.maintainer);
  const depends = adb.object([adb.object([adb.blob(contents.depends)])]);
  const paths = folders.map((folder) => folderOf(adb, folder, contents.time));
  const size = adb.int(sizeOf(contents.entries));
  const id = adb.hole(20);
  const fields = [name, version, id.value, description, arch, license, NULL, maintainer, NULL, NULL, NULL, size, NULL, NULL, depends];
  const info = adb.object(fields);
  const files = adb.object(paths);
  const { preinst, postinst, prerm } = contents.scripts;
  const scripts = adb.object([NULL, adb.blob(preinst), adb.blob(postinst), adb.blob(prerm), NULL, NULL, adb.blob(postinst)]);
  const root = adb.object([info, files, scripts]);
  // The package's identity is a hash of all that is said of it.
  adb.fill(id.at, createHash('sha256').update(adb.bytes(root)).digest().subarray(0, 20));
  return adb.bytes(root);
}

function folderOf(adb: AdbWriter, { path, entries }: Folder, time: number): Value {
  const files = entries.map((entry) => fileOf(adb, entry, time));
  const name = adb.blob(path);
  const access = accessOf(adb, FOLDER_MODE);
  return adb.object([name, access, adb.object(files)]);
}

function fileOf(adb: AdbWriter, entry: Entry, time: number): Value {
  const name = adb.blob(basename(entry.path));
  const hash = 'content' in entry ? adb.blob(createHash('sha256').update(entry.content).digest()) : NULL;
  const target = 'link' in entry ? adb.blob(Buffer.concat([LINK, Buffer.from(entry.link)])) : NULL;
  const changed = adb.int(time);
  const size = adb.int('content' in entry ? entry.content.length : Buffer.byteLength(entry.link));
  const access = accessOf(adb, 'content' in entry ? entry.mode : 0o777);
  return adb.object([name, access, size, changed, hash, target]);
}

const accessOf = (adb: AdbWriter, mode: number): Value => adb.object([adb.int(mode), adb.blob('root'), adb.blob('root')]);

/** A block begins with its type and length, and is filled up to a multiple of eight. */
function block(type: keyof typeof BLOCKS, content: Buffer): Buffer {
  const length = content.length + 4;
  return Buffer.concat([words([BLOCKS[type] * 2 ** 30 + length]), content, Buffer.alloc((8 - (length % 8)) % 8)]);
}
