import type { LimitEffect } from '../../domain/people/limits/effect.ts';
import type { LimitsConfig } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';

/** Of a limit, a MAC, and an address with its interface. Only an interface may have capital letters, so no line ends a here-document. */
const ID = /^[a-z0-9_]+$/;
const MAC = /^[0-9a-f:]+$/;
const ADDRESS = /^[0-9a-f:.]+( [A-Za-z0-9_.@-]+)?$/;

/**
 * The whole wanted state of a router, as openwrt-cgi/limits.sh reads it (docs/run/limits.md). It may be sent to a shell, so
 * nothing else than MACs, addresses, interfaces and numbers is sent: what somebody has written into the ledger beside that is left out.
 */
export function wantedText(
  limits: readonly Pick<WantedLimit, 'id' | 'effect' | 'macs' | 'ips'>[],
  { expire, whilePaused }: Pick<LimitsConfig, 'expire' | 'whilePaused'>,
): string {
  const lines = [
    'wrtmeter-limits 1',
    `expire ${expire}`,
    ...(whilePaused.length === 0 ? [] : [`while-paused ${whilePaused.join(' ')}`]),
    ...limits
      .filter(({ id }) => ID.test(id))
      .flatMap(({ id, effect, macs, ips }) => [
        `limit ${id} ${effectText(effect)}`,
        ...macs.filter((mac) => MAC.test(mac)).map((mac) => `mac ${id} ${mac}`),
        ...ips.filter((ip) => ADDRESS.test(ip)).map((ip) => `ip ${id} ${ip}`),
      ]),
    'end',
  ];
  return `${lines.join('\n')}\n`;
}

const effectText = (effect: LimitEffect): string =>
  effect.kind === 'pause' ? 'pause' : `slow ${effect.download ?? '-'} ${effect.upload ?? '-'}`;
