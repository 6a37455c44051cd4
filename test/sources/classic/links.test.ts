import { expect } from 'chai';
import { CLASSIC_STATION_RULES, classicProbes } from '../../../src/sources/classic/classic.ts';
import { withoutLinks } from '../../../src/sources/classic/links.ts';
import { openBench, station } from '../../support/ledger/rounds.ts';

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
  it('says of which MACs it cannot know: those with several lines in a row that are no sum', () => {
    const line = (mac: string, bytes: number) => ({ mac, bytes: { download: bytes, upload: bytes } });
    const inRow = (...lines: ReturnType<typeof line>[]) => [...withoutLinks(lines).inRow];
    expect(inRow(line(A, 10), line(A, 6), line(B, 5), line(B, 7))).to.deep.equal([A, B]);
    expect(inRow(line(A, 10), line(A, 10), line(B, 5))).to.deep.equal([]);
    expect(inRow(line(A, 10), line(A, 6), line(B, 5), line(A, 3))).to.deep.equal([]);
    expect(inRow(line(A, 10), line(A, 9), line(A, 8))).to.deep.equal([A]);
  });
  it('tens of thousands of sums and links of one MAC are taken like a few, and few links are kept', () => {
    const bytes = { download: 2, upload: 2 };
    const group = [A, A, B].map((mac) => ({ mac, bytes }));
    const { lines, links } = withoutLinks(Array.from({ length: 30_000 }, () => group).flat());
    expect([lines.length, links.get(A)?.length]).to.deep.equal([60_000, 8]);
    expect(withoutLinks(Array.from({ length: 200_000 }, () => ({ mac: A, bytes }))).lines).to.have.lengthOf(200_000);
  });
});

describe('Wi-Fi 7 stations in the ledger', () => {
  const line = (bytes: number) => station(A, bytes, bytes, { counter: A });
  /** What was posted after each list, as the lists come; the program starts again after some of them. */
  async function posted(lists: number[][], startAfter: number[] = []): Promise<number[]> {
    const bench = await openBench();
    const totals: number[] = [];
    try {
      for (const [i, list] of lists.entries()) {
        const { lines: stations, links, inRow } = withoutLinks(list.map(line));
        await bench.read(i * 15, { source: 'stations', rules: CLASSIC_STATION_RULES, radios: [], stations, links, inRow });
        totals.push(bench.total({ kind: 'station', router: 'gateway', key: A })?.download ?? 0);
        if (startAfter.includes(i)) await bench.restart();
      }
    } finally {
      await bench.close();
    }
    return totals;
  }
  const left = (n: number) => [1000 + n, 600 + n];

  it('with one link left, lists that lack the station change nothing', async () => {
    expect(await posted([left(0), [], left(10), left(20)])).to.deep.equal([0, 0, 10, 20]);
    const missing = Array.from({ length: 9 }, () => []);
    expect((await posted([[1000, 600, 400], ...missing, left(10), left(20), left(30)])).slice(-3)).to.deep.equal([10, 20, 30]);
  });
  it('after a start, the link is not new, whenever the station is listed again', async () => {
    expect(await posted([[1000, 600, 400], left(10), left(20), left(30)], [0])).to.deep.equal([0, 10, 20, 30]);
    expect(await posted([[1000, 600, 400], [], left(10), left(20), left(30)], [0])).to.deep.equal([0, 0, 10, 20, 30]);
    expect(await posted([[1000], [1010, 0], [1020, 10], [1030, 20]], [0])).to.deep.equal([0, 10, 20, 30]);
  });
  it('one link that is left moves as the sum does: nothing else tells it from the first list on', async () => {
    expect(await posted([left(0), left(0), left(10), left(20)], [0, 1, 2])).to.deep.equal([0, 0, 10, 20]);
    expect(await posted([[1000, 600, 400], [1000, 600], left(500), left(510)], [0, 1])).to.deep.equal([0, 0, 500, 510]);
    expect(await posted([[], [1000, 600, 400], left(10), left(20)])).to.deep.equal([0, 1000, 1010, 1020]);
  });
  it('the sum goes on as it would alone, whatever its links do', async () => {
    const sum = [1000, 600, 400];
    for (const lists of [
      [
        [900, 600],
        [1000, 600],
        [1001, 601],
      ],
      [
        [50, 30],
        [60, 40],
      ],
      [
        [1100, 50],
        [1200, 800],
      ],
      [
        [50, 30, 20],
        [60, 40, 20],
        [70, 70],
      ],
      [[1010], [1020, 620], []],
    ])
      expect(await posted([sum, ...lists], [0])).to.deep.equal(
        await posted(
          [sum, ...lists].map((list) => list.slice(0, 1)),
          [0],
        ),
      );
  });
  it('what several radios of a station move counts, also over starts', async () => {
    expect(
      await posted(
        [
          [1000, 20],
          [1000, 50],
          [1000, 60],
        ],
        [0],
      ),
    ).to.deep.equal([0, 30, 40]);
    expect(await posted([[1000], [1000, 50], [1000, 60], [1005, 60]], [1])).to.deep.equal([0, 50, 60, 65]);
  });
  it('a station that was on several radios may have links later, after it was away or associated again', async () => {
    const radios = [
      [1000, 20],
      [1000, 50],
    ];
    expect(await posted([...radios, [], [500, 500], [600, 600]])).to.deep.equal([0, 30, 30, 480, 580]);
    expect(await posted([...radios, [500, 500], [600, 600]])).to.deep.equal([0, 30, 480, 580]);
    expect(await posted([...radios, [1005, 60], [1005, 70]])).to.deep.equal([0, 30, 45, 55]);
  });
  it('what two radios move at once counts, also of a station that is new', async () => {
    expect(
      await posted([
        [1000, 20],
        [1040, 50],
        [1050, 70],
      ]),
    ).to.deep.equal([0, 70, 100]);
    expect(await posted([[], [1000, 600], [1010, 630]])).to.deep.equal([0, 1600, 1640]);
    expect(await posted([[1000], [1010, 5], [1020, 50]], [0, 1])).to.deep.equal([0, 15, 70]);
  });
  it('a second radio of a station that was listed alone is new', async () => {
    expect(await posted([[1000], [1000, 20], [1000, 30]])).to.deep.equal([0, 20, 30]);
  });
});
