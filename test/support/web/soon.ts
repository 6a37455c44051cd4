/** Waits for a condition that holds within moments. Throws after 20 s. */
export async function soon(condition: () => unknown): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Not within 20 s: ${condition}`);
    await new Promise((done) => setTimeout(done, 5));
  }
}
