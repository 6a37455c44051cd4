import type * as common from '@grafana/grafana-foundation-sdk/common';
import { source } from './look.ts';

/** What every panel has: its texts, its size on the 24-column grid, and its unit. */
export type Frame = { title: string; description: string; width: number; height: number; unit: string };

export type Size = Pick<Frame, 'width' | 'height'>;

/** What the builders of all kinds of panels can do. */
interface Framable {
  title(text: string): this;
  description(text: string): this;
  datasource(from: common.DataSourceRef): this;
  span(columns: number): this;
  height(rows: number): this;
  unit(unit: string): this;
}

/** A panel in its frame, with the data source that the reader chose. */
export const framed = <P extends Framable>(panel: P, { title, description, width, height, unit }: Frame): P =>
  panel.title(title).description(description).datasource(source).span(width).height(height).unit(unit);
