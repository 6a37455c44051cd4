import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { expect } from 'chai';
import { apkBytes, makeApk } from '../../../setup/release/openwrt/apk.ts';
import { type Entry, type Package, packageOf } from '../../../setup/release/openwrt/files.ts';
import { makeIpk } from '../../../setup/release/openwrt/ipk.ts';

const ROOT = join(import.meta.dirname, '../../..');
const ORIGIN = { version: '0.1.0', maintainer: 'Some One <one@example.org>', time: 1_790_000_000 };

/** The content of an apk package before its compression. */
function inflated(file: string): Buffer {
  const bytes = readFileSync(file);
  expect(bytes.toString('latin1', 0, 4)).to.equal('ADBd');
  return inflateRawSync(bytes.subarray(4));
}

describe('the packages for routers', () => {
  let folder: string;
  let contents: Package;
  before(() => {
    contents = packageOf(join(ROOT, 'openwrt-cgi'), ORIGIN);
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'wrtmeter-openwrt-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** Makes the ipk in a folder of its own. */
  function ipk(name: string): string {
    mkdirSync(join(folder, name));
    return makeIpk(contents, join(folder, name), join(folder, name));
  }
  const tar = (...args: string[]) => execFileSync('tar', args, { encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } });

  /** Numbers of every length, texts of every length, what is there twice, names that sort otherwise with their folders, an empty file. */
  const sample = (): Package => {
    const file = (path: string, text: string, mode = 0o644): Entry => ({ path, mode, content: Buffer.from(text) });
    return {
      ...ORIGIN,
      name: 'sample-package',
      description: 'What a package can have',
      license: 'MIT',
      depends: 'uhttpd',
      entries: [
        file('etc/config/sample', 'option\n', 0o600),
        file('usr/lib/a-b', 'twice\n', 0o755),
        file('usr/lib/a.b', ''),
        file('usr/lib/a/b/c', 'twice\n'),
        file('usr/lib/a/long', 'x'.repeat(70_000)),
        { path: 'usr/lib/link', link: '/usr/lib/a-b' },
        file('www/index', 'root'),
      ],
      scripts: {
        preinst: Buffer.from('#!/bin/sh\nexit 0\n'),
        postinst: Buffer.from(`#!/bin/sh\n${'# more\n'.repeat(100)}`),
        prerm: Buffer.from(`#!/bin/sh\n${'# much more\n'.repeat(6000)}`),
      },
    };
  };

  // test/fixtures/apk/README.md tells how apk made it.
  it('for apk are what apk itself makes of the same, byte by byte', () => {
    expect(apkBytes(sample()).equals(inflated(join(ROOT, 'test/fixtures/apk/sample.apk')))).to.equal(true);
  });

  it('for apk are the same whenever they are made, and whole after compression', () => {
    const made = makeApk(contents, folder);
    expect(made).to.equal(join(folder, 'wrtmeter-openwrt-0.1.0.apk'));
    expect(inflated(made).equals(apkBytes(packageOf(join(ROOT, 'openwrt-cgi'), ORIGIN)))).to.equal(true);
    for (const entry of contents.entries) if ('content' in entry) expect(inflated(made).includes(entry.content), entry.path).to.equal(true);
  });

  it('for opkg are the same whenever they are made', () => {
    expect(readFileSync(ipk('one')).equals(readFileSync(ipk('two')))).to.equal(true);
  });

  it('for opkg have what opkg looks for, of root and with the time of the commit', () => {
    const made = ipk('made');
    expect(made).to.match(/\/wrtmeter-openwrt_0\.1\.0_all\.ipk$/);
    expect(tar('-tzf', made)).to.equal('./debian-binary\n./data.tar.gz\n./control.tar.gz\n');
    tar('-xzf', made, '-C', folder);
    expect(readFileSync(join(folder, 'debian-binary'), 'utf8')).to.equal('2.0\n');
    const listed = (part: string) => tar('--numeric-owner', '-tvzf', join(folder, part)).trimEnd().split('\n');
    for (const line of [...listed('data.tar.gz'), ...listed('control.tar.gz')])
      expect(line).to.match(/^\S+ 0\/0 +\d+ 2026-09-21 14:13 \.\//);
    const modes = listed('data.tar.gz').map((line) => [line.slice(0, 10), line.split(' ./')[1]].join(' '));
    expect(modes).to.include.members(['-rw------- etc/config/wrtmeter', '-rwxr-xr-x www/cgi-bin/wrtmeter.cgi', 'drwxr-xr-x www/']);
    tar('-xzf', join(folder, 'control.tar.gz'), '-C', folder);
    expect(readFileSync(join(folder, 'conffiles'), 'utf8')).to.equal('/etc/config/wrtmeter\n');
    const control = readFileSync(join(folder, 'control'), 'utf8');
    expect(control).to.match(/^Package: wrtmeter-openwrt\nVersion: 0\.1\.0\nDepends: uhttpd\n/);
    expect(control).to.match(
      /\nMaintainer: Some One <one@example\.org>\nArchitecture: all\nInstalled-Size: \d{6}\nDescription: Scripts [^\n]*\n$/,
    );
  });

  it('look for files of others wherever they put files outside their own folders', () => {
    const looked = contents.scripts.preinst.toString().match(/\/(www|etc)\/[\w./-]+/g);
    const put = contents.entries.map(({ path }) => `/${path}`).filter((path) => /^\/(www|etc\/init\.d)\//.test(path));
    expect(new Set(looked)).to.deep.equal(new Set(put));
  });

  it('have no version that the package managers would order otherwise', () => {
    const version = '0.2.0-beta.1';
    expect(() => packageOf(join(ROOT, 'openwrt-cgi'), { ...ORIGIN, version })).to.throw(`"${version}" is not a version`);
  });
});
