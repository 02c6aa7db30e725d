/** Columns that grow while a part is collected, and a dictionary that turns texts into codes. */

const CAPACITY_MIN = 4096;

/** Text values of one column as codes into a list of distinct names. */
export type TextDictionary = {
  readonly names: string[];
  codeOf(name: string): number;
  clear(): void;
};

/** An empty dictionary; codes count from 0 in order of first use. */
export function createTextDictionary(): TextDictionary {
  const codes = new Map<string, number>();
  const names: string[] = [];
  return {
    names,
    codeOf: (name) => {
      const known = codes.get(name);
      if (known !== undefined) return known;
      const code = names.push(name) - 1;
      codes.set(name, code);
      return code;
    },
    clear: () => {
      codes.clear();
      names.length = 0;
    },
  };
}

/** A Float64 column that grows by doubling. */
export type NumberColumn = { cells: Float64Array };
/** An Int32 column that grows by doubling. */
export type IntColumn = { cells: Int32Array };
/** A column of dictionary codes that grows by doubling. */
export type CodeColumn = { cells: Uint16Array };

export const numberColumn = (): NumberColumn => ({ cells: new Float64Array(CAPACITY_MIN) });
export const intColumn = (): IntColumn => ({ cells: new Int32Array(CAPACITY_MIN) });
export const codeColumn = (): CodeColumn => ({ cells: new Uint16Array(CAPACITY_MIN) });

/** Makes room for `rows` cells in each column, keeping what is there. */
export function reserveColumns(
  columns: readonly (NumberColumn | IntColumn | CodeColumn)[],
  rows: number,
): void {
  for (const column of columns) {
    if (column.cells.length >= rows) continue;
    const size = Math.max(rows, column.cells.length * 2);
    const grown = growTo(column.cells, size);
    Object.assign(column, { cells: grown });
  }
}

function growTo(
  cells: Float64Array | Int32Array | Uint16Array,
  size: number,
): Float64Array | Int32Array | Uint16Array {
  const made =
    cells instanceof Float64Array
      ? new Float64Array(size)
      : cells instanceof Int32Array
        ? new Int32Array(size)
        : new Uint16Array(size);
  made.set(cells);
  return made;
}
