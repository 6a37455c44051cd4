import { isMac } from '../domain/mac.ts';
import type { SourceName } from '../domain/observation.ts';
import { directedUsage, type Traffic, type Undirected, type Used, undirectedUsage } from '../domain/traffic.ts';

/**
 * `host`: routed bytes, counted at a gateway. `address`: those of an address whose MAC is not known, kept for the device account that
 * they belong to. `peer`: of a WireGuard peer. `undirected`: of a device, both directions in one figure. A new kind needs a new schema version: an earlier program does not know it.
 */
export type AccountKind = 'wan' | 'station' | 'device' | 'undirected' | 'host' | 'address' | 'peer';

/** What a kind of account is. */
export interface AccountKindFacts {
  /** For people, in the singular. */
  label: string;
  /** One account per router; else one over all routers. */
  hasRouter: boolean;
  key: 'none' | 'mac' | 'mac or ip' | 'ip' | 'public key';
  /**
   * What its two figures are. `directed`: download and upload. `undirected`: bytes of both directions, in the place of the download those
   * that nothing counted with their directions, in that of the upload the others. Rule: undirected bytes.
   */
  measure: 'directed' | 'undirected';
  /** Whose billing period its month is: the home's, or that of its router's uplink, so that hosts and uplink can be compared. */
  billing: 'home' | 'router';
  /** The sources whose counters may feed it. */
  sources: readonly SourceName[];
  /** Whether it is shown by itself. One that is not waits for its owner, or is part of its device. */
  shown: boolean;
  /** The kind of account that gets its bytes when the MAC of its address is learned. */
  ownedAs: AccountKind | null;
  /** Whether quotas and tariffs count it, or the account that gets its bytes. */
  summed: boolean;
}

/** The one place that says what a kind is: one that is added does not compile before it has its record. */
export const ACCOUNT_KINDS = {
  device: {
    label: 'device',
    hasRouter: false,
    key: 'mac',
    measure: 'directed',
    billing: 'home',
    sources: ['stations', 'hosts'],
    shown: true,
    ownedAs: null,
    summed: true,
  },
  undirected: {
    label: 'device without directions',
    hasRouter: false,
    key: 'mac',
    measure: 'undirected',
    billing: 'home',
    sources: ['statistics'],
    shown: false,
    ownedAs: null,
    summed: true,
  },
  host: {
    label: 'host',
    hasRouter: true,
    key: 'mac or ip',
    measure: 'directed',
    billing: 'router',
    sources: ['hosts'],
    shown: true,
    ownedAs: 'host',
    summed: false,
  },
  station: {
    label: 'station',
    hasRouter: true,
    key: 'mac',
    measure: 'directed',
    billing: 'home',
    sources: ['stations'],
    shown: true,
    ownedAs: null,
    summed: false,
  },
  peer: {
    label: 'peer',
    hasRouter: true,
    key: 'public key',
    measure: 'directed',
    billing: 'home',
    sources: ['peers'],
    shown: true,
    ownedAs: null,
    summed: true,
  },
  wan: {
    label: 'uplink',
    hasRouter: true,
    key: 'none',
    measure: 'directed',
    billing: 'router',
    sources: ['wan'],
    shown: true,
    ownedAs: null,
    summed: true,
  },
  address: {
    label: 'unknown address',
    hasRouter: true,
    key: 'ip',
    measure: 'directed',
    billing: 'home',
    sources: ['hosts'],
    shown: false,
    ownedAs: 'device',
    summed: true,
  },
} as const satisfies Record<AccountKind, AccountKindFacts>;

/** The kinds that are shown by themselves. */
export type ShownKind = { [Kind in AccountKind]: (typeof ACCOUNT_KINDS)[Kind]['shown'] extends true ? Kind : never }[AccountKind];

export const isAccountKind = (text: string): text is AccountKind => Object.hasOwn(ACCOUNT_KINDS, text);

/** A kind that a damaged file names is shown as it is there. */
export const kindLabel = (kind: string): string => (isAccountKind(kind) ? ACCOUNT_KINDS[kind].label : kind);

const kindFacts = (kind: AccountKind): AccountKindFacts => ACCOUNT_KINDS[kind];

export const isShownKind = (kind: AccountKind): kind is ShownKind => kindFacts(kind).shown;

export const SHOWN_KINDS: readonly ShownKind[] = (Object.keys(ACCOUNT_KINDS) as AccountKind[]).filter(isShownKind);

export const hasRouter = (kind: AccountKind): boolean => kindFacts(kind).hasRouter;

/** Whether its two figures are download and upload. */
export const isDirected = (kind: AccountKind): boolean => kindFacts(kind).measure === 'directed';

export const hasRouterMonth = (kind: AccountKind): boolean => kindFacts(kind).billing === 'router';

export const sourcesOf = (kind: AccountKind): readonly SourceName[] => kindFacts(kind).sources;

export const ownedAs = (kind: AccountKind): AccountKind | null => kindFacts(kind).ownedAs;

export const isSummed = (kind: AccountKind): boolean => kindFacts(kind).summed;

/** Whether some account of the kind has a MAC. */
export const mayHaveMac = (kind: AccountKind): boolean => ['mac', 'mac or ip'].includes(kindFacts(kind).key);

/** What totals are kept for. */
export interface AccountName {
  kind: AccountKind;
  /** Empty where the kind has none. */
  router: string;
  /** The uplink of a WAN account, the interface of a peer's, else empty. */
  interface: string;
  /** What the kind's key is; empty where it has none. */
  key: string;
  /** A WAN that runs inside another uplink and is left out of the home's sum. */
  overlay?: boolean;
}

export interface Account extends AccountName {
  id: number;
  /** An object of its own, as `month` is: both grow in place when a round is in the file. */
  total: Traffic;
  /** Of the billing period that is running. */
  month: Traffic;
  /** Unix ms. */
  firstSeen: number;
  lastSeen: number;
  overlay: boolean;
}

export const accountKey = (name: AccountName): string => `${name.kind}\n${name.router}\n${name.interface}\n${name.key}`;

export const deviceAccount = (mac: string): AccountName => ({ kind: 'device', router: '', interface: '', key: mac });

export const undirectedAccount = (mac: string): AccountName => ({ kind: 'undirected', router: '', interface: '', key: mac });

/** The kinds whose figures are download and upload. */
export type DirectedKind = {
  [Kind in AccountKind]: (typeof ACCOUNT_KINDS)[Kind]['measure'] extends 'directed' ? Kind : never;
}[AccountKind];

/** The accounts of a kind, whose figures are download and upload. */
export const accountsOf = (accounts: ByKind, kind: DirectedKind): Account[] => [...accounts.ofKind(kind)];

interface ByKind {
  ofKind(kind: AccountKind): Iterable<Account>;
}

/** The accounts of what a device used: one with directions, one without, or both. Their bytes are added up as `Used` only. */
export const deviceAccountsOf = (accounts: ByKind): Account[] => [...accounts.ofKind('device'), ...accounts.ofKind('undirected')];

/** What the two figures of an account mean: the one place that reads those without directions. */
export function usageOf(kind: AccountKind, kept: Traffic): Used {
  const { measure } = kindFacts(kind);
  switch (measure) {
    case 'directed':
      return directedUsage(kept);
    case 'undirected':
      return undirectedUsage(undirectedOf(kept));
    default:
      return measure satisfies never;
  }
}

const undirectedOf = ({ download, upload }: Traffic): Undirected => ({ alone: download, repeated: upload });

/** Bytes of both directions as an account keeps them. */
export const undirectedBytes = (bytes: number, isRepeated: boolean): Traffic => ({
  download: isRepeated ? 0 : bytes,
  upload: isRepeated ? bytes : 0,
});

type KeyedName = Pick<AccountName, 'kind' | 'key'>;

/** The MAC of an account; null if its kind has none, or if it is not known. */
export function macOf({ kind, key }: KeyedName): string | null {
  const is = kindFacts(kind).key;
  switch (is) {
    case 'mac':
      return key;
    case 'mac or ip':
      return isMac(key) ? key : null;
    case 'none':
    case 'ip':
    case 'public key':
      return null;
    default:
      return is satisfies never;
  }
}

/** The address of an account whose MAC is not known. */
export function ipOf({ kind, key }: KeyedName): string | null {
  const is = kindFacts(kind).key;
  return is === 'ip' || (is === 'mac or ip' && !isMac(key)) ? key : null;
}

export const publicKeyOf = ({ kind, key }: KeyedName): string | null => (kindFacts(kind).key === 'public key' ? key : null);

/** What the account is called within its router: its key, else its interface. */
export const subjectOf = ({ key, interface: name }: Pick<AccountName, 'key' | 'interface'>): string => key || name;
