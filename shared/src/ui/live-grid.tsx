/* biome-ignore-all lint/a11y/useSemanticElements: the rows of a real table cannot be virtualised, so the grid roles are spelled out */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type KeyboardEvent, type ReactNode, useRef, useState } from 'react';

export interface GridColumn {
  readonly id: string;
  readonly title: string;
  /** CSS grid track, e.g. `120px` or `minmax(90px, 1fr)`. */
  readonly track: string;
  readonly numeric?: boolean;
}

export interface LiveGridProps {
  readonly label: string;
  readonly columns: readonly GridColumn[];
  readonly ids: readonly string[];
  /** Cells of one row, in the order of the columns; subscribes to its own entity. */
  readonly Row: (props: { id: string }) => ReactNode;
  readonly empty: ReactNode;
  readonly onOpen?: (id: string) => void;
}

const ROW_PX = 40;
const PAGE_ROWS = 12;

const STEPS: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + PAGE_ROWS,
  PageUp: (at) => at - PAGE_ROWS,
  Home: () => 0,
  End: (_at, last) => last,
};

function GridHead({ columns, tracks }: { columns: readonly GridColumn[]; tracks: string }) {
  return (
    <div
      role="row"
      tabIndex={-1}
      aria-rowindex={1}
      className="live-grid-head"
      style={{ gridTemplateColumns: tracks }}
    >
      {columns.map((column) => (
        <div
          key={column.id}
          role="columnheader"
          tabIndex={-1}
          className={column.numeric === true ? 'numeric' : undefined}
        >
          {column.title}
        </div>
      ))}
    </div>
  );
}

/**
 * Live rows: only those in view exist, each subscribes to its own value, React never sees the whole.
 * 2,000 rows at 10 Hz stay below a fifth of one core that way; a table of the component kit does not.
 */
export function LiveGrid({ label, columns, ids, Row, empty, onOpen }: LiveGridProps) {
  const scroll = useRef<HTMLDivElement>(null);
  const [at, setAt] = useState(0);
  const rows = useVirtualizer({
    count: ids.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const tracks = columns.map((column) => column.track).join(' ');
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      const id = ids[at];
      if (id !== undefined) onOpen?.(id);
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.min(ids.length - 1, Math.max(0, step(at, ids.length - 1)));
    setAt(next);
    rows.scrollToIndex(next);
    scroll.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus();
  };
  if (ids.length === 0) return <div className="live-grid-empty">{empty}</div>;
  return (
    <div
      role="grid"
      tabIndex={-1}
      aria-label={label}
      aria-rowcount={ids.length + 1}
      className="live-grid"
      onKeyDown={move}
    >
      <GridHead columns={columns} tracks={tracks} />
      <div ref={scroll} className="live-grid-scroll">
        <div role="presentation" style={{ height: rows.getTotalSize(), position: 'relative' }}>
          {rows.getVirtualItems().map((item) => {
            const id = ids[item.index];
            if (id === undefined) return null;
            return (
              <div
                key={id}
                role="row"
                aria-rowindex={item.index + 2}
                data-row={item.index}
                tabIndex={item.index === at ? 0 : -1}
                className="live-grid-row"
                style={{
                  gridTemplateColumns: tracks,
                  height: ROW_PX,
                  transform: `translateY(${item.start}px)`,
                }}
                onFocus={() => setAt(item.index)}
                onDoubleClick={() => onOpen?.(id)}
              >
                <Row id={id} />
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

/** One cell; numbers are right-aligned and tabular so that they do not dance. */
export function Cell({ numeric, children }: { numeric?: boolean; children: ReactNode }) {
  return (
    <div role="gridcell" tabIndex={-1} className={numeric === true ? 'numeric' : undefined}>
      {children}
    </div>
  );
}
