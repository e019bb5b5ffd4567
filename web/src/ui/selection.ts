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

/** Everything between the anchor and `key`, both included, in the rows' order now. `to`: which of its rows, where it has two. */
export function extendTo(selection: Selection, key: string, order: RowOrder, to = order.indexOf(key)): Selection {
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

/** Moves the current row by `delta`, stopping at the ends; the first step from nowhere takes the first or last row. */
export function move(selection: Selection, delta: number, order: RowOrder, isExtending: boolean): Selection {
  if (order.count === 0) return selection
  const key = order.keyAt(targetOf(selection, delta, order))
  if (isExtending) return extendTo({ ...selection, anchor: selection.anchor ?? selection.current }, key, order)
  return { ...selection, anchor: null, current: key }
}

/** The row that a move comes to. One that stands elsewhere too is passed over: from there the next move would go on. */
export function targetOf({ current }: Selection, delta: number, order: RowOrder): number {
  const last = order.count - 1
  const at = current === null ? -1 : order.indexOf(current)
  const isWhole = Math.abs(delta) >= order.count
  const next = at < 0 && !isWhole ? (delta > 0 ? 0 : last) : Math.max(0, Math.min(last, Math.max(0, at) + delta))
  const isSecond = (index: number): boolean => {
    const first = order.indexOf(order.keyAt(index))
    return first >= 0 && first !== index
  }
  const way = delta > 0 ? 1 : -1
  for (let index = next; index >= 0 && index <= last; index += way) if (!isSecond(index)) return index
  for (let index = next; index >= 0 && index <= last && index !== at; index -= way) if (!isSecond(index)) return index
  return at < 0 ? next : at
}

export function selectAll(selection: Selection, order: RowOrder): Selection {
  const keys = new Set<string>()
  for (let index = 0; index < order.count; index++) if (order.canSelect(index)) keys.add(order.keyAt(index))
  return { ...selection, keys }
}
