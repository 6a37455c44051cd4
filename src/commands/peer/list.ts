import { changeLimit, interfaceOf, serverOf, wireguardOf } from '../../app/control/peers.ts';
import { peerNamesOf, probesOf } from '../../app/from-config.ts';
import type { Config, RouterConfig } from '../../config/config.ts';
import { isFailure } from '../../control/change.ts';
import type { PeerPlace } from '../../control/result.ts';
import type { PeerServer } from '../../control/server.ts';
import type { PeerTarget } from '../../control/target.ts';
import { didYouMean } from '../../domain/names/nearest.ts';
import type { Observation } from '../../domain/observation.ts';
import { parsePublicKey } from '../../domain/public-key.ts';
import { quote, SourceError, UsageError } from '../../errors.ts';
import type { WireguardConfig } from '../../sources/wireguard/config.ts';

/** A peer on its server, with what is needed to change it. */
export interface PeerOnServer {
  router: string;
  server: PeerServer;
  target: PeerTarget;
  /** In the configuration, otherwise on the server; null if it has none. */
  name: string | null;
  state: 'active' | 'revoked';
  place: PeerPlace;
  /** Whether its interface is up. */
  up: boolean;
  allowedIps: string[];
}

/** What the servers reported; `failures` has one line per server that could not be read. */
export interface PeerListing {
  peers: PeerOnServer[];
  failures: string[];
  notes: string[];
}

const READ_MS = 10_000;

/** Lists the peers of all configured servers, or of one. Throws a UsageError if there is none. */
export async function peersOfRouters(
  config: Config,
  { router: wanted, interface: on }: { router: string | undefined; interface: string | undefined },
): Promise<PeerListing> {
  const routers = config.routers.filter(({ name, kinds }) => (wanted === undefined ? wireguardOf(kinds) !== null : name === wanted));
  const names = config.routers.map(({ name }) => name);
  if (wanted !== undefined && routers.length === 0)
    throw new UsageError(
      `There is no router ${quote(wanted)}: ${didYouMean(wanted, names, `choose one of ${names.map((name) => quote(name)).join(', ')}`)}`,
    );
  if (routers.length === 0) throw new UsageError('No router has a wireguard entry with a login: see docs/run/access.md');
  const listings = await Promise.all(routers.map((router) => listingOf(router, config, on)));
  return {
    peers: listings.flatMap(({ peers }) => peers),
    failures: listings.flatMap(({ failures }) => failures),
    notes: listings.flatMap(({ notes }) => notes),
  };
}

async function listingOf(router: RouterConfig, config: Config, on: string | undefined): Promise<PeerListing> {
  const found = serverOf(router);
  if ('why' in found) return { peers: [], failures: [found.why], notes: [] };
  const { server, wireguard } = found;
  const read = await readPeers(router);
  const names = new Map(read instanceof SourceError ? [] : read.peers.map(({ publicKey, name }) => [publicKey, name] as const));
  const interfaces = on === undefined ? interfacesOf(wireguard, read) : [on];
  if (interfaces instanceof SourceError) return { peers: [], failures: [`${router.name}: ${interfaces.message}`], notes: [] };
  const given = peerNamesOf(config);
  const listing: PeerListing = { peers: [], failures: [], notes: [] };
  for (const name of interfaces) {
    const target = interfaceOf(wireguard, name);
    const listed = await server.list(target, changeLimit());
    if (isFailure(listed)) {
      listing.failures.push(`${router.name}: ${listed.reason}`);
      continue;
    }
    listing.notes.push(...listed.notes);
    for (const { publicKey, ...shown } of listed.peers) {
      const called = given.get(publicKey) ?? names.get(publicKey) ?? null;
      listing.peers.push({
        ...shown,
        router: router.name,
        server,
        target: { ...target, publicKey },
        name: called,
        up: listed.up,
      });
    }
  }
  return listing;
}

function interfacesOf({ interfaces }: WireguardConfig, read: PeersObservation | SourceError): string[] | SourceError {
  if (read instanceof SourceError) return interfaces.length === 0 ? read : interfaces;
  return [...new Set([...interfaces, ...read.interfaces, ...read.peers.map((peer) => peer.interface)])];
}

type PeersObservation = Extract<Observation, { source: 'peers' }>;

/** Reads the peers as the service does, for their names and interfaces. */
async function readPeers(router: RouterConfig): Promise<PeersObservation | SourceError> {
  const probe = probesOf(
    router,
    router.kinds.filter(({ kind }) => kind === 'wireguard'),
  )[0];
  if (probe === undefined) return new SourceError('exec', 'its peers are not read');
  try {
    const { sources } = await probe.collect(AbortSignal.timeout(READ_MS));
    const reading = sources.find(({ source }) => source === 'peers')?.observation;
    if (reading instanceof SourceError) return reading;
    return reading?.source === 'peers' ? reading : new SourceError('exec', 'it reports no peers');
  } catch (error) {
    if (error instanceof SourceError) return error;
    throw error;
  }
}

/** The peer with this public key, otherwise with this name, otherwise with this name in another case. Throws if several match. */
export function findPeer({ peers }: PeerListing, wanted: string): PeerOnServer | null {
  const plain = (text: string) => text.normalize('NFC').toLowerCase();
  const meant =
    parsePublicKey(wanted) !== null
      ? peers.filter(({ target }) => target.publicKey === wanted)
      : [peers.filter(({ name }) => name === wanted), peers.filter(({ name }) => name !== null && plain(name) === plain(wanted))].find(
          (found) => found.length > 0,
        );
  const [first, ...others] = meant ?? [];
  if (first === undefined) return null;
  if (others.length === 0) return first;
  const which = [first, ...others].map(({ router, target }) => `${target.publicKey} on ${router} (${target.interface})`);
  throw new UsageError(`${quote(wanted)} is more than one peer: ${which.join(', ')}; use the key with --router and --interface`);
}
