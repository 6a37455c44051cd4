import type { CounterBits } from '../../../domain/counter.ts';
import { SourceError } from '../../../errors.ts';
import type { SourceReading } from '../../source.ts';
import type { RouterIo } from '../protocol.ts';
import { Refusal } from '../refusal.ts';
import type { Block, Instance } from './blocks.ts';
import { lanHostsOf } from './names.ts';
import { bitsOfModel, DEVICE_INFO, LAN_HOSTS, STATISTICS, statisticsOf } from './statistics.ts';

/** Asks for blocks; a fault of the answer is a SourceError. */
export type AskBlocks = (blocks: readonly Block[], signal: AbortSignal) => Promise<Instance[]>;

/** Reads everything with an open way to ask. The statistics first: names alone are worth nothing. */
export async function readBlocks(ask: AskBlocks, { counterBits, now, facts }: RouterIo, signal: AbortSignal): Promise<SourceReading[]> {
  const found = await ask(STATISTICS, signal);
  const names = await attempt(async () => lanHostsOf(await ask(LAN_HOSTS, signal), now()));
  const bits = counterBits ?? (await modelBits(ask, facts, signal));
  const counted = await attempt(async () => statisticsOf(found, bits));
  return [
    counted instanceof SourceError ? { source: 'statistics', observation: counted } : counted,
    names instanceof SourceError ? { source: 'leases', observation: names } : names,
  ];
}

/** A part that fails alone costs nothing else; a refusal ends the stay. */
export async function attempt<T>(part: () => Promise<T>): Promise<T | SourceError> {
  try {
    return await part();
  } catch (error) {
    if (!(error instanceof SourceError) || error instanceof Refusal) throw error;
    return error;
  }
}

async function modelBits(ask: AskBlocks, facts: RouterIo['facts'], signal: AbortSignal): Promise<CounterBits> {
  const known = facts.get('model');
  if (known !== undefined) return bitsOfModel(known);
  const found = await attempt(() => ask(DEVICE_INFO, signal));
  // A router that has no such object has no name; what was only cut short is asked again, because its width decides what is posted.
  if (found instanceof SourceError && found.reason !== 'status') throw found;
  const model = found instanceof SourceError ? '' : (found[0]?.fields.get('modelName') ?? '');
  facts.set('model', model);
  return bitsOfModel(model);
}
