import type { ComponentChildren, JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ScrolledTable } from './scrolled-table.js';

interface Cell {
  /** what it is sorted by; NaN comes last */
  readonly value: number;
  readonly content: ComponentChildren;
}

export interface SortedRow {
  readonly name: string;
  /** in place of its name */
  readonly head?: ComponentChildren;
  readonly cells: readonly Cell[];
  /** what stands behind them */
  readonly rest?: JSX.Element | undefined;
}

interface SortedTableProps {
  readonly label: string;
  /** what the rows are called */
  readonly head: string;
  readonly columns: readonly string[];
  readonly rows: readonly SortedRow[];
  /** the head of what stands behind the columns */
  readonly rest?: string;
}

/** A table that is sorted by the column whose head was clicked: rising first, then falling. */
export function SortedTable({ label, head, columns, rows, rest }: SortedTableProps) {
  const [by, setBy] = useState<{ column: number; isRising: boolean }>();
  const sorted = by ? [...rows].sort((a, b) => compared(a.cells[by.column]!, b.cells[by.column]!, by.isRising)) : rows;
  return (
    <ScrolledTable
      label={label}
      heads={
        <>
          <th scope="col">{head}</th>
          {columns.map((name, column) => {
            const direction = by?.column === column ? (by.isRising ? 'ascending' : 'descending') : 'none';
            return (
              <th scope="col" key={name} aria-sort={direction}>
                <button type="button" onClick={() => setBy({ column, isRising: direction !== 'ascending' })}>
                  {name} {{ ascending: '↑', descending: '↓', none: '' }[direction]}
                </button>
              </th>
            );
          })}
          {rest !== undefined && <th scope="col">{rest}</th>}
        </>
      }
    >
      {sorted.map(({ name, head: shown = name, cells, rest: more }) => (
        <tr key={name}>
          <th scope="row">{shown}</th>
          {cells.map(({ content }, column) => (
            <td key={columns[column]}>{content}</td>
          ))}
          {more}
        </tr>
      ))}
    </ScrolledTable>
  );
}

function compared(a: Cell, b: Cell, isRising: boolean): number {
  if (Number.isNaN(a.value) || Number.isNaN(b.value))
    return Number(Number.isNaN(a.value)) - Number(Number.isNaN(b.value));
  return isRising ? a.value - b.value : b.value - a.value;
}
