import { quote } from '../../errors.ts';
import { fail, type Located, type Problems, warn } from '../problems.ts';
import type { RouterEntry, RouterRead } from './routers.ts';
import { destination } from './urls.ts';
import type { WireguardEntry } from './wireguard.ts';

/** Reports routers that have the same name, or an earlier name that is another's. */
export function checkNames(routers: readonly RouterEntry[], problems: Problems): void {
  const names = new Map<string, string>();
  for (const { name } of routers) {
    const taken = names.get(name.value.toLowerCase());
    if (taken !== undefined) {
      fail(
        problems,
        name.place,
        `${quote(name.value)} and ${quote(taken)} are one name; give each router its own (on the command line NAME=URL)`,
      );
    }
    names.set(name.value.toLowerCase(), name.value);
  }
  const earlier = new Map<string, string>();
  for (const router of routers) {
    for (const { value, place } of router.was) {
      const key = value.toLowerCase();
      const other = names.get(key) ?? earlier.get(key);
      if (other !== undefined)
        fail(problems, place, `${quote(value)} belongs to router ${quote(other)}; an earlier name can go to one router only`);
      else earlier.set(key, router.name.value);
    }
  }
}

interface Visit extends RouterRead {
  router: string;
  box: string;
  folder: string;
  path: string;
}

/** Reports what would be read twice, for then it would be counted twice. */
export function checkBoxes(routers: readonly RouterEntry[], problems: Problems): void {
  const visits: Visit[] = [];
  for (const { name, reads } of routers) {
    for (const read of reads) {
      const visit = { ...read, ...destination(read.url), router: name.value };
      const earlier = visits.find((other) => other.box === visit.box && repeats(visit, other));
      if (earlier !== undefined) report(visit, earlier, problems);
      visits.push(visit);
    }
  }
}

function repeats(visit: Visit, other: Visit): boolean {
  if (visit.router === other.router) return visit.path === other.path;
  if (visit.source === other.source) return visit.path === other.path;
  // The script that answers everything counts what the classic ones beside it do.
  return (visit.source === 'wrtmeter' || other.source === 'wrtmeter') && visit.folder === other.folder;
}

function report(visit: Visit, earlier: Visit, problems: Problems): void {
  if (visit.router === earlier.router) {
    fail(problems, visit.place, `is the same URL as for ${earlier.source}; each source has a script of its own`);
  } else if (visit.source === 'leases' && earlier.source === 'leases') {
    // Harmless, and usual in files of the older collectors: access points whose entry names the gateway's leases.
    warn(problems, visit.place, `router ${quote(earlier.router)} reads the same leases; leave them out here`);
  } else {
    fail(problems, visit.place, `reads the same box as router ${quote(earlier.router)}, which would count it twice; remove one of them`);
  }
}

/** Reports WireGuard servers that would be read twice. */
export function checkServers(routers: readonly RouterEntry[], problems: Problems): void {
  const earlier: { name: string; server: WireguardEntry }[] = [];
  for (const { name, wireguard } of routers) {
    if (wireguard === undefined) continue;
    const { value: server, place } = wireguard;
    const other = earlier.find((known) => isSamePlace(known.server, server) && share(known.server.interfaces, server.interfaces));
    const script = server.ssh === undefined ? undefined : scriptAt(server.ssh.value.host, routers, name.value);
    if (other !== undefined) {
      fail(problems, place, `reads the same peers as router ${quote(other.name)}, which would count them twice; remove one of them`);
    } else if (script !== undefined) {
      const remedy = `write wireguard below ${quote(script)}, or leave it out`;
      fail(problems, place, `reads the same box as router ${quote(script)}, whose script tells of its peers too; ${remedy}`);
    }
    earlier.push({ name: name.value, server });
  }
}

function isSamePlace(one: WireguardEntry, other: WireguardEntry): boolean {
  const place = ({ ssh, port, container }: WireguardEntry) =>
    JSON.stringify([ssh?.value.host.toLowerCase(), ssh && (port?.value ?? 22), container?.value]);
  return place(one) === place(other);
}

/** Without names all interfaces are meant. */
function share(some: Located<Located<string>[]> | undefined, others: typeof some): boolean {
  if (!some?.value.length || !others?.value.length) return true;
  return some.value.some(({ value }) => others.value.some((other) => other.value === value));
}

/** Another router whose script answers everything at this host. */
function scriptAt(host: string, routers: readonly RouterEntry[], self: string): string | undefined {
  const at = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, '').toLowerCase();
  const found = routers.find(
    ({ name, reads }) => name.value !== self && reads.some(({ source, url }) => source === 'wrtmeter' && at(url) === host.toLowerCase()),
  );
  return found?.name.value;
}
