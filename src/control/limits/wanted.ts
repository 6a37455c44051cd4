import type { LimitEffect } from '../../domain/people/limits/effect.ts';
import type { LimitsConfig } from '../../domain/people/limits/limit.ts';
import type { WantedLimit } from '../../domain/people/limits/wanted.ts';

/** The whole wanted state of a router, as openwrt-cgi/limits.sh reads it (docs/run/limits.md). */
export function wantedText(limits: readonly WantedLimit[], { expire, whilePaused }: Pick<LimitsConfig, 'expire' | 'whilePaused'>): string {
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
  return `${lines.join('\n')}\n`;
}

const effectText = (effect: LimitEffect): string =>
  effect.kind === 'pause' ? 'pause' : `slow ${effect.download ?? '-'} ${effect.upload ?? '-'}`;
