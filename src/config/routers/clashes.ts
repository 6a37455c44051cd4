import { quote } from '../../errors.ts';
import { fail, type Problems, warn } from '../../fields/problems.ts';
import type { ReadUrl } from '../../sources/kind.ts';
import { KIND_NAMES, kindOf } from '../../sources/registry.ts';
import type { RouterEntry } from './routers.ts';

/** Reports routers with the same name, and earlier names that belong to another router. */
export function checkNames(routers: readonly RouterEntry[], problems: Problems): void {
  const names = new Map<string, string>();
  for (const { name } of routers) {
    const taken = names.get(name.value.toLowerCase());
    if (taken !== undefined) {
      fail(
        problems,
        name.place,
        `${quote(name.value)} and ${quote(taken)} are the same name; give each router its own (on the command line NAME=URL)`,
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
        fail(problems, place, `${quote(value)} belongs to router ${quote(other)}; an earlier name can belong to one router only`);
      else earlier.set(key, router.name.value);
    }
  }
}

interface Visit extends ReadUrl {
  router: RouterEntry;
  host: string;
  folder: string;
  path: string;
}

/** Reports what would be read twice, because it would be counted twice. */
export function checkUrls(routers: readonly RouterEntry[], problems: Problems): void {
  const visits: Visit[] = [];
  for (const router of routers) {
    for (const url of router.urls) {
      const visit = { ...url, ...destination(url.url), router };
      const earlier = visits.find((other) => other.host === visit.host && repeats(visit, other));
      if (earlier !== undefined) report(visit, earlier, problems);
      visits.push(visit);
    }
  }
}

function repeats(visit: Visit, other: Visit): boolean {
  if (visit.router === other.router || visit.what === other.what) return visit.path === other.path;
  return (visit.whole || other.whole) && visit.folder === other.folder;
}

function report(visit: Visit, earlier: Visit, problems: Problems): void {
  const other = quote(earlier.router.name.value);
  if (visit.router === earlier.router) {
    fail(problems, visit.place, `is the same URL as for ${earlier.what}; each source has its own script`);
  } else if (!visit.counts && !earlier.counts) {
    // Harmless, and common in routers.json: access points often list the gateway's leases.
    warn(problems, visit.place, `router ${other} reads the same ${visit.what}; remove them here`);
  } else {
    fail(problems, visit.place, `reads the same router as ${other}, so its bytes would count twice; remove one of them`);
  }
}

/** Where a URL leads, to detect two URLs of the same router; http and https count as the same. */
function destination(text: string): { host: string; folder: string; path: string } {
  const { hostname, port, pathname, search } = new URL(text);
  return { host: `${hostname}:${port}`, folder: pathname.slice(0, pathname.lastIndexOf('/') + 1), path: pathname + search };
}

/** Reports bytes that two routers would count twice according to their kinds. */
export function checkKinds(routers: readonly RouterEntry[], problems: Problems): void {
  for (const [index, router] of routers.entries()) {
    for (const name of KIND_NAMES) {
      const entry = router.kinds[name];
      if (entry === undefined) continue;
      const reasons = routers.flatMap((other, i) => {
        const same = other.kinds[name] ?? null;
        return other === router
          ? []
          : (kindOf(name).clash(entry, { name: other.name.value, same, earlier: i < index, urls: other.urls }) ?? []);
      });
      const [first] = reasons;
      if (first !== undefined) fail(problems, router.places[name] ?? router.name.place, first);
    }
  }
}

/** Reports a login for limits that two routers have: each would take away what the other one set. */
export function checkLimits(routers: readonly RouterEntry[], problems: Problems): void {
  const taken = new Map<string, string>();
  for (const { name, limits } of routers) {
    if (limits === undefined || limits.value === 'wireguard') continue;
    const { ssh, port } = limits.value;
    const key = `${ssh?.value.host.toLowerCase()} ${port?.value ?? 22}`;
    const other = taken.get(key);
    if (other !== undefined)
      fail(
        problems,
        limits.place,
        `is the same login as of router ${quote(other)}, so each would undo the limits of the other; remove one of them`,
      );
    else taken.set(key, name.value);
  }
}
