import { expect } from 'chai';
import type { Logger } from 'pino';
import { createTwiceLog } from '../../../src/app/log/round-log.ts';
import { newStatus } from '../../../src/domain/status.ts';
import { system } from '../../support/ledger/rounds.ts';

describe('the log of rounds', () => {
  it('says once which routers are read twice, and what to do', () => {
    const lines: string[] = [];
    const log = { warn: (_: unknown, line: string) => lines.push(line) } as unknown as Logger;
    const routers = ['gateway', 'garden'].map((name) => {
      const status = newStatus(name, [], ['wan']);
      for (const source of status.sources.values()) source.success = true;
      return { ...status, up: true, system: system('aaaaaaaa', 10) };
    });
    const tell = createTwiceLog(log);
    tell(routers);
    tell(routers);
    expect(lines).to.deep.equal([
      'gateway and garden are the same router under two addresses, so all its bytes are counted twice. Remove all but one of them from the configuration.',
    ]);
  });
});
