/** Changes of the view's short form: view in, view out. `edits.ts` changes the document. */

import { formatSort, formatZoom, isHidden, parseSort, type WorkspaceView } from './model'
import type { PanelSettings } from '../../panels/context'
import type { SortKey } from '../../data/project'

/** `view` with `changes`; what is undefined or a default goes. */
export function withChanges(
  view: WorkspaceView,
  changes: { [K in keyof WorkspaceView]?: WorkspaceView[K] | undefined },
): WorkspaceView {
  const next = { ...view, ...changes } as Record<string, unknown>
  for (const [name, value] of Object.entries(next)) if (value === undefined || value === '') delete next[name]
  return next
}

export function hideRuns(view: WorkspaceView, runs: readonly string[]): WorkspaceView {
  if (view.show) return withChanges(view, { show: view.show.filter(run => !runs.includes(run)) })
  return withChanges(view, { hide: [...new Set([...(view.hide ?? []), ...runs])] })
}

export function showRuns(view: WorkspaceView, runs: readonly string[]): WorkspaceView {
  if (view.show) return withChanges(view, { show: [...new Set([...view.show, ...runs])] })
  const hide = (view.hide ?? []).filter(run => !runs.includes(run))
  return withChanges(view, { hide: hide.length > 0 ? hide : undefined })
}

/** Hides them if any is drawn, else shows them. */
export function toggleRuns(view: WorkspaceView, runs: readonly string[]): WorkspaceView {
  return runs.some(run => !isHidden(view, run)) ? hideRuns(view, runs) : showRuns(view, runs)
}

export function showOnly(view: WorkspaceView, runs: readonly string[]): WorkspaceView {
  return withChanges(view, { show: [...runs], hide: undefined })
}

export function showAll(view: WorkspaceView): WorkspaceView {
  return withChanges(view, { show: undefined, hide: undefined })
}

export function hideAll(view: WorkspaceView): WorkspaceView {
  return withChanges(view, { show: [], hide: undefined })
}

/** Sorts by `key`; by the same key again, the other way round. */
export function sortBy(view: WorkspaceView, key: string, isDescendingFirst: boolean): WorkspaceView {
  const now = parseSort(view.sort)
  const next: SortKey = { key, descending: now.key === key ? !now.descending : isDescendingFirst }
  return withChanges(view, { sort: formatSort(next) })
}

export function zoomTo(view: WorkspaceView, zoom: PanelSettings['zoom']): WorkspaceView {
  return withChanges(view, { zoom: zoom ? formatZoom(zoom) : undefined })
}

/** What the brush of a panel picks; null: nothing. */
export function setBrush(view: WorkspaceView, panel: string, condition: string | null): WorkspaceView {
  if ((view.brush?.[panel] ?? null) === condition) return view
  const { [panel]: _, ...others } = view.brush ?? {}
  const brush = condition === null ? others : { ...others, [panel]: condition }
  return withChanges(view, { brush: Object.keys(brush).length > 0 ? brush : undefined })
}
