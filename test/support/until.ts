import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for a condition; throws what did not happen, with what `report` returns about it. */
export async function until(
  what: string,
  condition: () => Promise<boolean>,
  report: () => Promise<string> = async () => '',
): Promise<void> {
  const deadline = Date.now() + 180_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within 180 s: ${what}\n${await report()}`);
    await sleep(500);
  }
}
