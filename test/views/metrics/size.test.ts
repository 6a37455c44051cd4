import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import { BENCH_TERMS, benchHome } from '../../bench/home.ts';

const START = Date.UTC(2026, 2, 10, 12, 2);

/** Of a device on the air with a lease, where hosts are counted: seven as a device, six as a station, two as a host, one of its lease. */
const LINES_OF_DEVICE = 16;
const MOST_BYTES_OF_DEVICE = 1600;

describe('the size of /metrics', () => {
  it('every device has the same number of lines, and no more than its names and figures need', async () => {
    const [few, many] = [await textOf(20), await textOf(220)];
    const lines = (text: string) => text.split('\n').length;
    expect(lines(many) - lines(few)).to.equal(200 * LINES_OF_DEVICE);
    expect(Buffer.byteLength(many) - Buffer.byteLength(few)).to.be.within(1, 200 * MOST_BYTES_OF_DEVICE);
  });
});

async function textOf(devices: number): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-size-'));
  const ledger = await openLedger(await openStore(directory), BENCH_TERMS, START);
  try {
    const home = benchHome({ seed: 1, start: START, hosts: true, quiet: true, devices, routers: 3 });
    for (let i = 0; i < 4; i++) await home.round(ledger, 15);
    return await home.text(ledger);
  } finally {
    await ledger.close();
    await rm(directory, { recursive: true });
  }
}
