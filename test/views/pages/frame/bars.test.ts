import { expect } from 'chai';
import { barChart } from '../../../../src/views/pages/frame/bars.ts';

describe('the bars of days and months', () => {
  const titles = (text = '') => [...text.matchAll(/<title>([^<]*)</g)].map(([, title]) => title);

  it('name all bytes of a bar: with directions, without, and with some of each', () => {
    const directed = { download: 2048, upload: 1024 };
    const chart = barChart({}, 'Bytes', 'Day', [
      { name: '1 Nov', used: { directed, undirected: null, total: 3072 } },
      { name: '2 Nov', used: { directed: null, undirected: 4096, total: 4096 } },
      { name: '3 Nov', used: { directed, undirected: 4096, total: 7168 } },
      // The same bytes again, as another router shows them.
      { name: '4 Nov', used: { directed, undirected: 4096, total: 3072 } },
    ]);
    expect(titles(chart?.text)).to.deep.equal([
      '1 Nov: 2.00 KiB down, 1.00 KiB up',
      '2 Nov: 4.00 KiB',
      '3 Nov: 2.00 KiB down, 1.00 KiB up, 7.00 KiB in all',
      '4 Nov: 2.00 KiB down, 1.00 KiB up',
    ]);
  });
});
