/** A line as the graph programs of the older logger read it. */
export interface OldLine {
  time: number;
  total: number;
  delta: number;
  onPeak: number;
  offPeak: number;
}

const COLUMNS = ['Time', 'Total Bytes', 'Delta', 'On-Peak', 'Off-Peak'];

/**
 * Reads a file as they do: splits at ", ", takes whole numbers. Throws where columns or their order differ, where a line is cut off, where
 * time or a sum goes back, where there is a gap between a sum and what was added, or where the tariffs are not all bytes.
 */
export function readOldFormat(text: string): OldLine[] {
  const [head = '', ...rows] = text.split('\n');
  if (rows.pop() !== '') throw new Error('the last line is cut off');
  if (head.split(', ').join('|') !== COLUMNS.join('|')) throw new Error(`not the columns: ${head}`);
  const lines = rows.map((row) => {
    const cells = row.split(', ');
    if (cells.length !== COLUMNS.length || !cells.every((cell) => /^\d+$/.test(cell))) throw new Error(`not a line: ${row}`);
    const [time = 0, total = 0, delta = 0, onPeak = 0, offPeak = 0] = cells.map(Number);
    return { time, total, delta, onPeak, offPeak };
  });
  for (const [index, line] of lines.entries()) {
    const where = `line ${index + 2}: ${rows[index]}`;
    if (line.onPeak + line.offPeak !== line.total) throw new Error(`the tariffs are not all bytes in ${where}`);
    const before = lines[index - 1];
    if (before === undefined) continue;
    if (line.time <= before.time) throw new Error(`time goes back in ${where}`);
    if (line.onPeak < before.onPeak || line.offPeak < before.offPeak) throw new Error(`a sum falls in ${where}`);
    if (line.total - before.total !== line.delta) throw new Error(`there is a gap before ${where}`);
  }
  return lines;
}
