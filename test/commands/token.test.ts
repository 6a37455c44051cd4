import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readFile as readConfig } from '../../src/app/read-file.ts';
import { findToken } from '../../src/auth/token.ts';
import { readTokens } from '../../src/auth/token-file.ts';
import type { DatedIo } from '../../src/commands/common/command-io.ts';
import { createToken, listTokens, revokeToken } from '../../src/commands/token.ts';

const NOW = Date.UTC(2026, 10, 20, 18);
const OPTIONS = { data: 'data', timezone: 'Europe/Berlin' };

describe('wrtmeter token', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'wrtmeter-token-'));
  });
  afterEach(() => rm(cwd, { recursive: true }));

  async function said(command: (io: DatedIo) => Promise<number>) {
    const out = { stdout: '', stderr: '' };
    const into = (stream: keyof typeof out) => ({ write: (text: string) => (out[stream] += text) });
    const io = { env: {}, cwd, readFile: readConfig, systemTimezone: 'UTC', clock: { now: () => NOW } };
    const code = await command({ ...io, stdout: into('stdout'), stderr: into('stderr') });
    return { code, ...out };
  }
  const create = (name: string, scope?: string) => said((io) => createToken(name, { ...OPTIONS, ...(scope && { scope }) }, io));
  const revoke = (name: string) => said((io) => revokeToken(name, OPTIONS, io));
  const list = (json = false) => said((io) => listTokens({ ...OPTIONS, json }, io));
  const tokens = () => readTokens(join(cwd, 'data'));

  it('create: the token alone on standard output, so that it can go into a file; its hash alone in the data directory', async () => {
    const { code, stdout, stderr } = await create('prometheus');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^wrtm_[\w-]{43}\n$/);
    const path = join(cwd, 'data/tokens.json');
    expect(stderr.split('\n')[1]).to.equal(`Token "prometheus" may read. It is shown only once; its hash is stored in "${path}"`);
    expect(findToken(stdout.trim(), await tokens())).to.include({ name: 'prometheus', scope: 'read', created: NOW });
    expect(await readFile(path, 'utf8')).to.not.include(stdout.trim().slice(5, 20));
    expect((await stat(path)).mode & 0o777).to.equal(0o600);
  });

  it('create: a data directory that is not there is created, and named, as it may be a wrong one', async () => {
    expect((await create('first')).stderr.split('\n')[0]).to.equal(
      `Data directory "${join(cwd, 'data')}" was created: only a wrtmeter that uses it accepts this token`,
    );
    expect((await create('second')).stderr).to.match(/^Token "second" may read\./);
  });

  it('create: a token of scope control, where that is asked for', async () => {
    const { stdout, stderr } = await create('phone', 'control');
    expect(stderr).to.match(/^Token "phone" may read and control\./m);
    expect(findToken(stdout.trim(), await tokens())).to.include({ scope: 'control' });
    expect(await create('other', 'admin')).to.deep.equal({ code: 2, stdout: '', stderr: '"admin" is not a scope: use read or control\n' });
  });

  it('create: a name is unique ignoring case, and printable', async () => {
    await create('phone');
    expect(await create('Phone')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'There is already a token "Phone": revoke it first, or use another name\n',
    });
    for (const name of ['', ' phone', 'a\u001b[2Jb', 'x'.repeat(64)]) {
      const { code, stdout, stderr } = await create(name);
      expect([code, stdout], name).to.deep.equal([2, '']);
      expect(stderr).to.match(/ is not a name: write up to 63 visible characters, without spaces at the ends\n$/);
    }
    expect(await tokens()).to.have.length(1);
  });

  it('create: a hundred tokens and no more', async () => {
    for (let i = 0; i < 100; i += 1) expect((await create(`token ${i}`)).code).to.equal(0);
    expect((await create('one more')).stderr).to.equal('There are already 100 tokens: revoke unused ones\n');
  });

  it('list: names, scopes and times, no hash', async () => {
    expect((await list()).stdout).to.equal('No tokens yet: create one with "wrtmeter token create NAME"\n');
    await create('prometheus');
    await create('phone', 'control');
    expect((await list()).stdout).to.equal(`\
Token       Scope    Created
prometheus  read     2026-11-20 19:00:00
phone       control  2026-11-20 19:00:00

2 tokens
`);
    expect(JSON.parse((await list(true)).stdout)).to.deep.equal({
      tokens: [
        { name: 'prometheus', scope: 'read', created: '2026-11-20T18:00:00Z' },
        { name: 'phone', scope: 'control', created: '2026-11-20T18:00:00Z' },
      ],
    });
  });

  it('create and revoke: as JSON, with the token on standard output only', async () => {
    const { stdout, stderr } = await said((io) => createToken('phone', { ...OPTIONS, json: true }, io));
    const { token, ...rest } = JSON.parse(stdout);
    expect(rest).to.deep.equal({ name: 'phone', scope: 'read', created: '2026-11-20T18:00:00Z' });
    expect(findToken(token, await tokens())).to.include({ name: 'phone' });
    expect(stderr)
      .to.match(/^Token "phone" may read\./m)
      .and.not.include(token);
    const revoked = await said((io) => revokeToken('PHONE', { ...OPTIONS, json: true }, io));
    expect([revoked.stderr, JSON.parse(revoked.stdout)]).to.deep.equal(['', rest]);
  });

  it('revoke: that one and no other; one that is not there is said', async () => {
    await create('prometheus');
    await create('phone', 'control');
    expect(await revoke('Phone')).to.deep.equal({ code: 0, stdout: 'token "Phone" is revoked\n', stderr: '' });
    expect((await tokens()).map(({ name }) => name)).to.deep.equal(['prometheus']);
    expect(await revoke('phone')).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: 'There is no token "phone": choose one of "prometheus"\n',
    });
  });

  it('revoke and list: begin no directory where there is none', async () => {
    expect((await revoke('phone')).stderr).to.equal('There is no token "phone": there is none\n');
    await list();
    expect(await readdir(cwd)).to.deep.equal([]);
  });

  it('a damaged file is never written over', async () => {
    await create('prometheus');
    await writeFile(join(cwd, 'data/tokens.json'), '{');
    for (const result of [await create('phone'), await revoke('phone'), await list()]) {
      expect(result).to.deep.include({ code: 1, stdout: '' });
      expect(result.stderr).to.match(/^".*data\/tokens\.json" is damaged, so no token is valid: .*\n$/);
    }
    expect(await readFile(join(cwd, 'data/tokens.json'), 'utf8')).to.equal('{');
  });
});
