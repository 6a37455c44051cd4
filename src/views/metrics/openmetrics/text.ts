import { labelText } from '../labels.ts';
import type { CounterSample } from './samples.ts';

/** The end of a text, without which it is not whole. */
export const END_OF_TEXT = '# EOF\n';

/** The lines before the samples of a counter. The name of a family does not have the suffix of its samples. */
export const counterHead = (name: string, help: string): string => {
  const family = name.replace(/_total$/, '');
  return `# HELP ${family} ${escaped(help)}\n# TYPE ${family} counter\n`;
};

const escaped = (help: string): string => help.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** What writes the samples of a series: one line each, with the time in seconds. */
export function sampleLines(name: string, labelNames: readonly string[], values: readonly string[]): (sample: CounterSample) => string {
  const series = `${name}${labelText(labelNames, values)}`;
  return ({ time, value }) => `${series} ${value} ${time / 1000}\n`;
}
