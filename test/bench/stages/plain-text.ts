import type { Family } from '../../../src/views/metrics/family.ts';

/** The same lines as the client library renders, by nothing but joining strings: what rendering costs at the least. */
export function plainText(families: readonly Family[]): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of families) {
    if (samples.length === 0) continue;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const { sharedLabels, value } of samples) {
      let labels = '';
      for (const label in sharedLabels) labels += `${labels === '' ? '' : ','}${label}="${escaped(sharedLabels[label] ?? '')}"`;
      lines.push(labels === '' ? `${name} ${value}` : `${name}{${labels}} ${value}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

const SPECIAL = /[\\"\n]/;

const escaped = (value: string): string =>
  SPECIAL.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;

/** Takes out the families of the process itself, which a file of text would not have. */
export function withoutProcess(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(# (HELP|TYPE) )?(process|nodejs)_/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}
