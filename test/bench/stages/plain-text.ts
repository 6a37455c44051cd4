import type { Family } from '../../../src/views/metrics/family.ts';

/** The same lines as the client library renders, by nothing but joining strings: what rendering costs at the least. */
export function plainText(families: Iterable<Family>): string {
  const lines: string[] = [];
  for (const { name, help, type, samples } of families) {
    const { labels, values } = samples;
    if (values.length === 0) continue;
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    for (const [i, value] of values.entries()) lines.push(`${name}${labels[i]} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Takes out the families of the process itself, which a file of text would not have. */
export function withoutProcess(text: string): string {
  return text
    .split('\n')
    .filter((line) => line !== '' && !/^(# (HELP|TYPE) )?(process|nodejs)_/.test(line))
    .map((line) => `${line}\n`)
    .join('');
}
