import { expect } from 'chai';
import fc from 'fast-check';
import { type Fit, fitColumns } from '../../../src/commands/common/fit-columns.ts';
import { extra, last, late, left, name, prose, right, roomIn, textTable } from '../../../src/commands/common/text.ts';

const COLUMNS = [name('Device'), extra('MAC'), right('Download'), extra('Last seen')];
const ROWS = [
  ['living-room-television-upstairs', '00:00:5e:00:53:03', '195 GiB', '2026-11-20 19:23'],
  ['居間のテレビ・二階の大きい方', '00:00:5e:00:53:04', '1.00 KiB', '2026-11-20 19:23'],
];
const RANKS: readonly Fit['leaves'][] = ['early', 'late', 'last'];
const lines = async (room: number | null) => (await textTable(COLUMNS, ROWS, room)).split('\n');

describe('a table in the terminal', () => {
  it('is as wide as its content where nothing limits it', async () => {
    expect(await lines(null)).to.deep.equal(await lines(200));
    expect((await lines(null))[1]).to.equal('living-room-television-upstairs  00:00:5e:00:53:03   195 GiB  2026-11-20 19:23');
  });

  it('leaves out columns before it cuts names, and names them', async () => {
    expect(await lines(70)).to.deep.equal([
      'Device                           MAC                Download',
      'living-room-television-upstairs  00:00:5e:00:53:03   195 GiB',
      '居間のテレビ・二階の大きい方     00:00:5e:00:53:04  1.00 KiB',
      '(no room for Last seen)',
    ]);
  });

  it('then shortens names, but never a figure', async () => {
    expect(await lines(30)).to.deep.equal([
      'Device                Download',
      'living-room-televis…   195 GiB',
      '居間のテレビ・二階…   1.00 KiB',
      '(no room for MAC, Last seen)',
    ]);
    expect((await lines(1))[1]).to.equal('living-ro…   195 GiB');
  });

  it('cuts a very long name, which a stranger may have chosen, instead of leaving out columns', async () => {
    const rows = [...ROWS, ['x'.repeat(63), '00:00:5e:00:53:05', '2.00 KiB', '2026-11-20 19:23']];
    const [head, ...texts] = (await textTable(COLUMNS, rows, 83)).split('\n');
    expect(head).to.equal(`Device${' '.repeat(32)}MAC                Download  Last seen`);
    expect(texts[0]).to.match(/^living-room-television-upstairs {7}00:/);
    expect(texts[2]).to.match(/^x{35}… {2}00:/);
  });

  it('never cuts into a MAC in a name as long as a column can go, nor as long as another name can be cut', async () => {
    const columns = [name('Of'), name('Router'), right('Total'), last(right('Month'))];
    const shown = async (of: string, room: number) =>
      (await textTable(columns, [[of, 'gateway-upstairs', '1.00 GiB', '1.00 MiB']], room)).split('\n').slice(1);
    expect(await shown('02:00:00:00:00:01', 50)).to.deep.equal(['02:00:00:00:00:01  gateway-upstairs  1.00 GiB', '(no room for Month)']);
    expect((await shown('device 02:00:00:00:00:01', 48))[0]).to.equal('device 02:00:00:00:00:01  gateway-ups…  1.00 GiB');
    expect((await shown('02:00:00:00:00:01 (kids)', 42))[0]).to.equal('02:00:00:00:00:01…  gateway-ups…  1.00 GiB');
    expect((await shown('living-room-tv (kids)', 42))[0]).to.equal('living-room-tv…  gateway-upstai…  1.00 GiB');
    expect((await shown('device 02:00:00:00:00:01', 44))[0]).to.equal('device 02:00:00:00:00…  gateway-u…  1.00 GiB');
    expect((await shown('02:00:00:00:00:01', 20))[0]).to.equal('02:00:00:…  gateway-u…  1.00 GiB');
  });

  it('wraps sentences', async () => {
    const text = await textTable([left('When'), prose('Why')], [['today', 'The router had rebooted, and its counters restarted']], 32);
    expect(text.split('\n')).to.deep.equal([
      'When   Why',
      'today  The router had rebooted,',
      '       and its counters',
      '       restarted',
    ]);
  });

  it('is one table however many rows it has', async () => {
    const short = Array.from({ length: 199 }, (_, i) => [`device-${i}`, '1.00 KiB', 'Counted']);
    const rows = [...short, ['居間のテレビ・二階の大きい方', '1,023 MiB', 'Its counters restarted, because the router had rebooted']];
    const columns = [name('Device'), right('Total'), prose('Why')];
    const all = (await textTable(columns, rows)).split('\n');
    expect(all).to.have.length(201);
    expect(all[0]).to.equal('Device                            Total  Why');
    for (const [i, line] of all.slice(1, 200).entries()) expect(line).to.equal(`${`device-${i}`.padEnd(31)}1.00 KiB  Counted`);
    expect(all[200]).to.equal('居間のテレビ・二階の大きい方  1,023 MiB  Its counters restarted, because the router had rebooted');
    const narrow = (await textTable(columns, rows, 60)).split('\n');
    expect(narrow[1]).to.equal(`${'device-0'.padEnd(31)}1.00 KiB  Counted`);
    expect(narrow.slice(200)).to.deep.equal([
      '居間のテレビ・二階の大きい方  1,023 MiB  Its counters',
      '                                         restarted, because',
      '                                         the router had',
      '                                         rebooted',
    ]);
  });

  it('is never wider than the room where columns can give way', () => {
    const column = fc.record({
      fit: fc.constantFrom<Fit['fit']>('keep', 'shorten', 'wrap'),
      leaves: fc.constantFrom<Fit['leaves']>('never', 'early', 'late', 'last'),
      width: fc.integer({ min: 1, max: 60 }),
    });
    const least = ({ fit, width }: Pick<Fit, 'fit'> & { width: number }) =>
      fit === 'keep' ? width : Math.min(width, fit === 'wrap' ? 20 : 12);
    fc.assert(
      fc.property(fc.array(column, { maxLength: 10 }), fc.integer({ min: 1, max: 200 }), (columns, room) => {
        const widths = fitColumns(
          columns,
          columns.map(({ width }) => width),
          room,
        );
        for (const [i, each] of columns.entries()) {
          if (each.leaves === 'never' || widths[i] !== null) expect(widths[i]).to.be.within(least(each), each.width);
          if (widths[i] === null) {
            const sooner = RANKS.slice(0, RANKS.indexOf(each.leaves));
            expect(columns.every(({ leaves }, j) => !sooner.includes(leaves) || widths[j] === null)).to.equal(true);
          }
        }
        const stiff = columns.every((each, i) => (each.leaves === 'never' ? widths[i] === least(each) : widths[i] === null));
        if (!stiff) expect(widths.reduce<number>((sum, width) => sum + (width ?? 0), 0)).to.be.at.most(room);
      }),
    );
  });

  it('leaves out figures that a total includes after all else', async () => {
    const columns = [name('Device'), late(right('Download')), late(right('Upload')), right('Total'), extra('Last seen')];
    const row = ['living-room-television-upstairs', '195 GiB', '5.00 GiB', '200 GiB', '2026-11-20 19:23'];
    const shown = async (room: number) => (await textTable(columns, [row], room)).split('\n').at(-1);
    expect(await shown(60)).to.equal('(no room for Last seen)');
    expect(await shown(50)).to.equal('(no room for Upload, Last seen)');
    expect(await shown(22)).to.equal('(no room for Download, Upload, Last seen)');
  });

  it('is cut to the terminal, or to COLUMNS, and not at all in a pipe', () => {
    const stdout = { write: () => undefined };
    expect(roomIn({ stdout: { ...stdout, columns: 90 }, env: { COLUMNS: '80' } })).to.equal(90);
    expect(roomIn({ stdout, env: { COLUMNS: '80' } })).to.equal(80);
    for (const COLUMNS of ['', '0', 'wide']) expect(roomIn({ stdout, env: { COLUMNS } })).to.equal(null);
    expect(roomIn({ stdout, env: {} })).to.equal(null);
  });
});
