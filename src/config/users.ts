import { didYouMean } from '../domain/names/nearest.ts';
import { OTHERS, type User } from '../domain/people/user.ts';
import { quote } from '../errors.ts';
import { type Field, group, listOf, readFields, scalar } from '../fields/fields.ts';
import type { KeyValue, Node } from '../fields/nodes.ts';
import { fail, type Located, type Problems, warn } from '../fields/problems.ts';
import { parseBoolean, parseName } from '../fields/values.ts';
import { MOST_ENTRIES, MOST_USERS } from './config.ts';
import { nameOf } from './routers/routers.ts';
import { duration, parseDeviceMac } from './values.ts';

const HOUR = 3600;
const DAY = 86_400;
const names = listOf(parseName, MOST_ENTRIES);

/** The keys of a user in wrtmeter.yaml. */
export const userFields = {
  title: { key: 'name', read: scalar(parseName) },
  macs: { key: 'macs', read: listOf(parseDeviceMac, MOST_ENTRIES) },
  hostnames: { key: 'hostnames', read: names },
  networks: { key: 'networks', read: names },
  ssids: { key: 'ssids', read: names },
  peers: { key: 'peers', read: names },
  isPrivate: { key: 'private', read: scalar(parseBoolean) },
  keepHours: { key: 'retention.hours', read: scalar(duration({ least: HOUR, most: 36_500 * DAY })) },
} as const satisfies Record<string, Field<unknown>>;

const CLAIMS = ['macs', 'hostnames', 'networks', 'ssids', 'peers'] as const satisfies readonly (keyof User)[];

/** Reads the users of wrtmeter.yaml; what one of them claims, no other can. */
export function readUsers(node: Node, problems: Problems): Located<User>[] {
  const entries = group(node, problems) ?? [];
  if (entries.length > MOST_USERS) fail(problems, node.place, `has more than ${MOST_USERS} users; shorten the list`);
  const taken = new Map<string, string>();
  const claims = new Map<string, string>();
  return entries.slice(0, MOST_USERS).map((entry) => {
    const name = readName(entry, taken, problems);
    const found = readFields(entry.value, userFields, problems);
    for (const kind of CLAIMS) {
      for (const { value, place } of found[kind]?.value ?? []) {
        const claim = `${kind} ${kind === 'hostnames' ? value.toLowerCase() : value}`;
        const owner = claims.get(claim);
        if (owner !== undefined && owner !== name) fail(problems, place, `already belongs to ${quote(owner)}; remove one of them`);
        claims.set(claim, owner ?? name);
      }
    }
    const isPrivate = found.isPrivate?.value ?? false;
    const list = (kind: (typeof CLAIMS)[number]) => (found[kind]?.value ?? []).map(({ value }) => value);
    return {
      place: entry.place,
      value: {
        name,
        title: isPrivate ? name : (found.title?.value ?? name),
        ...{ macs: list('macs'), hostnames: list('hostnames'), networks: list('networks'), ssids: list('ssids'), peers: list('peers') },
        isPrivate,
        keepHours: found.keepHours?.value ?? null,
      },
    };
  });
}

function readName(entry: KeyValue, taken: Map<string, string>, problems: Problems): string {
  const name = nameOf(entry, problems).value;
  const same = taken.get(name.toLowerCase());
  if (same !== undefined) fail(problems, entry.place, `is the same name as ${quote(same)}; choose another`);
  taken.set(name.toLowerCase(), name);
  if (name.toLowerCase() === OTHERS) fail(problems, entry.place, 'is reserved for what belongs to nobody; choose another name');
  return name;
}

/** Warns of users that nothing can belong to. `named`: the devices and peers, which may name a user. */
export function warnOfEmptyUsers(users: readonly Located<User>[], named: readonly { user?: string }[], problems: Problems): void {
  for (const { value, place } of users) {
    if (CLAIMS.every((kind) => value[kind].length === 0) && named.every(({ user }) => user !== value.name))
      warn(
        problems,
        place,
        'nothing belongs to this user; give it macs, hostnames, networks, ssids or peers, or name it as the user of a device or peer',
      );
  }
}

/**
 * Checks the user that a device or peer names: where there are `users`, it must be one of them, and no other user may claim what the
 * entry is about. `claimed`: the MACs of the device, or the key and name of the peer.
 */
export function checkUser(
  users: readonly User[],
  { place, user, claimed }: { place: string; user: Located<string> | undefined; claimed: readonly string[] },
  problems: Problems,
): void {
  if (users.length === 0) return;
  if (user !== undefined && users.every(({ name }) => name !== user.value)) {
    const known = users.map(({ name }) => name);
    const otherwise =
      user.value === OTHERS
        ? 'leave it out for what belongs to nobody'
        : `add it to users, or use ${known
            .slice(0, 5)
            .map((name) => quote(name))
            .join(', ')}`;
    fail(problems, user.place, `there is no user ${quote(user.value)}; ${didYouMean(user.value, known, otherwise)}`);
    return;
  }
  const owners = users.filter(({ macs, peers }) => [...macs, ...peers].some((own) => claimed.includes(own))).map(({ name }) => name);
  const [one, other] = new Set([...(user === undefined ? [] : [user.value]), ...owners]);
  if (one === undefined || other === undefined) return;
  fail(problems, user?.place ?? place, `belongs to ${quote(one)} and, by users.${other}, to ${quote(other)}; remove one of them`);
}
