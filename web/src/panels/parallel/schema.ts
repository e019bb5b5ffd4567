/** A panel of parallel coordinates as data. */

import type { ParallelPanel } from '../schema'

export const parallelTitle = (panel: ParallelPanel): string => panel.title || 'What the best runs share'

export const isBrushed = (panel: ParallelPanel): boolean =>
  (panel.axes ?? []).some(axis => (axis.brushes?.length ?? 0) > 0 || (axis.picked?.length ?? 0) > 0)

/** The fields that take its brushes away. */
export function unbrushed(panel: ParallelPanel): Pick<ParallelPanel, 'axes'> {
  return { axes: (panel.axes ?? []).map(({ brushes: _brushes, picked: _picked, ...axis }) => axis) }
}
