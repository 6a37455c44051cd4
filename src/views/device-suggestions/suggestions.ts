import { instantText } from '../../domain/calendar.ts';
import { isRandomized } from '../../domain/mac.ts';
import { type Account, accountKey, deviceAccount, undirectedAccount, usageOf } from '../../ledger/account.ts';
import { nameOf } from '../view.ts';
import { CONFIDENCES, type Confidence, type MergeView, type Sign, signsOf } from './duplicate-evidence.ts';
import { deviceLines, freeName } from './yaml.ts';

/** MACs that may be one device and are not configured as one. Only the owner knows, so they are never merged automatically. */
export interface Suggestion {
  /** Name of the device. */
  name: string;
  /** The configured device that would get more MACs; null for a new device. */
  configured: string | null;
  /** The first one identifies the device. */
  macs: string[];
  /** That of the weakest sign that joins them. */
  confidence: Confidence;
  signs: Sign[];
  /** Lines for `wrtmeter.yaml`. */
  yaml: string;
}

/** Limit of the configuration for one device. */
const MOST_MACS = 32;

/** Suggestions, most confident first. */
export function mergeSuggestions(view: MergeView): Suggestion[] {
  const rank = ({ confidence }: Pick<Sign, 'confidence'>) => CONFIDENCES.indexOf(confidence);
  const signs = signsOf(view).sort((a, b) => rank(a) - rank(b) || (a.text < b.text ? -1 : 1));
  const taken = new Set([...view.aliases.values()].map(({ name }) => name.toLowerCase()));
  return groupsOf(view, signs)
    .sort((a, b) => rank(a) - rank(b) || ((a.macs[0] ?? '') < (b.macs[0] ?? '') ? -1 : 1))
    .map((group) => suggestion(view, group, taken));
}

/** `/api/v1/device-suggestions` */
export function suggestionsAnswer(view: MergeView) {
  return {
    suggestions: mergeSuggestions(view).map(({ name, configured, macs, confidence, signs, yaml }) => ({
      name,
      configured,
      confidence,
      macs: macs.map((mac) => ({ mac, name: nameOf(view, mac), randomized: isRandomized(mac), last_seen: lastSeen(view, mac) })),
      signs: signs.map(({ by, text, confidence, macs }) => ({ by, text, confidence, macs })),
      yaml,
    })),
  };
}

interface Group {
  macs: string[];
  confidence: Confidence;
  signs: Sign[];
}

/** Joins MACs sign by sign, best first; never two that are configured as different devices. */
function groupsOf({ aliases }: MergeView, signs: readonly Sign[]): Group[] {
  const groups = new Map<string, Group>();
  const devices = new Map<string, Group>();
  for (const [mac, { mac: first }] of aliases) {
    const device = devices.get(first) ?? { macs: [], confidence: 'high', signs: [] };
    devices.set(first, device);
    device.macs.push(mac);
    groups.set(mac, device);
  }
  const ownerOf = ({ macs }: Group) => macs.map((mac) => aliases.get(mac)?.mac).find((first) => first !== undefined);
  for (const sign of signs) {
    const joined = sign.macs.map((mac) => groups.get(mac) ?? { macs: [mac], confidence: 'high' as const, signs: [] });
    const distinct = [...new Set(joined)];
    const owners = new Set(distinct.flatMap((group) => ownerOf(group) ?? []));
    const macs = distinct.flatMap((group) => group.macs);
    if (owners.size > 1 || macs.length > MOST_MACS) continue;
    const signsBefore = distinct.flatMap((group) => group.signs);
    if (distinct.length === 1 && signsBefore.length === 0) continue; // already configured
    const group: Group = {
      macs,
      confidence: distinct.length > 1 ? sign.confidence : (distinct[0]?.confidence ?? sign.confidence),
      signs: [...signsBefore, sign],
    };
    for (const mac of group.macs) groups.set(mac, group);
  }
  return [...new Set(groups.values())].filter((group) => group.signs.length > 0);
}

function suggestion(view: MergeView, group: Group, taken: Set<string>): Suggestion {
  const macs = inOrder(view, group.macs);
  const alias = macs.map((mac) => view.aliases.get(mac)).find((found) => found !== undefined);
  const names = macs.map((mac) => nameOf(view, mac)).filter((name, index) => name !== macs[index]);
  const name = alias?.name ?? freeName(names[0] ?? `device-${(macs[0] ?? '').replaceAll(':', '').slice(-6)}`, taken);
  const { confidence, signs } = group;
  return { name, configured: alias?.name ?? null, macs, confidence, signs, yaml: deviceLines(name, macs, alias?.user ?? null) };
}

/** Configured MACs in their order, then fixed MACs, then those with the most bytes. */
function inOrder({ aliases, books }: MergeView, macs: readonly string[]): string[] {
  const configured = [...aliases.keys()];
  const place = (mac: string) => (aliases.has(mac) ? configured.indexOf(mac) : configured.length);
  const bytes = (mac: string) => accountsOfMac(books, mac).reduce((sum, { kind, total }) => sum + usageOf(kind, total).total, 0);
  return [...macs].sort(
    (a, b) => place(a) - place(b) || Number(isRandomized(a)) - Number(isRandomized(b)) || bytes(b) - bytes(a) || (a < b ? -1 : 1),
  );
}

function lastSeen({ books }: MergeView, mac: string): string | null {
  const seen = accountsOfMac(books, mac).map((account) => account.lastSeen);
  return seen.length === 0 ? null : instantText(Math.max(...seen));
}

/** With directions, without, or both. */
const accountsOfMac = ({ accounts }: MergeView['books'], mac: string): Account[] =>
  [deviceAccount(mac), undirectedAccount(mac)].flatMap((name) => accounts.get(accountKey(name)) ?? []);
