/**
 * Which runs a view shows, in which order and how: `assay.wire.messages.views.RunSet`, with the wire's names. What is absent has the
 * default. Pure: `runSetActions.ts` changes it, `runs/` draws it.
 */

import type { SortKey } from '../../data/project'

export interface ColumnChoice {
  /** In the grammar of filters; `derived.NAME` for a derived one. */
  key: string
  width?: number
  is_pinned?: boolean
  title?: string
  /** A bar behind the number: where it lies between the least and the greatest. */
  has_bar?: boolean
}

export interface DerivedColumn {
  name: string
  expression: string
}

export interface GroupKey {
  key: string
  /** Above 0: numbers in ranges of this width. */
  bin_width?: number
}

export interface Colouring {
  by?: 'run' | 'group' | 'value'
  key?: string
  /** Run id or group → palette place, from 1. */
  chosen?: Record<string, number>
  /** Run id → dash: 0 solid, 1 dashed, 2 dotted. */
  dashes?: Record<string, number>
}

export interface SortKeySpec {
  key: string
  descending?: boolean
}

export type Density = 'tight' | 'normal' | 'easy'

export interface RunSet {
  filter?: string
  search?: string
  is_regex?: boolean
  only_mine?: boolean
  sort?: SortKeySpec[]
  group?: GroupKey[]
  /** Group → the name it was given. */
  group_names?: Record<string, string>
  columns?: ColumnChoice[]
  derived?: DerivedColumn[]
  hide?: string[]
  /** Only these are drawn; absent: all but `hide`. */
  show?: string[]
  /** Groups whose runs are not drawn. */
  hidden_groups?: string[]
  drawn?: number
  pinned?: string[]
  baseline?: string
  colours?: Colouring
  density?: Density
  /** The list takes the whole width. */
  is_table?: boolean
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])
const texts = (value: unknown): string[] => list(value).filter(item => typeof item === 'string')

function numbers(value: unknown): Record<string, number> | undefined {
  if (!isObject(value)) return undefined
  const found = Object.entries(value).filter((entry): entry is [string, number] => Number.isInteger(entry[1]))
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

/** The run set that an address or a saved view describes. What makes no sense is left out; nothing is an error. */
export function parseRunSet(value: unknown): RunSet {
  if (!isObject(value)) return {}
  const set: RunSet = {
    filter: text(value.filter),
    search: text(value.search),
    is_regex: value.is_regex === true || undefined,
    only_mine: value.only_mine === true || undefined,
    sort: parseSortKeys(value.sort),
    group: parseGroup(value.group),
    group_names: parseNames(value.group_names),
    columns: parseColumns(value.columns),
    derived: list(value.derived)
      .filter(isObject)
      .filter(({ name, expression }) => typeof name === 'string' && name !== '' && typeof expression === 'string')
      .map(({ name, expression }) => ({ name: name as string, expression: expression as string })),
    hide: texts(value.hide),
    show: Array.isArray(value.show) ? texts(value.show) : undefined,
    hidden_groups: texts(value.hidden_groups),
    drawn: Number.isInteger(value.drawn) && Number(value.drawn) > 0 ? Number(value.drawn) : undefined,
    pinned: texts(value.pinned),
    baseline: text(value.baseline),
    colours: parseColours(value.colours),
    density: value.density === 'tight' || value.density === 'easy' ? value.density : undefined,
    is_table: value.is_table === true || undefined,
  } as RunSet
  return compact(set)
}

function parseSortKeys(value: unknown): SortKey[] {
  return list(value)
    .filter(isObject)
    .filter(({ key }) => text(key) !== undefined)
    .map(({ key, descending }) => ({ key: key as string, descending: descending === true }))
}

function parseGroup(value: unknown): GroupKey[] {
  return list(value).flatMap((item): GroupKey[] => {
    if (typeof item === 'string' && item !== '') return [{ key: item }]
    if (!isObject(item) || text(item.key) === undefined) return []
    const width = Number(item.bin_width)
    return [{ key: item.key as string, ...(width > 0 && Number.isFinite(width) ? { bin_width: width } : {}) }]
  })
}

function parseNames(value: unknown): Record<string, string> | undefined {
  if (!isObject(value)) return undefined
  const found = Object.entries(value).filter((entry): entry is [string, string] => text(entry[1]) !== undefined)
  return found.length > 0 ? Object.fromEntries(found) : undefined
}

/** A column named twice is one column. */
function parseColumns(value: unknown): ColumnChoice[] | undefined {
  if (!Array.isArray(value)) return undefined
  const byKey = new Map<string, ColumnChoice>()
  for (const item of value) {
    const choice = typeof item === 'string' ? { key: item } : item
    if (!isObject(choice) || text(choice.key) === undefined) continue
    const key = choice.key as string
    const width = Number(choice.width)
    byKey.set(key, {
      key,
      ...(width >= COLUMN_MIN_PX && width <= COLUMN_MAX_PX ? { width: Math.round(width) } : {}),
      ...(choice.is_pinned === true ? { is_pinned: true } : {}),
      ...(text(choice.title) ? { title: choice.title as string } : {}),
      ...(choice.has_bar === true ? { has_bar: true } : {}),
    })
  }
  return [...byKey.values()]
}

function parseColours(value: unknown): Colouring | undefined {
  if (!isObject(value)) return undefined
  const by = value.by === 'group' || value.by === 'value' ? value.by : undefined
  const colours = compact({
    by,
    key: by === 'value' ? text(value.key) : undefined,
    chosen: numbers(value.chosen),
    dashes: numbers(value.dashes),
  } as Colouring)
  return Object.keys(colours).length > 0 ? colours : undefined
}

export const COLUMN_MIN_PX = 44
export const COLUMN_MAX_PX = 800

/** Without what is undefined, false or an empty list; `show` and `columns` mean something when empty. */
export function compact<T extends object>(value: T): T {
  const kept = Object.entries(value).filter(
    ([name, part]) =>
      part !== undefined &&
      part !== false &&
      part !== '' &&
      !(Array.isArray(part) && part.length === 0 && name !== 'show' && name !== 'columns') &&
      !(isObject(part) && Object.keys(part).length === 0),
  )
  return Object.fromEntries(kept) as T
}

// ---- what is asked

/** The server's question for the set: the same for the list, its groups, an export and a bulk edit. */
export interface RunSetQuery {
  filter: string
  search: string
  is_regex: boolean
  only_mine: boolean
  sort: SortKey[]
  derived: DerivedColumn[]
  ids?: string[]
  hide?: string[]
  trash?: boolean
}

export const SORT_DEFAULT: SortKey = { key: 'created_at', descending: true }

export function sortOf(set: RunSet): SortKey[] {
  return set.sort && set.sort.length > 0
    ? set.sort.map(({ key, descending = false }) => ({ key, descending }))
    : [SORT_DEFAULT]
}

export function queryOf(set: RunSet): RunSetQuery {
  return {
    filter: set.filter ?? '',
    search: set.search ?? '',
    is_regex: set.is_regex ?? false,
    only_mine: set.only_mine ?? false,
    sort: sortOf(set),
    derived: set.derived ?? [],
  }
}

// ---- titles

export const FIELD_TITLES: Record<string, string> = {
  id: 'Id',
  name: 'Name',
  state: 'State',
  user: 'User',
  group: 'Group',
  job_type: 'Job type',
  notes: 'Notes',
  host: 'Host',
  program: 'Program',
  tags: 'Tags',
  created_at: 'Age',
  started_at: 'Started',
  heartbeat_at: 'Last heard of',
  finished_at: 'Ended',
  duration_s: 'Duration',
  exit_code: 'Exit code',
  ordinal: 'Number',
  last_step: 'Steps',
}

/** What a key is called in heads and chips: without its section, a metric's aggregate after it. */
export function keyTitle(key: string): string {
  const own = FIELD_TITLES[key]
  if (own) return own
  const metric = /^metrics\.(.+)\.(last|min|max|mean|first|count)$/.exec(key)
  if (metric) return `${metric[1]} ${metric[2] === 'last' ? '' : metric[2]}`.trim()
  return key.replace(/^(summary|config|derived|metrics|tags)\./, '')
}
