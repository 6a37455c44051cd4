import { isIP } from 'node:net';
import { parseMac } from '../../domain/mac.ts';
import { quote } from '../../errors.ts';
import { createSkips } from '../skips.ts';
import { bounded } from '../source.ts';
import type { Parsed } from './fields.ts';
import { known, parseLease } from './lease.ts';

/** Parses leases and the names that the router knows; skips bad lines. See docs/formats/wrtmeter-cgi.md for the format. */
export function parseLeases(lines: readonly string[], names: readonly string[] | undefined): Parsed {
  const skips = createSkips();
  const keep = <T>(value: T | null, line: string): T[] => {
    if (value === null) skips.skip(`not a lease or a name: ${quote(line)}`);
    return value === null ? [] : [value];
  };
  const of = (list: readonly string[], word: string) => {
    const { kept, leftOut } = bounded(list.filter((line) => line.startsWith(`${word} `)));
    skips.leaveOut(leftOut);
    return kept.map((line) => line.slice(word.length + 1));
  };
  const leases = of(lines, 'lease').flatMap((line) => keep(parseLease(line), line));
  const leases6 = of(lines, 'lease6').flatMap((line) => {
    const [expiry = '', duid = '', ip = '', hostname = '-'] = line.split(' ');
    return keep(
      isIP(ip) === 6 && /^\d{1,11}$/.test(expiry)
        ? { duid: duid.slice(0, 300), ip, hostname: known(hostname), expiry: Number(expiry) }
        : null,
      line,
    );
  });
  const staticHosts = names === undefined ? null : of(names, 'host').flatMap((line) => keep(parseStaticHost(line), line));
  const hosts = names === undefined ? null : of(names, 'name').flatMap((line) => keep(parseHostsEntry(line), line));
  return { observation: { source: 'leases', leases, leases6, staticHosts, hosts }, ...skips.found };
}

function parseStaticHost(line: string) {
  const [address = '', ip = '', ...rest] = line.split(' ');
  const mac = parseMac(address);
  const name = known(rest.join(' '));
  return mac === null || name === null ? null : { mac, ip: isIP(ip) === 0 ? null : ip, name };
}

function parseHostsEntry(line: string) {
  const [ip = '', ...rest] = line.split(' ');
  const name = known(rest.join(' '));
  return isIP(ip) === 0 || name === null ? null : { ip, name };
}

/** Parses the kernel's neighbour table: which MAC has which address. */
export function parseNeighbours(lines: readonly string[]): Parsed {
  const skips = createSkips();
  const { kept, leftOut } = bounded(lines);
  skips.leaveOut(leftOut);
  const neighbours = kept.flatMap((line) => {
    const [word, ip = '', name = '', address = '', state = ''] = line.split(' ');
    const mac = parseMac(address);
    if (word === 'neighbour' && isIP(ip) !== 0 && mac !== null) return [{ ip, interface: name, mac, state }];
    skips.skip(`not a neighbour line: ${quote(line)}`);
    return [];
  });
  return { observation: { source: 'neighbours', neighbours }, ...skips.found };
}
