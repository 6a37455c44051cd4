import { expect } from 'chai';
import { labelText, lastingLabels } from '../../../src/views/metrics/labels.ts';

describe('labels of a series', () => {
  it('are text with what would end it escaped', () => {
    expect(labelText(['router', 'source'], ['attic', 'wan'])).to.equal('{router="attic",source="wan"}');
    expect(labelText(['hostname'], ['a"b\\c\nd é 名'])).to.equal(String.raw`{hostname="a\"b\\c\nd é 名"}`);
  });

  it('are the ones of before as long as the owner has the same values', () => {
    const labels = lastingLabels(['mac', 'hostname']);
    const owner = {};
    expect(labels(owner, '02:00:00:00:00:01', 'anna')).to.equal('{mac="02:00:00:00:00:01",hostname="anna"}');
    expect(labels(owner, '02:00:00:00:00:01', 'anna')).to.equal('{mac="02:00:00:00:00:01",hostname="anna"}');
    expect(labels({}, '02:00:00:00:00:02', 'anna')).to.equal('{mac="02:00:00:00:00:02",hostname="anna"}');
  });

  it('are new when any value changes', () => {
    const labels = lastingLabels(['mac', 'hostname', 'user']);
    const owner = {};
    for (const [hostname, user] of [
      ['anna', ''],
      ['berta', ''],
      ['berta', 'anna'],
      ['', 'anna'],
    ] as const) {
      expect(labels(owner, '02:00:00:00:00:01', hostname, user)).to.equal(
        `{mac="02:00:00:00:00:01",hostname="${hostname}",user="${user}"}`,
      );
    }
  });
});
