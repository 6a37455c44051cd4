import { createMetrics } from '../../views/metrics/metrics.ts';
import { processMetrics } from '../../views/metrics/program/process.ts';
import type { TextParts } from '../../views/metrics/text.ts';
import type { View } from '../../views/view.ts';

/** Milliseconds for which the text is the same for all, if no round ends. */
const SHARED_MS = 500;

/** The text of `/metrics`, made once for those that ask at the same time: it is megabytes with thousands of devices. */
export interface MetricsText {
  /** The metrics of the process, which are part of it. */
  own(): Promise<string>;
  of(view: View, own: string): TextParts;
  /** The next caller gets a new text: a round has ended, or the configuration has changed. */
  renew(): void;
}

/** Creates it with the metrics of the process. */
export function createMetricsText(): MetricsText {
  const registry = processMetrics();
  const metrics = createMetrics();
  /** With the time that it shows: a machine that slept has passed no time on the timer's clock. */
  let shared: { text: TextParts; wallClock: number } | null = null;
  return {
    own: () => registry.metrics(),
    of(view, own) {
      if (shared !== null && Math.abs(view.wallClock - shared.wallClock) < SHARED_MS) return shared.text;
      const made = { text: metrics.render(view, own), wallClock: view.wallClock };
      shared = made;
      setTimeout(() => {
        if (shared === made) shared = null;
      }, SHARED_MS).unref();
      return made.text;
    },
    renew() {
      shared = null;
    },
  };
}
