/** Moving and selecting over rows that nobody looked at yet: their ids are read first, so that a range holds every run of it. */

import { extendTo, move, type RowOrder, targetOf } from '../../../ui/selection'
import type { RunList } from '../store'
import type { Rows } from './rows'

export function orderOf(rows: Rows): RowOrder {
  return {
    count: rows.count,
    keyAt: index => rows.at(index)?.id ?? '',
    indexOf: id => rows.indexOf(id),
    canSelect: index => rows.at(index)?.kind !== 'group',
  }
}

/** Moves the cursor, or the end of the range, by so many rows. `rowsOf`: the rows as they are now. */
export async function stepBy(list: RunList, rowsOf: () => Rows, by: number, isExtending: boolean): Promise<void> {
  const rows = rowsOf()
  if (rows.count === 0) return
  const { selection } = list.state.getState()
  const to = targetOf(selection, by, orderOf(rows))
  const from = isExtending ? anchorOf(list, rows) : to
  if (await readRows(list, rows, from < 0 ? to : from, to))
    list.select(move(list.state.getState().selection, by, orderOf(rowsOf()), isExtending))
}

/** Selects from the anchor to the run whose row was pressed. */
export async function reachTo(list: RunList, rowsOf: () => Rows, run: string, index: number): Promise<void> {
  const rows = rowsOf()
  const from = anchorOf(list, rows)
  if (from >= 0 && !(await readRows(list, rows, from, index))) return
  const now = rowsOf()
  // Rows may have come or gone above while others were read.
  const place = now.at(index)?.id === run ? index : now.indexOf(run)
  list.select(extendTo(list.state.getState().selection, run, orderOf(now), place))
}

function anchorOf(list: RunList, rows: Rows): number {
  const { anchor, current } = list.state.getState().selection
  const key = anchor ?? current
  return key === null ? -1 : rows.indexOf(key)
}

/** Whether every row between the two has its run's id, after those that had none were read. */
async function readRows(list: RunList, rows: Rows, from: number, to: number): Promise<boolean> {
  const parts = rows.stretches(Math.min(from, to), Math.max(from, to))
  const missing = parts.filter(({ branch, last }) => !list.isListed(branch, last))
  if (missing.length === 0) return true
  await Promise.all(missing.map(({ branch, last }) => list.readListed(branch, last)))
  return missing.every(({ branch, last }) => list.isListed(branch, last))
}
