import type { CounterBits } from '../../domain/counter.ts';
import { INSTALL_SCRIPT } from '../../domain/finding.ts';
import { cleanName } from '../../domain/names/name.ts';
import type { Neighbour, SourceName, System } from '../../domain/observation.ts';
import { quote, SourceError } from '../../errors.ts';
import { KnownList, ownCopy } from '../known-lines.ts';
import {
  type Answer,
  type LineLimits,
  lineLimits,
  linesOf,
  type Probe,
  type ProbeResult,
  type ReadAnswer,
  type SourceReading,
} from '../source.ts';
import type { Parsed } from './fields.ts';
import { hostLines, parseHosts } from './hosts.ts';
import { LeaseLists, parseLeases, parseNeighbours } from './leases.ts';
import { parseLimits } from './limits.ts';
import { parsePeers } from './peers.ts';
import { parseStations, stationLines } from './stations.ts';
import { parseUplinks } from './uplinks.ts';

/** The sources in every answer. */
const ALWAYS = ['stations', 'wan', 'leases', 'neighbours'] as const satisfies readonly SourceName[];
const SOURCES = [...ALWAYS, 'hosts', 'peers'] as const satisfies readonly SourceName[];

/** Sections with a line for each device, which is copied when it is new. All other lines are copied here: what is kept of one keeps all the text. */
const COPIED_IF_NEW = new Set(['stations', 'hosts', 'leases', 'names', 'neighbours']);

/** The lines of a router's answers, kept from answer to answer. */
class AnswerLines {
  readonly hosts = hostLines();
  readonly stations = stationLines();
  readonly leases = new LeaseLists();
  readonly neighbours = new KnownList<Neighbour>();
}

/** One request to wrtmeter.cgi; see docs/formats/wrtmeter-cgi.md for the format. `counterBits` overrides what the router reports. */
export function wrtmeterProbe(url: string, read: ReadAnswer, counterBits: CounterBits | null = null): Probe {
  const known = new AnswerLines();
  let sources: readonly SourceName[] = ALWAYS;
  return {
    // If an answer fails, all sources of the last good answer fail.
    get sources() {
      return sources;
    },
    origin: `wrtmeter.cgi ${url}`,
    async collect(signal) {
      const result = parseWrtmeter(await read({ url }, signal), counterBits, known);
      sources = [...new Set([...ALWAYS, ...result.sources.map(({ source }) => source)])];
      return result;
    },
  };
}

/** One request to hosts.cgi, which answers in the same format, but only with the hosts and neighbours of a gateway. */
export function hostsProbe(url: string, read: ReadAnswer): Probe {
  const known = new AnswerLines();
  return {
    sources: ['hosts'],
    origin: `hosts.cgi ${url}`,
    async collect(signal) {
      const { system, sources } = parseWrtmeter(await read({ url }, signal), null, known);
      const kept = sources.filter(({ source }) => source === 'hosts' || source === 'neighbours');
      if (!kept.some(({ source }) => source === 'hosts'))
        throw new SourceError('parse', 'the answer contains no hosts: the router does not count them', {
          todo: `Run "${INSTALL_SCRIPT} --hosts root@ROUTER" to count them, or remove urls.hosts from the configuration.`,
        });
      return { system, sources: kept };
    },
  };
}

/** Parses an answer; `known` has the lines of those before. Throws a SourceError if it is not from wrtmeter.cgi or is truncated. */
export function parseWrtmeter(answer: Answer, counterBits: CounterBits | null = null, known = new AnswerLines()): ProbeResult {
  // A web page may well end in the middle of a line. Only what begins like an answer can have been cut short.
  const [first = ''] = answer.text.split('\n', 1);
  if (!`${first} `.startsWith('wrtmeter ') && !'wrtmeter'.startsWith(first)) throw notOurs(first);
  const lines = linesOf(answer);
  const version = /^wrtmeter (\d+)$/.exec(lines[0] ?? '')?.[1];
  if (version === undefined) throw notOurs(lines[0] ?? '');
  if (version !== '1')
    throw new SourceError('parse', `the answer has format ${version}, this version reads only format 1: update wrtmeter`, {
      todo: 'Update wrtmeter, or install the scripts of its version on the router.',
    });
  const end = lines.lastIndexOf('end wrtmeter');
  if (end < 0) throw new SourceError('truncated', 'the answer is truncated: its last line "end wrtmeter" is missing');
  if (end < lines.length - 1) {
    const rest = lines
      .slice(end + 1)
      .join(' ')
      .trim();
    throw new SourceError('parse', `text follows the last line "end wrtmeter": ${quote(rest)}`, {
      todo: 'Find out what adds this text to the answer: another program on the router, or something between it and wrtmeter.',
    });
  }
  const { facts, sections, failed } = sort(lines);
  const reported: System = { ...parseSystem(facts), ...standingIn(sections.get('limits'), failed.get('limits')) };
  const system = counterBits === null ? reported : { ...reported, counterBits };
  const limits = lineLimits(answer);
  const readings: SourceReading[] = [];
  for (const source of SOURCES) {
    const reason = failed.get(source);
    const section = sections.get(source);
    if (reason !== undefined)
      readings.push({ source, observation: new SourceError('exec', `the router could not read it: ${quote(reason, 200)}`) });
    else if (section !== undefined)
      readings.push(attempt(source, () => parseSection(source, section, { sections, system, known, limits })));
  }
  return { system, sources: readings };
}

const notOurs = (line: string): SourceError => new SourceError('parse', `not an answer of wrtmeter.cgi: ${quote(line)}`);

function standingIn(lines: readonly string[] | undefined, failed: string | undefined): Pick<System, 'limits'> {
  if (failed !== undefined) return { limits: { failed: quote(failed, 200) } };
  return lines === undefined ? {} : { limits: parseLimits(lines) };
}

/** A section that makes no sense fails alone. Rule: failure. */
function attempt(source: SourceName, parse: () => Parsed): SourceReading {
  try {
    return { source, ...parse() };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { source, observation: error };
  }
}

interface SectionContext {
  sections: ReadonlyMap<string, string[]>;
  system: System;
  known: AnswerLines;
  limits: LineLimits;
}

function parseSection(source: (typeof SOURCES)[number], lines: string[], { sections, system, known, limits }: SectionContext): Parsed {
  switch (source) {
    case 'stations':
      return parseStations(lines, system, known.stations, limits);
    case 'wan':
      return parseUplinks(lines, sections.get('layers'), system);
    case 'leases':
      return parseLeases(lines, sections.get('names'), known.leases, limits);
    case 'neighbours':
      return parseNeighbours(lines, known.neighbours, limits);
    case 'hosts':
      return parseHosts(lines, system, known.hosts, limits);
    case 'peers':
      return parsePeers(lines, system);
    default:
      return source satisfies never;
  }
}

/**
 * Sorts the lines between the first and the last into facts, complete sections and failed sections. A section without an end fails the whole
 * answer.
 */
function sort(lines: readonly string[]) {
  const last = lines.length - 1;
  const facts: string[] = [];
  const sections = new Map<string, string[]>();
  const failed = new Map<string, string>();
  for (let i = 1; i < last; i++) {
    const line = lines[i] ?? '';
    const [word, name = ''] = line.split(' ', 2);
    if (word === 'begin') {
      const end = lines.indexOf(`end ${name}`, i);
      if (end < 0 || end === last) throw new SourceError('truncated', `the answer is truncated: section ${quote(name)} has no end`);
      const section = lines.slice(i + 1, end);
      sections.set(name, COPIED_IF_NEW.has(name) ? section : section.map(ownCopy));
      i = end;
    } else if (word === 'failed') failed.set(name, line.slice(`failed ${name} `.length) || 'it does not say why');
    else facts.push(ownCopy(line));
  }
  return { facts, sections, failed };
}

function parseSystem(facts: readonly string[]): System {
  const fact = (name: string) => facts.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const bootId = fact('boot_id');
  const uptime = Number(fact('uptime'));
  const time = Number(fact('time'));
  if (!/^[0-9a-f-]{8,64}$/i.test(bootId)) throw new SourceError('parse', `boot_id is not a boot id: ${quote(bootId)}`);
  if (!/^\d{1,10}(\.\d{1,9})?$/.test(fact('uptime')))
    throw new SourceError('parse', `uptime is not a number of seconds: ${quote(fact('uptime'))}`);
  if (!/^\d{1,12}$/.test(fact('time'))) throw new SourceError('parse', `time is not a number of seconds: ${quote(fact('time'))}`);
  return {
    bootId,
    uptime,
    time,
    hostname: cleanName(fact('hostname')) ?? '',
    model: cleanName(fact('model')) ?? '',
    release: cleanName(fact('release')) ?? '',
    counterBits: fact('counter_bits') === '32' ? 32 : 64,
    flowOffload: { software: fact('flow_offload software') === '1', hardware: fact('flow_offload hardware') === '1' },
    script: cleanName(fact('script')),
  };
}
