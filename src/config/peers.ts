import type { User } from '../domain/people/user.ts';
import { parsePublicKey } from '../domain/public-key.ts';
import { type Field, group, readFields, scalar } from '../fields/fields.ts';
import type { Node } from '../fields/nodes.ts';
import { fail, type Problems } from '../fields/problems.ts';
import { parseName, ValueError } from '../fields/values.ts';
import { MOST_PEERS, type PeerConfig } from './config.ts';
import { nameOf } from './routers/routers.ts';
import { checkUser } from './users.ts';

/** The keys of a peer in wrtmeter.yaml. */
export const peerFields = {
  // Someone may enter the private key by mistake, so no message shows the value.
  publicKey: { key: 'public_key', read: scalar(parseKey, () => 'the value') },
  user: { key: 'user', read: scalar(parseName) },
} as const satisfies Record<string, Field<unknown>>;

/** Reads the WireGuard peers of wrtmeter.yaml; a key can belong to only one of them, and to one user. */
export function readPeers(node: Node, users: readonly User[], problems: Problems): PeerConfig[] {
  const entries = group(node, problems) ?? [];
  if (entries.length > MOST_PEERS) fail(problems, node.place, `has more than ${MOST_PEERS} peers; shorten the list`);
  const owners = new Map<string, string>();
  const names = new Map<string, string>();
  return entries.slice(0, MOST_PEERS).flatMap((entry) => {
    const name = nameOf(entry, problems).value;
    const before = problems.errors.length;
    const { publicKey, user } = readFields(entry.value, peerFields, problems);
    const same = names.get(name.toLowerCase());
    if (same !== undefined) fail(problems, entry.place, `is the same name as "${same}"; choose another`);
    names.set(name.toLowerCase(), name);
    if (publicKey === undefined) {
      if (problems.errors.length === before) fail(problems, entry.place, 'has no public_key; use the key that wg show prints');
      return [];
    }
    const owner = owners.get(publicKey.value);
    if (owner !== undefined) fail(problems, publicKey.place, `is already the key of "${owner}"; remove one of them`);
    owners.set(publicKey.value, name);
    checkUser(users, { place: entry.place, user, claimed: [publicKey.value, name] }, problems);
    return [{ name, publicKey: publicKey.value, ...(user && { user: user.value }) }];
  });
}

function parseKey(text: string): string {
  const key = parsePublicKey(text);
  if (key === null) throw new ValueError('is not a public key; use the 44 characters that wg show prints');
  return key;
}
