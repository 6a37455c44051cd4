import type { Command } from 'commander';
import { hashToken, newToken, SCOPES, type TokenRecord } from '../auth/token.ts';
import { changeTokens, isTokenName, MOST_TOKENS, readTokens, tokensPath } from '../auth/token-file.ts';
import type { CliOptions } from '../config/input.ts';
import { instantText, localText } from '../domain/calendar.ts';
import { didYouMean } from '../domain/names/nearest.ts';
import { count, quote, UsageError } from '../errors.ts';
import { makeDirectory, sizeOf } from '../ledger/storage/files.ts';
import type { DatedIo } from './common/command-io.ts';
import { type Start, withSettings, wordOption } from './common/register.ts';
import { runCommand } from './common/run-command.ts';
import { left, name, roomIn, safeJson, textTable } from './common/text.ts';

export interface TokenOptions extends CliOptions {
  scope?: string;
  json?: boolean;
}

export function register(program: Command, start: Start): void {
  const token = program.command('token').description('create, list and revoke tokens for access over HTTP');
  withSettings(token.command('create <name>'), ['data'])
    .description('create a token and print it once; works while the service runs')
    .addOption(wordOption('--scope <scope>', 'what it allows; control includes read', SCOPES, 'read'))
    .option('--json', 'as JSON, with the token')
    .action((name: string, options: TokenOptions) => start((io) => createToken(name, options, io)));
  withSettings(token.command('list'), ['data', 'timezone'])
    .description('list the names and scopes of all tokens')
    .option('--json', 'as JSON')
    .action((options: TokenOptions) => start((io) => listTokens(options, io)));
  withSettings(token.command('revoke <name>'), ['data'])
    .description('revoke a token immediately; works while the service runs')
    .option('--json', 'as JSON')
    .action((name: string, options: TokenOptions) => start((io) => revokeToken(name, options, io)));
}

/**
 * `wrtmeter token create NAME`: only standard output gets the token, alone on a line or as a field of the JSON. Returns the exit code.
 */
export function createToken(name: string, options: TokenOptions, io: DatedIo): Promise<number> {
  const { json = false, scope: wanted = 'read', ...cli } = options;
  return runCommand(cli, io, async ({ directory }) => {
    if (!isTokenName(name))
      throw new UsageError(`${quote(name)} is not a name: write up to 63 visible characters, without spaces at the ends`);
    const scope = SCOPES.find((known) => known === wanted);
    if (scope === undefined) throw new UsageError(`${quote(wanted)} is not a scope: use ${SCOPES.join(' or ')}`);
    const token = newToken();
    const created: TokenRecord = { name, scope, created: io.clock.now(), hash: hashToken(token) };
    const isNew = (await sizeOf(directory)) === null;
    await makeDirectory(directory);
    await changeTokens(directory, (tokens) => {
      if (tokens.some((other) => isSame(other, name)))
        throw new UsageError(`There is already a token ${quote(name)}: revoke it first, or use another name`);
      if (tokens.length >= MOST_TOKENS) throw new UsageError(`There are already ${MOST_TOKENS} tokens: revoke unused ones`);
      return [...tokens, created];
    });
    if (isNew) io.stderr.write(`Data directory ${quote(directory, 200)} was created: only a wrtmeter that uses it accepts this token\n`);
    io.stdout.write(json ? `${safeJson({ ...jsonOf(created), token })}\n` : `${token}\n`);
    const may = scope === 'control' ? 'read and control' : 'read';
    io.stderr.write(`Token ${quote(name)} may ${may}. It is shown only once; its hash is stored in ${quote(tokensPath(directory), 200)}\n`);
    return 0;
  });
}

/** `wrtmeter token list`. Returns the exit code. */
export function listTokens(options: TokenOptions, io: DatedIo): Promise<number> {
  return runCommand(options, io, async ({ config, directory }) => {
    const tokens = await readTokens(directory);
    if (options.json === true) {
      io.stdout.write(`${safeJson({ tokens: tokens.map(jsonOf) })}\n`);
      return 0;
    }
    const rows = tokens.map(({ name, scope, created }) => [name, scope, localText(created, config.timezone)]);
    if (rows.length > 0) io.stdout.write(`${await textTable([name('Token'), left('Scope'), left('Created')], rows, roomIn(io))}\n\n`);
    io.stdout.write(
      rows.length === 0 ? 'No tokens yet: create one with "wrtmeter token create NAME"\n' : `${count(rows.length, 'token')}\n`,
    );
    return 0;
  });
}

/** `wrtmeter token revoke NAME`: a running service refuses it from its next request. Returns the exit code. */
export function revokeToken(name: string, { json = false, ...cli }: TokenOptions, io: DatedIo): Promise<number> {
  return runCommand(cli, io, async ({ directory }) => {
    const known = await readTokens(directory);
    // Checked first, so that nothing is written if nothing changes.
    const revoked = known.find((token) => isSame(token, name));
    if (revoked === undefined) throw unknown(name, known);
    await changeTokens(directory, (tokens) => {
      const others = tokens.filter((token) => !isSame(token, name));
      if (others.length === tokens.length) throw unknown(name, tokens);
      return others;
    });
    io.stdout.write(json ? `${safeJson(jsonOf(revoked))}\n` : `token ${quote(name)} is revoked\n`);
    return 0;
  });
}

/** A token as JSON, without its hash. */
const jsonOf = ({ name, scope, created }: TokenRecord) => ({ name, scope, created: instantText(created) });

/** Names ignore case, as with routers. */
const isSame = (token: TokenRecord, name: string): boolean => token.name.toLowerCase() === name.toLowerCase();

function unknown(name: string, tokens: readonly TokenRecord[]): UsageError {
  const known =
    tokens.length === 0
      ? 'there is none'
      : didYouMean(
          name,
          tokens.map((token) => token.name),
          `choose one of ${tokens.map((token) => quote(token.name)).join(', ')}`,
        );
  return new UsageError(`There is no token ${quote(name)}: ${known}`);
}
