import { expect } from 'chai';
import { classicProbes } from '../../../src/sources/classic/classic.ts';

const A = '02:00:00:00:00:01';
const B = '02:00:00:00:00:02';

describe('Wi-Fi 7 stations in a classic list: the sum of the links counts once', () => {
  /** The lines that are left of each list, read one after the other by one probe. */
  async function kept(...lists: string[][]): Promise<string[][]> {
    let text = '';
    const [probe] = classicProbes({ stations: 'http://192.0.2.1/' }, async () => ({ text, framed: true }));
    const found: string[][] = [];
    for (const list of lists) {
      text = list.map((line) => `${line}\n`).join('');
      const observation = (await probe?.collect(new AbortController().signal))?.sources[0]?.observation;
      if (observation === undefined || !('stations' in observation)) throw new Error('no stations');
      found.push(observation.stations.map(({ mac, bytes }) => `${mac} ${bytes.upload} ${bytes.download}`));
    }
    return found;
  }

  it('its links are left out, one, two or three of them, and other stations stay', async () => {
    const links = [`${A} 11000 22000`, `${A} 10600 1500`, `${A} 400 20500`];
    expect(await kept(links)).to.deep.equal([[`${A} 11000 22000`]]);
    expect(await kept([`${B} 5 5`, `${A} 30 60`, `${A} 10 20`, `${A} 10 20`, `${A} 10 20`, `${B} 7 7`])).to.deep.equal([
      [`${B} 5 5`, `${A} 30 60`, `${B} 7 7`],
    ]);
    expect(await kept([`${A} 30 60`, `${A} 30 60`, `${B} 5 0`, `${B} 5 0`])).to.deep.equal([[`${A} 30 60`, `${B} 5 0`]]);
  });
  it('a sum that has more than its links, because one was dropped, is a sum', async () => {
    expect(await kept([`${A} 100 200`, `${A} 30 60`, `${A} 20 60`])).to.deep.equal([[`${A} 100 200`]]);
    const three = [`${A} 100 200`, `${A} 30 60`, `${A} 70 140`];
    expect(await kept(three, [`${A} 110 200`, `${A} 40 60`])).to.deep.equal([[`${A} 100 200`], [`${A} 110 200`]]);
  });
  it('a device on several radios is not one: lines that are no sum, or not in a row', async () => {
    const radios = [`${A} 1000 2000`, `${A} 10 20`];
    expect(await kept(radios)).to.deep.equal([radios]);
    const apart = [`${A} 1000 2000`, `${B} 1 1`, `${A} 1000 2000`];
    expect(await kept(apart)).to.deep.equal([apart]);
    const grown = [`${A} 10 20`, `${A} 1000 2000`, `${A} 10 20`];
    expect(await kept(grown)).to.deep.equal([grown]);
    expect(await kept([`${A} 0 0`, `${A} 0 0`])).to.deep.equal([[`${A} 0 0`, `${A} 0 0`]]);
  });
  it('a MAC that left the list is looked at again', async () => {
    const sum = [`${A} 30 60`, `${A} 30 60`];
    const radios = [`${A} 40 70`, `${A} 1 1`];
    expect(await kept(sum, [], radios)).to.deep.equal([[`${A} 30 60`], [], radios]);
  });
});
