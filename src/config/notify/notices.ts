import { macOfPeople } from '../../domain/mac.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { NOTICE_KINDS, type NoticeKind } from '../../domain/people/notice.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { quote } from '../../errors.ts';
import { type Field, listOf, readFields, scalar } from '../../fields/fields.ts';
import type { Node } from '../../fields/nodes.ts';
import { fail, type Located, type Problems } from '../../fields/problems.ts';
import { choice, parseText } from '../../fields/values.ts';
import type { NoticesConfig, Watched } from '../../notify/settings.ts';
import type { DeviceConfig, PeerConfig } from '../config.ts';
import { duration } from '../values.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const MOST_WATCHED = 200;

/** The keys of `notices` in wrtmeter.yaml. */
export const noticesFields = {
  silent: { key: 'silent', read: scalar(duration({ least: 5 * MINUTE, most: 30 * DAY })) },
  watch: { key: 'watch', read: listOf(parseText, MOST_WATCHED) },
  away: { key: 'away', read: scalar(duration({ least: 5 * MINUTE, most: 7 * DAY })) },
  summary: { key: 'summary', read: scalar(choice(['weekly', 'monthly', 'off'])) },
  off: { key: 'off', read: listOf(choice(NOTICE_KINDS), NOTICE_KINDS.length) },
} as const satisfies Record<string, Field<unknown>>;

/** What is reported without further settings. */
export const USUAL_NOTICES: NoticesConfig = { silent: HOUR, watch: [], away: 15 * MINUTE, summary: 'monthly', off: [] };

/** Reads `notices` of wrtmeter.yaml; the devices and peers are those that `watch` may name. */
export function readNotices(
  node: Node,
  { devices, peers }: { devices: readonly DeviceConfig[]; peers: readonly PeerConfig[] },
  problems: Problems,
): NoticesConfig {
  const { silent, watch, away, summary, off } = readFields(node, noticesFields, problems);
  const kinds: NoticeKind[] = (off?.value ?? []).map(({ value }) => value);
  return {
    silent: silent?.value ?? USUAL_NOTICES.silent,
    watch: (watch?.value ?? []).flatMap((name) => watched(name, devices, peers, problems)),
    away: away?.value ?? USUAL_NOTICES.away,
    summary: summary?.value ?? USUAL_NOTICES.summary,
    off: kinds,
  };
}

/** A device or peer by its configured name, its MAC or its key. */
function watched(
  { value, place }: Located<string>,
  devices: readonly DeviceConfig[],
  peers: readonly PeerConfig[],
  problems: Problems,
): Watched[] {
  const same = ({ name }: { name: string }) => name.toLowerCase() === value.toLowerCase();
  const mac = macOfPeople(value);
  const device = devices.find((each) => same(each) || (mac !== null && each.macs.includes(mac)));
  if (device !== undefined) return [{ kind: 'device', name: device.name, macs: device.macs }];
  if (mac !== null) return [{ kind: 'device', name: null, macs: [mac] }];
  const key = parsePublicKey(value);
  const peer = peers.find((each) => same(each) || each.publicKey === key);
  if (peer !== undefined) return [{ kind: 'peer', name: peer.name, publicKey: peer.publicKey }];
  if (key !== null) return [{ kind: 'peer', name: null, publicKey: key }];
  const names = [...devices, ...peers].map(({ name }) => name);
  const near = didYouMean(value, names, 'use a name under devices or peers, a MAC or a public key');
  fail(problems, place, `${quote(value)} is neither a device nor a peer; ${near}`);
  return [];
}
