import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { hashToken } from '../../src/auth/token.ts';
import { changeTokens } from '../../src/auth/token-file.ts';

describe('tokens that root creates for a service with its own account', () => {
  it('belong to that account, or it could not read them', async () => {
    if (process.getuid?.() !== 0) throw new Error('This test needs root: it makes a file for another account');
    const directory = await mkdtemp(join(tmpdir(), 'wrtmeter-tokens-'));
    await chown(directory, 1234, 1235);
    const token = { name: 'prometheus', scope: 'read' as const, created: 0, hash: hashToken('x') };
    await changeTokens(directory, () => [token]);
    const { uid, gid, mode } = await stat(join(directory, 'tokens.json'));
    await rm(directory, { recursive: true });
    expect([uid, gid, mode & 0o777]).to.deep.equal([1234, 1235, 0o600]);
  });
});
