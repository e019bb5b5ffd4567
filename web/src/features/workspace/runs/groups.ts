/** Groups of runs: their names, who is in them, and what their rows say. Pure. */

import { formatBeside, formatValue } from '../../../charts/number'
import { ExactInteger, parseExact } from '../../../data/exactIntegers'
import type { Run } from '../../../data/project'
import type { Aggregate, RunGroup } from '../../../data/runs'
import { valueText } from '../../../panels/valueText'
import { FIELD_TITLES, type GroupKey, keyTitle, type RunSet } from '../runSet'
import { valueOf } from './cells'

/** Names a group in view state: its values, outermost first. */
export const groupKey = (path: readonly unknown[]): string => JSON.stringify(path)

const isRange = (value: unknown, key: GroupKey | undefined): value is [unknown, unknown] =>
  Array.isArray(value) && (key?.bin_width ?? 0) > 0

/** A value as a group's row names it. */
export function pathLabel(value: unknown, key: GroupKey | undefined): string {
  if (isRange(value, key)) return `${formatValue(Number(value[0]))} – ${formatValue(Number(value[1]))}`
  if (value === null || value === undefined) return 'none'
  if (value === '') return 'empty'
  return valueText(value)
}

export interface GroupTitle {
  key: string
  label: string
  isNamed: boolean
}

export function groupTitle(group: RunGroup, set: RunSet): GroupTitle {
  const level = group.path.length - 1
  const by = set.group?.[level]
  const named = set.group_names?.[groupKey(group.path)]
  const key = by ? (keyTitle(by.key).toLowerCase() === by.key ? by.key : keyTitle(by.key)) : ''
  return { key, label: named ?? pathLabel(group.path[level], by), isNamed: named !== undefined }
}

/** Whether the run is in the group of that path, as far as its values are here. */
export function isMember(run: Run, path: readonly unknown[], by: readonly GroupKey[]): boolean {
  return path.every((wanted, level) => {
    const key = by[level]
    if (!key) return false
    const value = valueOf(run, key.key)
    if (isRange(wanted, key))
      return typeof value === 'number' && value >= Number(wanted[0]) && value < Number(wanted[1])
    if (wanted instanceof ExactInteger) return run.digits?.[key.key] === wanted.toString()
    // A run's own fields are empty where there is nothing; in a config an empty text is a value.
    const isNone = value === null || value === undefined || (value === '' && key.key in FIELD_TITLES)
    if (wanted === null || wanted === undefined) return isNone
    if (wanted === '' && isNone) return key.key in FIELD_TITLES
    return value === wanted || JSON.stringify(value) === JSON.stringify(wanted)
  })
}

/** Names of the groups whose runs are not drawn, as paths. */
export function hiddenPaths(set: RunSet): unknown[][] {
  return (set.hidden_groups ?? []).flatMap(name => {
    try {
      const path: unknown = parseExact(name)
      return Array.isArray(path) ? [path] : []
    } catch {
      return []
    }
  })
}

export function isInHiddenGroup(run: Run, set: RunSet): boolean {
  const by = set.group ?? []
  return hiddenPaths(set).some(path => path.length > 0 && isMember(run, path, by))
}

/** The outermost group of the run among `groups`: what its colour follows. */
export function topGroupOf(run: Run, groups: readonly RunGroup[], by: readonly GroupKey[]): RunGroup | undefined {
  return groups.find(group => isMember(run, group.path, by))
}

/** Every group of the tree, parents before children. */
export function* walkGroups(groups: readonly RunGroup[]): Generator<RunGroup> {
  for (const group of groups) {
    yield group
    yield* walkGroups(group.groups)
  }
}

/** `0.8649` and `± 0.0124`: what a group's row says in a column of numbers. */
export function aggregateText(aggregate: Aggregate | undefined): { mean: string; spread: string; title: string } {
  if (!aggregate || aggregate.mean === undefined || (aggregate.count ?? 0) === 0)
    return { mean: '', spread: '', title: '' }
  const { mean, std, min, max, count } = aggregate
  const spread = std !== undefined && (count ?? 0) > 1 ? `± ${formatBeside(std, mean)}` : ''
  const parts = [
    `mean ${formatValue(mean)}`,
    spread && `std ${formatValue(std as number)}`,
    min !== undefined && `min ${formatValue(min)}`,
    max !== undefined && `max ${formatValue(max)}`,
    `n ${count}`,
  ]
  return { mean: formatValue(mean), spread, title: parts.filter(Boolean).join(', ') }
}
