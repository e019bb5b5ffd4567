/** Keys as the column picker shows them: a tree by prefix, narrowed by words, folded or not. Pure. */

import type { ColumnChoice } from '../runSet'
import type { Key } from './useKeys'

export interface Leaf {
  kind: 'leaf'
  key: string
  label: string
  depth: number
  info: Key
}

export interface Branch {
  kind: 'branch'
  path: string
  label: string
  depth: number
  /** Keys below it that are listed, and all of them. */
  listed: number
  total: number
  keys: readonly string[]
  isOpen: boolean
}

export type TreeRow = Leaf | Branch

const SECTIONS = ['config', 'summary', 'run'] as const
const TITLES: Record<string, string> = { config: 'config', summary: 'summary', run: 'run' }
/** Metrics nest by their prefix only where a flat list would be long. */
const FLAT_MAX = 40
/** A search opens everything below it up to so many rows. */
const OPEN_MAX = 400

const sectionOf = ({ section }: Key): string => (section === 'metric' || section === 'summary' ? 'summary' : section)
const nameOf = ({ key }: Key): string => key.replace(/^(config|summary|derived)\./, '')

interface Folder {
  path: string
  label: string
  folders: Map<string, Folder>
  leaves: Key[]
}

const folder = (path: string, label: string): Folder => ({ path, label, folders: new Map(), leaves: [] })

/** The rows of the tree. `folds`: branches opened (true) or folded by hand. */
export function treeRows(
  listed: readonly Key[],
  all: readonly Key[],
  folds: ReadonlyMap<string, boolean>,
  isSearch: boolean,
): TreeRow[] {
  const rows: TreeRow[] = []
  const totals = new Map<string, number>()
  for (const key of all) totals.set(sectionOf(key), (totals.get(sectionOf(key)) ?? 0) + 1)
  for (const section of SECTIONS) {
    const own = listed.filter(key => sectionOf(key) === section)
    if (own.length === 0) continue
    const root = folder(section, TITLES[section] ?? section)
    for (const key of own) place(root, key, section === 'config' || own.length > FLAT_MAX)
    addFolder(rows, root, 0, totals.get(section) ?? own.length, folds, isSearch && listed.length <= OPEN_MAX)
  }
  return rows
}

function place(root: Folder, key: Key, isNested: boolean): void {
  const name = nameOf(key)
  const parts = isNested ? name.split(key.section === 'config' ? /[./]/ : '/') : [name]
  let at = root
  for (const part of parts.slice(0, -1)) {
    let next = at.folders.get(part)
    if (!next) at.folders.set(part, (next = folder(`${at.path}/${part}`, part)))
    at = next
  }
  at.leaves.push(key)
}

function addFolder(
  rows: TreeRow[],
  own: Folder,
  depth: number,
  total: number,
  folds: ReadonlyMap<string, boolean>,
  isAllOpen: boolean,
): void {
  const keys = keysIn(own)
  const isOpen = folds.get(own.path) ?? (isAllOpen || (depth === 0 ? keys.length <= OPEN_MAX : keys.length <= 12))
  rows.push({
    kind: 'branch',
    path: own.path,
    label: own.label,
    depth,
    listed: keys.length,
    total: depth === 0 ? total : keys.length,
    keys,
    isOpen,
  })
  if (!isOpen) return
  for (const info of own.leaves) {
    const name = nameOf(info)
    const label = depth === 0 ? name : name.slice(prefixLength(name, depth))
    rows.push({ kind: 'leaf', key: info.key, label, depth: depth + 1, info })
  }
  for (const inner of own.folders.values()) addFolder(rows, inner, depth + 1, 0, folds, isAllOpen)
}

/** Where the last part of a nested name begins. */
function prefixLength(name: string, depth: number): number {
  let at = 0
  for (let i = 0; i < depth; i++) {
    const next = name.slice(at).search(/[./]/)
    if (next < 0) return at
    at += next + 1
  }
  return at
}

function keysIn(own: Folder): string[] {
  return [...own.leaves.map(({ key }) => key), ...[...own.folders.values()].flatMap(keysIn)]
}

export function tickOf(keys: readonly string[], shown: ReadonlySet<string>): boolean | 'mixed' {
  const count = keys.filter(key => shown.has(key)).length
  return count === 0 ? false : count === keys.length ? true : 'mixed'
}

/** Columns with those keys shown or not; what was shown keeps its place. */
export function setShown(columns: readonly ColumnChoice[], keys: readonly string[], isShown: boolean): ColumnChoice[] {
  const wanted = new Set(keys)
  if (!isShown) return columns.filter(({ key }) => !wanted.has(key))
  const here = new Set(columns.map(({ key }) => key))
  return [...columns, ...keys.filter(key => !here.has(key)).map(key => ({ key }))]
}
