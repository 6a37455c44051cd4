import { expect } from 'chai';
import fc from 'fast-check';
import { createGate } from '../../src/auth/gate.ts';
import { hashToken, newToken, type TokenRecord } from '../../src/auth/token.ts';
import { TokenFileError } from '../../src/errors.ts';

describe('the gate', () => {
  const right = newToken();
  const record: TokenRecord = { name: 'phone', scope: 'control', created: 0, hash: hashToken(right) };
  let now: number;
  let records: TokenRecord[] | Error;
  let said: { level: string; message: string; fields: Record<string, unknown> }[];
  beforeEach(() => {
    [now, records, said] = [0, [record], []];
  });

  const gate = () =>
    createGate({
      async tokens() {
        if (records instanceof Error) throw records;
        return records;
      },
      tick: () => now,
      log: (level, message, fields) => said.push({ level, message, fields }),
    });
  const bearer = (token: string) => ({ authorization: `Bearer ${token}`, xApiToken: '' });

  it('recognizes a right token and its scope', async () => {
    expect(await gate().check(bearer(right), '::1')).to.deep.equal({ kind: 'known', name: 'phone', scope: 'control' });
  });

  it('distinguishes a missing token from a wrong one; only a wrong one is an attempt', async () => {
    const { check } = gate();
    for (let i = 0; i < 100; i += 1) expect(await check({ authorization: '', xApiToken: '' }, 'a')).to.deep.equal({ kind: 'missing' });
    expect(await check(bearer(newToken()), 'a')).to.deep.equal({ kind: 'wrong' });
    expect(said).to.have.length(1);
  });

  it('after ten wrong ones an address waits, whatever it presents; another does not', async () => {
    const { check } = gate();
    for (let i = 0; i < 10; i += 1) expect((await check(bearer('guess'), 'a')).kind).to.equal('wrong');
    expect(await check(bearer(right), 'a')).to.deep.equal({ kind: 'limited', seconds: 6 });
    expect((await check(bearer(right), 'b')).kind).to.equal('known');
    now += 6000;
    expect((await check(bearer(right), 'a')).kind).to.equal('known');
  });

  it('a thousand at once get as many attempts as a thousand in a row', async () => {
    const { check } = gate();
    const verdicts = await Promise.all(Array.from({ length: 1000 }, () => check(bearer('guess'), 'a')));
    expect(verdicts.filter(({ kind }) => kind === 'wrong')).to.have.length(10);
  });

  it('an IPv4 address mapped to IPv6 is the same address', async () => {
    const { check } = gate();
    for (let i = 0; i < 10; i += 1) await check(bearer('guess'), '::ffff:192.168.1.7');
    expect((await check(bearer(right), '192.168.1.7')).kind).to.equal('limited');
  });

  it('a token that is revoked is refused at once', async () => {
    const { check } = gate();
    expect((await check(bearer(right), 'a')).kind).to.equal('known');
    records = [];
    expect((await check(bearer(right), 'a')).kind).to.equal('wrong');
  });

  it('refusals are logged at once, then once a minute with their number, never with the presented token', async () => {
    const { check } = gate();
    for (let i = 0; i < 50; i += 1) {
      await check(bearer(`secret-guess-${i}`), '192.168.1.7');
      now += 1000;
    }
    expect(said.map(({ message }) => message)).to.deep.equal(['Refused a request without a valid token, the last one from 192.168.1.7']);
    now += 20_000;
    await check({ authorization: 'Basic c2VjcmV0OnNlY3JldC1ndWVzcw==', xApiToken: 'secret-guess' }, '192.168.1.8');
    expect(said[1]).to.deep.equal({
      level: 'warn',
      message: 'Refused 50 requests without a valid token, the last one from 192.168.1.8',
      fields: { address: '192.168.1.8', refused: 50 },
    });
    expect(JSON.stringify(said)).to.not.include('secret').and.not.include('guess');
  });

  it('whatever the headers contain, nobody passes without the complete token, and nothing breaks', async () => {
    const parts = fc.constantFrom(
      'Bearer ',
      'Basic ',
      right.slice(0, 20),
      right.slice(20),
      right.slice(0, -1),
      ':',
      ' ',
      ',',
      '\0',
      '\u00ff',
    );
    const header = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.array(parts, { maxLength: 6 }).map((list) => list.join('')),
      fc.string({ maxLength: 100 }).map((text) => `Basic ${Buffer.from(text).toString('base64')}`),
    );
    const { check } = gate();
    await fc.assert(
      fc.asyncProperty(header, header, async (authorization, xApiToken) => {
        now += 6000;
        fc.pre(![authorization, xApiToken].some((text) => text.includes(right)));
        expect((await check({ authorization, xApiToken }, 'a')).kind).to.be.oneOf(['missing', 'wrong']);
      }),
      { numRuns: 1000 },
    );
  });

  it('while the file cannot be read nobody passes, and this is logged once a minute', async () => {
    const { check } = gate();
    records = new TokenFileError('"tokens.json" is damaged');
    for (let i = 0; i < 100; i += 1) expect(await check(bearer(right), 'a')).to.deep.equal({ kind: 'unreadable' });
    expect(said).to.deep.equal([{ level: 'error', message: '"tokens.json" is damaged', fields: {} }]);
    records = [record];
    expect((await check(bearer(right), 'a')).kind).to.equal('known');
  });
});
