import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type * as common from '@grafana/grafana-foundation-sdk/common';
import type * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';

/** A placeholder that Grafana replaces, not TypeScript. */
export const grafana = (name: string) => `\${${name}}`;

/** All panels and queries use the data source selected in the dashboard, so that the files work in any Grafana. */
export const source: common.DataSourceRef = { type: 'prometheus', uid: grafana('datasource') };

/** The same colour for the same meaning on every dashboard. Names from Grafana's palette have a dark and a light shade. */
export const colour = {
  download: 'blue',
  upload: 'orange',
  both: 'purple',
  others: '#8e8e8e',
  good: 'green',
  bad: 'red',
  warn: 'orange',
  quiet: 'text',
} as const;

/** Units: rates are bits per second (SI), volumes are bytes shown with binary prefixes (1 GiB = 1024³ bytes), or decimal ones (see `print`). */
export const unit = {
  rate: 'bps',
  volume: 'bytes',
  share: 'percentunit',
  seconds: 's',
  ago: 'dateTimeFromNow',
  day: 'time:D MMM',
  date: 'time:D MMM YYYY',
  perMinute: 'cpm',
  signal: 'dBm',
  count: 'none',
  text: 'string',
} as const;

/** A range query, drawn over time. */
export function overTime(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(source).expr(expr).range().legendFormat(legend);
}

/** An instant query for the current state: if the exporter has stopped, the panel shows no data instead of the last value. */
export function now(expr: string, legend: string): DataqueryBuilder {
  return new DataqueryBuilder().datasource(source).expr(expr).instant().legendFormat(legend);
}

/** A query for table columns: its labels and one value column called `Value #REFID`. */
export function columns(expr: string): DataqueryBuilder {
  return now(expr, '').format(PromQueryFormat.Table);
}

/** Names the queries A, B, C … in order, as the table transformations expect. */
export function queries(...list: DataqueryBuilder[]): Builder<Dataquery>[] {
  return list.map((query, index) => query.refId(String.fromCharCode(65 + index)));
}

export function fixed(name: string): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(name);
}

/** Colours by series order, so that no two series look alike. */
export function classic(): FieldColorBuilder {
  return new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic);
}

export function thresholds(...steps: [number | null, string][]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps.map(([value, color]) => ({ value, color })));
}

/** Shows values as words: `states({ 1: ['up', 'green'], 0: ['down', 'red'] })`. */
export function states(words: Record<string, readonly [text: string, color: string]>): dashboard.ValueMapping[] {
  const options = Object.fromEntries(Object.entries(words).map(([value, [text, color]], index) => [value, { text, color, index }]));
  return [{ type: MappingType.ValueToText, options }];
}

/** Override properties that give one series a fixed colour. */
export function paint(name: string): dashboard.DynamicConfigValue[] {
  return [{ id: 'color', value: { mode: 'fixed', fixedColor: name } }];
}
