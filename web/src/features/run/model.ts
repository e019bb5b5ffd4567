/** What the run page is, without React: its state in the address, which metrics come first, how far a run is. */

import { definitionFor } from '../../data/definitions'
import { asNumber, difference, ExactInteger } from '../../data/exactIntegers'
import type { Level, Look, WholeRun } from '../../data/run'
import { isLive } from '../../data/project'

export const TABS = ['overview', 'charts', 'system', 'logs', 'files', 'code', 'artifacts'] as const
export type Tab = (typeof TABS)[number]

/** Everything a person arranges. Absent means the default. */
export interface RunView {
  tab?: Exclude<Tab, 'overview'>
  /** The run that deltas are against; `none`: nothing, whatever the project's view says. */
  base?: string
  /** Words to find config entries by, and whether only what differs from the baseline is shown. */
  find?: string
  changed?: boolean
  // Logs
  q?: string
  /** A text, not a regular expression. */
  plain?: boolean
  /** Upper and lower case are told apart. */
  match?: boolean
  level?: Level[]
  label?: string[]
  only?: boolean
  wrap?: boolean
  line?: number
  // Files and code
  file?: string
  /** Lines of the file: `12` or `12-20`. */
  at?: string
  side?: boolean
  show?: 'patch' | 'diff'
  against?: string
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : typeof value === 'number' ? String(value) : undefined

const LEVELS: ReadonlySet<string> = new Set(['info', 'warn', 'error'])

/** The view that search parameters describe. What makes no sense is left out. */
export function parseRunView(search: Record<string, unknown>): RunView {
  const view: RunView = {}
  const tab = TABS.find(tab => tab === search.tab)
  if (tab && tab !== 'overview') view.tab = tab
  for (const name of ['base', 'find', 'q', 'file', 'at', 'against'] as const) {
    const value = text(search[name])
    if (value !== undefined) view[name] = value
  }
  for (const name of ['changed', 'plain', 'match', 'only', 'wrap', 'side'] as const)
    if (search[name] === true) view[name] = true
  const levels = (Array.isArray(search.level) ? search.level : []).filter(
    (level): level is Level => typeof level === 'string' && LEVELS.has(level),
  )
  if (levels.length > 0) view.level = levels
  const labels = (Array.isArray(search.label) ? search.label : []).map(text).filter(label => label !== undefined)
  if (labels.length > 0) view.label = labels
  const line = Number(search.line)
  if (search.line !== undefined && Number.isInteger(line) && line >= 0) view.line = line
  if (search.show === 'patch' || search.show === 'diff') view.show = search.show
  return view
}

export function lookOf(view: RunView): Look {
  return {
    labels: view.label ?? [],
    levels: view.level ?? [],
    pattern: view.q ?? '',
    isRegex: !view.plain,
    ignoreCase: !view.match,
    onlyMatches: view.only ?? false,
  }
}

// ---- summary

export interface SummaryRow {
  key: string
  /** The rule that made it, where a metric has several. */
  rule: string
  value: unknown
  base: unknown
  delta: number | null
  /** Better, worse, or no telling. */
  sense: 'better' | 'worse' | 'none'
}

/** The metric that the run is judged by: the first with a goal. */
export function goalMetric(run: WholeRun): { key: string; goal: string } | null {
  const named = (run.definitions ?? []).find(
    definition => definition.goal !== '' && definition.name in run.summary,
  )?.name
  const key = named ?? Object.keys(run.summary).find(key => goalOf(run, key) !== '' && !isHidden(run, key))
  return key === undefined ? null : { key, goal: goalOf(run, key) }
}

export const goalOf = (run: WholeRun, key: string): string =>
  definitionFor(run.definitions, key, ({ goal }) => goal !== '')?.goal ?? ''

const isHidden = (run: WholeRun, key: string): boolean => definitionFor(run.definitions, key)?.hidden === true

/** Single values of the summary, one row each; nested ones by rule. In the order they were first logged. */
export function summaryRows(run: WholeRun, base: WholeRun | null): SummaryRow[] {
  const rows: SummaryRow[] = []
  for (const [key, value] of Object.entries(run.summary)) {
    if (isPlainObject(value)) {
      for (const [rule, one] of Object.entries(value)) {
        const other = base?.summary[key]
        rows.push(row(run, key, rule, one, isPlainObject(other) ? other[rule] : undefined))
      }
    } else rows.push(row(run, key, '', value, base?.summary[key]))
  }
  return rows
}

function row(run: WholeRun, key: string, rule: string, value: unknown, base: unknown): SummaryRow {
  const apart = difference(value, base)
  const delta = Number.isFinite(apart) ? apart : null
  const goal = goalOf(run, key)
  const sense =
    delta === null || delta === 0 || goal === ''
      ? 'none'
      : delta > 0 === (goal === 'maximize')
        ? ('better' as const)
        : ('worse' as const)
  return { key, rule, value, base, delta, sense }
}

/** Metrics to draw on the overview: the one with a goal, then losses, then whatever was logged first. */
export function firstMetrics(run: WholeRun, most: number): string[] {
  const goal = goalMetric(run)?.key
  const numeric = Object.entries(run.summary)
    .filter(([key, value]) => (typeof asNumber(value) === 'number' || isPlainObject(value)) && !isHidden(run, key))
    .map(([key]) => key)
  const rank = (key: string): number =>
    key === goal ? 0 : /loss/i.test(key) ? 1 : /val|acc|f1|score/i.test(key) ? 2 : 3
  return numeric.toSorted((a, b) => rank(a) - rank(b)).slice(0, most)
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof ExactInteger)
}

// ---- progress

export interface Progress {
  step: number
  total: number
  share: number
  /** Seconds left at the pace so far; null when nobody can tell. */
  leftS: number | null
  /** Steps a second. */
  rate: number
}

/** How far the run is, where it said how far it goes. */
export function progressOf(run: WholeRun, nowS: number): Progress | null {
  if (run.progress_total <= 0) return null
  const step = Math.max(0, run.progress_step)
  const share = Math.min(1, step / run.progress_total)
  const spent = isLive(run) ? nowS - run.started_at : run.duration_s
  const rate = spent > 0 ? step / spent : 0
  const leftS = isLive(run) && rate > 0 && share < 1 ? (run.progress_total - step) / rate : null
  return { step, total: run.progress_total, share, leftS, rate }
}

export function durationOf(run: WholeRun, nowS: number): number {
  return isLive(run) ? Math.max(run.duration_s, nowS - run.started_at) : run.duration_s
}
