import type { Round, SourceResult } from '../domain/round.ts';
import { accountKey } from '../ledger/account.ts';

/** Stations of a round without an account that are shown: the ledger had no room for them, or has posted nothing yet. Rule: small. */
const MOST_UNKNOWN = 1000;

/**
 * The round as it is kept to be shown: without the counters of hosts, which no view shows and which would be in memory until the next round,
 * and without most of the stations that the ledger had no room for.
 */
export function keptRound(round: Round, { accounts }: { accounts: ReadonlyMap<string, unknown> }): Round {
  const hasRoomForAll = stationsIn(round) <= MOST_UNKNOWN;
  let room = MOST_UNKNOWN;
  const trimmed = (router: string, result: SourceResult): SourceResult => {
    if (result.status !== 'ok') return result;
    if (result.observation.source === 'hosts') return { ...result, observation: { ...result.observation, hosts: [] } };
    if (result.observation.source !== 'stations' || hasRoomForAll) return result;
    const isKept = ({ mac }: { mac: string }) =>
      accounts.has(accountKey({ kind: 'station', router, interface: '', key: mac })) || --room >= 0;
    return { ...result, observation: { ...result.observation, stations: result.observation.stations.filter(isKept) } };
  };
  return {
    ...round,
    routers: round.routers.map((each) => ({ ...each, results: each.results.map((result) => trimmed(each.router, result)) })),
  };
}

function stationsIn({ routers }: Round): number {
  let count = 0;
  for (const { results } of routers)
    for (const result of results)
      if (result.status === 'ok' && result.observation.source === 'stations') count += result.observation.stations.length;
  return count;
}
