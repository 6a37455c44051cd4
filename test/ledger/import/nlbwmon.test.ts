import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { ImportError } from '../../../src/ledger/import/figures.ts';
import { parseNlbwmon } from '../../../src/ledger/import/nlbwmon.ts';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, '../../fixtures/import', name), 'utf8');
const ONE = '02:00:00:00:00:01';
const BYTES = { download: 3_546_070, upload: 1_012_820 };

describe('the figures of nlbwmon', () => {
  it('JSON: the lines of a MAC together, whatever they are grouped by; rx is the download', () => {
    const { devices, leftOut } = parseNlbwmon(fixture('nlbw.json'), 'File "x"');
    expect([...devices]).to.deep.equal([
      [ONE, BYTES],
      ['02:00:00:00:00:02', { download: 163_540, upload: 352_280 }],
    ]);
    expect(leftOut).to.deep.equal([
      { what: '00:00:00:00:00:00', bytes: { download: 7, upload: 9 }, why: 'nlbwmon did not know the device' },
      {
        what: '1 line',
        bytes: null,
        why: 'no MAC or no byte counts, for example "4 TCP 80 02:00:00:00:00:03 192.168.1.12 1 368934881474191030…"',
      },
    ]);
  });

  it('CSV: tabs and quotes, or any other separator and none', () => {
    for (const name of ['nlbw.csv', 'nlbw-plain.csv']) {
      expect(parseNlbwmon(fixture(name), 'File "x"'), name).to.deep.equal({ devices: new Map([[ONE, BYTES]]), leftOut: [] });
    }
  });

  it('CSV: line ends of an old Macintosh, as spreadsheets still write them', () => {
    const text = fixture('nlbw.csv').replaceAll('\n', '\r');
    expect(parseNlbwmon(text, 'File "x"').devices).to.deep.equal(new Map([[ONE, BYTES]]));
  });

  for (const first of ['sep=;', 'sep=\t', 'SEP=,', '"sep=;"', 'sep=']) {
    it(`CSV: a first line ${JSON.stringify(first)} is for a spreadsheet`, () => {
      const lines = ['mac;conns;rx_bytes;rx_pkts;tx_bytes;tx_pkts', `${ONE};1;5;1;7;1`];
      for (const end of ['\n', '\r\n', '\r'])
        expect([...parseNlbwmon([first, ...lines, ''].join(end), 'File "x"').devices]).to.deep.equal([[ONE, { download: 5, upload: 7 }]]);
    });
  }

  for (const [what, text, message] of [
    [
      'figures without MACs',
      '{"columns":["ip","conns","rx_bytes","rx_pkts","tx_bytes","tx_pkts"],"data":[]}',
      /no column "mac": export it with "nlbw -c json -g mac"$/,
    ],
    ['the table for people', fixture('nlbw.csv').replaceAll('_bytes', ''), /no column "rx_bytes"/],
    ['a cut file', fixture('nlbw.json').slice(0, 300), /^File "x" is not complete JSON: export it again/],
    ['a backup', '\u001f\u008b\u0008', /^File "x" is compressed/],
    ['anything else', 'hello\nworld\n', /^File "x" is not what "nlbw -c json" or "nlbw -c csv" prints$/],
  ] as const) {
    it(`${what}: refused in a line`, () => {
      expect(() => parseNlbwmon(text, 'File "x"')).to.throw(ImportError, message);
    });
  }

  it('garbage is an ImportError and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.string().map((text) => fixture('nlbw.csv') + text),
        ),
        (text) => {
          try {
            for (const { download, upload } of parseNlbwmon(text, 'x').devices.values()) expect(download + upload).to.be.at.least(0);
          } catch (error) {
            expect(error).to.be.instanceOf(ImportError);
          }
        },
      ),
    );
  });
});
