import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningPrometheus } from './prometheus.ts';

/** What Grafana reads in a dashboard's file, as far as the tests look at it. */
export interface DashboardFile {
  uid: string;
  title: string;
  description: string;
  tags: string[];
  editable: boolean;
  refresh: string;
  panels: PanelFile[];
  templating: { list: VariableFile[] };
  annotations: { list: MarkFile[] };
}

/** What is marked on charts over time. */
interface MarkFile {
  name: string;
  datasource: { type: string; uid: string };
  target: TargetFile;
  titleFormat: string;
  useValueForTime?: boolean;
}

export interface PanelFile {
  id: number;
  type: string;
  title: string;
  description?: string;
  datasource?: { type: string; uid: string };
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: TargetFile[];
  fieldConfig?: { defaults: { unit?: string }; overrides: { properties: { id: string; value: unknown }[] }[] };
  options?: { content?: string; text?: unknown };
  panels?: PanelFile[];
}

export interface TargetFile {
  refId: string;
  expr: string;
  datasource?: { type: string; uid: string };
  instant?: boolean;
  range?: boolean;
  legendFormat?: string;
}

export interface VariableFile {
  name: string;
  type: string;
  query: string;
  regex?: string;
  sort?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  datasource?: { type: string; uid: string };
}

/** The generated files of a folder of grafana/ by name. */
export function dashboardTexts(folder = 'dashboards'): Map<string, string> {
  const path = join(import.meta.dirname, '../../../grafana', folder);
  return new Map(
    readdirSync(path)
      .sort()
      .map((file) => [file, readFileSync(join(path, file), 'utf8')]),
  );
}

/** The dashboards of grafana/dashboards by file. */
export const readDashboards = (): Map<string, DashboardFile> =>
  new Map([...dashboardTexts()].map(([file, text]) => [file, JSON.parse(text) as DashboardFile]));

/** Every panel that draws something, also those inside a closed row. */
export function drawing(dashboard: DashboardFile): PanelFile[] {
  return dashboard.panels.flatMap((panel) => (panel.type === 'row' ? (panel.panels ?? []) : [panel]));
}

/** Puts values in the places of variables, as Grafana does before it asks. An undeclared variable is an error here; Grafana leaves it as it is, and so groups like $1. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$([a-z_]\w*)|\$\{(\w+)(?::\w+)?\}/g, (whole, plain?: string, braced?: string) => {
    const value = values[plain ?? braced ?? ''];
    if (value === undefined) throw new Error(`Unknown variable ${whole} in ${text}`);
    return value;
  });
}

/** Grafana's own variables for a time range, all in seconds; $__rate_interval by the rule of its Prometheus data source. */
export function builtIn({ range, step, scrape }: { range: number; step: number; scrape: number }): Record<string, string> {
  return {
    __rate_interval: `${Math.max(step + scrape, 4 * scrape)}s`,
    __interval: `${step}s`,
    __range: `${range}s`,
    __range_s: String(range),
  };
}

/** What a reader can choose from in a variable's list. */
export async function choices(
  variable: VariableFile,
  values: Readonly<Record<string, string>>,
  prometheus: RunningPrometheus,
): Promise<{ text: string; value: string }[]> {
  const query = fill(variable.query, values);
  const texts = await candidates(query, prometheus);
  if (!variable.regex) return texts.map((text) => ({ text, value: text }));
  const regex = new RegExp(variable.regex.replace(/^\/|\/\w*$/g, ''));
  return texts.flatMap((text) => {
    const match = regex.exec(text);
    const value = match?.groups?.value ?? match?.[1];
    return value === undefined ? [] : [{ text: match?.groups?.text ?? value, value }];
  });
}

async function candidates(query: string, prometheus: RunningPrometheus): Promise<string[]> {
  const label = /^label_values\((.+),\s*(\w+)\)$/.exec(query);
  if (label?.[1] && label[2]) return prometheus.api<string[]>(`label/${label[2]}/values`, { 'match[]': label[1] });
  const result = /^query_result\((.+)\)$/.exec(query)?.[1];
  if (result === undefined) throw new Error(`Not a query that Grafana knows: ${query}`);
  return (await prometheus.query(result)).map(({ labels, values }) => {
    const { __name__ = '', ...rest } = labels;
    const pairs = Object.entries(rest).map(([name, value]) => `${name}="${value}"`);
    return `${__name__}{${pairs.join(',')}} ${values[0]?.[1]} ${(values[0]?.[0] ?? 0) * 1000}`;
  });
}
