import { macOfPeople } from '../../domain/mac.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { count, quote, UsageError } from '../../errors.ts';
import { deviceAccountsOf } from '../../ledger/account.ts';
import { findDevices } from '../../views/find-device.ts';
import { type NamesView, nameOf } from '../../views/view.ts';

export interface NamedDevice {
  /** The first of its MACs. */
  mac: string;
  name: string;
}

/** The device that a text on the command line means, by name or any of its MACs. Throws a UsageError if it is none or several. */
export function theDevice(view: NamesView, text: string): NamedDevice {
  const macs = findDevices(view, text);
  const [mac] = macs;
  if (mac === undefined) {
    const names = deviceAccountsOf(view.books.accounts).map(({ key }) => nameOf(view, key));
    const lists = '"wrtmeter print devices" lists all devices';
    // The MAC that is most like another is that of another device.
    const hint = macOfPeople(text) === null ? didYouMean(text, names, lists) : lists;
    throw new UsageError(`No device ${quote(text)} has been counted: ${hint}`);
  }
  if (macs.length > 1)
    throw new UsageError(`${count(macs.length, 'device')} are called ${quote(text)}: use the MAC of one (${macs.join(', ')})`);
  return { mac, name: nameOf(view, mac) };
}
