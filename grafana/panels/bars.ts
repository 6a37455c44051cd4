import * as barchart from '@grafana/grafana-foundation-sdk/barchart';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { type Frame, framed } from './frame.ts';
import { classic, colour, fixed, paint, thresholds } from './look.ts';
import { legend, tooltip } from './panels.ts';

/** Stacked bars, one for each value of the column `from`, from left to right. `headings` are the columns that are drawn, by their source. */
export function bars(frame: Frame, from: string, headings: Readonly<Record<string, string>>): barchart.PanelBuilder {
  const columns = [from, ...Object.keys(headings)];
  return barsOf(frame, from)
    .stacking(common.StackingMode.Normal)
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: columns } } })
    .withTransformation(sortedBy(from))
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(columns.map((name, index) => [name, index])),
        renameByName: headings,
      },
    });
}

/** Bars for each value of the column `row`, in groups of one for each value of the column `column`. */
export function matrixBars(frame: Frame, row: string, column: string): barchart.PanelBuilder {
  return barsOf(frame, `${row}\\${column}`)
    .colorScheme(classic())
    .withTransformation(sortedBy(column))
    .withTransformation(matrix(row, column))
    .withTransformation(sortedBy(`${row}\\${column}`));
}

/** A table with a row for each value of the column `row`, and a column for each of `column`, from left to right; `heading` is that of the rows. */
export function matrixTable(frame: Frame, row: string, column: string, heading: string): table.PanelBuilder {
  return framed(new table.PanelBuilder(), frame)
    .decimals(1)
    .colorScheme(fixed(colour.quiet))
    .thresholds(thresholds([null, colour.quiet]))
    .noValue('–')
    .cellHeight(common.TableCellHeight.Sm)
    .minWidth(105)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(heading).desc(false)])
    .withTransformation(sortedBy(column))
    .withTransformation(matrix(row, column))
    .overrideByName(`${row}\\${column}`, [
      { id: 'displayName', value: heading },
      { id: 'custom.minWidth', value: 150 },
    ]);
}

/** From the least to the greatest. */
export const sortedBy = (field: string) => ({ id: 'sortBy', options: { fields: {}, sort: [{ field }] } });

/** A row for each value of the column `row`, and a column for each of `column`. */
export const matrix = (row: string, column: string) => ({
  id: 'groupingToMatrix',
  options: { columnField: column, rowField: row, valueField: 'Value', emptyValue: 'null' },
});

const barsOf = (frame: Frame, from: string): barchart.PanelBuilder =>
  framed(new barchart.PanelBuilder(), frame)
    .min(0)
    .thresholds(thresholds([null, colour.quiet]))
    .xField(from)
    .xTickLabelSpacing(60)
    .showValue(common.VisibilityMode.Never)
    .barWidth(0.9)
    .groupWidth(0.85)
    .lineWidth(0)
    .fillOpacity(80)
    .legend(legend())
    .tooltip(tooltip())
    .overrideByName('Download', paint(colour.download))
    .overrideByName('Upload', paint(colour.upload))
    .overrideByName('In one figure', paint(colour.both));
