import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Quota } from '../../../src/domain/people/quota.ts';
import { openLedger } from '../../../src/ledger/ledger.ts';
import { openStore } from '../../../src/ledger/storage/store.ts';
import type { TextParts } from '../../../src/views/metrics/text.ts';
import { BENCH_TERMS, benchHome } from '../../bench/home.ts';
import { quota } from '../../support/ledger/quota-view.ts';
import { joined } from '../../support/metrics-text.ts';

const START = Date.UTC(2026, 2, 10, 12, 2);

/** Of a device on the air with a lease, where hosts are counted: seven as a device, six as a station, two as a host, one of its lease. */
const LINES_OF_DEVICE = 16;
const MOST_BYTES_OF_DEVICE = 1600;
/** Of a device with a quota, before there are forecasts: limit, used, left, left for each day, the end of the period, step. */
const LINES_OF_QUOTA = 6;
/** Bytes that are rendered again for a device of which everything moved but its name, lease and first reading, and for its quota: used, left, left for each day. */
const MOST_RENDERED_OF_DEVICE = 1400;
const MOST_RENDERED_OF_QUOTA = 300;

const EACH = quota('each', { kind: 'each device', user: null }, 1e12);

describe('the size of /metrics', () => {
  it('every device has the same number of lines, and no more than its names and figures need', async () => {
    const [few, many] = [joined((await textsOf(20)).text), joined((await textsOf(220)).text)];
    const lines = (text: string) => text.split('\n').length;
    expect(lines(many) - lines(few)).to.equal(200 * LINES_OF_DEVICE);
    expect(Buffer.byteLength(many) - Buffer.byteLength(few)).to.be.within(1, 200 * MOST_BYTES_OF_DEVICE);
    const withQuota = joined((await textsOf(220, [EACH])).text);
    // Each family has two lines of its own, and an empty one before them.
    expect(lines(withQuota) - lines(many)).to.equal(220 * LINES_OF_QUOTA + LINES_OF_QUOTA * 3);
  });

  it('of a usual home is in one part, which is packed at once', async () => {
    expect((await textsOf(50)).text).to.have.length(1);
  });

  it('is rendered and packed again only where something changed', async () => {
    const devices = 300;
    const [plain, withQuota] = [await textsOf(devices), await textsOf(devices, [EACH])];
    expect(renderedAgain(plain) / devices).to.be.within(1, MOST_RENDERED_OF_DEVICE);
    expect((renderedAgain(withQuota) - renderedAgain(plain)) / devices).to.be.within(1, MOST_RENDERED_OF_QUOTA);
  });
});

/** Bytes of parts that the text before did not have. */
function renderedAgain({ before, text }: { before: TextParts; text: TextParts }): number {
  return text.reduce((sum, part) => sum + (before.includes(part) ? 0 : part.length), 0);
}

/** The texts after the last two rounds, in which every device moved something. */
async function textsOf(devices: number, quotas: readonly Quota[] = []): Promise<{ before: TextParts; text: TextParts }> {
  const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-size-'));
  const ledger = await openLedger(await openStore(directory), { ...BENCH_TERMS, quotas }, START);
  try {
    const home = benchHome({ seed: 1, start: START, hosts: true, quiet: true, devices, routers: 3 });
    for (let i = 0; i < 4; i++) await home.round(ledger, 15);
    const before = home.text(ledger);
    await home.round(ledger, 15);
    return { before, text: home.text(ledger) };
  } finally {
    await ledger.close();
    await rm(directory, { recursive: true });
  }
}
