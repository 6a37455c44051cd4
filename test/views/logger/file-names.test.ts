import { join, resolve } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { deviceFile, macOfFile, userFiles } from '../../../src/views/logger/file-names.ts';

const MAC = '00:00:5e:00:53:0a';

describe('the names of the files of csv', () => {
  it('of devices are as the older logger had them', () => {
    expect(deviceFile(MAC, '192.168.0.101')).to.equal('00-00-5E-00-53-0A_192.168.0.101.csv');
    expect(deviceFile(MAC, '2001:db8::1')).to.equal('00-00-5E-00-53-0A_2001-db8--1.csv');
    expect(deviceFile(MAC, null)).to.equal('00-00-5E-00-53-0A_unknown.csv');
    expect(macOfFile('00-00-5e-00-53-0A_192.168.0.101.csv')).to.equal(MAC);
    expect(macOfFile('anna.csv')).to.equal(null);
  });

  it('of users are their names for people, and never the same twice', () => {
    const user = (name: string, title = name) => ({ name, title });
    const users = [
      user('anna', 'Anna'),
      user('Anna 2', 'anna'),
      user('all'),
      user('u', 'unknown'),
      user('Zoë'),
      user('x', '00-00-5e-00-53-0a_1'),
    ];
    expect([...userFiles(users)]).to.deep.equal([
      ['anna', 'Anna.csv'],
      ['Anna 2', 'Anna 2.csv'],
      ['all', 'all 2.csv'],
      ['u', 'u.csv'],
      ['Zoë', 'Zoë.csv'],
      ['x', 'x.csv'],
    ]);
  });

  it('never lead out of the directory, hide, or begin as an option or a formula, whatever is called how', () => {
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('../../etc/passwd', '..', '.', '/', '=1+1', '-rf', '@x', '+1', '\0', 'a\\..\\b', ''),
    );
    fc.assert(
      fc.property(fc.uniqueArray(hostile, { maxLength: 8 }), hostile, (names, ip) => {
        const users = names.map((name, index) => ({ name, title: names[(index + 1) % names.length] ?? '' }));
        const files = [...userFiles(users).values(), deviceFile(MAC, ip)];
        expect(new Set(files.map((file) => file.toLowerCase())).size).to.equal(files.length);
        for (const file of files) {
          expect(resolve('/csv', file)).to.equal(join('/csv', file));
          expect(file).to.match(/^[^./\\\s=+@\-\p{C}][^/\\\p{C}]*\.csv$/u);
          expect(Buffer.byteLength(file)).to.be.below(250);
        }
      }),
    );
  });
});
