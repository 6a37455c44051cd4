import { OTHERS } from '../../../domain/people/user.ts';
import { deviceRows } from '../../rows/devices.ts';
import { nameOfThing } from '../../rows/limits.ts';
import { nameOf, type View } from '../../view.ts';

/** Something that can be limited: as the API reads it, and for people. */
interface Choice {
  value: string;
  text: string;
}

/** The things of one kind that the form offers; `more`: those that the list has no room for. */
interface Choices {
  title: string;
  list: Choice[];
  more: number;
}

/** Entries of one list; commands and the API have no such end. */
const MOST = 300;

/** Everything that the form offers, by kind. Where there is no room for all devices, those with the most bytes in the month are there. */
export function choices(view: View): Choices[] {
  const users = view.people.users.map(({ name, title }) => ({ value: `user ${name}`, text: title === name ? name : `${title} (${name})` }));
  const macs = new Set([...[...view.aliases.values()].map(({ mac }) => mac), ...deviceRows(view).map(({ mac }) => mac)]);
  const devices = [...macs].map((mac) => {
    const name = nameOf(view, mac);
    return { value: `device ${mac}`, text: name === mac ? mac : `${name} (${mac})` };
  });
  const keys = new Set([...view.books.peers.values()].flatMap(({ state, publicKey }) => (state === 'gone' ? [] : [publicKey])));
  const peers = [...keys].map((id) => ({ value: `peer ${id}`, text: `${nameOfThing(view, { of: 'peer', id })} (${id.slice(0, 8)}…)` }));
  return [
    bounded('Users', [{ value: OTHERS, text: 'others: what belongs to nobody' }, ...users]),
    bounded('Devices', devices),
    bounded('Peers', peers),
  ].filter(({ list }) => list.length > 0);
}

function bounded(title: string, all: readonly Choice[]): Choices {
  const list = all.slice(0, MOST).sort((a, b) => a.text.localeCompare(b.text, 'en'));
  return { title, list, more: all.length - list.length };
}
