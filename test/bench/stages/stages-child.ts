import { once } from 'node:events';
import { keepHeapSmall } from '../../../src/app/heap.ts';

// Like the program itself: first the heap, then everything else.
keepHeapSmall();
const { measureStages } = await import('./stages.ts');

const [dataDir = '', warmUp = '', measured = '', routers = ''] = process.argv.slice(2);
process.once('disconnect', () => process.exit());

async function advance(): Promise<void> {
  process.send?.('advance');
  await once(process, 'message');
}

const stages = await measureStages(JSON.parse(routers), advance, dataDir, { warmUp: Number(warmUp), measured: Number(measured) });
process.send?.(stages, undefined, undefined, () => process.disconnect?.());
