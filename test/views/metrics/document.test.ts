import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { metricsDocument } from '../../../src/views/metrics/document.ts';
import { processMetrics } from '../../../src/views/metrics/program/process.ts';

const PATH = join(import.meta.dirname, '../../../docs/metrics.md');

describe('docs/metrics.md', () => {
  it('is what the code says (UPDATE_DOCS=1 rewrites it)', async () => {
    const text = await metricsDocument(processMetrics());
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PATH, text);
    expect(readFileSync(PATH, 'utf8')).to.equal(text);
  });

  it('names counters, and only counters, with _total', () => {
    const text = readFileSync(PATH, 'utf8');
    for (const [, name = '', type] of text.matchAll(/^\| `(wrtmeter_\w+)` \| (\w+) /gm))
      expect(name.endsWith('_total'), name).to.equal(type === 'counter');
  });
});
