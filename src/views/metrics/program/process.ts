import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';

/** Defaults of the client library that promtool rejects: their names end in `_total`, but they are not counters. */
const REJECTED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total'];

/**
 * Metrics of the client library that need a timer which wakes the process a hundred times a second: ten times as much work as reading
 * a home. The timer is set to never, and they are left out.
 */
const BY_TIMER = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map((figure) => `nodejs_eventloop_lag_${figure}_seconds`);
/** The longest time that a timer can be set to, in ms. */
const NEVER = 2 ** 31 - 1;

/** The library works out all of `BY_TIMER` whenever this one is read, so it is replaced with one that does not. */
const LAG = 'nodejs_eventloop_lag_seconds';

/** Metrics of the process itself, created once per process. */
export function processMetrics(): Registry {
  const defaults = new Registry();
  collectDefaultMetrics({ register: defaults, eventLoopMonitoringPrecision: NEVER });
  const registry = new Registry();
  for (const { name } of defaults.getMetricsAsArray()) {
    const metric = name === LAG ? eventLoopLag() : defaults.getSingleMetric(name);
    if (metric && !REJECTED.includes(name) && !BY_TIMER.includes(name)) registry.registerMetric(metric);
  }
  return registry;
}

/** As in the library: timed after each scrape, and shown by the next. */
const eventLoopLag = (): Gauge =>
  new Gauge({
    name: LAG,
    help: 'Lag of event loop in seconds.',
    registers: [],
    collect() {
      setImmediate(this.startTimer());
    },
  });
