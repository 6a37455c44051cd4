import { createMetrics } from '../../src/views/metrics/metrics.ts';
import type { TextParts } from '../../src/views/metrics/text.ts';
import type { View } from '../../src/views/view.ts';

/** What `/metrics` shows of a view, without the metrics of the process. */
export const metricsText = async (view: View): Promise<string> => joined(createMetrics().render(view, ''));

export const joined = (parts: TextParts): string => Buffer.concat(parts).toString();
