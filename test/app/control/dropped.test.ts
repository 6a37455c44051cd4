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

  it('are few, whatever devices somebody invents: of what is no longer wanted the oldest go first', () => {
    const counts = droppedCounts();
    for (let i = 0; i < 5000; i += 1) {
      counts.shows('user_kids', KIDS, 'quota', { download: i, upload: 0 });
      counts.shows(`device_${i}`, { of: 'device', id: `${i}` }, 'schedule', { download: 5, upload: 0 });
      counts.keeps(new Set(['user_kids', `device_${i}`]));
    }
    const all = counts.all();
    expect(all).to.have.length(320);
    expect(all.find(({ thing }) => thing.of === 'user')?.download).to.equal(4999);
  });
});
