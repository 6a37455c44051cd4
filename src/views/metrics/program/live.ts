import type { View } from '../../view.ts';
import { counter, type Family, gauge, single } from '../family.ts';

/** Who watches `/api/v1/live`, and what that costs. */
export function liveFamilies({ live }: View): Family[] {
  return [
    gauge('live_watchers', 'Clients that watch /api/v1/live', [], live === undefined ? [] : single(live.watchers)),
    counter(
      'live_readings_total',
      'Times that routers were read for them beside rounds since the program started',
      [],
      live === undefined ? [] : single(live.readings),
    ),
  ];
}
