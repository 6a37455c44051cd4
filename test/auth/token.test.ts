import { timingSafeEqual } from 'node:crypto';
import { expect } from 'chai';
import { findToken, hashToken, newToken, type TokenRecord } from '../../src/auth/token.ts';

const record = (name: string, token: string): TokenRecord => ({ name, scope: 'read', created: 0, hash: hashToken(token) });

describe('tokens', () => {
  it('a new one has its prefix and 256 random bits, and no two are alike', () => {
    const many = Array.from({ length: 1000 }, newToken);
    for (const token of many) expect(token).to.match(/^wrtm_[A-Za-z0-9_-]{43}$/);
    expect(new Set(many).size).to.equal(1000);
    expect(Buffer.from(many[0]?.slice(5) ?? '', 'base64url')).to.have.length(32);
  });

  it('only its SHA-256 is stored', () => {
    // From sha256sum, of the five characters "wrtm_" and 43 times "A".
    expect(hashToken(`wrtm_${'A'.repeat(43)}`).toString('hex')).to.equal(HASH_OF_AS);
  });

  it('a right one is found among many, at any position', () => {
    const many = Array.from({ length: 100 }, newToken);
    const records = many.map((token, i) => record(`token ${i}`, token));
    for (const [i, token] of many.entries()) expect(findToken(token, records)?.name).to.equal(`token ${i}`);
  });

  it('nothing else is', () => {
    const token = newToken();
    const records = [record('mine', token)];
    const wrong = [
      '',
      'wrtm_',
      newToken(),
      token.slice(0, -1),
      `${token}A`,
      ` ${token}`,
      `${token} `,
      token.toUpperCase(),
      token.slice(5),
      `${token.slice(0, -1)}\0`,
      `${token}${'A'.repeat(16)}`,
      `${token}${'A'.repeat(100_000)}`,
      hashToken(token).toString('hex'),
      hashToken(token).toString('latin1'),
      '__proto__',
      '🎉'.repeat(12),
    ];
    for (const text of wrong) expect(findToken(text, records), text.slice(0, 60)).to.equal(null);
    expect(findToken(token, [])).to.equal(null);
  });

  it('every stored one is compared in constant time, wherever the right one is and whether there is one', () => {
    const many = Array.from({ length: 20 }, newToken);
    const records = many.map((token, i) => record(`token ${i}`, token));
    for (const text of [many[0], many[10], many[19], newToken(), 'x', '', 'x'.repeat(10_000)]) {
      let compared = 0;
      findToken(text ?? '', records, (a, b) => {
        compared += 1;
        expect([a.byteLength, b.byteLength]).to.deep.equal([32, 32]);
        return timingSafeEqual(a, b);
      });
      expect(compared).to.equal(20);
    }
  });
});

const HASH_OF_AS = '64380d9d3f6e10064bc0de053cf9001c83c2e07e2d6a6b5436eafa525fdd3115';
