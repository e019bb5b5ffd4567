/** A scatter plot as data. */

import { keyTitle } from '../keys'
import type { ScatterPanel } from '../schema'

export function scatterTitle(panel: ScatterPanel): string {
  if (panel.title) return panel.title
  return panel.x && panel.y ? `${keyTitle(panel.y)} over ${keyTitle(panel.x)}` : 'Scatter plot'
}
