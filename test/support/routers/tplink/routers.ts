import { probesOf } from '../../../../src/app/from-config.ts';
import type { Observation, SourceName } from '../../../../src/domain/observation.ts';
import { SourceError } from '../../../../src/errors.ts';
import { dmAnswers } from '../../../../src/simulator/tplink/dm.ts';
import { dmEncryptedAnswers } from '../../../../src/simulator/tplink/dm-encrypted.ts';
import { Logins } from '../../../../src/simulator/tplink/logins.ts';
import type { Answering, RouterRequest, TplinkRouter } from '../../../../src/simulator/tplink/router.ts';
import { type Fault, type RunningTplink, startTplink } from '../../../../src/simulator/tplink/server.ts';
import { stokAnswers } from '../../../../src/simulator/tplink/stok.ts';
import { stokEncryptedAnswers } from '../../../../src/simulator/tplink/stok-encrypted.ts';
import { FedTable } from '../../../../src/simulator/tplink/table.ts';
import { userRpmAnswers } from '../../../../src/simulator/tplink/user-rpm.ts';
import type { Probe } from '../../../../src/sources/source.ts';
import { configOf, withText } from '../../../config/support.ts';

export const PASSWORD = 'geheim & "süß"';

/** How each simulated protocol answers. */
export const ANSWERS: Readonly<Record<string, () => Answering>> = {
  dm: () => dmAnswers,
  stok: stokAnswers,
  'dm-encrypted': () => dmEncryptedAnswers('block'),
  userrpm: userRpmAnswers,
  'stok, encrypted': () => stokEncryptedAnswers(true),
};

/** A simulated router, with the world's hands on it. */
export interface TestRouter {
  router: TplinkRouter;
  table: FedTable;
  running: RunningTplink;
  /** Changes the next answers; null: none. */
  fault: Fault | null;
  /** How long its answers take, ms. */
  delay: (asked: RouterRequest) => number;
}

export async function startTestRouter(protocol: string | Answering, more: Partial<TplinkRouter> = {}): Promise<TestRouter> {
  const table = new FedTable(32);
  const router: TplinkRouter = { model: 'Archer C20', username: 'admin', password: PASSWORD, logins: new Logins(Date.now), table, ...more };
  const answering = typeof protocol === 'string' ? ANSWERS[protocol]?.() : protocol;
  if (answering === undefined) throw new Error(`No router speaks ${protocol}`);
  const running = await startTplink(router, answering, {
    fault: (asked, honest) => test.fault?.(asked, honest) ?? (test.fault === null ? honest() : null),
    delay: (asked) => test.delay(asked),
  });
  const test: TestRouter = { router, table, running, fault: null, delay: () => 0 };
  return test;
}

/** A monotonic clock that the test moves. */
export class TestClock {
  ms = 0;
  now = (): number => 1_773_000_000_000 + this.ms;
  tick = (): number => this.ms;
}

/** The probe of a router configured as its owner would. */
export async function probeAt(url: string, { password = PASSWORD, protocol = 'auto', clock = new TestClock() } = {}): Promise<Probe> {
  const text = `routers:\n  den:\n    tplink: { url: "${url}", password: ${JSON.stringify(password)}, protocol: ${protocol} }\n`;
  const [router] = (await configOf(withText(text))).routers;
  const [probe] = router === undefined ? [] : probesOf(router, router.kinds, { clock });
  if (probe === undefined) throw new Error('No probe');
  return probe;
}

type ObservationOf<S extends SourceName> = Extract<Observation, { source: S }>;

/** What a probe read of a source; or why it did not. */
export async function readOf<S extends SourceName>(
  probe: Probe,
  source: S,
  signal = AbortSignal.timeout(8000),
): Promise<ObservationOf<S> | string> {
  try {
    const { sources } = await probe.collect(signal);
    const observation = sources.find((reading) => reading.source === source)?.observation;
    if (observation instanceof SourceError) throw observation;
    if (observation?.source !== source) return `no ${source}`;
    return observation as ObservationOf<S>;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return `${error.reason}: ${error.message}`;
  }
}
