import { OTHERS } from '../../domain/people/user.ts';
import { deviceRows } from '../rows/devices.ts';
import { nameOfThing } from '../rows/limits.ts';
import type { View } from '../view.ts';

/** Something that can be limited: as `thingNamed` reads it, and for people. */
export interface Choice {
  value: string;
  text: string;
}

/** Entries of one list; commands and the API have no such end. */
const MOST = 300;

/** Everything that the form offers, by kind. */
export function choices(view: View): { title: string; list: Choice[]; more: number }[] {
  const users = view.people.users.map(({ name, title }) => ({ value: `user ${name}`, text: title === name ? name : `${title} (${name})` }));
  const devices = deviceRows(view).map(({ mac, name }) => ({ value: `device ${mac}`, text: name === mac ? mac : `${name} (${mac})` }));
  const configured = [...new Map([...view.aliases.values()].map((alias) => [alias.mac, alias]))].flatMap(([mac, { name }]) =>
    devices.some(({ value }) => value === `device ${mac}`) ? [] : [{ value: `device ${mac}`, text: `${name} (${mac})` }],
  );
  const keys = new Set([...view.books.peers.values()].flatMap(({ state, publicKey }) => (state === 'gone' ? [] : [publicKey])));
  const peers = [...keys].map((id) => ({ value: `peer ${id}`, text: `${nameOfThing(view, { of: 'peer', id })} (${id.slice(0, 8)}…)` }));
  return [
    { title: 'Users', list: [...users, { value: OTHERS, text: 'others: what belongs to nobody' }] },
    { title: 'Devices', list: byText([...configured, ...devices.slice(0, MOST)]) },
    { title: 'Peers', list: byText(peers) },
  ].flatMap(({ title, list }) => {
    const shown = list.slice(0, MOST);
    const more = (title === 'Devices' ? devices.length + configured.length : list.length) - shown.length;
    return shown.length === 0 ? [] : [{ title, list: shown, more }];
  });
}

const byText = (list: Choice[]): Choice[] => list.sort((a, b) => a.text.localeCompare(b.text, 'en'));
