import type { Traffic } from '../../domain/traffic.ts';
import type { UplinkSpec } from '../spec.ts';
import type { Counter } from './counter.ts';
import type { CountingState } from './counting.ts';
import type { LimitsState } from './limits.ts';

export interface UplinkState {
  readonly spec: UplinkSpec;
  up: boolean;
  ifindex: number;
  counter: Counter;
  /** All bytes since the world began. */
  readonly account: Traffic;
  /** What counts the hosts whose bytes leave here. */
  readonly counting: CountingState | null;
  /** What its router limits. */
  readonly limits: LimitsState;
}
