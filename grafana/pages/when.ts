import * as common from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { matrix, sortedBy } from '../panels/bars.ts';
import { framed, type Size } from '../panels/frame.ts';
import { columns, queries, states, unit } from '../panels/look.ts';
import { one, present } from '../queries/series.ts';

/** Half hours, because the local hours of some zones begin half an hour after those of UTC. */
const STEP = '30m';

/** What a sum of ledger counters grew by in the last half hour; counters of the ledger only fall if a ledger is put back. */
const grown = (...metrics: string[]) => {
  const sum = (at: string) => metrics.map((metric) => one(metric, '', 'mac', at)).join(' + ');
  return `clamp_min(${sum('')} - (${sum(` offset ${STEP}`)}), 0)`;
};

/** Bytes of the devices that the chosen users have now, in the last half hour. */
const bytes = `sum((${grown('wrtmeter_device_download_bytes_total', 'wrtmeter_device_upload_bytes_total')} or ${grown('wrtmeter_device_undirected_bytes_total')}) and on (mac) ${present('wrtmeter_device_info', 'user=~"$user"', 'mac', ' @ end()')})`;

/** The local time in the middle of that half hour; where the offset was not known yet, by that of now. */
const offset = (at: string) => one('wrtmeter_utc_offset_seconds', '', '', at);
const local = `time() - 900 + (${offset('')} or ${offset(' @ end()')})`;

/** 1, with the local weekday (0 is Monday) and hour as labels. */
const moment = `count_values("weekday", (day_of_week(${local}) + 6) % 7) * on () group_left (hour) count_values("hour", hour(${local}))`;

/** Bytes of the last four weeks by local weekday and hour: at most 168 series. */
export const byHour = `sum_over_time((${bytes} * on () group_right () (${moment}))[28d:${STEP}])`;

const WEEKDAY = 'weekday\\hour';
const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** When users move their bytes: a row for each weekday, a column for each hour. */
export const when = ({ width, height }: Size): table.PanelBuilder =>
  framed(new table.PanelBuilder(), {
    title: 'When',
    description:
      "Bytes of the chosen users' devices in the last four weeks, whatever the time range is, by weekday and hour of the meter's local time, both directions. Users and devices that are private are not in it.",
    width,
    height,
    unit: unit.volume,
  })
    .decimals(0)
    .min(0)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.ContinuousPurples))
    .noValue('–')
    .cellHeight(common.TableCellHeight.Sm)
    .align(common.FieldTextAlignment.Center)
    .minWidth(62)
    // Labels are text, of which 10 is before 9.
    .withTransformation({
      id: 'convertFieldType',
      options: { fields: {}, conversions: [{ targetField: 'hour', destinationType: 'number' }] },
    })
    .withTransformation(sortedBy('hour'))
    .withTransformation(matrix('weekday', 'hour'))
    .sortBy([new common.TableSortByFieldStateBuilder().displayName('Day').desc(false)])
    .overrideByRegexp('/^\\d+$/', [{ id: 'custom.cellOptions', value: { type: 'color-background', mode: 'basic' } }])
    .overrideByName(WEEKDAY, [
      { id: 'displayName', value: 'Day' },
      { id: 'custom.width', value: 65 },
      { id: 'mappings', value: states(Object.fromEntries(DAYS.map((day, index) => [index, [day, 'text'] as const]))) },
    ])
    .targets(queries(columns(byHour)));
