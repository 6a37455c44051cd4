import { quote } from '../../errors.ts';
import { fail, type Problems, warn } from '../../fields/problems.ts';
import type { ReadUrl } from '../../sources/kind.ts';
import { KIND_NAMES, kindOf } from '../../sources/registry.ts';
import type { RouterEntry } from './routers.ts';

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

interface Visit extends ReadUrl {
  router: string;
  box: string;
  folder: string;
  path: string;
}

/** Reports what would be read twice, for then it would be counted twice. */
export function checkBoxes(routers: readonly RouterEntry[], problems: Problems): void {
  const visits: Visit[] = [];
  for (const { name, urls } of routers) {
    for (const url of urls) {
      const visit = { ...url, ...destination(url.url), router: name.value };
      const earlier = visits.find((other) => other.box === visit.box && repeats(visit, other));
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
  if (visit.router === earlier.router) {
    fail(problems, visit.place, `is the same URL as for ${earlier.what}; each source has its own script`);
  } else if (!visit.counts && !earlier.counts) {
    // Harmless, and usual in files of the older collectors: access points whose entry names the gateway's leases.
    warn(problems, visit.place, `router ${quote(earlier.router)} reads the same ${visit.what}; leave them out here`);
  } else {
    fail(problems, visit.place, `reads the same box as router ${quote(earlier.router)}, which would count it twice; remove one of them`);
  }
}

/** Where a URL leads, for telling whether two lead to the same box: http and https of one host do. */
function destination(text: string): { box: string; folder: string; path: string } {
  const { hostname, port, pathname, search } = new URL(text);
  return { box: `${hostname}:${port}`, folder: pathname.slice(0, pathname.lastIndexOf('/') + 1), path: pathname + search };
}

/** Reports what two routers would count twice by what their kinds know. */
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
