import type { Clock } from '../collector/round.ts';
import type { Config, RouterConfig } from '../config/config.ts';
import { loginOf } from '../config/routers/resolve.ts';
import type { SourceName } from '../domain/observation.ts';
import { createPeople, type People } from '../domain/people/people.ts';
import { newStatus, type RouterStatus } from '../domain/status.ts';
import { type FailureReason, SourceError } from '../errors.ts';
import { type Login, shownUrl } from '../fields/urls.ts';
import type { LedgerTerms } from '../ledger/ledger.ts';
import { type KindConfig, kindOf } from '../sources/registry.ts';
import type { Probe } from '../sources/source.ts';
import { httpSender } from '../transports/http.ts';
import type { HttpAnswer, HttpRequest, SendRequest } from '../transports/request.ts';
import type { Alias } from '../views/view.ts';
import { LIMITS } from './limits.ts';
import type { AnswerShares } from './tools/answer-shares.ts';
import type { KeptLogins } from './tools/logins.ts';
import { machineOf } from './tools/machines.ts';

/** The clocks of this machine, for those who have no others. */
const CLOCK: Clock = { now: () => Date.now(), tick: () => performance.now() };

/** What probes use of those who read them. */
interface ProbeIo {
  clock: Clock;
  /** Null: nothing is recorded. */
  record: Recorder | null;
  warn(line: string): void;
  logins: Pick<KeptLogins, 'at'>;
  takeRoom: AnswerShares['take'];
}

/** What a command has that reads routers once, beside the service. */
const ONCE: ProbeIo = {
  clock: CLOCK,
  record: null,
  warn: () => undefined,
  logins: { at: () => ({ worked: () => undefined, refused: async () => null }) },
  takeRoom: () => undefined,
};

/** The probes of a router, for all or some of its kinds. They remember what the router said of its login. */
export function probesOf(router: RouterConfig, kinds: readonly KindConfig[] = router.kinds, io: Partial<ProbeIo> = {}): Probe[] {
  const { credentials, tls, counterBits } = router;
  const { clock, record, warn, logins, takeRoom } = { ...ONCE, ...io };
  const login = loginOf(credentials);
  const most = { bytes: LIMITS.answerBytes, lines: LIMITS.answerLines };
  return kinds.flatMap((config) => {
    const others = kinds.filter((other) => other !== config).map(({ kind }) => kindOf(kind));
    const systemIsRead = others.some(({ readsSystem }) => readsSystem);
    const owned = new Set(others.flatMap(({ owns }) => owns));
    const { http, logsIn, probes: probesFor } = kindOf(config.kind);
    const sent = logsIn ? ({ kind: 'none' } as const) : credentials;
    const sender = httpSender({ credentials: sent, tls, most, ...(http !== null && { words: http }) });
    const named = ('login' in config ? config.login : null) ?? login;
    const recorder = record !== null && logsIn ? recorded(sender, router.name, named, record) : sender;
    // Those that log in bound their answers themselves, and their addresses change.
    const send = logsIn ? recorder : withinRoom(recorder, (address, bytes) => takeRoom(router.name, address, bytes));
    const probes = probesFor(config, { send, login, remembered: logins.at, clock, warn, machine: machineOf, counterBits, systemIsRead });
    return owned.size === 0 ? probes : probes.map((probe) => withoutSources(probe, owned));
  });
}

/** One request of a kind that logs in by itself, and its answer, or why there was none. */
export interface Exchange {
  router: string;
  /** What it logs in with. */
  login: Login | null;
  request: HttpRequest;
  answer: HttpAnswer | string;
}

type Recorder = (exchange: Exchange) => void;

function recorded(send: SendRequest, router: string, login: Login | null, record: Recorder): SendRequest {
  return async (request, signal) => {
    try {
      const answer = await send(request, signal);
      record({ router, login, request, answer });
      return answer;
    } catch (error) {
      if (error instanceof SourceError) record({ router, login, request, answer: `failed: ${error.reason}` });
      throw error;
    }
  };
}

function withinRoom(send: SendRequest, take: (address: string, bytes: number) => void): SendRequest {
  return async (request, signal) => {
    const answer = await send(request, signal);
    take(request.url, answer.text.length);
    return answer;
  };
}

/** Leaves out what another kind of the router reads, because it would be counted twice. */
const withoutSources = (probe: Probe, owned: ReadonlySet<SourceName>): Probe => ({
  origin: probe.origin,
  // A getter, because the sources of a probe can change with every answer.
  get sources() {
    return probe.sources.filter((source) => !owned.has(source));
  },
  collect: async (signal) => {
    const result = await probe.collect(signal);
    return { ...result, sources: result.sources.filter(({ source }) => !owned.has(source)) };
  },
});

/** The status of a router before its first round. */
export function statusOf(router: RouterConfig, probes: readonly Probe[]): RouterStatus {
  return newStatus(
    router.name,
    addressesOf(router).map(shownUrl),
    probes.flatMap((probe) => probe.sources),
    (source, reason) => todoOf(router, source, reason),
  );
}

/** In the words of the kind that reads the source: one beside the main kind that owns it, or else the first. */
function todoOf({ kinds }: RouterConfig, source: SourceName, reason: FailureReason): string {
  const names = kinds.map(({ kind }) => kind);
  const reads = names.find((name) => kindOf(name).owns.includes(source)) ?? names[0];
  return reads === undefined ? '' : kindOf(reads).todo[reason];
}

const addressesOf = ({ kinds }: RouterConfig): string[] => kinds.flatMap((config) => kindOf(config.kind).addresses(config));

/** Where the program logs in with a login that is remembered. */
export const loginAddressesOf = (routers: readonly RouterConfig[]): string[] =>
  routers.flatMap(({ kinds }) => kinds.flatMap((config) => (kindOf(config.kind).logsIn ? kindOf(config.kind).addresses(config) : [])));

/** The terms of the ledger from the configuration. */
export function termsOf(config: Config): LedgerTerms {
  const rates = new Map(config.routers.map((router) => [router.name, router.lineRate]));
  const own = config.routers.filter(({ billing }) => billing.day !== config.billing.day);
  return {
    timezone: config.timezone,
    billing: config.billing,
    routerBilling: new Map(own.map(({ name, billing }) => [name, billing])),
    accounting: config.accounting,
    lineRate: (router) => rates.get(router) ?? config.lineRate,
    keepHours: config.retention.hours,
    gapAfter: config.heartbeat * 1.5,
    mostAccounts: LIMITS.accounts,
    mostNewAccounts: LIMITS.newAccounts,
    mostCounters: LIMITS.counters,
    mostLeases: LIMITS.leases,
    people: createPeople(config),
    ownMacs: new Set([...config.devices, ...config.users].flatMap(({ macs }) => macs)),
    tariffs: config.tariffs,
    quotas: config.quotas,
  };
}

/** Configured device names, by MAC. */
export function aliasesOf({ devices }: Config): Map<string, Alias> {
  return new Map(
    devices.flatMap(({ name, macs, user }) => macs.map((mac) => [mac, { name, mac: macs[0] ?? mac, user: user ?? null }] as const)),
  );
}

/** Configured peer names, by public key. */
export function peerNamesOf({ peers }: Config): Map<string, string> {
  return new Map(peers.map(({ publicKey, name }) => [publicKey, name]));
}

/** What the configuration says of people, as a part of a view. */
export const namesOf = (config: Config): { aliases: Map<string, Alias>; peerNames: Map<string, string>; people: People } => ({
  aliases: aliasesOf(config),
  peerNames: peerNamesOf(config),
  people: createPeople(config),
});

/** Current router names, by earlier name. */
export function renamesOf({ routers }: Config): Map<string, string> {
  return new Map(routers.flatMap(({ name, was }) => was.map((earlier) => [earlier, name] as const)));
}
