import type { CounterBits } from '../../domain/counter.ts';
import { SourceError } from '../../errors.ts';
import type { Login } from '../../fields/urls.ts';
import type { SendRequest } from '../../transports/request.ts';
import type { LoginMemory } from '../kind.ts';
import type { Probe, SourceReading } from '../source.ts';
import { dmEncrypted } from './dm/encrypted.ts';
import { dm } from './dm/plain.ts';
import { loginGate } from './gate.ts';
import type { Protocol, RouterIo, Stay } from './protocol.ts';
import { secretsOf } from './secrets.ts';
import { stok } from './stok/client.ts';
import { userRpm } from './userrpm/client.ts';
import { LEFT_OPEN } from './words.ts';

/** The ways in which TP-Link's own firmware is read, in the order in which `auto` tries them. */
const PROTOCOLS = { stok, 'dm-encrypted': dmEncrypted, userrpm: userRpm, dm } as const satisfies Record<string, Protocol>;

type ProtocolName = keyof typeof PROTOCOLS;

const NAMES = Object.keys(PROTOCOLS) as ProtocolName[];

export const PROTOCOL_WORDS = ['auto', ...NAMES] as const;

/** Ms that one logout may take, also when the round is over or the program ends; and how often it is tried. */
const LOGOUT_MS = 1000;
const LOGOUTS = 2;

/** Tokens that are hidden in messages, though each round has its own: a router may repeat one that has ended. */
const MOST_TOKENS = 4;

/** Statuses that say nothing of what answers. */
const NOT_NOW: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

export interface TplinkTerms {
  /** Scheme and host, without a slash at the end. */
  base: string;
  login: Login;
  memory: LoginMemory;
  protocol: (typeof PROTOCOL_WORDS)[number];
  send: SendRequest;
  counterBits: CounterBits | null;
  clock: { now(): number; tick(): number };
  warn(line: string): void;
}

/** Reads a router in one stay: it logs in, reads, and logs out at once, whatever happens in between. */
export function tplinkProbe({ base, login, memory, protocol, send, counterBits, clock, warn }: TplinkTerms): Probe {
  const gate = loginGate(clock.tick, memory, (message) => warn(`The router at ${base} is not read any longer: ${message}`));
  const secrets = secretsOf(login, MOST_TOKENS);
  const io: RouterIo = { base, send, login, counterBits, now: clock.now, facts: new Map(), trial: gate.trial, secrets };
  let isOpen = false;
  /** A line for the first of several in a row. */
  const leftOpen = (isNow: boolean) => {
    if (isNow && !isOpen) warn(`${LEFT_OPEN}: the router at ${base} did not confirm the logout`);
    isOpen = isNow;
  };
  let known: Protocol | null = protocol === 'auto' ? null : PROTOCOLS[protocol];
  let counted: 'statistics' | 'hosts' | null = 'statistics';
  return {
    // A getter, because the first answer shows whether the directions are known, and whether anything is counted.
    get sources() {
      return counted === null ? (['leases'] as const) : ([counted, 'leases'] as const);
    },
    origin: `tplink ${base}`,
    async collect(signal) {
      gate.check();
      const hidden = (error: unknown): never => {
        throw secrets.hideError(error);
      };
      const spoken = known ?? (await detected(io, signal).catch(hidden));
      const refused = async (error: unknown) => hidden(await gate.refused(secrets.hideError(error)));
      const found = await readOnce(spoken.start(io), signal, leftOpen).catch(refused);
      const sources = found.map(secrets.hideReading);
      // Not before: a strange answer may have misled the search.
      known = spoken;
      const has = (name: 'statistics' | 'hosts') => sources.some(({ source }) => source === name);
      const now = has('hosts') ? 'hosts' : has('statistics') ? (counted ?? 'statistics') : null;
      counted = now;
      return { system: null, sources: now === null ? sources : sources.map((reading) => renamed(reading, now)) };
    },
  };
}

/** A failure to read the counters is one of the source that they are. */
const renamed = (reading: SourceReading, counted: 'statistics' | 'hosts'): SourceReading =>
  reading.source === 'statistics' && reading.observation instanceof SourceError ? { ...reading, source: counted } : reading;

/** Only by its own sign: whatever else happens ends the search, so that no password goes to what did not show what it is. */
async function detected({ base, send, counterBits, now, facts }: RouterIo, signal: AbortSignal): Promise<Protocol> {
  const asking: RouterIo['send'] = async (request, during) => {
    const answer = await send(request, during);
    if (NOT_NOW.has(answer.status)) throw new SourceError('status', `status ${answer.status} while it was asked for its protocol`);
    return answer;
  };
  for (const name of NAMES)
    if (await PROTOCOLS[name].detect({ base, send: asking, counterBits, now, facts }, signal)) return PROTOCOLS[name];
  throw new SourceError('parse', 'no sign of a known protocol of TP-Link: set protocol, if it is such a router');
}

async function readOnce(stay: Stay, signal: AbortSignal, leftOpen: (isOpen: boolean) => void): Promise<SourceReading[]> {
  try {
    return await stay.read(signal);
  } finally {
    await loggedOut(stay);
    leftOpen(stay.isInside());
  }
}

/** Within a time of its own: the round may be over. What was read is used even if the router does not answer to it. */
async function loggedOut(stay: Stay): Promise<void> {
  for (let tries = 0; stay.isInside() && tries < LOGOUTS; tries += 1) {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), LOGOUT_MS);
    try {
      await stay.leave(late.signal);
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
    } finally {
      clearTimeout(timer);
    }
  }
}
