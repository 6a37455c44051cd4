import { about, type Finding } from '../../domain/finding.ts';
import type { CheckedRouter } from '../kind.ts';
import type { TplinkConfig } from './config.ts';
import { EITHER, LEFT_OPEN } from './words.ts';

/** A rate that no model with counters of 32 bits has: `line_rate` is not set. */
const FASTEST = 1e9;
const RANGE_BITS = 2 ** 32 * 8;

/** Findings of the doctor about TP-Link routers. */
export const checkTplink = (routers: readonly CheckedRouter<TplinkConfig>[]): Finding[] =>
  routers.flatMap((router) => [...checkSession(router), ...checkWrap(router)]);

/** Whether a session is open: our own, or that of somebody who keeps us out. */
function checkSession({ name, status, sinceRead, warnings }: CheckedRouter<TplinkConfig>): Finding[] {
  const open = warnings.filter((line) => line.startsWith(LEFT_OPEN));
  if (open.length > 0) {
    const what = 'the session may still be open, because the router did not confirm the logout';
    return [about(name, 'wrong', 'session_open', what, 'It ends by itself after some minutes; nobody may be let in until then.')];
  }
  const isEither = [...status.sources.values()].some(({ error }) => error?.message.startsWith(EITHER));
  if (!isEither || sinceRead === null) return [];
  const what = 'somebody is logged in at it, unless its password was changed: the service has read it before';
  return [about(name, 'advice', 'session_open', what, 'Log out at its page. Nothing is lost: the next reading includes these bytes.')];
}

/** Whether a counter of 32 bits may pass its end twice between two readings, which nobody could see. */
function checkWrap({ name, status, lineRate, sinceRead }: CheckedRouter<TplinkConfig>): Finding[] {
  const observation = status.sources.get('statistics')?.observation;
  if (observation?.source !== 'statistics') return [];
  const narrow = observation.machines.filter(({ bits }) => bits === 32);
  if (narrow.length === 0) return [];
  if (narrow.every(({ packets }) => packets === null)) {
    const what =
      'its counters end at 4 GiB, and it shows no packets: a pass cannot be told from a restart, and counts as one, which is less';
    return [
      about(
        name,
        'advice',
        'wrap_unknown',
        what,
        'Read it often, so that little is lost: set scrape_interval in Prometheus, or heartbeat.',
      ),
    ];
  }
  if (lineRate > FASTEST) {
    const what = 'its counters end at 4 GiB, and line_rate does not say how fast they may get there';
    return [about(name, 'advice', 'wrap_unknown', what, 'Set line_rate of this router to the rate of its ports, such as 100Mbit.')];
  }
  // Both directions together.
  const seconds = Math.floor(RANGE_BITS / (2 * lineRate));
  if (sinceRead === null || sinceRead <= seconds) return [];
  const what = `its counters may pass 4 GiB every ${seconds} s, and the service read them ${Math.round(sinceRead)} s ago: what passed twice is lost`;
  return [
    about(
      name,
      'wrong',
      'wrap_unknown',
      what,
      `Read it at least every ${Math.floor(seconds / 2)} s: set scrape_interval in Prometheus, or heartbeat.`,
    ),
  ];
}
