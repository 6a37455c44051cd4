import type { LimitEffect } from '../../domain/people/limits/effect.ts';
import type { LimitsConfig } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';

/**
 * The whole wanted state of a router, as openwrt-cgi/limits.sh reads it (docs/run/limits.md). It may be sent to a shell, so
 * nothing else than MACs, addresses, interfaces and numbers is sent, even if somebody has written other things into the ledger.
 */
export function wantedText(
  limits: readonly Pick<WantedLimit, 'id' | 'effect' | 'macs' | 'ips'>[],
  { expire, whilePaused }: Pick<LimitsConfig, 'expire' | 'whilePaused'>,
): string {
  const lines = [
    'wrtmeter-limits 1',
    `expire ${expire}`,
    ...(whilePaused.length === 0 ? [] : [`while-paused ${whilePaused.join(' ')}`]),
    ...limits.flatMap(({ id, effect, macs, ips }) => [
      `limit ${id} ${effectText(effect)}`,
      ...macs.map((mac) => `mac ${id} ${mac}`),
      ...ips.map((ip) => `ip ${id} ${ip}`),
    ]),
    'end',
  ];
  // Only an interface may have capital letters, so no line ends a here-document.
  if (!lines.every((line) => /^[a-z0-9_:. -]+$/.test(line) || /^ip [a-z0-9_]+ [0-9a-f:.]+ [A-Za-z0-9_.@-]+$/.test(line)))
    throw new TypeError('A limit has something other than MACs and addresses');
  return `${lines.join('\n')}\n`;
}

const effectText = (effect: LimitEffect): string =>
  effect.kind === 'pause' ? 'pause' : `slow ${effect.download ?? '-'} ${effect.upload ?? '-'}`;
