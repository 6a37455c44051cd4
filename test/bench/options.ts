import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Fewer rounds: rough, in a fraction of the time. */
  quick: boolean;
  /** Figures as JSON instead of tables. */
  json: boolean;
  /** Whether the gateway counts its hosts. */
  hosts: boolean;
  /** Whether routers have the three classic scripts, which count no hosts, instead of wrtmeter.cgi. */
  classic: boolean;
  /** Measure this number of devices only. */
  devices: number | null;
}

/** A wrong command line: the message is the line that the user reads. */
export class OptionError extends Error {}

const MOST_DEVICES = 65_536;

/** Reads `npm run bench -- …`. Throws an OptionError. */
export function parseOptions(args: string[]): BenchOptions {
  const { quick, json, classic, devices, ...flags } = parse(args);
  const options = { quick, json, classic, hosts: !classic && !flags['no-hosts'] };
  if (devices === undefined) return { ...options, devices: null };
  const number = Number(devices);
  if (!/^\d+$/.test(devices) || number < 1 || number > MOST_DEVICES) {
    throw new OptionError(`--devices takes a number from 1 to ${MOST_DEVICES}, not "${devices}"`);
  }
  return { ...options, devices: number };
}

function parse(args: string[]) {
  const off = { type: 'boolean', default: false } as const;
  try {
    return parseArgs({ args, options: { quick: off, json: off, 'no-hosts': off, classic: off, devices: { type: 'string' } } }).values;
  } catch {
    throw new OptionError('Options are --quick, --json, --no-hosts, --classic and --devices NUMBER');
  }
}
