import { keyOfThing, type LimitThing } from '../../domain/people/limits/limit.ts';
import type { LimitOnRouter } from '../limits-status.ts';
import { namesOfThings } from '../rows/limits.ts';
import type { View } from '../view.ts';
import { counter, type Family, gauge, type Sample } from './family.ts';
import { labelText } from './labels.ts';

const LIMIT = ['router', 'of', 'name', 'reason'];
const DIRECTED = [...LIMIT, 'direction'];
const ROUTER = ['router'];

/** What is limited on routers, and what that held back. */
export function limitFamilies(view: View): Family[] {
  const routers = view.limits?.routers ?? [];
  const names = namesOfThings(
    view,
    routers.flatMap(({ limits, dropped }) => [...limits, ...dropped].map(({ thing }) => thing)),
  );
  const labelsOf = (router: string, thing: LimitThing, reason: string) => [router, thing.of, names.get(keyOfThing(thing)) ?? '', reason];
  const rows = routers.flatMap(({ router, limits }) =>
    limits.map((limit) => ({ ...limit, labels: labelsOf(router, limit.thing, limit.reason) })),
  );
  const active = rows.filter(({ state }) => state === 'active');
  return [
    gauge(
      'limit_active',
      '1 for each limit that stands on the router; reason: quota, schedule or hand, the strictest of them',
      LIMIT,
      active.map(({ labels }) => ({ labels: labelText(LIMIT, labels), value: 1 })),
    ),
    gauge(
      'limit_rate_bytes_per_second',
      'Rate that the limit lets through in the direction, as the device sees it; not for a pause',
      DIRECTED,
      active.flatMap((row) => directed(row.labels, ratesOf(row))),
    ),
    counter(
      'limit_dropped_bytes_total',
      'Bytes that the limit held back since the program started, in the direction as the device sees it; they are in no usage',
      DIRECTED,
      routers.flatMap(({ router, dropped }) =>
        dropped.flatMap(({ thing, reason, download, upload }) => directed(labelsOf(router, thing, reason), { download, upload })),
      ),
    ),
    gauge(
      'limits_success',
      'Whether the router took all limits that are wanted there when it was last asked, and has room for all that belongs to them',
      ROUTER,
      routers.map(({ router, failure, limits, left }) => ({
        labels: labelText(ROUTER, [router]),
        value: failure === null && left === 0 && limits.every(({ state }) => state !== 'refused') ? 1 : 0,
      })),
    ),
  ];
}

const ratesOf = ({ effect }: LimitOnRouter) => (effect.kind === 'slow' ? effect : { download: null, upload: null });

const directed = (labels: readonly string[], values: { download: number | null; upload: number | null }): Sample[] =>
  (['download', 'upload'] as const).flatMap((direction) => {
    const value = values[direction];
    return value === null ? [] : [{ labels: labelText(DIRECTED, [...labels, direction]), value }];
  });
