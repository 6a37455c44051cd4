import { macOfPeople } from '../../../domain/mac.ts';
import { quote } from '../../../errors.ts';
import { type Account, accountsOf, deviceAccountsOf } from '../../../ledger/account.ts';
import { bad, type QueryParameters, single } from '../../api-v1/query.ts';
import { RequestError } from '../../api-v1/request-error.ts';
import { type DeviceRow, deviceRows } from '../../rows/devices.ts';
import type { View } from '../../view.ts';

/** A device with its accounts. */
export interface FoundDevice {
  row: DeviceRow;
  /** What it used: with and without directions. */
  accounts: Account[];
  /** Of access points and gateways, where they counted it. */
  places: Account[];
}

/**
 * The device of `mac`, any of its MACs. Not by name: what a private device is called is not shown, nor is whether one is called so. Throws
 * a RequestError.
 */
export function findDevice(view: View, query: QueryParameters): FoundDevice {
  const { mac: text = '' } = single(query, ['mac']);
  const mac = macOfPeople(text);
  if (mac === null) throw bad(`"mac" is ${quote(text)}: write it like 02:00:00:00:00:01`);
  const row = deviceRows(view).find(({ macs, mac: first }) => first === mac || macs.includes(mac));
  if (row === undefined) throw new RequestError(404, `No device with the MAC "${mac}" has been counted`);
  const isOwn = ({ key }: Account) => row.macs.includes(key);
  const { accounts } = view.books;
  return {
    row,
    accounts: deviceAccountsOf(accounts).filter(isOwn),
    places: row.isPrivate ? [] : [...accountsOf(accounts, 'station'), ...accountsOf(accounts, 'host')].filter(isOwn),
  };
}
