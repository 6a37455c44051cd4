import type { Traffic } from '../../domain/traffic.ts';
import type { Account } from '../../ledger/account.ts';
import { readAccountUsage, type UsageRow } from '../../ledger/storage/read-usage.ts';
import type { Store } from '../../ledger/storage/store.ts';
import type { UsageView } from '../../views/api-v1/usage-subjects.ts';
import { BYTE_COUNTERS, type CounterKind } from '../../views/metrics/byte-counters.ts';
import { hoursUntil } from '../../views/metrics/openmetrics/hours.ts';
import { type CounterSample, counterSamples } from '../../views/metrics/openmetrics/samples.ts';
import { counterHead, END_OF_TEXT, sampleLines } from '../../views/metrics/openmetrics/text.ts';
import type { AddedLabels } from './labels.ts';
import type { WriteOut } from './write-out.ts';

/** Characters that are written at once, about. */
const CHUNK = 65_536;

/** What is written: accounts, and the hours that began from one time to another, Unix ms. */
export interface OpenMetricsRequest {
  accounts: readonly Account[];
  from: number;
  to: number;
  labels: AddedLabels;
}

/**
 * Writes the byte counters of `/metrics` with their past values as OpenMetrics text, for Prometheus. One account is in memory at a time.
 * Throws a LedgerError.
 */
export async function writeOpenMetrics(
  view: Pick<UsageView, 'books' | 'aliases' | 'peerNames' | 'people' | 'timezone' | 'now'>,
  { accounts, from, to, labels: added }: OpenMetricsRequest,
  store: Pick<Store, 'all'>,
  write: WriteOut,
): Promise<void> {
  // Prometheus has whole seconds only here, and a sample of the future is refused.
  const now = Math.floor(view.now / 1000) * 1000;
  const hoursOf = hoursUntil(now, view.timezone);
  for (const kind of Object.keys(BYTE_COUNTERS) as CounterKind[]) {
    const { labels, valuesOf, counters } = BYTE_COUNTERS[kind];
    for (const { name, help, value } of counters) {
      let head = counterHead(`wrtmeter_${name}`, help);
      for (const account of accounts.filter((each) => each.kind === kind)) {
        const values = valuesOf(view, account);
        if (values === null) continue;
        const lineOf = sampleLines(`wrtmeter_${name}`, [...labels, ...added.keys()], [...values, ...added.values()]);
        for (const text of textsOf(await samplesOf(account, value), lineOf)) {
          await write(`${head}${text}`);
          head = '';
        }
      }
    }
  }
  await write(END_OF_TEXT);

  async function samplesOf({ id, total }: Account, value: (kept: Traffic) => number): Promise<Iterable<CounterSample>> {
    const { days, hours } = await readAccountUsage(store, id);
    const bytesOf = (rows: readonly UsageRow[]) => rows.map(({ time, bytes }) => ({ time, bytes: value(bytes) }));
    const kept = { days: bytesOf(days), hours: bytesOf(hours) };
    // The days add up to the total. Where they do not, the last value is the one that /metrics shows.
    const before = Math.max(0, value(total) - kept.days.reduce((sum, { bytes }) => sum + bytes, 0));
    return counterSamples(kept, before, { from, to }, hoursOf);
  }
}

/** The lines of samples in pieces of some length. */
function* textsOf(samples: Iterable<CounterSample>, lineOf: (sample: CounterSample) => string): Generator<string> {
  let text = '';
  for (const sample of samples) {
    text += lineOf(sample);
    if (text.length < CHUNK) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
