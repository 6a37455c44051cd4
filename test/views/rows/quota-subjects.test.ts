import { expect } from 'chai';
import fc from 'fast-check';
import { createPeople } from '../../../src/domain/people/people.ts';
import type { QuotaOf } from '../../../src/domain/people/quota.ts';
import { plainUser } from '../../../src/domain/people/user.ts';
import type { Account } from '../../../src/ledger/account.ts';
import { Accounts } from '../../../src/ledger/accounts.ts';
import type { Books } from '../../../src/ledger/books.ts';
import { Devices } from '../../../src/ledger/devices.ts';
import { lastingSubjects, quotaSubjects, type SubjectView } from '../../../src/views/rows/quota-subjects.ts';

const MACS = [1, 2, 3, 4].map((i) => `02:00:00:00:00:0${i}`);
const KINDS: QuotaOf[] = [
  { kind: 'each device', user: null },
  { kind: 'each device', user: 'anna' },
  { kind: 'device', name: 'tablet' },
  { kind: 'each user' },
  { kind: 'user', name: 'anna' },
  { kind: 'others' },
];

type Configuration = Pick<SubjectView, 'aliases' | 'people'>;
const PLAIN: Configuration = { aliases: new Map(), people: createPeople({ users: [], devices: [], peers: [] }) };
/** Anna has devices that call themselves hers, and a tablet of two MACs. */
const withAnna = (isPrivate: boolean): Configuration => ({
  aliases: new Map(MACS.slice(0, 2).map((mac) => [mac, { name: 'tablet', mac: MACS[0] ?? mac, user: null }])),
  people: createPeople({
    users: [{ ...plainUser('anna'), hostnames: ['anna-*'], networks: ['guest'], isPrivate }],
    devices: [{ name: 'tablet', macs: MACS.slice(0, 2), user: 'anna' }],
    peers: [],
  }),
});
const WITH_ANNA = withAnna(false);
const WITH_PRIVATE_ANNA = withAnna(true);

describe('the subjects of quotas', () => {
  it('that are kept from view to view are those that are made anew, whatever comes, goes and is renamed between', () => {
    const mac = fc.constantFrom(...MACS);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('comes' as const), mac, at: fc.nat(9) }),
      fc.record({ kind: fc.constant('is seen' as const), mac, at: fc.nat(9) }),
      fc.record({
        kind: fc.constant('is called' as const),
        mac,
        name: fc.constantFrom('anna-phone', 'tv', null),
        network: fc.constantFrom('guest', null),
      }),
      fc.record({ kind: fc.constant('is forgotten' as const), mac }),
      fc.record({ kind: fc.constant('is configured' as const), as: fc.constantFrom(PLAIN, WITH_ANNA, WITH_PRIVATE_ANNA) }),
      fc.constant({ kind: 'is asked again' as const }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const [accounts, devices] = [new Accounts(), new Devices()];
        const subjectsOf = lastingSubjects();
        let configuration = PLAIN;
        for (const one of steps) {
          if (one.kind === 'comes') accounts.set(one.mac, { kind: 'device', key: one.mac, router: '', lastSeen: one.at } as Account);
          if (one.kind === 'is seen') Object.assign(accounts.get(one.mac) ?? {}, { lastSeen: one.at });
          if (one.kind === 'is called')
            devices.set(one.mac, { mac: one.mac, name: one.name, namedBy: 'lease', ip: null, network: one.network, ssid: null });
          if (one.kind === 'is forgotten') {
            accounts.delete(one.mac);
            devices.delete(one.mac);
          }
          if (one.kind === 'is configured') configuration = one.as;
          const view = { ...configuration, books: { accounts, devices } as Books, peerNames: new Map() };
          const [kept, made] = [subjectsOf(view), quotaSubjects(view)];
          for (const of of KINDS) expect(kept({ of }, { startsAt: 5 }), of.kind).to.deep.equal(made({ of }, { startsAt: 5 }));
        }
      }),
    );
  });
});
