/** Changes of a run set: set in, set out. What is a default again goes, so that addresses stay short. */

import {
  COLUMN_MAX_PX,
  COLUMN_MIN_PX,
  type Colouring,
  type ColumnChoice,
  compact,
  type DerivedColumn,
  type GroupKey,
  type RunSet,
  type SortKeySpec,
  SORT_DEFAULT,
  sortOf,
} from './runSet'

export function withSet(set: RunSet, changes: { [K in keyof RunSet]?: RunSet[K] | undefined }): RunSet {
  const next = { ...set, ...changes }
  if (next.columns === undefined) delete next.columns
  if (next.show === undefined) delete next.show
  return compact(next) as RunSet
}

// ---- drawn or not

export function isHidden(set: RunSet, run: string): boolean {
  return set.show ? !set.show.includes(run) : (set.hide?.includes(run) ?? false)
}

export function hideRuns(set: RunSet, runs: readonly string[]): RunSet {
  if (set.show) return withSet(set, { show: set.show.filter(run => !runs.includes(run)) })
  return withSet(set, { hide: [...new Set([...(set.hide ?? []), ...runs])] })
}

export function showRuns(set: RunSet, runs: readonly string[]): RunSet {
  if (set.show) return withSet(set, { show: [...new Set([...set.show, ...runs])] })
  const gone = new Set(runs)
  return withSet(set, { hide: (set.hide ?? []).filter(run => !gone.has(run)) })
}

/** Hides them if any is drawn, else shows them. */
export function toggleRuns(set: RunSet, runs: readonly string[]): RunSet {
  return runs.some(run => !isHidden(set, run)) ? hideRuns(set, runs) : showRuns(set, runs)
}

export function showOnly(set: RunSet, runs: readonly string[]): RunSet {
  return withSet(set, { show: [...runs], hide: undefined, hidden_groups: undefined })
}

export function showAll(set: RunSet): RunSet {
  return withSet(set, { show: undefined, hide: undefined, hidden_groups: undefined })
}

export function hideAll(set: RunSet): RunSet {
  return withSet(set, { show: [], hide: undefined, hidden_groups: undefined })
}

/** A group's eye. Its runs keep their own eyes underneath. */
export function toggleGroup(set: RunSet, group: string): RunSet {
  const hidden = set.hidden_groups ?? []
  const next = hidden.includes(group) ? hidden.filter(other => other !== group) : [...hidden, group]
  return withSet(set, { hidden_groups: next })
}

/** Only the runs of these groups; `all` are the groups there are. */
export function showOnlyGroup(set: RunSet, group: string, all: readonly string[]): RunSet {
  return withSet(set, { show: undefined, hide: undefined, hidden_groups: all.filter(other => other !== group) })
}

// ---- order and groups

/** Sorts by `key` alone; by the same key again, the other way round. `isAdded`: after the keys there are. */
export function sortBy(set: RunSet, key: string, isDescendingFirst: boolean, isAdded = false): RunSet {
  const now = sortOf(set)
  const own = now.find(sort => sort.key === key)
  if (isAdded && own) {
    return withSort(
      set,
      now.map(sort => (sort.key === key ? { key, descending: !sort.descending } : sort)),
    )
  }
  const next = { key, descending: own ? !own.descending : isDescendingFirst }
  return withSort(set, isAdded ? [...(set.sort ?? []), next] : [next])
}

export function withSort(set: RunSet, sort: readonly SortKeySpec[]): RunSet {
  const isDefault = sort.length === 1 && sort[0]?.key === SORT_DEFAULT.key && sort[0].descending
  return withSet(set, { sort: isDefault ? [] : [...sort] })
}

/** Hidden groups are those of the keys there were, so they go with them. */
export function groupBy(set: RunSet, group: readonly GroupKey[]): RunSet {
  return withSet(set, { group: [...group], hidden_groups: undefined })
}

export function nameGroup(set: RunSet, group: string, name: string): RunSet {
  const names = { ...set.group_names }
  if (name.trim() === '') delete names[group]
  else names[group] = name.trim()
  return withSet(set, { group_names: names })
}

// ---- columns

/** `columns` with `key` shown or not; a new one comes last. */
export function toggleColumn(columns: readonly ColumnChoice[], key: string, isShown: boolean): ColumnChoice[] {
  const others = columns.filter(column => column.key !== key)
  if (!isShown) return others
  return others.length < columns.length ? [...columns] : [...columns, { key }]
}

/** `columns` with `key` moved before `before`; null: to the end. */
export function moveColumn(columns: readonly ColumnChoice[], key: string, before: string | null): ColumnChoice[] {
  const moved = columns.find(column => column.key === key)
  if (!moved || key === before) return [...columns]
  const others = columns.filter(column => column !== moved)
  const place = before === null ? others.length : others.findIndex(column => column.key === before)
  return others.toSpliced(place < 0 ? others.length : place, 0, moved)
}

export function changeColumn(
  columns: readonly ColumnChoice[],
  key: string,
  changes: { [K in keyof ColumnChoice]?: ColumnChoice[K] | undefined },
): ColumnChoice[] {
  return columns.map(column => (column.key === key ? compact({ ...column, ...changes } as ColumnChoice) : column))
}

export function widthOf(px: number): number {
  return Math.max(COLUMN_MIN_PX, Math.min(COLUMN_MAX_PX, Math.round(px)))
}

/** The derived column of that name becomes `column`; null takes it away, and the column that shows it. */
export function setDerived(set: RunSet, name: string, column: DerivedColumn | null): RunSet {
  const derived = set.derived ?? []
  const place = derived.findIndex(other => other.name === name)
  const next =
    column === null
      ? derived.filter(other => other.name !== name)
      : derived.toSpliced(place < 0 ? derived.length : place, place < 0 ? 0 : 1, column)
  const [before, after] = [`derived.${name}`, column === null ? null : `derived.${column.name}`]
  const renamed = (key: string): string | null => (key === before ? after : key)
  return withSet(set, {
    derived: next,
    columns: set.columns?.flatMap(choice => {
      const key = renamed(choice.key)
      return key === null ? [] : [{ ...choice, key }]
    }),
    sort: set.sort?.flatMap(sort => {
      const key = renamed(sort.key)
      return key === null ? [] : [{ ...sort, key }]
    }),
    group: set.group?.flatMap(group => {
      const key = renamed(group.key)
      return key === null ? [] : [{ ...group, key }]
    }),
  })
}

// ---- pins, baseline, colours

export function togglePins(set: RunSet, runs: readonly string[]): RunSet {
  const pinned = set.pinned ?? []
  const isAdding = runs.some(run => !pinned.includes(run))
  return withSet(set, {
    pinned: isAdding ? [...new Set([...pinned, ...runs])] : pinned.filter(run => !runs.includes(run)),
  })
}

/** The baseline; the same run again: none. */
export function toggleBaseline(set: RunSet, run: string): RunSet {
  return withSet(set, { baseline: set.baseline === run ? undefined : run })
}

/** A palette place for each of `names` (run ids or groups); null: their own again. */
export function chooseColour(set: RunSet, names: readonly string[], place: number | null): RunSet {
  const chosen = { ...set.colours?.chosen }
  for (const name of names) {
    if (place === null) delete chosen[name]
    else chosen[name] = place
  }
  return withSet(set, { colours: compact({ ...set.colours, chosen }) })
}

export function chooseDash(set: RunSet, runs: readonly string[], dash: number | null): RunSet {
  const dashes = { ...set.colours?.dashes }
  for (const run of runs) {
    if (dash === null) delete dashes[run]
    else dashes[run] = dash
  }
  return withSet(set, { colours: compact({ ...set.colours, dashes }) })
}

export function colourBy(set: RunSet, by: 'run' | 'group' | 'value', key = ''): RunSet {
  const { chosen, dashes } = set.colours ?? {}
  return withSet(set, {
    colours: compact({
      by: by === 'run' ? undefined : by,
      key: by === 'value' ? key : undefined,
      chosen,
      dashes,
    } as Colouring),
  })
}
