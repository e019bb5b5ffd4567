/** Selecting rows by key, with ranges. Pure: state in, state out. Rows are named by keys, so new rows shift nothing. */

export interface Selection {
  readonly keys: ReadonlySet<string>
  /** Where a shift-range starts. */
  readonly anchor: string | null
  /** The row that keys move from. */
  readonly current: string | null
}

export const emptySelection: Selection = { keys: new Set(), anchor: null, current: null }

/** The order of rows as the grid shows them. */
export interface RowOrder {
  count: number
  keyAt: (index: number) => string
  /** −1: not shown. */
  indexOf: (key: string) => number
  /** Rows such as group heads can be passed but not selected. */
  canSelect: (index: number) => boolean
}

export function toggle(selection: Selection, key: string): Selection {
  const keys = new Set(selection.keys)
  if (!keys.delete(key)) keys.add(key)
  return { keys, anchor: key, current: key }
}

/** Everything between the anchor and `key`, both included, in the rows' order now. */
export function extendTo(selection: Selection, key: string, order: RowOrder): Selection {
  const to = order.indexOf(key)
  const anchor = selection.anchor ?? selection.current
  const from = anchor === null ? -1 : order.indexOf(anchor)
  if (to < 0) return selection
  if (from < 0) return { keys: new Set([key]), anchor: key, current: key }
  const keys = new Set<string>()
  for (let index = Math.min(from, to); index <= Math.max(from, to); index++) {
    if (order.canSelect(index)) keys.add(order.keyAt(index))
  }
  return { keys, anchor: order.keyAt(from), current: key }
}

/** Moves the current row by `delta`, stopping at the ends; the first move from nowhere takes the first or last row. */
export function move(selection: Selection, delta: number, order: RowOrder, isExtending: boolean): Selection {
  if (order.count === 0) return selection
  const at = selection.current === null ? -1 : order.indexOf(selection.current)
  const next = at < 0 ? (delta > 0 ? 0 : order.count - 1) : Math.max(0, Math.min(order.count - 1, at + delta))
  const key = order.keyAt(next)
  if (isExtending) return extendTo({ ...selection, anchor: selection.anchor ?? selection.current }, key, order)
  return { ...selection, anchor: null, current: key }
}

export function selectAll(selection: Selection, order: RowOrder): Selection {
  const keys = new Set<string>()
  for (let index = 0; index < order.count; index++) if (order.canSelect(index)) keys.add(order.keyAt(index))
  return { ...selection, keys }
}
