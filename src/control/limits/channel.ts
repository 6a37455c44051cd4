import { SourceError } from '../../errors.ts';
import type { Run } from '../../transports/run.ts';
import { clean } from '../result.ts';
import { limitsScript } from '../script.ts';
import { type LimitsAnswer, parseAnswer } from './answer.ts';

/** Sends the wanted state to a router and returns what its script prints. Rejects with a SourceError. */
export type LimitsChannel = (wanted: string, signal: AbortSignal) => Promise<string>;

/** A login as root that has no script of its own: it is sent along. `run` runs commands as root. */
export function shellChannel(run: Run): LimitsChannel {
  return (wanted, signal) => run(['sh', '-s'], limitsScript(wanted), signal);
}

/** Asks a router for its whole wanted state. It can be asked again at any time. Rejects only for bugs. */
export async function askForLimits(channel: LimitsChannel, wanted: string, signal: AbortSignal): Promise<LimitsAnswer> {
  try {
    const answer = parseAnswer(await channel(wanted, signal));
    return answer ?? { ok: false, step: 'answer', reason: 'The answer is incomplete, or not from limits.sh' };
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return { ok: false, step: 'connect', reason: clean(error.message) };
  }
}

/** Without its end, so that the script refuses it before it looks at anything else. */
const INCOMPLETE = 'wrtmeter-limits 1\n';

/** Why a router cannot be asked for limits; null if its script answers. Changes nothing there. Rejects only for bugs. */
export async function whyNotAsked(channel: LimitsChannel, signal: AbortSignal): Promise<string | null> {
  const answer = await askForLimits(channel, INCOMPLETE, signal);
  return answer.ok || answer.step === 'input' ? null : answer.reason;
}
