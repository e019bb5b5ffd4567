/** Which runs are drawn in panels, in what style: the pinned first, then the first of the list that are not hidden. Pure. */

import type { Run } from '../../../data/project'
import type { RunGroup } from '../../../data/runs'
import type { DrawnRun } from '../../../panels/context'
import { type ColourScale, NO_SCALE, styleOf, valueScale } from '../colours'
import type { RunSet } from '../runSet'
import { isHidden } from '../runSetActions'
import { valueOf } from './cells'
import { groupKey, groupTitle, isMember, isInHiddenGroup, topGroupOf } from './groups'
import type { Outline } from './rows'

export const DRAWN_DEFAULT = 100

export interface Listed {
  runs: readonly Run[]
  pins: readonly Run[]
  groups: readonly RunGroup[]
}

export const drawnLimit = (set: RunSet): number => set.drawn ?? DRAWN_DEFAULT

export function isRunHidden(run: Run, set: RunSet): boolean {
  return isHidden(set, run.id) || (!set.show && isInHiddenGroup(run, set))
}

/** What the colours of this list depend on. Groups keep their colours by name, so that a new best group repaints none. */
export function colourScaleOf(set: RunSet, { runs, pins, groups }: Listed): ColourScale {
  const { by, key = '' } = set.colours ?? {}
  const names = groups.map(group => groupKey(group.path)).toSorted()
  const values = by === 'value' ? valueScale([...pins, ...runs].map(run => valueOf(run, key))) : {}
  return { ...NO_SCALE, ...values, groups: names }
}

export function drawnRunsOf(set: RunSet, listed: Listed): DrawnRun[] {
  const { runs, pins, groups } = listed
  const by = set.group ?? []
  const scale = colourScaleOf(set, listed)
  const most = set.show ? Math.max(drawnLimit(set), set.show.length) : drawnLimit(set)
  const only = set.show && new Set(set.show)
  const drawn: DrawnRun[] = []
  const seen = new Set<string>()
  for (const run of [...pins, ...runs]) {
    if (drawn.length >= most) break
    if (seen.has(run.id) || (only ? !only.has(run.id) : isRunHidden(run, set))) continue
    seen.add(run.id)
    const group = by.length > 0 ? topGroupOf(run, groups, by) : undefined
    const style = runStyleOf(run, set, scale, group)
    const { id, name, ordinal, state } = run
    drawn.push({
      id,
      name,
      ordinal,
      isLive: state === 'running' || state === 'preempting',
      style,
      ...(group ? { group: groupTitle(group, set).label } : {}),
    })
  }
  return drawn
}

export function runStyleOf(run: Outline, set: RunSet, scale: ColourScale, group: RunGroup | undefined) {
  return styleOf(
    {
      id: run.id,
      ordinal: run.ordinal,
      group: group && groupKey(group.path),
      value: set.colours?.by === 'value' && 'values' in run ? valueOf(run as Run, set.colours.key ?? '') : undefined,
    },
    set,
    scale,
  )
}

/** Ids of loaded runs that are not hidden and still not drawn, because enough others come first. */
export function beyondOf(set: RunSet, { runs, pins }: Listed): ReadonlySet<string> {
  if (set.show) return new Set()
  const pinned = new Set(pins.map(run => run.id))
  const rest = Math.max(0, drawnLimit(set) - pins.length)
  const visible = runs.filter(run => !pinned.has(run.id) && !isRunHidden(run, set))
  return new Set(visible.slice(rest).map(run => run.id))
}

/** Whether any run of the group may be drawn. */
export function isGroupHidden(group: RunGroup, set: RunSet): boolean {
  const hidden = set.hidden_groups ?? []
  // A group inside a hidden one is hidden with it.
  return group.path.some((_, level) => hidden.includes(groupKey(group.path.slice(0, level + 1))))
}

export { isMember }
