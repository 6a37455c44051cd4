import { isIP } from 'node:net';
import { macOfDevice } from '../../domain/mac.ts';
import type { HostsEntry, Lease, Lease6, Neighbour, StaticHost } from '../../domain/observation.ts';
import { quote } from '../../errors.ts';
import { KnownList } from '../known-lines.ts';
import { createSkips } from '../skips.ts';
import { bounded, type LineLimits } from '../source.ts';
import type { Parsed } from './fields.ts';
import { known, parseLease } from './lease.ts';

/** The lines of a router's leases and names, kept from answer to answer. */
export class LeaseLists {
  readonly leases = new KnownList<Lease>();
  readonly leases6 = new KnownList<Lease6>();
  readonly staticHosts = new KnownList<StaticHost>();
  readonly hosts = new KnownList<HostsEntry>();
}

/** Parses leases and the names that the router knows; skips bad lines. See docs/formats/wrtmeter-cgi.md for the format. */
export function parseLeases(lines: readonly string[], names: readonly string[] | undefined, lists: LeaseLists, limits: LineLimits): Parsed {
  const skips = createSkips();
  const read = <T>(list: KnownList<T>, all: readonly string[], word: string, parse: (fields: string) => T | null): T[] => {
    const { kept, leftOut } = bounded(
      all.filter((line) => line.startsWith(`${word} `)),
      limits.entries,
    );
    skips.leaveOut(leftOut);
    return list.read(kept, limits.known, (line) => {
      const fields = line.slice(word.length + 1);
      const entry = parse(fields);
      if (entry === null) skips.skip(`not a lease or a name: ${quote(fields)}`);
      return entry;
    });
  };
  const leases = read(lists.leases, lines, 'lease', parseLease);
  const leases6 = read(lists.leases6, lines, 'lease6', parseLease6);
  const staticHosts = names === undefined ? null : read(lists.staticHosts, names, 'host', parseStaticHost);
  const hosts = names === undefined ? null : read(lists.hosts, names, 'name', parseHostsEntry);
  return { observation: { source: 'leases', leases, leases6, staticHosts, hosts }, ...skips.found };
}

function parseLease6(fields: string): Lease6 | null {
  const [expiry = '', duid = '', ip = '', hostname = '-'] = fields.split(' ');
  if (isIP(ip) !== 6 || !/^\d{1,11}$/.test(expiry)) return null;
  return { duid: duid.slice(0, 300), ip, hostname: known(hostname), expiry: Number(expiry) };
}

function parseStaticHost(fields: string): StaticHost | null {
  const [address = '', ip = '', ...rest] = fields.split(' ');
  const mac = macOfDevice(address);
  const name = known(rest.join(' '));
  return mac === null || name === null ? null : { mac, ip: isIP(ip) === 0 ? null : ip, name };
}

function parseHostsEntry(fields: string): HostsEntry | null {
  const [ip = '', ...rest] = fields.split(' ');
  const name = known(rest.join(' '));
  return isIP(ip) === 0 || name === null ? null : { ip, name };
}

/** Parses the kernel's neighbour table: which MAC has which address. */
export function parseNeighbours(lines: readonly string[], list: KnownList<Neighbour>, limits: LineLimits): Parsed {
  const skips = createSkips();
  const { kept, leftOut } = bounded(lines, limits.entries);
  skips.leaveOut(leftOut);
  const neighbours = list.read(kept, limits.known, (line) => {
    const [word, ip = '', name = '', address = '', state = ''] = line.split(' ');
    const mac = macOfDevice(address);
    if (word === 'neighbour' && isIP(ip) !== 0 && mac !== null) return { ip, interface: name, mac, state };
    skips.skip(`not a neighbour line: ${quote(line)}`);
    return null;
  });
  return { observation: { source: 'neighbours', neighbours }, ...skips.found };
}
