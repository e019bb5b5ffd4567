/**
 * A virtual table over columns: rows are indices, a column draws its cell from an index, so the data may stay in typed arrays.
 * Sorting, filtering and paging belong to whoever gives the rows. Knows nothing of what a row means.
 *
 * Keys while it has the focus: J K or arrows move, with Shift they extend, Space selects, Ctrl A selects all, Enter opens,
 * Esc lets go. The same moves are in `GridHandle` for page-wide shortcuts.
 */
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type MouseEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
} from 'react'
import { cx } from './cx'
import { Icon } from './icons'
import { emptySelection, extendTo, move, type RowOrder, selectAll, type Selection, toggle } from './selection'
import { useToken } from './useToken'

export interface GridColumn {
  id: string
  /** Spoken, and shown unless `head` is given. */
  label: string
  head?: ReactNode
  widthPx: number
  /** Takes a share of the width that is left. */
  grows?: boolean
  /** Numbers stand right. */
  isNumber?: boolean
  /** Stays in sight while the rest scrolls sideways. */
  isPinned?: boolean
  sorted?: 'ascending' | 'descending' | undefined
  onSort?: () => void
  cell: (index: number) => ReactNode
}

export interface GridRowLook {
  kind?: 'row' | 'group'
  isPinned?: boolean
  isFaded?: boolean
}

export interface GridHandle {
  focus: () => void
  move: (delta: number, isExtending?: boolean) => void
  toggle: () => void
  selectAll: () => void
  open: () => void
  scrollTo: (key: string) => void
}

export interface DataGridProps {
  label: string
  columns: readonly GridColumn[]
  rowCount: number
  /** Total when more rows exist than are loaded. */
  totalCount?: number
  keyAt: (index: number) => string
  look?: (index: number) => GridRowLook
  selection?: Selection
  onSelection?: (selection: Selection) => void
  onOpen?: (key: string) => void
  /** The row under the pointer; null when it leaves. */
  onHover?: (key: string | null) => void
  onContextMenu?: (key: string, event: MouseEvent) => void
  /** The last loaded rows are near: time for the next page. */
  onNearEnd?: () => void
  /** Default: the `--row` token. */
  rowPx?: number
  empty?: ReactNode
  foot?: ReactNode
  className?: string
  ref?: Ref<GridHandle>
}

const NEAR_END_ROWS = 30
const ignoreSelection = () => undefined

export function DataGrid({
  label,
  columns,
  rowCount,
  totalCount = rowCount,
  keyAt,
  look,
  selection = emptySelection,
  onSelection = ignoreSelection,
  onOpen,
  onHover,
  onContextMenu,
  onNearEnd,
  rowPx,
  empty,
  foot,
  className,
  ref,
}: DataGridProps) {
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const token = useToken('--row', 28)
  const height = rowPx ?? token
  const rows = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => height,
    getItemKey: keyAt,
    overscan: 8,
    scrollPaddingStart: 26,
  })
  useEffect(() => rows.measure(), [rows, height])

  const order = useMemo<RowOrder>(() => {
    let indices: Map<string, number> | null = null
    const build = () => {
      const map = new Map<string, number>()
      for (let index = 0; index < rowCount; index++) map.set(keyAt(index), index)
      return map
    }
    return {
      count: rowCount,
      keyAt,
      indexOf: key => (indices ??= build()).get(key) ?? -1,
      canSelect: index => look?.(index).kind !== 'group',
    }
  }, [rowCount, keyAt, look])

  const choose = (next: Selection) => {
    onSelection(next)
    if (next.current !== null && next.current !== selection.current) {
      const index = order.indexOf(next.current)
      if (index >= 0) rows.scrollToIndex(index)
    }
  }
  const openCurrent = () =>
    selection.current !== null && order.indexOf(selection.current) >= 0 && onOpen?.(selection.current)
  const handle: GridHandle = {
    focus: () => scroller.current?.focus(),
    move: (delta, isExtending = false) => choose(move(selection, delta, order, isExtending)),
    toggle: () => {
      const index = selection.current === null ? -1 : order.indexOf(selection.current)
      if (index >= 0 && order.canSelect(index)) choose(toggle(selection, keyAt(index)))
    },
    selectAll: () => choose(selectAll(selection, order)),
    open: openCurrent,
    scrollTo: key => {
      const index = order.indexOf(key)
      if (index >= 0) rows.scrollToIndex(index, { align: 'center' })
    },
  }
  useImperativeHandle(ref, () => handle)

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== scroller.current) return
    const mod = event.ctrlKey || event.metaKey
    const page = Math.max(1, Math.floor((scroller.current.clientHeight - 26) / height) - 1)
    const deltas: Record<string, number> = {
      j: 1,
      ArrowDown: 1,
      k: -1,
      ArrowUp: -1,
      PageDown: page,
      PageUp: -page,
      Home: -rowCount,
      End: rowCount,
    }
    const delta = deltas[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (mod && event.key.toLowerCase() === 'a') handle.selectAll()
    else if (mod || event.altKey) return
    else if (delta !== undefined) handle.move(delta, event.shiftKey)
    else if (event.key === ' ') handle.toggle()
    else if (event.key === 'Enter') handle.open()
    else if (event.key === 'Escape' && (selection.keys.size > 0 || selection.current !== null)) choose(emptySelection)
    else return
    event.preventDefault()
    event.stopPropagation()
  }

  const onRowClick = (index: number, event: MouseEvent) => {
    // A button or link in the row has its own meaning.
    if ((event.target as Element).closest('button, a, input, [role=checkbox]')) return
    const key = keyAt(index)
    if (event.shiftKey) choose(extendTo(selection, key, order))
    else if ((event.ctrlKey || event.metaKey) && order.canSelect(index)) choose(toggle(selection, key))
    else choose({ ...selection, anchor: null, current: key })
  }

  const items = rows.getVirtualItems()
  const lastIndex = items.at(-1)?.index ?? 0
  useEffect(() => {
    if (rowCount < totalCount && lastIndex >= rowCount - NEAR_END_ROWS) onNearEnd?.()
  }, [lastIndex, rowCount, totalCount, onNearEnd])

  const widthPx = columns.reduce((sum, column) => sum + column.widthPx, 0)
  const cols = columns
    .map(column => (column.grows ? `minmax(${column.widthPx}px, 1fr)` : `${column.widthPx}px`))
    .join(' ')
  const currentIndex = selection.current === null ? -1 : order.indexOf(selection.current)
  const isCurrentDrawn = items.some(item => item.index === currentIndex)

  return (
    <div
      ref={scroller}
      className={cx('dg', className)}
      style={{ '--cols': cols } as React.CSSProperties}
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={totalCount + 1}
      aria-colcount={columns.length}
      aria-multiselectable={true}
      {...(isCurrentDrawn ? { 'aria-activedescendant': `${id}-${currentIndex}` } : {})}
      onKeyDown={onKeyDown}
    >
      <div role="rowgroup" className="dg-head" style={{ minWidth: widthPx }}>
        <div className="dg-h" role="row" aria-rowindex={1}>
          {columns.map(column => (
            <div
              key={column.id}
              role="columnheader"
              className={cx(column.isNumber && 'num', column.isPinned && 'dg-pin')}
              aria-sort={column.sorted ?? (column.onSort ? 'none' : undefined)}
            >
              <GridHead column={column} />
            </div>
          ))}
        </div>
      </div>
      <div className="dg-body" role="rowgroup" style={{ height: rows.getTotalSize(), minWidth: widthPx }}>
        {items.map(({ index, key, start }) => {
          const { kind = 'row', isPinned, isFaded } = look?.(index) ?? {}
          const rowKey = keyAt(index)
          return (
            // The grid itself takes the keys; a row is where the pointer lands.
            // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={key}
              id={`${id}-${index}`}
              role="row"
              className="dg-r"
              aria-rowindex={index + 2}
              aria-selected={selection.keys.has(rowKey)}
              data-kind={kind}
              data-pinned={isPinned || undefined}
              data-faded={isFaded || undefined}
              data-current={index === currentIndex || undefined}
              style={{ transform: `translateY(${start}px)`, height }}
              onClick={event => onRowClick(index, event)}
              onDoubleClick={() => onOpen?.(rowKey)}
              onPointerEnter={onHover && (() => onHover(rowKey))}
              onPointerLeave={onHover && (() => onHover(null))}
              onContextMenu={onContextMenu && (event => onContextMenu(rowKey, event))}
            >
              {columns.map(column => (
                <div
                  key={column.id}
                  role="gridcell"
                  className={cx(column.isNumber && 'num', column.isPinned && 'dg-pin')}
                >
                  {column.cell(index)}
                </div>
              ))}
            </div>
          )
        })}
      </div>
      {rowCount === 0 && empty}
      {foot && <div className="dg-foot">{foot}</div>}
    </div>
  )
}

function GridHead({ column }: { column: GridColumn }) {
  const content = column.head ?? <span className="cut">{column.label}</span>
  const arrow = column.sorted && <Icon name={column.sorted === 'ascending' ? 'arrow-up' : 'arrow-down'} size={11} />
  if (!column.onSort) return content
  return (
    <button type="button" onClick={column.onSort} aria-label={`Sort by ${column.label}`}>
      {content}
      {arrow}
    </button>
  )
}
