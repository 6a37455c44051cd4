/** For a suite whose tests are steps, each on top of those before it: when one fails, the others are not tried. */
export function standOnEachOther(): void {
  let broken = false;
  afterEach(function () {
    if (this.currentTest?.state === 'failed') broken = true;
  });
  beforeEach(() => {
    if (broken) throw new Error('A step before this one failed');
  });
}
