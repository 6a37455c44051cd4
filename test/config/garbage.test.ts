import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigError } from '../../src/errors.ts';
import { FIXTURES, load, withText } from './support.ts';

const full = readFileSync(`${FIXTURES}/good/full.yaml`, 'utf8').replaceAll('../secrets/', `${FIXTURES}/secrets/`);

async function outcome(text: string): Promise<string> {
  try {
    await load(withText(text));
    return '';
  } catch (error) {
    if (error instanceof ConfigError) return error.errors.join('\n');
    throw error;
  }
}

describe('any text as a configuration', () => {
  it('loads or is refused with lines that show file and line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string({ maxLength: 200 }), fc.json({ maxDepth: 4 })), async (text) => {
        for (const line of (await outcome(text)).split('\n')) expect(line).to.match(/^$|^wrtmeter\.yaml:\d+: /);
      }),
      { numRuns: 300 },
    );
  });

  it('does so too if it is a valid file damaged at any position', async () => {
    const damage = fc.record({
      at: fc.nat(full.length),
      drop: fc.nat(12),
      add: fc.string({ unit: fc.constantFrom(...'{}[]:,-"\'#&*!|> \n\t$@%a1'), maxLength: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ at, drop, add }) => {
        const errors = await outcome(full.slice(0, at) + add + full.slice(at + drop));
        for (const line of errors.split('\n')) expect(line).to.match(/^$|^wrtmeter\.yaml:\d+: /);
        expect(errors).to.not.include('hunter2');
      }),
      { numRuns: 500 },
    );
  });
});
