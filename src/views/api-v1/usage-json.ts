import { figuresOf, type Used } from '../../domain/traffic.ts';

/** What was used, as the API has it. Null: nothing was counted with its direction, or without one. */
export interface UsageJson {
  download_bytes: number | null;
  upload_bytes: number | null;
  undirected_bytes: number | null;
  /** All bytes, each once. */
  total_bytes: number;
}

export function usageJson(used: Used): UsageJson {
  const { download, upload, undirected, total } = figuresOf(used);
  return { download_bytes: download, upload_bytes: upload, undirected_bytes: undirected, total_bytes: total };
}
