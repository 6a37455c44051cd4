import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { probesOf } from '../../app/from-config.ts';
import type { RouterConfig } from '../../config/config.ts';
import type { Baseline } from '../../domain/counter.ts';
import { uplinkCounter } from '../../domain/counter-names.ts';
import type { SourceName } from '../../domain/observation.ts';
import { quote } from '../../errors.ts';
import { type Classic, type ClassicMonth, isClassic, lastPolled, readClassic } from '../../ledger/import/classic.ts';
import { type Figure, type Findings, ImportError, type ImportedReader, type LeftOut } from '../../ledger/import/figures.ts';
import { whyUnseen } from '../../ledger/storage/files.ts';
import { type Foreign, openForeign } from '../../ledger/storage/import/foreign.ts';
import type { ImportSettings } from './options.ts';

const FILES = ['network_stats.db', 'dhcp_leases.db'] as const;

/** Reads the databases of the Python or Go collector: a path is one of them, or their directory. */
export async function classicFindings(paths: readonly string[], setting: ImportSettings): Promise<Findings> {
  const files: Foreign[] = [];
  try {
    for (const path of (await Promise.all(paths.map(filesAt))).flat()) {
      const file = await openForeign(path);
      files.push(file);
      if (!isClassic(file))
        throw new ImportError(`File ${quote(path)} has none of the tables monthly_stats, cumulative_stats, dhcp_leases: check the path`);
    }
    return findingsOf(await readClassic(files, setting.config.timezone, setting.now), setting);
  } finally {
    for (const file of files) await file.close();
  }
}

async function filesAt(path: string): Promise<string[]> {
  const unseen = await whyUnseen(path);
  if (unseen !== null) throw new ImportError(`${quote(path)} cannot be read: ${unseen}`);
  const found = await stat(path).catch(() => null);
  if (found === null) throw new ImportError(`There is no file or directory ${quote(path)}: check the path`);
  if (!found.isDirectory()) return [path];
  const inside = FILES.map((name) => join(path, name));
  const there = await Promise.all(inside.map((file) => stat(file).catch(() => null)));
  const files = inside.filter((_, i) => there[i]?.isFile());
  if (files.length === 0) throw new ImportError(`Directory ${quote(path)} contains neither ${FILES.join(' nor ')}: check the path`);
  return files;
}

function findingsOf(classic: Classic, setting: ImportSettings): Findings {
  const leftOut: LeftOut[] = [...classic.leftOut];
  const uplink = uplinkOf(setting);
  const figures = classic.months.flatMap(({ mac, bytes, at, from, to }): Figure[] => {
    const stretch = { kind: 'stretch', from, to, until: at, bytes } as const;
    if (mac !== null) return [{ account: { kind: 'device', router: '', interface: '', key: mac }, ...stretch }];
    if (uplink !== null) return [{ account: { kind: 'wan', router: uplink.router, interface: uplink.name, key: '' }, ...stretch }];
    leftOut.push({ what: 'main_wan', bytes, why: 'several routers have an uplink: choose one with --router' });
    return [];
  });
  const readers = [takeOver('stations', classic, setting), takeOver('wan', classic, setting)].flatMap((found) => {
    if (found === null) return [];
    if ('why' in found) leftOut.push(found);
    return 'why' in found ? [] : [found];
  });
  return { program: 'classic', figures, most: new Map(), names: classic.names, readers, leftOut };
}

/** The account of `main_wan`: of the router given, otherwise of the only router with an uplink. */
function uplinkOf({ router, interface: name = 'wan', config }: ImportSettings): { router: string; name: string } | null {
  if (router !== null) return { router, name };
  const [only, ...others] = config.routers.filter((found) => reads(found, 'wan'));
  return only === undefined || others.length > 0 ? null : { router: only.name, name };
}

const reads = (router: RouterConfig, source: 'stations' | 'wan'): boolean =>
  probesOf(router).some(({ sources }) => sources.includes(source));

/**
 * The collector's last raw counters as the baselines of our reader, if they are certainly of the same counters: their rows do not name
 * the router, so only one router may be read, and by the same script. Null if there is nothing to take over.
 */
function takeOver(source: 'stations' | 'wan', classic: Classic, { config }: ImportSettings): ImportedReader | LeftOut | null {
  const raw = [...classic.counters].filter(([mac]) => (mac === null) === (source === 'wan'));
  const months = classic.months.filter(({ mac }) => (mac === null) === (source === 'wan'));
  if (raw.length === 0 && months.length === 0) return null;
  const what = `last reading of classic (${source})`;
  if (raw.length === 0)
    return { what, bytes: null, why: 'the files have none (cumulative_stats), so counting starts with the first reading of the service' };
  // An older copy's counters would be continued with bytes that the newer month has already.
  const [several] = raw.flatMap(([mac]) => (classic.ambiguous.has(mac) ? [mac ?? 'main_wan'] : []));
  if (several !== undefined) return { what, bytes: null, why: `the files show different ones of ${several}: name only the newest files` };
  const routers = config.routers.filter((router) => reads(router, source));
  const [router] = routers;
  if (router === undefined || routers.length > 1) {
    return {
      what,
      bytes: null,
      why: `its counters do not name a router, and ${routers.length === 0 ? 'none is' : 'several are'} configured`,
    };
  }
  if (!router.kinds.some(({ kind }) => kind === 'classic')) {
    return { what, bytes: null, why: `${router.name} is read by wrtmeter.cgi, which has different counters` };
  }
  if (months.length === 0) return { what, bytes: null, why: 'the time of the reading is unknown' };
  const readAt = Math.max(...months.map(({ at }) => at));
  const counters = raw.map(([mac, bytes]): [string, Baseline] => {
    const polled = lastPolled(months, mac, readAt, config.timezone);
    return [counterOf(source, mac), { bytes, epoch: null, lastRead: polled < readAt ? polled : null }];
  });
  return { router: router.name, source, origin: originOf(router, source), readAt, counters: new Map(counters) };
}

const originOf = (router: RouterConfig, source: SourceName): string =>
  probesOf(router).find(({ sources }) => sources.includes(source))?.origin ?? '';

/** The name of the counter in the ledger when the classic script is read. */
function counterOf(source: 'stations' | 'wan', mac: ClassicMonth['mac']): string {
  return source === 'stations' ? (mac ?? '') : uplinkCounter('wan', null);
}
