import { expect } from 'chai';
import { lastingLabels } from '../../../src/views/metrics/family.ts';

describe('lasting label sets', () => {
  it('are the same object as long as their owner and their values are the same', () => {
    const labels = lastingLabels();
    const owner = {};
    const first = labels(owner, { mac: '02:00:00:00:00:01', hostname: 'anna' });
    expect(labels(owner, { mac: '02:00:00:00:00:01', hostname: 'anna' })).to.equal(first);
    expect(labels({}, { mac: '02:00:00:00:00:01', hostname: 'anna' })).to.not.equal(first);
  });

  it('are new when a value changes, without changing the earlier ones', () => {
    const labels = lastingLabels();
    const owner = {};
    const first = labels(owner, { mac: '02:00:00:00:00:01', hostname: 'anna' });
    expect(labels(owner, { mac: '02:00:00:00:00:01', hostname: 'berta' })).to.deep.equal({ mac: '02:00:00:00:00:01', hostname: 'berta' });
    expect(first.hostname).to.equal('anna');
  });
});
