import type { Command } from 'commander';
import { changeLimit } from '../../app/control/peers.ts';
import type { CliOptions } from '../../config/input.ts';
import type { ChangeDone, PeerPlace } from '../../control/result.ts';
import type { Action } from '../../control/target.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import { shortKey } from '../../domain/public-key.ts';
import { count, quote, UsageError } from '../../errors.ts';
import type { CommandIo } from '../common/command-io.ts';
import { type Start, withSettings } from '../common/register.ts';
import { runCommand } from '../common/run-command.ts';
import { extra, left, name, printable, prose, roomIn, safeJson, textTable } from '../common/text.ts';
import { findPeer, type PeerListing, type PeerOnServer, peersOfRouters } from './list.ts';

export interface PeerOptions extends CliOptions {
  router?: string;
  interface?: string;
  json?: boolean;
  yes?: boolean;
}

export function register(program: Command, start: Start): void {
  const peer = program.command('peer').description('manage WireGuard peers on their servers: list, revoke, restore and delete');
  const onServers = (usage: string, description: string) =>
    withSettings(peer.command(usage), [])
      .description(description)
      .option('--router <name>', 'one router')
      .option('--interface <name>', 'one interface')
      .option('--json', 'as JSON');
  onServers('list', 'list active and revoked peers, as the servers report them').action((options: PeerOptions) =>
    start((io) => listAllPeers(options, io)),
  );
  const change = (action: Action, description: string) =>
    onServers(`${action} <peer>`, description).action((wanted: string, options: PeerOptions) =>
      start((io) => changeOnePeer(action, wanted, options, io)),
    );
  change('revoke', 'remove a peer, by name or public key, from its interface and configuration');
  change('restore', 'put a revoked peer back, with its keys and addresses');
  change('delete', 'delete a peer permanently').option('--yes', 'confirm the deletion');
}

const DONE: Record<Action, string> = { revoke: 'revoked', restore: 'active again', delete: 'deleted' };
const ALREADY: Record<Action, string> = { revoke: 'already revoked', restore: 'already active', delete: 'already deleted' };

/**
 * `wrtmeter peer revoke|restore|delete PEER`: a name or a public key. Works without the service, with the login of the user who runs it.
 * Returns the exit code: 1 if the server could not be reached or refused, 2 for a bad command line or configuration.
 */
export function changeOnePeer(action: Action, wanted: string, options: PeerOptions, io: CommandIo): Promise<number> {
  const { router, interface: on, json = false, yes, ...cli } = options;
  return runCommand(cli, io, async ({ config }) => {
    if (action === 'delete' && yes !== true)
      throw new UsageError(`This deletes ${quote(wanted)} and its keys permanently: confirm with --yes`);
    const listing = await peersOfRouters(config, { router, interface: on });
    const peer = findPeer(listing, wanted);
    if (peer === null) return reportFailures(listing, io, unknownPeer(listing, wanted));
    for (const note of listing.notes) io.stderr.write(`${printable(note)}\n`);
    return change(peer, action, json, io);
  });
}

async function change(peer: PeerOnServer, action: Action, json: boolean, io: CommandIo): Promise<number> {
  const { target, server, router, name } = peer;
  const result = await server.change(target, action, changeLimit());
  const shown = `${name === null ? shortKey(target.publicKey) : quote(name)} on ${router} (${target.interface})`;
  if (!result.ok) {
    io.stderr.write(`${printable(`${shown} was not changed: ${result.reason}`)}\n`);
    return 1;
  }
  const line = `${shown} is ${result.changed ? DONE[action] : ALREADY[action]}${whereOf(result, target.interface)}`;
  const { state, place, changed } = result;
  io.stdout.write(`${json ? safeJson({ ...namesOf(peer), state, place, changed }) : printable(line)}\n`);
  for (const note of result.notes) io.stderr.write(`${printable(note)}\n`);
  if (result.changed) io.stderr.write('The audit log does not record this: it only has changes made over the API of the service\n');
  return 0;
}

/** Which peer it is, as JSON. */
const namesOf = ({ router, target, name }: PeerOnServer) => ({
  router,
  interface: target.interface,
  public_key: target.publicKey,
  name,
});

function whereOf({ changed, place }: ChangeDone, name: string): string {
  if (!changed) return '';
  switch (place) {
    case 'both':
    case 'record':
      return '';
    case 'file':
      return `; ${name} is down, so only its configuration was changed`;
    case 'interface':
      return '; it is not in a file, so only the running interface was changed';
    default:
      return place satisfies never;
  }
}

/** `wrtmeter peer list`: what the servers report. Returns the exit code: 1 if a server could not be read. */
export function listAllPeers(options: PeerOptions, io: CommandIo): Promise<number> {
  const { router, interface: on, json, yes: _, ...cli } = options;
  return runCommand(cli, io, async ({ config }) => {
    const listing = await peersOfRouters(config, { router, interface: on });
    const { peers } = listing;
    for (const note of listing.notes) io.stderr.write(`${printable(note)}\n`);
    if (json === true) {
      const rows = peers.map((peer) => ({
        ...namesOf(peer),
        state: peer.state,
        place: peer.place,
        interface_up: peer.up,
        allowed_ips: peer.allowedIps,
      }));
      io.stdout.write(`${safeJson({ peers: rows })}\n`);
      return reportFailures(listing, io);
    }
    const rows = peers.map((peer) => [
      peer.name ?? shortKey(peer.target.publicKey),
      peer.router,
      peer.target.interface,
      stateText(peer),
      peer.allowedIps.join(', ') || '-',
      peer.target.publicKey,
    ]);
    const columns = [name('Peer'), name('Router'), left('Interface'), prose('State'), prose('Addresses'), extra('Public key')];
    if (rows.length > 0) io.stdout.write(`${await textTable(columns, rows, roomIn(io))}\n\n`);
    if (rows.length > 0 || listing.failures.length === 0) io.stdout.write(`${count(rows.length, 'peer')}\n`);
    return reportFailures(listing, io);
  });
}

function unknownPeer({ peers }: PeerListing, wanted: string): string {
  const names = peers.flatMap(({ name }) => name ?? []);
  return `There is no peer ${quote(wanted)}: ${didYouMean(wanted, names, 'see "wrtmeter peer list"')}`;
}

/** The state, with a note if the interface and the configuration differ. */
function stateText({ state, place, up }: PeerOnServer): string {
  const where: Record<PeerPlace, string> = {
    both: '',
    record: '',
    file: up ? ', but not on the interface' : ', interface down',
    interface: ', not in a file',
  };
  return `${state}${where[place]}`;
}

function reportFailures({ failures }: PeerListing, io: CommandIo, instead = ''): number {
  for (const failure of failures) io.stderr.write(`${printable(failure)}\n`);
  if (failures.length > 0) return 1;
  if (instead !== '') throw new UsageError(instead);
  return 0;
}
