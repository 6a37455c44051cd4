import { expect } from 'chai';
import { presentedToken } from '../../src/auth/presented.ts';

const of = (authorization: string, xApiToken = '') => presentedToken({ authorization, xApiToken });
const basic = (login: string) => `Basic ${Buffer.from(login, 'latin1').toString('base64')}`;

describe('the token of a request', () => {
  it('follows "Bearer", in any case', () => {
    for (const text of ['Bearer abc', 'bearer abc', 'BEARER   abc', '  Bearer abc ']) expect(of(text), text).to.equal('abc');
  });

  it('is the password of a login, whatever the user name', () => {
    for (const user of ['', 'prometheus', 'jürgen', 'a b']) expect(of(basic(`${user}:abc`)), user).to.equal('abc');
    expect(of(basic('user:a:b'))).to.equal('a:b');
    expect(of(basic('user:'))).to.equal('');
  });

  it('is in X-Api-Token, which takes precedence', () => {
    expect(of('', 'abc')).to.equal('abc');
    expect(of(basic('proxy:secret'), 'abc')).to.equal('abc');
    expect(of('Bearer abc', '  ')).to.equal('abc');
  });

  it('is missing without a header, without a token in it, or with another scheme', () => {
    for (const text of ['', ' ', 'Bearer', 'Bearer ', 'Basic', 'abc', 'Digest username="a"', 'Negotiate abc', 'Bearer\tabc', ': x']) {
      expect(of(text), text).to.equal(null);
    }
  });

  it('is wrong if the login is garbled, and nothing breaks', () => {
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

  it('is found in linear time', () => {
    const began = process.hrtime.bigint();
    // Minutes, if each letter were compared with each.
    const [blanks, letters] = [' '.repeat(1_000_000), 'B-'.repeat(500_000)];
    for (const text of [blanks, `Bearer${blanks}`, `Bearer a${blanks}b`, `${letters} `]) of(text);
    expect(Number(process.hrtime.bigint() - began) / 1e9, 's').to.be.below(10);
  });
});
