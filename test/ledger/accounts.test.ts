import { expect } from 'chai';
import fc from 'fast-check';
import { type Account, accountKey, accountsOf, ipOf, ownedAs } from '../../src/ledger/account.ts';
import { Accounts } from '../../src/ledger/accounts.ts';

const NOTHING = { download: 0, upload: 0 };

describe('the accounts of the books', () => {
  it('know of themselves what a look through all of them would find', () => {
    const name = fc.record({
      kind: fc.constantFrom('host' as const, 'address' as const, 'station' as const, 'device' as const),
      router: fc.constantFrom('', 'gateway', 'attic'),
      interface: fc.constant(''),
      key: fc.constantFrom('02:00:00:00:00:01', '192.168.1.10', 'fd00::10'),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fc.boolean(), fc.constantFrom('gateway', 'attic', undefined))), (steps) => {
        const accounts = new Accounts();
        const plain = new Map<string, Account>();
        const through = new Map<string, string>();
        for (const [i, [each, stays, by]] of steps.entries()) {
          const key = accountKey(each);
          const account = { ...each, id: i + 1, total: NOTHING, month: NOTHING, firstSeen: 0, lastSeen: 0, overlay: false };
          plain.delete(key);
          through.set(key, by ?? each.router);
          if (stays) plain.set(key, account);
          if (stays) accounts.set(key, account, by);
          else accounts.delete(key);
        }
        const all = [...plain.values()];
        expect([...accounts]).to.deep.equal([...plain]);
        expect(accountsOf(accounts, 'host')).to.deep.equal(all.filter(({ kind }) => kind === 'host'));
        expect([...accounts.unowned]).to.deep.equal(all.filter((each) => ownedAs(each.kind) !== null && ipOf(each) !== null));
        for (const router of ['', 'gateway', 'attic'])
          expect(accounts.countOf(router), router).to.equal([...plain.keys()].filter((key) => through.get(key) === router).length);
        expect(accounts.lastId).to.be.at.least(Math.max(0, ...all.map(({ id }) => id)));
      }),
    );
  });
});
