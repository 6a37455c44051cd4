import type { LimitEffect } from '../../domain/people/limits/effect.ts';
import { sameEffect } from '../../domain/people/limits/effect.ts';
import { type LimitsState, newLimit, type SimulatedLimit, standingAt } from '../world/limits.ts';
import type { RouterState } from '../world/state.ts';

/** The section `limits` of wrtmeter.cgi's answer; no lines where nothing is limited. */
export function limitsSection({ limits: state }: RouterState, now: number): string[] {
  const standing = [...standingAt(state, now)];
  if (standing.length === 0) return [];
  const left = Math.floor((state.ends - now) / 1000);
  const lines = standing.map(([id, { effect, dropped }]) => {
    const rates = effect.kind === 'pause' ? '- -' : `${effect.download ?? '-'} ${effect.upload ?? '-'}`;
    return `limit ${id} ${effect.kind} ${rates} ${left} ${dropped.download} ${dropped.upload}`;
  });
  return ['begin limits', ...lines, 'end limits'];
}

/** Takes a whole wanted state and answers, both as openwrt-cgi/limits.sh does (docs/run/limits.md). */
export function takeLimits(state: LimitsState, wanted: string, now: number): string {
  const before = standingAt(state, now);
  const limits = new Map<string, SimulatedLimit>();
  const lines = wanted.split('\n');
  let expire = 0;
  for (const [index, line] of lines.entries()) {
    const [word = '', id = '', ...rest] = line.split(' ');
    const effect = word === 'limit' ? effectOf(rest) : null;
    const [member = ''] = rest;
    if (word === 'expire') expire = Number(id);
    else if (effect !== null) limits.set(id, keptOrNew(before.get(id), effect, now));
    else if (word === 'mac' || word === 'ip') limits.get(id)?.members.add(member);
    else if (!['wrtmeter-limits', 'while-paused', 'end', ''].includes(word))
      return answer([`result failed input line ${index + 1} is wrong`]);
  }
  if (lines.at(-2) !== 'end') return answer(['result failed input The last line is missing']);
  const found = [...limits].filter(([id, limit]) => limit.dropped === before.get(id)?.dropped).length;
  state.limits = limits;
  state.ends = now + expire * 1000;
  return answer([
    `found ${found}`,
    ...[...limits].map(([id, { dropped }]) => `limit ${id} active ${dropped.download} ${dropped.upload}`),
    `result ok ${found === limits.size && found === before.size ? 'unchanged' : 'changed'}`,
  ]);
}

/** One that stays keeps its budget and its counters. */
const keptOrNew = (before: SimulatedLimit | undefined, effect: LimitEffect, now: number): SimulatedLimit =>
  before !== undefined && sameEffect(before.effect, effect) ? { ...before, members: new Set() } : newLimit(effect, now);

function effectOf([kind, download = '-', upload = '-']: readonly string[]): LimitEffect | null {
  const rate = (text: string) => (text === '-' ? null : Number(text));
  if (kind === 'slow') return { kind, download: rate(download), upload: rate(upload) };
  return kind === 'pause' ? { kind } : null;
}

const answer = (lines: readonly string[]): string => ['wrtmeter-limits 1', ...lines, ''].join('\n');
