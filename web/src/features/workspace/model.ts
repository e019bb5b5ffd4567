/**
 * The view in short form, without React: what the run list reads and the address's short parameters say, and which runs are drawn.
 * The whole document is `view.ts`; `address.ts` translates.
 */

import type { Axis } from '../../data/metricStore'
import type { Run, SortKey } from '../../data/project'
import type { DrawnRun, PanelSettings } from '../../panels/context'
import { isAxisName } from '../../panels/settings'

// ---- the view in the address

/** What has a short parameter. Absent means the default, so that an untouched view has a short address. */
export interface WorkspaceView {
  x?: Axis
  smooth?: number
  /** Words to find runs by. */
  q?: string
  /** The filter's text form. */
  filter?: string
  /** A key of the filter grammar, with `-` before it when descending. */
  sort?: string
  /** Keys that the list is grouped by, outermost first. */
  group?: string[]
  /** Runs not drawn. Without meaning while `show` is there. */
  hide?: string[]
  /** Only these are drawn. */
  show?: string[]
  /** How many of the first runs are drawn. */
  drawn?: number
  /** Folded sections; absent: `system` alone. */
  folded?: string[]
  /** Panels with a logarithmic y axis, in addresses of before there were settings of panels. Read, never written. */
  log?: string[]
  /** Absent: the automatic workspace. */
  mode?: 'manual'
  /** What brushes in panels pick: panel → condition of the filter grammar. */
  brush?: Record<string, string>
  /** Words to find panels by; a regular expression when `re`. */
  panels?: string
  re?: boolean
  /** The panel in full screen. */
  panel?: string
  /** A region that somebody pointed at: the panel that has it is in full screen, the region marked. */
  region?: string
  /** `step:100:250`: an axis and a stretch of it. */
  zoom?: string
  /** The step that media panels show together. */
  step?: number
  /** The half that a phone shows. */
  half?: 'runs'
}

export const DRAWN_DEFAULT = 100
export const DRAWN_CHOICES = [10, 25, 50, 100, 250, 500] as const
export const SORT_DEFAULT = '-created_at'

const text = (value: unknown): string | undefined =>
  typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : undefined

const texts = (value: unknown): string[] | undefined => {
  if (!Array.isArray(value)) return undefined
  return value.map(text).filter(item => item !== undefined)
}

/** The view that an address's search parameters describe. What makes no sense is left out; nothing is an error. */
export function parseView(search: Record<string, unknown>): WorkspaceView {
  const view: WorkspaceView = {}
  const x = text(search.x)
  if (x !== undefined && isAxisName(x)) view.x = x
  const smooth = Number(search.smooth)
  if (smooth > 0 && smooth < 1) view.smooth = smooth
  for (const name of ['q', 'filter', 'sort', 'panels', 'panel', 'region', 'zoom'] as const) {
    const value = text(search[name])
    if (value) view[name] = value
  }
  if (view.zoom && !parseZoom(view.zoom)) delete view.zoom
  for (const name of ['hide', 'show', 'folded', 'log', 'group'] as const) {
    const value = texts(search[name])
    if (value && (value.length > 0 || name === 'show' || name === 'folded')) view[name] = value
  }
  const drawn = Number(search.drawn)
  if (Number.isInteger(drawn) && drawn > 0 && drawn <= 1000 && drawn !== DRAWN_DEFAULT) view.drawn = drawn
  const step = Number(search.step)
  if (search.step !== undefined && search.step !== '' && Number.isInteger(step) && step >= 0) view.step = step
  if (search.re === true) view.re = true
  if (search.half === 'runs') view.half = 'runs'
  if (search.mode === 'manual') view.mode = 'manual'
  const brush = conditions(search.brush)
  if (brush) view.brush = brush
  return view
}

function conditions(value: unknown): Record<string, string> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value as Record<string, unknown>).flatMap(([panel, said]) => {
    const condition = text(said)
    return condition ? [[panel, condition] as const] : []
  })
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}

/** The filter that the list asks with: the view's own, and what brushes pick. */
export function wholeFilter(view: Pick<WorkspaceView, 'filter' | 'brush'>): string {
  const conditions = [view.filter ?? '', ...Object.values(view.brush ?? {})].filter(Boolean)
  return conditions.length > 1 ? conditions.map(condition => `(${condition})`).join(' and ') : (conditions[0] ?? '')
}

export function parseZoom(zoom: string | undefined): PanelSettings['zoom'] {
  const match = /^(.+):(-?[\d.e+-]+):(-?[\d.e+-]+)$/.exec(zoom ?? '')
  const [axis, from, to] = [match?.[1] ?? '', Number(match?.[2]), Number(match?.[3])]
  return isAxisName(axis) && Number.isFinite(from) && Number.isFinite(to) && from < to ? { axis, from, to } : null
}

export function formatZoom({ axis, from, to }: NonNullable<PanelSettings['zoom']>): string {
  return `${axis}:${from}:${to}`
}

export function parseSort(sort: string | undefined): SortKey {
  const given = sort || SORT_DEFAULT
  return given.startsWith('-') ? { key: given.slice(1), descending: true } : { key: given, descending: false }
}

export function formatSort({ key, descending }: SortKey): string {
  return descending ? `-${key}` : key
}

const RUN_FIELD_TITLES: Record<string, string> = {
  created_at: 'Age',
  name: 'Name',
  state: 'State',
  duration_s: 'Duration',
  last_step: 'Steps',
}

// ---- which runs are drawn

export function isHidden(view: WorkspaceView, run: string): boolean {
  return view.show ? !view.show.includes(run) : (view.hide?.includes(run) ?? false)
}

export function drawnLimit(view: WorkspaceView): number {
  return view.drawn ?? DRAWN_DEFAULT
}

/** The first runs of the list that are not hidden, at most as many as the view draws. */
export function drawnRuns(view: WorkspaceView, runs: readonly Run[]): DrawnRun[] {
  const most = view.show ? Math.max(drawnLimit(view), view.show.length) : drawnLimit(view)
  const drawn: DrawnRun[] = []
  for (const { id, name, ordinal, state } of runs) {
    if (drawn.length >= most) break
    if (!isHidden(view, id)) drawn.push({ id, name, ordinal, isLive: state === 'running' || state === 'preempting' })
  }
  return drawn
}

/** `before` if it says the same: what is equal must stay the same object, or every panel would work for nothing. */
export function sameRuns(before: readonly DrawnRun[], now: readonly DrawnRun[]): readonly DrawnRun[] {
  const isSame =
    before.length === now.length &&
    now.every((run, i) => {
      const other = before[i] as DrawnRun
      return (
        run.id === other.id &&
        run.name === other.name &&
        run.isLive === other.isLive &&
        run.ordinal === other.ordinal &&
        run.group === other.group &&
        run.style?.colour === other.style?.colour &&
        run.style?.dash === other.style?.dash
      )
    })
  return isSame ? before : now
}

// ---- values in the list

/** The key whose value stands in the list's column: what the list is sorted by, else the first metric. */
export function valueKey(sort: SortKey, firstMetric: string | undefined): string {
  if (!(sort.key in RUN_FIELD_TITLES)) return sort.key
  if (sort.key === 'duration_s' || sort.key === 'last_step') return sort.key
  return firstMetric === undefined ? '' : `summary.${firstMetric}`
}

export function valueOf(run: Run, key: string): unknown {
  if (key === 'duration_s' || key === 'last_step') return run[key]
  return run.values?.[key]
}
