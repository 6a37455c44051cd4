import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const HEAP = fileURLToPath(new URL('../../src/app/heap.ts', import.meta.url));

/** Runs a few lines in a separate process, because V8's flags apply to the whole process. */
function run(lines: string): string {
  const script = `import { keepHeapSmall, fitHeap, MANY_ACCOUNTS } from ${JSON.stringify(HEAP)};
    import { getHeapSpaceStatistics } from 'node:v8';
    const nursery = () => getHeapSpaceStatistics().find((s) => s.space_name === 'new_space').space_size;
    const litter = () => { let kept = []; for (let i = 0; i < 3e6; i++) { kept.push({ i }); if (kept.length > 2e5) kept = []; } };
    ${lines}`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8' });
  expect(stderr, 'V8 knows every flag').to.equal('');
  return stdout.trim();
}

describe('the heap', function () {
  this.timeout(30_000);

  it('of the service stays small, however much garbage there is', () => {
    const megabytes = Number(run('keepHeapSmall(); litter(); console.log(nursery() / 1e6);'));
    expect(megabytes).to.be.within(0.5, 5);
  });

  it('gets V8’s defaults with many accounts, once', () => {
    const script = 'keepHeapSmall(); console.log(fitHeap(MANY_ACCOUNTS - 1), fitHeap(MANY_ACCOUNTS), fitHeap(MANY_ACCOUNTS));';
    expect(run(`${script} litter(); console.log(nursery() > 5e6);`)).to.equal('false true false\ntrue');
  });

  it('then grows its young generation up to a bound', () => {
    const script = 'keepHeapSmall(); for (let i = 0; i < 6; i++) { fitHeap(MANY_ACCOUNTS); litter(); }';
    expect(Number(run(`${script} console.log(nursery() / 1e6);`))).to.be.within(5, 70);
  });

  it('of a command is not changed', () => {
    expect(run('console.log(fitHeap(MANY_ACCOUNTS)); litter(); console.log(nursery() > 5e6);')).to.equal('false\ntrue');
  });
});
