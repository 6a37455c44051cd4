import { expect } from 'chai';
import type { Account } from '../../../src/ledger/account.ts';
import { deviceMonths } from '../../../src/views/rows/months.ts';

const account = (key: string, download: number, upload: number) => ({ key, month: { download, upload } }) as Account;

describe('sums of the current month', () => {
  const phone = { name: 'phone', mac: '02:00:00:00:00:01', user: 'anna' };
  const tv = { name: 'tv', mac: '02:00:00:00:00:03', user: null };
  const laptop = { name: 'laptop', mac: '02:00:00:00:00:04', user: 'anna' };
  const view = { aliases: new Map([phone, tv, laptop].map((alias) => [alias.mac, alias])).set('02:00:00:00:00:02', phone) };
  const accounts = [
    account('02:00:00:00:00:02', 10, 1),
    account('02:00:00:00:00:01', 20, 2),
    account('02:00:00:00:00:03', 40, 4),
    account('02:00:00:00:00:04', 80, 8),
    account('02:00:00:00:00:05', 160, 16),
  ];
  const devices = deviceMonths(view, accounts);

  it('of a device are under its first MAC', () => {
    expect([...devices]).to.deep.equal([
      ['02:00:00:00:00:01', { download: 30, upload: 3 }],
      ['02:00:00:00:00:03', { download: 40, upload: 4 }],
      ['02:00:00:00:00:04', { download: 80, upload: 8 }],
      ['02:00:00:00:00:05', { download: 160, upload: 16 }],
    ]);
  });

  it('leave the accounts as they are', () => {
    expect(accounts[1]?.month).to.deep.equal({ download: 20, upload: 2 });
  });
});
