import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file or a link of a package, by its path from the root, without the first "/". All belong to root. */
export type Entry = { path: string; mode: number; content: Buffer } | { path: string; link: string };

/** What a package for routers is, whatever the package manager. */
export interface Package {
  name: string;
  version: string;
  description: string;
  license: string;
  maintainer: string;
  depends: string;
  /** Unix seconds: the time of all files. */
  time: number;
  /** In the order of their paths. */
  entries: readonly Entry[];
  scripts: { preinst: Buffer; postinst: Buffer; prerm: Buffer };
}

export const CONFIG = 'etc/config/wrtmeter';

const OWN = import.meta.dirname;
const CGI = ['wrtmeter.cgi', 'hosts.cgi', 'totalwifi.cgi', 'wan.cgi', 'dhcp.cgi'];
const LIB = ['hosts.sh', 'hosts-again.sh', 'hosts-networks.sh', 'hosts-nftables.sh', 'hosts-iptables.sh', 'host-event.sh', 'on-router.sh'];

/** The package of the scripts in a folder openwrt-cgi/: each file where install.sh puts it, and what sets the router up as install.sh does. */
export function packageOf(scripts: string, of: { version: string; maintainer: string; time: number }): Package {
  if (!/^\d+(\.\d+)*$/.test(of.version))
    throw new Error(`"${of.version}" is not a version that opkg and apk order alike: use numbers and dots`);
  const ours = (path: string, name: string): Entry => ({ path, mode: 0o755, content: readFileSync(join(scripts, name)) });
  const own = (name: string) => readFileSync(join(OWN, name));
  const entries: Entry[] = [
    { path: CONFIG, mode: 0o600, content: own('config') },
    ours('etc/init.d/wrtmeter', 'wrtmeter.init'),
    ours('etc/init.d/wrtmeter-root', 'wrtmeter-root.init'),
    ...LIB.map((name) => ours(`usr/lib/wrtmeter/${name}`, name)),
    { path: 'usr/lib/wrtmeter/package.sh', mode: 0o755, content: own('package.sh') },
    ...CGI.map((name) => ({ path: `usr/share/wrtmeter/cgi-bin/${name}`, link: `/www/cgi-bin/${name}` })),
    ...CGI.map((name) => ours(`www/cgi-bin/${name}`, name)),
  ];
  return {
    ...of,
    name: 'wrtmeter-openwrt',
    description: 'Scripts that let wrtmeter read the traffic counters of this router, and count its hosts',
    license: 'MIT',
    depends: 'uhttpd',
    entries: entries.sort((a, b) => (a.path < b.path ? -1 : 1)),
    scripts: { preinst: own('preinst'), postinst: own('postinst'), prerm: own('prerm') },
  };
}

/** Bytes of all files together. */
export const sizeOf = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + ('content' in entry ? entry.content.length : 0), 0);

/** Writes entries below a folder, whatever the umask is. */
export function layOut(entries: readonly Entry[], root: string): void {
  const folder = (path: string) => {
    if (mkdirSync(path, { recursive: true }) === undefined) return;
    for (let made = path; made.length >= root.length; made = dirname(made)) chmodSync(made, 0o755);
  };
  folder(root);
  for (const entry of entries) {
    const path = join(root, entry.path);
    folder(dirname(path));
    if ('link' in entry) symlinkSync(entry.link, path);
    else {
      writeFileSync(path, entry.content);
      chmodSync(path, entry.mode);
    }
  }
}
