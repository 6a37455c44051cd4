import { expect } from 'chai';
import { droppedCounts } from '../../../src/app/control/dropped.ts';

const KIDS = { of: 'user', id: 'kids' } as const;

describe('what limits held back', () => {
  it('counts from what is shown first, never falls, and begins again with a new limit', () => {
    const counts = droppedCounts();
    const shows = (download: number, reason: 'quota' | 'hand' = 'quota') =>
      counts.shows('user_kids', KIDS, reason, { download, upload: 0 });
    const sums = () => counts.all().map(({ reason, download }) => [reason, download]);
    shows(500);
    expect(sums(), 'held back before this program began').to.deep.equal([['quota', 0]]);
    shows(700);
    expect(sums()).to.deep.equal([['quota', 200]]);
    shows(50);
    expect(sums(), 'made again').to.deep.equal([['quota', 250]]);
    shows(60, 'hand');
    expect(sums()).to.deep.equal([
      ['quota', 250],
      ['hand', 10],
    ]);
    counts.begins('user_kids');
    shows(60, 'hand');
    expect(sums()[1]).to.deep.equal(['hand', 70]);
  });
});
