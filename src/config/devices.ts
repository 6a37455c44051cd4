import type { User } from '../domain/people/user.ts';
import { type Field, group, listOf, readFields, scalar } from '../fields/fields.ts';
import type { Node } from '../fields/nodes.ts';
import { fail, type Problems } from '../fields/problems.ts';
import { parseBoolean, parseName } from '../fields/values.ts';
import { type DeviceConfig, MOST_DEVICES, MOST_MACS } from './config.ts';
import { nameOf } from './routers/routers.ts';
import { checkUser } from './users.ts';
import { parseDeviceMac } from './values.ts';

/** The keys of a device in wrtmeter.yaml. */
export const deviceFields = {
  macs: { key: 'macs', read: listOf(parseDeviceMac, MOST_MACS) },
  user: { key: 'user', read: scalar(parseName) },
  isPrivate: { key: 'private', read: scalar(parseBoolean) },
} as const satisfies Record<string, Field<unknown>>;

/** Reads the devices of wrtmeter.yaml; a MAC can belong to only one of them, and to one user. */
export function readDevices(node: Node, users: readonly User[], problems: Problems): DeviceConfig[] {
  const entries = group(node, problems) ?? [];
  if (entries.length > MOST_DEVICES) fail(problems, node.place, `has more than ${MOST_DEVICES} devices; shorten the list`);
  const owners = new Map<string, string>();
  const names = new Map<string, string>();
  return entries.slice(0, MOST_DEVICES).map((entry) => {
    const name = nameOf(entry, problems).value;
    const before = problems.errors.length;
    const { macs, user, isPrivate } = readFields(entry.value, deviceFields, problems);
    const same = names.get(name.toLowerCase());
    if (same !== undefined) fail(problems, entry.place, `is the same name as "${same}"; choose another`);
    names.set(name.toLowerCase(), name);
    if (!macs?.value.length && problems.errors.length === before) {
      fail(problems, entry.place, 'has no MAC; use for example macs: [02:00:00:00:00:01]');
    }
    for (const { value, place } of macs?.value ?? []) {
      const owner = owners.get(value);
      if (owner !== undefined) fail(problems, place, `${value} already belongs to "${owner}"; remove one of them`);
      owners.set(value, name);
    }
    const own = (macs?.value ?? []).map((mac) => mac.value);
    checkUser(users, { place: entry.place, user, claimed: own }, problems);
    return { name, macs: own, ...(user && { user: user.value }), ...(isPrivate?.value && { isPrivate: true }) };
  });
}
