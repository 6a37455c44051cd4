import { expect } from 'chai';
import type { Traffic } from '../../../src/domain/traffic.ts';
import type { Sample } from '../prometheus/text.ts';
import type { Oracle } from '../simulator/oracle.ts';
import type { World } from '../simulator/world.ts';

/** What an exporter shows of its totals: an account a line, such as `station attic 02:… download`. */
export type Books = Map<string, number>;

const COUNTER = /^wrtmeter_(device|station|wan|host|wireguard_peer)_(download|upload)_bytes_total$/;
const UNKNOWN = /^wrtmeter_host_unknown_(download|upload)_bytes$/;

export function booksShown(samples: readonly Sample[]): Books {
  const books: Books = new Map();
  for (const { name, labels, value } of samples) {
    const unknown = UNKNOWN.exec(name)?.[1];
    if (unknown !== undefined) books.set(`${unknownOf(labels.router ?? '')} ${unknown}`, value);
    const [, kind, direction] = COUNTER.exec(name) ?? [];
    if (kind === undefined) continue;
    const of = [labels.router, labels.interface, labels.mac ?? labels.public_key];
    const account = [kind.replace('wireguard_', ''), ...of, direction].filter((part) => part !== undefined).join(' ');
    if (books.has(account)) throw new Error(`Two series for ${account}`);
    books.set(account, value);
  }
  return books;
}

/** What they must show where the oracle's knowledge is all that can be known. */
export function booksKnowable(world: World, oracle: Oracle): Books {
  const books: Books = new Map();
  const enter = (account: string, { download, upload }: Traffic) => {
    books.set(`${account} download`, download);
    books.set(`${account} upload`, upload);
  };
  for (const mac of world.devices.keys()) {
    enter(`device ${mac}`, oracle.device(mac));
    for (const router of world.routers.keys()) enter(`station ${router} ${mac}`, oracle.station(router, mac));
  }
  for (const [router, { uplinks, counting, tunnels }] of world.routers) {
    for (const { spec } of uplinks) enter(`wan ${router} ${spec.name}`, oracle.wan(router, spec.name));
    if (counting !== null) {
      for (const mac of world.devices.keys()) enter(`host ${router} ${mac}`, oracle.host(router, mac));
      enter(unknownOf(router), oracle.unknown(router));
    }
    for (const { spec, peers } of tunnels) {
      for (const { spec: peer } of peers) {
        enter(`peer ${router} ${spec.interface} ${peer.publicKey}`, oracle.peer(router, spec.interface, peer.publicKey));
      }
    }
  }
  return books;
}

/** Bytes forwarded for addresses without a known MAC. They move to devices, so they may fall. */
export const unknownOf = (router: string): string => `unknown ${router}`;

/** The same to the byte; an account that never had a byte need not be there. */
export function expectEqual(shown: Books, knowable: Books): void {
  const nonZero = (books: Books) => Object.fromEntries([...books].filter(([, bytes]) => bytes !== 0).sort());
  expect(nonZero(shown)).to.deep.equal(nonZero(knowable));
}

export function expectAtMost(shown: Books, knowable: Books): void {
  for (const [account, bytes] of shown) {
    const most = knowable.get(account) ?? expect.fail(`nobody knows an account "${account}"`);
    if (bytes > most) expect.fail(`"${account}" shows ${bytes}, but only ${most} can have been known`);
  }
}

/** No counter falls, and none is lost. */
export function expectNoFall(shown: Books, before: Books): void {
  for (const [account, bytes] of before) {
    if (account.startsWith(unknownOf(''))) continue;
    const now = shown.get(account) ?? expect.fail(`"${account}" is gone, it showed ${bytes}`);
    if (now < bytes) expect.fail(`"${account}" fell from ${bytes} to ${now}`);
  }
}

interface ApiRow {
  id: string;
  rx_bytes: number;
  tx_bytes: number;
}

/** The same totals as `/api.php` has them, where the month is as old as the ledger: rx of a client is its upload, of the WAN the download. */
export async function expectSameInApi(api: (path: string) => Promise<unknown>, shown: Books): Promise<void> {
  const rows = async (action: string) => ((await api(`/api.php?action=${action}`)) as { data: ApiRow[] }).data;
  for (const { id, rx_bytes, tx_bytes } of await rows('clients')) {
    expect([id, rx_bytes, tx_bytes]).to.deep.equal([id, shown.get(`device ${id} upload`) ?? 0, shown.get(`device ${id} download`) ?? 0]);
  }
  const clients = new Set((await rows('clients')).map(({ id }) => id));
  for (const [account, bytes] of shown) {
    const [kind, mac = ''] = account.split(' ');
    if (kind === 'device' && bytes > 0) expect(clients, 'clients of /api.php').to.include(mac);
  }
  const wan = (direction: string) => [...shown].filter(([account]) => account.startsWith('wan ') && account.endsWith(direction));
  for (const { rx_bytes, tx_bytes } of await rows('wan')) {
    expect(rx_bytes).to.equal(wan('download').reduce((sum, [, bytes]) => sum + bytes, 0));
    expect(tx_bytes).to.equal(wan('upload').reduce((sum, [, bytes]) => sum + bytes, 0));
  }
}
