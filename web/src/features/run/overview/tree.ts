/** Config as rows of a tree, with what the baseline has instead. */

import { folded } from '../../../ui/folding'
import { isPlainObject } from '../model'

export interface TreeRow {
  /** Dotted, unique. */
  path: string
  name: string
  depth: number
  isBranch: boolean
  value: unknown
  /** What the baseline has; undefined where it says the same or there is no baseline. */
  was: unknown
  isChanged: boolean
  /** Of a branch: leaves below it, and how many of them differ. */
  leaves: number
  changed: number
}

export interface TreeOptions {
  words: string
  onlyChanged: boolean
  /** Paths of branches that are closed. */
  closed: ReadonlySet<string>
}

/** Rows in order, without what is closed or not looked for. A branch stays while something below it does. */
export function treeRows(
  config: Record<string, unknown>,
  base: Record<string, unknown> | null,
  { words, onlyChanged, closed }: TreeOptions,
): TreeRow[] {
  const needle = folded(words.trim())
  const walk = (node: Record<string, unknown>, other: Record<string, unknown> | null, path: string, depth: number) => {
    const rows: TreeRow[] = []
    let leaves = 0
    let changed = 0
    const names = [...new Set([...Object.keys(node), ...(other ? Object.keys(other) : [])])]
    for (const name of names) {
      const here = path ? `${path}.${name}` : name
      const value = node[name]
      const was = other?.[name]
      if (isPlainObject(value) && Object.keys(value).length > 0) {
        const inner = walk(value, other ? (isPlainObject(was) ? was : {}) : null, here, depth + 1)
        leaves += inner.leaves
        changed += inner.changed
        const isOpen = !closed.has(here) || needle !== ''
        if (inner.rows.length > 0 || (!needle && !onlyChanged)) {
          rows.push({
            path: here,
            name,
            depth,
            isBranch: true,
            value: undefined,
            was: undefined,
            isChanged: false,
            leaves: inner.leaves,
            changed: inner.changed,
          })
          if (isOpen) rows.push(...inner.rows)
        }
        continue
      }
      const isChanged = other !== null && JSON.stringify(value) !== JSON.stringify(was)
      leaves++
      if (isChanged) changed++
      const isFound = needle === '' || folded(here).includes(needle) || folded(shownValue(value)).includes(needle)
      if (isFound && (isChanged || !onlyChanged))
        rows.push({ path: here, name, depth, isBranch: false, value, was, isChanged, leaves: 0, changed: 0 })
    }
    return { rows, leaves, changed }
  }
  return walk(config, base, '', 0).rows
}

export function countChanged(config: Record<string, unknown>, base: Record<string, unknown> | null): [number, number] {
  const rows = treeRows(config, base, { words: '', onlyChanged: false, closed: new Set() })
  return [rows.filter(row => !row.isBranch).length, rows.filter(row => row.isChanged).length]
}

export function shownValue(value: unknown): string {
  if (value === undefined) return '–'
  if (typeof value === 'string') return value
  if (typeof value === 'number') {
    const size = Math.abs(value)
    return value !== 0 && (size < 1e-3 || size >= 1e15) ? value.toExponential().replace('e+', 'e') : String(value)
  }
  return JSON.stringify(value)
}
