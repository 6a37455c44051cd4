import { quote } from '../errors.ts';
import { fail, type Problems, warn } from './problems.ts';
import type { RouterEntry, RouterRead } from './routers.ts';
import { destination } from './urls.ts';

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
