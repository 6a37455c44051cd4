import { expect } from 'chai';
import { parsePrometheusText, sampleValue, withLabels } from './text.ts';

const PAGE = `# HELP a_total Words.
# TYPE a_total counter
a_total 3
a_total{x="1",y="say \\"a\\\\b\\nc\\", {d}"} 9007199254740991 1700000000000
b{x="1"} NaN
b{x="2"} -Inf
c{le="+Inf"} 1.5e+3
`;

describe('the Prometheus text parser', () => {
  const samples = parsePrometheusText(PAGE);

  it('reads names, labels with their escapes, and values', () => {
    expect(samples.map((s) => s.value)).to.deep.equal([3, 9007199254740991, Number.NaN, Number.NEGATIVE_INFINITY, 1500]);
    expect(samples[1]?.labels).to.deep.equal({ x: '1', y: 'say "a\\b\nc", {d}' });
  });

  it('finds series by some of their labels, and says when there are several', () => {
    expect(sampleValue(samples, 'a_total', { x: '1' })).to.equal(9007199254740991);
    expect(sampleValue(samples, 'a_total', { x: '2' })).to.equal(undefined);
    expect(withLabels(samples, 'b')).to.have.length(2);
    expect(() => sampleValue(samples, 'b')).to.throw('2 series are called b {}');
  });

  it('throws for what is not a sample', () => {
    expect(() => parsePrometheusText('a{x=1} 2\n')).to.throw('Not labels');
    expect(() => parsePrometheusText('a two\n')).to.throw('Not a value');
    expect(() => parsePrometheusText('<html>\n')).to.throw('Not a sample');
  });
});
