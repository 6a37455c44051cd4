/** For a suite whose tests are steps, each based on the previous ones: when one fails, the others are skipped. */
export function standOnEachOther(): void {
  let broken = false;
  afterEach(function () {
    if (this.currentTest?.state === 'failed') broken = true;
  });
  beforeEach(() => {
    if (broken) throw new Error('A step before this one failed');
  });
}
