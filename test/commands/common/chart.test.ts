import { expect } from 'chai';
import { bar, showsBlocks, sparkline } from '../../../src/commands/common/chart.ts';

describe('charts in the terminal', () => {
  const on = (columns: number | undefined, env: NodeJS.ProcessEnv) =>
    showsBlocks({ stdout: { write: () => true, ...(columns !== undefined && { columns }) }, env });

  it('are for terminals with UTF-8, but not for the console', () => {
    expect(on(80, { LANG: 'de_DE.UTF-8' })).to.equal(true);
    expect(on(80, { LANG: 'C', LC_CTYPE: 'C.utf8' })).to.equal(true);
    expect(on(undefined, { LANG: 'C.UTF-8' })).to.equal(false);
    expect(on(undefined, { LANG: 'C.UTF-8', COLUMNS: '80' })).to.equal(false);
    expect(on(80, {})).to.equal(false);
    expect(on(80, { LANG: 'C.UTF-8', LC_ALL: 'C' })).to.equal(false);
    expect(on(80, { LANG: 'C.UTF-8', TERM: 'linux' })).to.equal(false);
  });

  it('sparkline: each value compared with the largest, a blank for nothing', () => {
    expect(sparkline([1, 2, 3, 4, 5, 6, 7, 8])).to.equal('▁▂▃▄▅▆▇█');
    expect(sparkline([0, 1, 2 ** 52])).to.equal(' ▁█');
    expect(sparkline([0, 0])).to.equal('  ');
    expect(sparkline([])).to.equal('');
  });

  it('bar: as long as its value, in eighths; what is not nothing can be seen', () => {
    expect([8, 4, 3, 1, 0].map((value) => bar(value, 8, 4))).to.deep.equal(['████', '██', '█▌', '▌', '']);
    expect(bar(1, 2 ** 52, 4)).to.equal('▏');
  });
});
