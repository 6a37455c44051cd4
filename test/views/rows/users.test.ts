import { expect } from 'chai';
import fc from 'fast-check';
import { createPeople, type DeviceFacts } from '../../../src/domain/people/people.ts';
import { plainUser, type User } from '../../../src/domain/people/user.ts';
import { directedUsage, NOTHING, plus, type Traffic, undirectedUsage } from '../../../src/domain/traffic.ts';
import type { Account } from '../../../src/ledger/account.ts';
import { Accounts } from '../../../src/ledger/accounts.ts';
import type { Books } from '../../../src/ledger/books.ts';
import { userRows } from '../../../src/views/rows/users.ts';
import type { NamesView } from '../../../src/views/view.ts';

const mac = (i: number) => `02:00:00:00:00:0${i}`;
const user = (name: string, own: Partial<User>): User => ({ ...plainUser(name), ...own });

interface Spec {
  users?: readonly User[];
  devices?: readonly { name: string; macs: readonly string[]; user?: string; isPrivate?: boolean }[];
  accounts: readonly [kind: Account['kind'], key: string, month: Traffic][];
  known?: Readonly<Record<string, Partial<DeviceFacts>>>;
}

function viewOf({ users = [], devices = [], accounts, known = {} }: Spec): NamesView {
  const all = accounts.map(([kind, key, month]) => ({ kind, key, month, total: plus(month, month), router: '', interface: '' }) as Account);
  const facts = Object.entries(known).map(([mac, own]) => [mac, { mac, name: null, network: null, ssid: null, ...own }] as const);
  const found = new Accounts();
  for (const [i, account] of all.entries()) found.set(String(i), account);
  const books = { accounts: found, devices: new Map(facts), peers: new Map() };
  const aliases = new Map(devices.flatMap(({ name, macs }) => macs.map((each) => [each, { name, mac: macs[0] ?? each, user: null }])));
  return { books: books as unknown as Books, aliases, people: createPeople({ users, devices, peers: [] }) };
}

const bytes = (download: number, upload: number): Traffic => ({ download, upload });
const used = (download: number, upload: number) => directedUsage({ download, upload });

describe('the rows of users', () => {
  it("add up a user's devices, and its peers apart from them; the rest belongs to others", () => {
    const view = viewOf({
      users: [user('anna', { title: 'Anna', hostnames: ['anna-*'], peers: ['KEY'] }), user('guests', { ssids: ['Guest'] })],
      devices: [{ name: 'anna-laptop', macs: [mac(1), mac(2)] }],
      known: { [mac(3)]: { ssid: 'Guest' } },
      accounts: [
        ['device', mac(1), bytes(10, 1)],
        ['device', mac(2), bytes(20, 2)],
        ['device', mac(3), bytes(400, 4)],
        ['device', mac(4), bytes(80, 8)],
        ['station', mac(4), bytes(9999, 9)],
        ['peer', 'KEY', bytes(5, 6)],
        ['peer', 'OTHER', bytes(7, 8)],
      ],
    });
    const rows = userRows(view).map(({ name, title, devices, peers, month, total, peerMonth }) => [
      name,
      title,
      devices,
      peers,
      month,
      total,
      peerMonth,
    ]);
    expect(rows).to.deep.equal([
      ['guests', 'guests', 1, 0, used(400, 4), used(800, 8), NOTHING],
      ['anna', 'Anna', 1, 1, used(30, 3), used(60, 6), bytes(5, 6)],
      ['others', 'Others', 1, 1, used(80, 8), used(160, 16), bytes(7, 8)],
    ]);
  });

  it('have no others where the configuration has no users, and a user without devices otherwise', () => {
    const accounts: Spec['accounts'] = [
      ['device', mac(1), bytes(1, 1)],
      ['device', mac(2), bytes(2, 2)],
    ];
    const named = viewOf({ devices: [{ name: 'tv', macs: [mac(1)], user: 'ben' }], accounts });
    expect(userRows(named).map(({ name, month }) => [name, month])).to.deep.equal([['ben', used(1, 1)]]);
    expect(userRows(viewOf({ users: [user('anna', {})], accounts })).map(({ name, devices }) => [name, devices])).to.deep.equal([
      ['anna', 0],
      ['others', 2],
    ]);
  });

  it('have bytes without a direction apart, and a total with each byte once', () => {
    const view = viewOf({
      users: [user('anna', { macs: [mac(1), mac(2)] }), user('ben', { macs: [mac(3)] }), user('cleo', {})],
      accounts: [
        ['device', mac(1), bytes(10, 1)],
        ['undirected', mac(1), bytes(0, 11)],
        ['undirected', mac(2), bytes(7, 0)],
        ['undirected', mac(3), bytes(5, 0)],
      ],
    });
    expect(userRows(view).map(({ name, devices, month }) => [name, devices, month])).to.deep.equal([
      ['anna', 2, { directed: bytes(10, 1), undirected: 18, total: 18 }],
      ['ben', 1, undirectedUsage({ alone: 5, repeated: 0 })],
      ['cleo', 0, used(0, 0)],
      ['others', 0, used(0, 0)],
    ]);
  });

  it('of all users and others are those of all devices, to the byte', () => {
    const traffic = fc.record({ download: fc.nat(1e9), upload: fc.nat(1e9) });
    const place = fc.record({ name: fc.option(fc.constantFrom('a-1', 'b-1')), ssid: fc.option(fc.constantFrom('A', 'B')) });
    const devices = fc.array(fc.tuple(traffic, place, fc.boolean()), { maxLength: 9 });
    fc.assert(
      fc.property(devices, (devices) => {
        const view = viewOf({
          users: [user('a', { hostnames: ['a-*'], ssids: ['A'], macs: [mac(1)] }), user('b', { ssids: ['B'], isPrivate: true })],
          devices: devices.flatMap(([, , isPrivate], i) => (isPrivate ? [{ name: `own-${i}`, macs: [mac(i)], isPrivate }] : [])),
          accounts: devices.map(([month], i) => ['device', mac(i), month]),
          known: Object.fromEntries(devices.map(([, facts], i) => [mac(i), facts])),
        });
        const rows = userRows(view);
        expect(rows.map(({ month }) => month.directed ?? NOTHING).reduce(plus, NOTHING)).to.deep.equal(
          devices.map(([month]) => month).reduce(plus, NOTHING),
        );
        expect(rows.reduce((sum, row) => sum + row.devices, 0)).to.equal(devices.length);
      }),
    );
  });
});
