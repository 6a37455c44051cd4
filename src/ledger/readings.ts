import type { CounterRules, Reading } from '../domain/counter.ts';
import type { Observation } from '../domain/observation.ts';
import type { AccountName } from './account.ts';

/** A reading and the accounts that its increase is posted to. */
export interface PostedReading extends Reading {
  accounts: AccountName[];
}

export interface CounterAnswer {
  rules: CounterRules;
  readings: PostedReading[];
}

/** The counters of an observation, or null where it holds none. `deviceBytes` says which source device accounts are fed from. */
export function readingsOf(router: string, observation: Observation, deviceBytes: 'stations' | 'hosts'): CounterAnswer | null {
  switch (observation.source) {
    case 'stations':
      return {
        rules: observation.rules,
        readings: observation.stations.map(({ interface: name, mac, bytes, epoch, access }) => {
          const accounts: AccountName[] = [{ kind: 'station', router, interface: '', key: mac }];
          if (access && deviceBytes === 'stations') accounts.push({ kind: 'device', router: '', interface: '', key: mac });
          return { counter: name === null ? mac : `${name} ${mac}`, bytes, bits: 64, epoch, accounts };
        }),
      };
    case 'wan':
      return {
        rules: observation.rules,
        readings: observation.uplinks.flatMap(({ name, device, bytes, bits, epoch, overlay }) =>
          bytes === null
            ? []
            : [
                {
                  counter: `${name} ${device ?? ''}`,
                  bytes,
                  bits,
                  epoch,
                  accounts: [{ kind: 'wan', router, interface: name, key: '', overlay }],
                },
              ],
        ),
      };
    case 'leases':
    case 'neighbours':
      return null;
    default:
      return observation satisfies never;
  }
}
