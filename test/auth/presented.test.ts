import { expect } from 'chai';
import { presentedToken } from '../../src/auth/presented.ts';

const of = (authorization: string, xApiToken = '') => presentedToken({ authorization, xApiToken });
const basic = (login: string) => `Basic ${Buffer.from(login, 'latin1').toString('base64')}`;

describe('the token of a request', () => {
  it('stands behind "Bearer", however that is written', () => {
    for (const text of ['Bearer abc', 'bearer abc', 'BEARER   abc', '  Bearer abc ']) expect(of(text), text).to.equal('abc');
  });

  it('is the password of a login, whatever the user name', () => {
    for (const user of ['', 'prometheus', 'jürgen', 'a b']) expect(of(basic(`${user}:abc`)), user).to.equal('abc');
    expect(of(basic('user:a:b'))).to.equal('a:b');
    expect(of(basic('user:'))).to.equal('');
  });

  it('stands in X-Api-Token, which counts before the other', () => {
    expect(of('', 'abc')).to.equal('abc');
    expect(of(basic('proxy:secret'), 'abc')).to.equal('abc');
    expect(of('Bearer abc', '  ')).to.equal('abc');
  });

  it('is missing where there is no header, no token in it, or one of another kind', () => {
    for (const text of ['', ' ', 'Bearer', 'Bearer ', 'Basic', 'abc', 'Digest username="a"', 'Negotiate abc', 'Bearer\tabc', ': x']) {
      expect(of(text), text).to.equal(null);
    }
  });

  it('is no right one where the login is garbled, and nothing breaks', () => {
    for (const text of [
      'Basic !!!!',
      'Basic ====',
      `Basic ${'A'.repeat(16_000)}`,
      'Basic \xff\xfe',
      'Basic dXNlcg==',
      `Bearer ${'\xff'.repeat(9000)}`,
    ]) {
      expect(of(text), text.slice(0, 40)).to.be.a('string');
    }
  });

  it('is found in time that grows no faster than the header', () => {
    const began = process.hrtime.bigint();
    for (const text of [' '.repeat(16_000), `Bearer${' '.repeat(16_000)}`, `Bearer a${' '.repeat(16_000)}b`, `${'B-'.repeat(8000)} `])
      of(text);
    expect(Number(process.hrtime.bigint() - began) / 1e6).to.be.below(200);
  });
});
