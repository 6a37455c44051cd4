import { minuteText } from '../../calendar.ts';
import { formatRate } from '../rate.ts';
import type { LimitAction } from './effect.ts';
import type { LimitReason, LimitThing, NewHandLimit } from './limit.ts';

/** Bytes per second as they are configured, in bits. */
const rateText = (bytes: number): string => formatRate(bytes * 8);

/** `paused`, `slowed to 1 Mbit/s`, `allowed` */
export function actionText(action: LimitAction): string {
  switch (action.kind) {
    case 'allow':
      return 'allowed';
    case 'pause':
      return 'paused';
    case 'slow': {
      const { download, upload } = action;
      if (download !== null && download === upload) return `slowed to ${rateText(download)}`;
      const each = [download === null ? [] : `${rateText(download)} down`, upload === null ? [] : `${rateText(upload)} up`];
      return `slowed to ${each.flat().join(' and ')}`;
    }
    default:
      return action satisfies never;
  }
}

/** Until when, in local time, after a text; empty where no end is known. */
export const untilText = (until: number | null, timezone: string): string =>
  until === null ? '' : ` until ${minuteText(until, timezone)}`;

/** Why, in a few words: `quota "kids" at 100 %, until 2026-11-03 00:00`. */
export function reasonText(reason: LimitReason, timezone: string): string {
  const until = untilText(reason.until, timezone);
  switch (reason.by) {
    case 'quota':
      return `quota "${reason.quota}" at ${Number((reason.share * 100).toFixed(2))} %${until}`;
    case 'schedule':
      return `limit "${reason.rule}"${until}`;
    case 'hand':
      return `${reason.who}${until}`;
    default:
      return reason satisfies never;
  }
}

/** What a thing is called in the audit: a device by its MAC, which the audit shows by its name. */
export const auditName = ({ of, id }: LimitThing): string => (of === 'device' ? id : of === 'others' ? of : `${of} ${id}`);

/** What a person decided, for the audit. */
export const decisionText = ({ action, until, by }: NewHandLimit, timezone: string): string =>
  `${actionText(action)}${untilText(until, timezone)} by ${by}`;
