import { expect } from 'chai';
import fc from 'fast-check';
import { csvRecord } from '../../../src/views/api-v1/usage-csv.ts';

/** The cells that a spreadsheet makes of a record: quotes count only where they begin a cell, and what follows the closing one is kept. */
function cellsOf(record: string, separator: string): string[] {
  const cells: string[] = [];
  const text = record.replace(/\r\n$/, '');
  for (let at = 0; at <= text.length; at++) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; at < text.length && (text[at] !== '"' || text[at + 1] === '"'); at++) {
        cell += text[at];
        if (text[at] === '"') at++;
      }
      at++;
    }
    while (at < text.length && text[at] !== separator) cell += text[at++];
    cells.push(cell);
  }
  return cells;
}

const isFormula = (cell: string): boolean => /^[\s"]*[=+\-@＝＋－＠]/u.test(cell);

describe('a record of CSV', () => {
  for (const [name, written] of [
    ['=cmd()', "'=cmd()"],
    ['+49', "'+49"],
    ['-5', "'-5"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=cmd()', "'=cmd()"],
    ['\r=cmd()', "'=cmd()"],
    ['a;=cmd()', "a;'=cmd()"],
    ['a; \t=cmd();-1', "a;' =cmd();'-1"],
    ['a;"=cmd()', '"a;\'""=cmd()"'],
    ['a,=cmd()', '"a,=cmd()"'],
    ['anna-laptop', 'anna-laptop'],
    ['a;b=c', 'a;b=c'],
  ] as const) {
    it(`${JSON.stringify(name)} is text`, () => {
      expect(csvRecord([name])).to.equal(`${written}\r\n`);
    });
  }

  it('numbers stay numbers', () => {
    expect(csvRecord(['x', -5, 0, null])).to.equal('x,-5,0,\r\n');
  });

  it('no cell of it is a formula, whether a spreadsheet splits at commas or at semicolons', () => {
    const name = fc.string({ unit: fc.constantFrom('=', '+', '-', '@', ';', ',', '"', "'", ' ', '\t', '\r', '\n', 'a', '＝') });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
        const record = csvRecord(['device', ...names, 7]);
        for (const separator of [',', ';']) expect(cellsOf(record, separator).filter(isFormula)).to.deep.equal([]);
      }),
      { numRuns: 3000 },
    );
  });

  it('splits at commas into what was written', () => {
    expect(cellsOf(csvRecord(['a"b', 'c,d', 'e;f', 7]), ',')).to.deep.equal(['a"b', 'c,d', 'e;f', '7']);
  });
});
