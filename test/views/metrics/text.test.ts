import { expect } from 'chai';
import fc from 'fast-check';
import { type Metric, Registry } from 'prom-client';
import type { Family } from '../../../src/views/metrics/family.ts';
import { labelText } from '../../../src/views/metrics/labels.ts';
import { createText } from '../../../src/views/metrics/text.ts';
import { joined } from '../../support/metrics-text.ts';

/** A family whose samples still have their label values apart. */
interface LabelledFamily extends Omit<Family, 'samples'> {
  samples: { values: readonly string[]; value: number }[];
}

const withText = (families: readonly LabelledFamily[]): Family[] =>
  families.map(({ samples, ...family }) => ({
    ...family,
    samples: {
      labels: samples.map(({ values }) => (family.labels.length === 0 ? '' : labelText(family.labels, values))),
      values: samples.map(({ value }) => value),
    },
  }));

/** How prom-client renders the same samples. */
async function byPromClient(families: readonly LabelledFamily[]): Promise<string> {
  const registry = new Registry();
  for (const { name, help, type, labels: names, samples } of families) {
    if (samples.length === 0) continue;
    const values = samples.map(({ values, value }) => ({
      labels: Object.fromEntries(names.map((label, i) => [label, values[i] ?? ''])),
      value,
    }));
    registry.registerMetric({ name, help, get: async () => ({ name, help, type, values, aggregator: 'sum' }) } as unknown as Metric);
  }
  return registry.metrics();
}

const LABELS = ['router', 'mac', 'hostname'];
const special = fc.constantFrom('\\', '"', '\n', '\\n', '{', '}', ',', '=', ' ', 'é', '名', '😀', '\u2028', '\r', '\0');
const labelValue = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.array(special, { maxLength: 5 }).map((characters) => characters.join('')),
);
const number = fc.oneof(fc.maxSafeNat(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0, -0, -52, 1e21, 0.1));

const families = fc.array(
  fc.nat(LABELS.length).chain((count) =>
    fc.record({
      type: fc.constantFrom('counter' as const, 'gauge' as const),
      help: fc.constantFrom('Bytes received', 'Whether it is up (1) or down (0); 0 = never'),
      labels: fc.constant(LABELS.slice(0, count)),
      samples: fc.array(fc.record({ values: fc.array(labelValue, { minLength: count, maxLength: count }), value: number }), {
        maxLength: 5,
      }),
    }),
  ),
  { minLength: 1, maxLength: 5 },
);

const named = (list: readonly Omit<LabelledFamily, 'name'>[]): LabelledFamily[] =>
  list.map((family, i) => ({ ...family, name: `wrtmeter_family_${i}` }));

const of = (samples: LabelledFamily['samples']): LabelledFamily => ({
  name: 'wrtmeter_device_download_bytes_total',
  type: 'counter',
  help: 'Bytes received by the device',
  labels: ['mac', 'hostname'],
  samples,
});

/** Samples of many parts. */
const MANY = Array.from({ length: 5000 }, (_, i) => ({ values: [String(i), `device-${i}`], value: i * 1e9 }));

const textOf = (list: Iterable<Family>) => createText()(list);

describe('the text of /metrics', () => {
  it('is byte for byte what prom-client makes of the same samples', async () => {
    await fc.assert(
      fc.asyncProperty(families.map(named), async (list) => {
        fc.pre(list.some(({ samples }) => samples.length > 0));
        expect(joined(textOf(withText(list)))).to.equal(await byPromClient(list));
      }),
    );
  });

  it('is the same across its parts', async () => {
    const list = [of(MANY), { ...of(MANY.slice(0, 3)), name: 'wrtmeter_other', type: 'gauge' as const }];
    const parts = textOf(withText(list));
    expect(parts.length).to.be.above(3);
    expect(joined(parts)).to.equal(await byPromClient(list));
  });

  it('has what comes after it in its last part', () => {
    const list = withText([of(MANY), { ...of(MANY.slice(0, 3)), name: 'wrtmeter_other' }]);
    const [alone, more] = [createText()(list), createText()(list, '\nafter 1\n')];
    expect(more).to.have.length(alone.length);
    expect(joined(more)).to.equal(`${joined(alone)}\nafter 1\n`);
  });

  it('is in parts that a single name cannot make large', () => {
    const renamed = MANY.map((sample, i) => (i === 2500 ? { ...sample, values: ['x', '名'.repeat(50)] } : sample));
    const parts = textOf(withText([of(renamed)]));
    for (const part of parts) expect(part.length).to.be.below(70_000);
    expect(joined(parts)).to.contain(`hostname="${'名'.repeat(50)}"`);
  });

  it('has the same parts as before where nothing changed', async () => {
    const make = createText();
    const families = (changed: number, name = 'wrtmeter_other') => {
      const other = MANY.map((sample, i) => (i === changed ? { ...sample, value: 1 } : sample));
      return [of(MANY), { ...of(other), name }];
    };
    const first = make(withText(families(-1)));
    const second = make(withText(families(4999)));
    expect(second.filter((part) => !first.includes(part))).to.have.length(1);
    expect(joined(second)).to.equal(await byPromClient(families(4999)));
    const third = make(withText(families(4999, 'wrtmeter_renamed')));
    expect(joined(third)).to.equal(await byPromClient(families(4999, 'wrtmeter_renamed')));
    expect(joined(make(withText(families(-1).slice(1))))).to.equal(await byPromClient(families(-1).slice(1)));
  });

  it('makes the samples of one family after those of another are written', () => {
    const made: string[] = [];
    function* oneByOne(): Generator<Family> {
      for (const [i, family] of withText([of(MANY), of(MANY)]).entries()) {
        made.push(`family ${i}`);
        yield family;
        made.push(`written ${i}`);
      }
    }
    textOf(oneByOne());
    expect(made).to.deep.equal(['family 0', 'written 0', 'family 1', 'written 1']);
  });
});
