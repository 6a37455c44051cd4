import type * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import type { Size } from '../panels/frame.ts';
import { colour, now, queries, thresholds, unit } from '../panels/look.ts';
import { ranking } from '../panels/panels.ts';
import { one } from '../queries/series.ts';

/** A figure of each quota. The name tells what it is of, so it is kept. */
export const quota = (figure: string, labels = '') => one(`wrtmeter_quota_${figure}`, labels, 'quota, of, name');

/** What is used of the quotas of the home and its uplinks: full is red. */
export const caps = ({ width, height }: Size): bargauge.PanelBuilder =>
  ranking({
    title: 'Caps of the line',
    description: 'Share that is used of the quotas of the home and its uplinks in their running period.',
    width,
    height,
    unit: unit.share,
  })
    .max(1)
    .showUnfilled(true)
    .noValue('No quota of the home is configured')
    .thresholds(thresholds([null, colour.both], [0.9, colour.warn], [1, colour.bad]))
    .targets(
      queries(now(`${quota('used_bytes', 'of=~"home|uplink"')} / ${quota('limit_bytes', 'of=~"home|uplink"')}`, '{{quota}} {{name}}')),
    );
