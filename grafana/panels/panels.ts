import * as bargauge from '@grafana/grafana-foundation-sdk/bargauge';
import * as common from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as statetimeline from '@grafana/grafana-foundation-sdk/statetimeline';
import * as table from '@grafana/grafana-foundation-sdk/table';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { type Frame, framed } from './frame.ts';
import { classic, colour, fixed, paint, thresholds } from './look.ts';

const last = () => new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
export const tooltip = () =>
  new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending).hideZeros(true);
export const legend = (calcs: string[] = []) =>
  new common.VizLegendOptionsBuilder()
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .showLegend(true)
    .calcs(calcs);
export const hidden = () => legend().showLegend(false);

/** Big numbers. Series called Download and Upload get their colours; all others are plain text. */
export function numbers(frame: Frame): stat.PanelBuilder {
  return framed(new stat.PanelBuilder(), frame)
    .colorScheme(fixed(colour.quiet))
    .thresholds(thresholds([null, colour.quiet]))
    .graphMode(common.BigValueGraphMode.None)
    .colorMode(common.BigValueColorMode.Value)
    .textMode(common.BigValueTextMode.ValueAndName)
    .justifyMode(common.BigValueJustifyMode.Auto)
    .wideLayout(false)
    .text(new common.VizTextDisplayOptionsBuilder().titleSize(13).valueSize(22))
    .reduceOptions(last())
    .overrideByName('Download', paint(colour.download))
    .overrideByName('Upload', paint(colour.upload));
}

/** A word instead of a number: the text column `from` of a query made with `columns`. */
export function words(frame: Frame, from: string): stat.PanelBuilder {
  return numbers(frame)
    .textMode(common.BigValueTextMode.Value)
    .reduceOptions(last().fields(`/^${from}$/`));
}

/** Lines over time, starting at zero. Gaps stay gaps: nothing is drawn where nothing was read. */
export function lines(frame: Frame, calcs: string[] = []): timeseries.PanelBuilder {
  return framed(new timeseries.PanelBuilder(), frame)
    .min(0)
    .colorScheme(classic())
    .thresholds(thresholds([null, colour.quiet]))
    .drawStyle(common.GraphDrawStyle.Line)
    .lineWidth(1)
    .fillOpacity(12)
    .showPoints(common.VisibilityMode.Never)
    .legend(legend(calcs))
    .tooltip(tooltip())
    .overrideByName('Download', paint(colour.download))
    .overrideByName('Upload', paint(colour.upload));
}

/** Stacked areas; the upper edge is the total. */
export function stacked(frame: Frame): timeseries.PanelBuilder {
  return lines(frame).fillOpacity(55).stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal).group('A'));
}

/** Events per minute as stacked bars. */
export function perMinute(frame: Frame): timeseries.PanelBuilder {
  return stacked(frame).drawStyle(common.GraphDrawStyle.Bars).axisSoftMax(1).lineWidth(0).fillOpacity(80);
}

/** Override properties of a number that should stay below a limit: plain below it, coloured from the limit on. */
export const attention = (limit: number, name: string): DynamicConfigValue[] => [
  { id: 'color', value: { mode: 'thresholds' } },
  { id: 'thresholds', value: thresholds([null, colour.quiet], [limit, name]).build() },
];

/** A ranking: one bar per series, the longest first. */
export function ranking(frame: Frame): bargauge.PanelBuilder {
  return framed(new bargauge.PanelBuilder(), frame)
    .min(0)
    .colorScheme(fixed(colour.both))
    .thresholds(thresholds([null, colour.both]))
    .orientation(common.VizOrientation.Horizontal)
    .displayMode(common.BarGaugeDisplayMode.Basic)
    .valueMode(common.BarGaugeValueMode.Text)
    .namePlacement(common.BarGaugeNamePlacement.Left)
    .showUnfilled(false)
    .sizing(common.BarGaugeSizing.Auto)
    .minVizHeight(16)
    .text(new common.VizTextDisplayOptionsBuilder().titleSize(12).valueSize(14))
    .reduceOptions(last());
}

/** States over time, one row per series; `mappings` give each state its word and colour. */
export function bands(frame: Frame): statetimeline.PanelBuilder {
  return framed(new statetimeline.PanelBuilder(), frame)
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(75)
    .legend(legend())
    .tooltip(tooltip());
}

/** A table of instant queries that share their key columns. `fields` are the columns in order: source field, heading, other settings. */
export function grid(frame: Frame, fields: readonly Field[], sortBy: string, descending = true): table.PanelBuilder {
  const panel = framed(new table.PanelBuilder(), frame)
    .colorScheme(fixed(colour.quiet))
    .thresholds(thresholds([null, colour.quiet]))
    .noValue('–')
    .filterable(true)
    .cellHeight(common.TableCellHeight.Sm)
    .sortBy([new common.TableSortByFieldStateBuilder().displayName(sortBy).desc(descending)])
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({ id: 'filterFieldsByName', options: { include: { names: fields.map((field) => field.from) } } })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {},
        indexByName: Object.fromEntries(fields.map((field, index) => [field.from, index])),
        renameByName: Object.fromEntries(fields.map((field) => [field.from, field.heading])),
      },
    });
  for (const field of fields) panel.overrideByName(field.heading, field.properties);
  return panel;
}

export type Field = { from: string; heading: string; properties: DynamicConfigValue[] };

/** One table column: source field, heading, width in pixels (0: the remaining width, at least 150), unit and other settings. */
export function field(from: string, heading: string, width: number, unit: string, ...more: DynamicConfigValue[]): Field {
  const size = width === 0 ? { id: 'custom.minWidth', value: 150 } : { id: 'custom.width', value: width };
  return { from, heading, properties: [size, { id: 'unit', value: unit }, ...more] };
}
