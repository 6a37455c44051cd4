import { useDriver } from '../../../src/ledger/storage/driver/choose.ts';

/** The driver that tests run with: mocha loads this file first in `npm run test:driver`, which sets the variable. */
export function useTestDriver(): void {
  if (process.env.WRTMETER_LEDGER_DRIVER === 'node') useDriver('node');
}

useTestDriver();
