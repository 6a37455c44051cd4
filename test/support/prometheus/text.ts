export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)(?: -?\d+)?$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/y;

/** The samples of a page in Prometheus' text format (version 0.0.4). Throws for a line that is not a sample. */
export function parsePrometheusText(text: string): Sample[] {
  return text.split('\n').flatMap((line) => (line === '' || line.startsWith('#') ? [] : [parseSample(line)]));
}

/** The value of the one series with this name and these labels (it may have others), or undefined. */
export function sampleValue(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const found = withLabels(samples, name, labels);
  if (found.length > 1) throw new Error(`${found.length} series are called ${name} ${JSON.stringify(labels)}`);
  return found[0]?.value;
}

export function withLabels(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): Sample[] {
  return samples.filter((s) => s.name === name && Object.entries(labels).every(([label, value]) => s.labels[label] === value));
}

function parseSample(line: string): Sample {
  const [, name, labels = '', value] = LINE.exec(line) ?? [];
  if (name === undefined || value === undefined) throw new Error(`Not a sample: ${JSON.stringify(line)}`);
  return { name, labels: parseLabels(labels, line), value: parseValue(value, line) };
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const [, label, value] = LABEL.exec(text) ?? [];
    if (label === undefined || value === undefined) throw new Error(`Not labels: ${JSON.stringify(line)}`);
    labels[label] = value.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

function parseValue(text: string, line: string): number {
  const special: Record<string, number> = {
    NaN: Number.NaN,
    Nan: Number.NaN,
    '+Inf': Number.POSITIVE_INFINITY,
    '-Inf': Number.NEGATIVE_INFINITY,
  };
  const value = special[text] ?? Number(text);
  if (Number.isNaN(value) && !/^nan$/i.test(text)) throw new Error(`Not a value: ${JSON.stringify(line)}`);
  return value;
}
