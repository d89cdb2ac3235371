import type { ComponentChildren } from 'preact';

/** The cells of a table, and what it is called. */
interface ScrolledTableProps {
  readonly label: string;
  /** of the first row */
  readonly heads: ComponentChildren;
  /** the other rows */
  readonly children: ComponentChildren;
}

/** A table that is scrolled within the page where it is wider. */
export function ScrolledTable({ label, heads, children }: ScrolledTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section class="scrolls" tabIndex={0} aria-label={label}>
      <table>
        <thead>
          <tr>{heads}</tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}
