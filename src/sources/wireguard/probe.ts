import { peerCounter } from '../../domain/counter-names.ts';
import type { Peer } from '../../domain/observation.ts';
import { shortKey } from '../../domain/public-key.ts';
import { ExitError, SourceError } from '../../errors.ts';
import type { Argv, RunEach } from '../../transports/request.ts';
import { PEER_RULES } from '../openwrt/peers.ts';
import { createSkips, type Skipped } from '../skips.ts';
import type { Probe, ProbeResult } from '../source.ts';
import { FACTS_PROGRAM, FILES_PROGRAM } from './awk.ts';
import { type Dump, parseDump, parseInterfaceDump } from './dump.ts';
import { epochIn, NO_SERVER_FACTS, parseFacts, type ServerFacts, steadyFacts } from './facts.ts';
import { type InterfaceFiles, parseFiles, USUAL_FILES } from './files.ts';

export const TOOLS = ['wg', 'awg'] as const;
export type Tool = (typeof TOOLS)[number];

export interface WireguardOptions {
  /** Identifies the server in the origin: another server has other counters. */
  place: string;
  run: RunEach;
  /** Wraps a command so that it runs as root there. */
  asRoot: (argv: Argv) => Argv;
  /** `auto` runs both and uses what is installed. */
  tool: Tool | 'auto';
  /** Interfaces to read; empty = all. */
  interfaces: readonly string[];
  /** Path of an interface's file, with `%i` for the interface; `none` = read no file, null = the usual paths. */
  configFile: string | null;
  /** Whether to report the server's `System`; false if another kind of the router does. */
  readsSystem: boolean;
}

/** Reads the peers of a WireGuard or AmneziaWG server: counters, epochs and names. */
export function wireguardProbe(terms: WireguardOptions): Probe {
  const { place, run, tool, interfaces, configFile, readsSystem } = terms;
  const known = new Set<string>(interfaces);
  let hadFiles = false;

  async function collect(signal: AbortSignal): Promise<ProbeResult> {
    const dumps = dumpCommands(terms);
    // Facts come before and after counters: an interface that is recreated in between has another number then, and nothing shows which of the
    // two its counters are of.
    const argvs = dumps.map(({ argv }) => argv);
    const filesArgv = configFile === 'none' ? [] : [filesCommand(terms)];
    const [before, ...outputs] = await run([factsCommand(terms), ...argvs, factsCommand(terms), ...filesArgv], signal);
    const { dump, tools } = readDumps(dumps, outputs, terms);
    for (const name of known) if (!dump.has(name)) throw missing(name, interfaces.includes(name));
    if (dump.size === 0) throw new SourceError('exec', 'no WireGuard interface found: bring one up, or correct this entry');
    const facts = steadyFacts(factsIn(before), factsIn(outputs[dumps.length]));
    const files = filesIn(outputs[dumps.length + 1]);
    for (const name of dump.keys()) known.add(name);
    hadFiles ||= files !== null;
    // A peer in no list counts as removed. That cannot be decided without the record of revoked peers.
    const complete = files === null && hadFiles ? [] : [...dump.keys()];
    return {
      system: readsSystem ? facts.system : null,
      sources: [
        {
          source: 'peers',
          ...skippedIn(dump),
          origin: tools.join(' '),
          observation: { source: 'peers', rules: PEER_RULES, interfaces: complete, peers: peersOf(dump, facts, files) },
        },
      ],
    };
  }

  const which = interfaces.length === 0 ? 'all' : [...interfaces].sort().join(',');
  return { sources: ['peers'], origin: `wireguard ${place} ${tool} ${which}`, collect };
}

interface DumpCommand {
  tool: Tool;
  /** Null = all of them. */
  name: string | null;
  argv: Argv;
}

function dumpCommands({ tool, interfaces, asRoot }: WireguardOptions): DumpCommand[] {
  const names = interfaces.length === 0 ? [null] : interfaces;
  const tools = tool === 'auto' ? TOOLS : [tool];
  return tools.flatMap((each) => names.map((name) => ({ tool: each, name, argv: asRoot([each, 'show', name ?? 'all', 'dump']) })));
}

const factsCommand = ({ interfaces }: WireguardOptions): Argv => ['awk', FACTS_PROGRAM, interfaces.join(',')];

const filesCommand = ({ interfaces, configFile, asRoot }: WireguardOptions): Argv =>
  asRoot(['awk', FILES_PROGRAM, interfaces.join(','), ...(configFile === null ? USUAL_FILES : [configFile])]);

/** Merges the output of both tools. A missing tool is not an error if the other one is installed. */
function readDumps(commands: readonly DumpCommand[], outputs: readonly (string | SourceError | undefined)[], terms: WireguardOptions) {
  const answers = commands.map((command, index) => ({ ...command, output: outputs[index] ?? new SourceError('truncated', 'no answer') }));
  const present = answers.filter(({ tool, output }) => !isAbsent(tool, output));
  if (present.length === 0) throw noTool(terms.tool);
  const dump: Dump = new Map();
  for (const { name, output } of present) {
    if (output instanceof SourceError) {
      if (name === null || !present.some((other) => other.name === name && typeof other.output === 'string')) throw explained(output, name);
      continue;
    }
    const parsed = name === null ? parseDump(output) : parseInterfaceDump(name, output);
    // In some of AmneziaVPN's containers, both names are the same program.
    for (const [each, peers] of parsed) if (!dump.has(each)) dump.set(each, peers);
  }
  return { dump, tools: [...new Set(present.map(({ tool }) => tool))] };
}

/** For a missing program, a shell and docker exit with 127, older docker with 126, sudo with 1; so the message must name the tool. */
const isAbsent = (tool: Tool, output: string | SourceError): boolean =>
  output instanceof ExitError &&
  new RegExp(output.code === 127 ? `\\b${tool}\\b` : `exec: "${tool}": executable file not found|sudo: ${tool}: command not found`).test(
    output.message,
  );

const noTool = (tool: Tool | 'auto') =>
  new SourceError(
    'exec',
    tool === 'auto'
      ? 'neither "wg" nor "awg" is installed on the server: install wireguard-tools'
      : `"${tool}" is not installed on the server: install it`,
  );

function explained(error: SourceError, name: string | null): SourceError {
  if (!(error instanceof ExitError)) return error;
  const { message } = error;
  if (/unable to access interface/i.test(message)) {
    if (/operation not permitted|permission denied/i.test(message)) {
      return new SourceError('auth', 'only root can read WireGuard interfaces: set sudo: true, or log in as root');
    }
    if (name !== null && /no such device|protocol not supported/i.test(message)) return missing(name, true);
  }
  if (/password is required|not allowed to execute|not in the sudoers|terminal is required/i.test(message)) {
    return new SourceError(
      'auth',
      'sudo does not allow the command without a password: allow it in sudoers, and set tool to the allowed one',
    );
  }
  return error;
}

/** A missing interface fails the reading, so that its peers' baselines wait. Rule: failure. */
function missing(name: string, configured: boolean): SourceError {
  const why = configured ? 'does not exist' : 'no longer exists';
  return new SourceError(
    'exec',
    `interface "${name}" ${why}; bring it up${configured ? ', or correct interfaces' : ', or restart wrtmeter'}`,
  );
}

const factsIn = (output: string | SourceError | undefined): ServerFacts =>
  typeof output === 'string' ? parseFacts(output) : NO_SERVER_FACTS;

/** Null if they could not be read: then known names stay, and no peer is removed. */
function filesIn(output: string | SourceError | undefined): Map<string, InterfaceFiles> | null {
  if (typeof output !== 'string') return null;
  try {
    return parseFiles(output);
  } catch (error) {
    if (error instanceof SourceError) return null;
    throw error;
  }
}

/** A peer whose counters make no sense is there, without bytes. */
function skippedIn(dump: Dump): Skipped {
  const skips = createSkips();
  for (const [name, peers] of dump)
    for (const { publicKey, bytes } of peers)
      if (bytes === null) skips.skip(`peer ${shortKey(publicKey)} of ${name}: not a byte counter`, peerCounter(name, publicKey));
  return skips.found;
}

function peersOf(dump: Dump, facts: ServerFacts, files: Map<string, InterfaceFiles> | null): Peer[] {
  return [...dump].flatMap(([name, dumped]) => {
    const known = files?.get(name);
    const epoch = epochIn(facts, name);
    const here = new Set(dumped.map(({ publicKey }) => publicKey));
    const active = dumped.map(
      ({ publicKey, endpoint, allowedIps, latestHandshake, bytes }): Peer => ({
        interface: name,
        publicKey,
        name: known?.names.get(publicKey) ?? null,
        endpoint,
        allowedIps,
        state: 'active',
        latestHandshake,
        bytes,
        bits: 64,
        epoch,
      }),
    );
    // A peer on the interface is not revoked, even if it is in the record.
    const revoked = (known?.revoked ?? []).filter(({ publicKey }) => !here.has(publicKey));
    return [
      ...active,
      ...revoked.map(
        (peer): Peer => ({
          interface: name,
          ...peer,
          state: 'revoked',
          endpoint: null,
          latestHandshake: 0,
          bytes: null,
          bits: 64,
          epoch: null,
        }),
      ),
    ];
  });
}
