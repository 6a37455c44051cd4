import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { hashToken, type TokenRecord } from '../../src/auth/token.ts';
import { changeTokens, formatTokens, parseTokens, readTokens } from '../../src/auth/token-file.ts';
import { watchTokens } from '../../src/auth/watch.ts';
import { TokenFileError } from '../../src/errors.ts';

const AT = Date.UTC(2026, 10, 20, 18);
const record = (name: string, more: Partial<TokenRecord> = {}): TokenRecord => ({
  name,
  scope: 'read',
  created: AT,
  hash: hashToken(name),
  ...more,
});

describe('the file of tokens', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'wrtmeter-tokens-'));
    path = join(directory, 'tokens.json');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const put = (...tokens: TokenRecord[]) => changeTokens(directory, () => tokens);
  const whyNot = (work: Promise<unknown>): Promise<Error> =>
    work.then(
      () => expect.fail('It was done'),
      (error) => error,
    );

  it('contains what was written, is readable only by its owner, and leaves no other file behind', async () => {
    const tokens = [record('prometheus'), record('Büro-Telefon', { scope: 'control' })];
    await put(...tokens);
    expect(await readTokens(directory)).to.deep.equal(tokens);
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
    expect(await readdir(directory)).to.deep.equal(['tokens.json']);
    await chmod(path, 0o644);
    await put(record('one'));
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it('can be read by a person and contains no token', async () => {
    await put(record('prometheus'));
    expect(JSON.parse(await readFile(path, 'utf8'))).to.deep.equal({
      version: 1,
      tokens: [{ name: 'prometheus', scope: 'read', created: '2026-11-20T18:00:00.000Z', sha256: hashToken('prometheus').toString('hex') }],
    });
  });

  it('without a file there are no tokens', async () => {
    expect(await readTokens(directory)).to.deep.equal([]);
  });

  it('of two changes at once, one succeeds and the other reports why not', async () => {
    await put();
    const add = (name: string) =>
      changeTokens(directory, (tokens) => [...tokens, record(name)]).then(
        () => name,
        (error) => error,
      );
    const results = await Promise.all(Array.from({ length: 8 }, (_, i) => add(`token ${i}`)));
    const done = results.filter((result) => typeof result === 'string');
    expect(done).to.not.be.empty;
    expect((await readTokens(directory)).map(({ name }) => name)).to.have.members(done);
    for (const error of results.filter((result) => typeof result !== 'string')) {
      expect(error).to.be.instanceOf(TokenFileError);
      expect(error.message).to.equal(`Another wrtmeter is changing the tokens: try again, or remove "${path}.new" if none is running`);
    }
  });

  it('a change that throws leaves it as it was, and free for the next', async () => {
    await put(record('a'));
    const error = await whyNot(
      changeTokens(directory, () => {
        throw new RangeError('no');
      }),
    );
    expect(error).to.be.instanceOf(RangeError);
    await put(record('a'), record('b'));
    expect(await readdir(directory)).to.deep.equal(['tokens.json']);
  });

  it('errors are one line and show none of its text', async () => {
    const secret = 'wrtm_secret';
    const good = JSON.parse(formatTokens([record('a')]));
    const with_ = (changes: object) => JSON.stringify({ ...good, tokens: [{ ...good.tokens[0], ...changes }] });
    const bad = [
      '',
      secret,
      '[]',
      'null',
      '{"version":1}',
      `{"version":1,"tokens":["${secret}"]}`,
      with_({ scope: 'admin' }),
      with_({ sha256: secret }),
      with_({ sha256: good.tokens[0].sha256.slice(1) }),
      with_({ sha256: [good.tokens[0].sha256] }),
      with_({ name: '' }),
      with_({ name: 'a\u202eb' }),
      with_({ name: 'x'.repeat(64) }),
      with_({ created: 'yesterday' }),
      with_({ created: 5 }),
      JSON.stringify({ version: 1, tokens: [good.tokens[0], { ...good.tokens[0], name: 'A' }] }),
      JSON.stringify({ version: 1, tokens: Array.from({ length: 101 }, (_, i) => ({ ...good.tokens[0], name: `${i}` })) }),
    ];
    for (const text of bad) {
      await writeFile(path, text);
      const error = await whyNot(readTokens(directory));
      expect(error, text).to.be.instanceOf(TokenFileError);
      expect(error.message).to.equal(`"${path}" is damaged, so no token is valid: restore a copy, or remove it and create new tokens`);
    }
    await writeFile(path, '{"version":2}');
    expect((await whyNot(readTokens(directory))).message).to.equal(`"${path}" was written by a newer wrtmeter: use that version`);
    await writeFile(path, Buffer.alloc(64 * 1024 + 1));
    expect((await whyNot(readTokens(directory))).message).to.equal(`"${path}" is larger than 64 KiB: it is not a token file`);
    await rm(path);
    await mkdir(path);
    expect((await whyNot(readTokens(directory))).message).to.match(/^".*tokens\.json" is not a file: remove it/);
    expect((await whyNot(put(record('a')))).message).to.match(/^".*tokens\.json" is not a file: remove it/);
    await rm(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    expect((await whyNot(readTokens(directory))).message, 'a FIFO keeps nobody waiting').to.match(/is not a file/);
    await rm(path);
    expect((await whyNot(changeTokens(join(directory, 'nowhere'), () => []))).message).to.match(
      /^".*tokens\.json" cannot be written: no such file or directory$/,
    );
  });

  it('any text is read as tokens or refused', () => {
    const near = fc.string().map((text) => `{"version":1,"tokens":[{"name":"a","scope":"read",${text}`);
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), near), (text) => {
        try {
          expect(parseTokens(text, 'tokens.json')).to.be.an('array');
        } catch (error) {
          expect(error).to.be.instanceOf(TokenFileError);
        }
      }),
      { numRuns: 500 },
    );
  });

  describe('while the service runs', () => {
    it('a change by another program is known at the next check', async () => {
      const tokens = watchTokens(directory);
      const names = async () => (await tokens()).map(({ name }) => name);
      expect(await names()).to.deep.equal([]);
      await put(record('aa'));
      expect(await names()).to.deep.equal(['aa']);
      // The same size, within the same second.
      await put(record('bb'));
      expect(await names()).to.deep.equal(['bb']);
      await rm(path);
      expect(await names()).to.deep.equal([]);
    });

    it('is read only when it has changed', async () => {
      await put(record('a'));
      const tokens = watchTokens(directory);
      const first = await tokens();
      expect(await tokens()).to.equal(first);
      await put(record('a'));
      expect(await tokens()).to.not.equal(first);
    });

    it('with a damaged file no token is valid, and a repaired one counts at once', async () => {
      await put(record('a'));
      const tokens = watchTokens(directory);
      await tokens();
      await writeFile(path, '{');
      expect(await whyNot(tokens())).to.be.instanceOf(TokenFileError);
      expect(await whyNot(tokens())).to.be.instanceOf(TokenFileError);
      await put(record('b')).catch(() => undefined);
      await rm(path);
      await put(record('b'));
      expect((await tokens()).map(({ name }) => name)).to.deep.equal(['b']);
    });
  });
});
